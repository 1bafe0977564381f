"""Records of the Open API.

``from_json`` accepts any JSON and never raises. It returns ``None`` where a required member is
missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from .parsing import (
    Json,
    as_integer,
    as_list,
    as_mapping,
    as_milliseconds,
    as_number,
    as_text,
    parse_object,
)
from .paths import flatten

DEFAULT_EXPIRY: Final = 300
MAX_TOKEN_LENGTH: Final = 8192  # servers refuse longer headers
SERIAL_NUMBER_KEYS: Final = ("sn", "snDevEUI", "devEUI")
GATEWAY_KEYS: Final = ("gatewaySn", "gatewayDevEUI", "gatewayId", "parentSn", "parentDeviceId")


class ConnectStatus(StrEnum):
    """``connectStatus`` of a device; ``DISCONNECT``: it was never online, or is detached."""

    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    DISCONNECT = "DISCONNECT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token, valid for ``expires_in`` seconds. Source: "Get an access token"."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None

    @classmethod
    def from_json(cls, data: object) -> Self | None:
        """Parse the ``data`` of a token answer; tokens that do not fit a header are dropped."""
        raw = as_mapping(data)
        access_token = _token(raw.get("access_token"))
        if access_token is None:
            return None
        expires_in = as_integer(raw.get("expires_in"))
        return cls(
            access_token=access_token,
            expires_in=expires_in if expires_in is not None and expires_in > 0 else DEFAULT_EXPIRY,
            refresh_token=_token(raw.get("refresh_token")),
        )


def _token(value: Json) -> str | None:
    token = as_text(value)
    if token is None or len(token) > MAX_TOKEN_LENGTH:
        return None
    return token if token.isascii() and token.isprintable() else None


def serial_number(device: Mapping[str, Json]) -> str | None:
    """Return the serial number of a device object, else the DevEUI."""
    return next(filter(None, (as_text(device.get(key)) for key in SERIAL_NUMBER_KEYS)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of the Application. Source: "Search specific devices".

    ``device_id`` is the id of 19 digits as a string, ``last_update_time`` the time of the latest
    report in epoch milliseconds, ``electricity`` the battery level in percent, and ``gateway`` the
    serial number, DevEUI or device id of the gateway.
    """

    sn: str
    device_id: str
    dev_eui: str | None = None
    imei: str | None = None
    name: str | None = None
    description: str | None = None
    model: str | None = None
    hardware_version: str | None = None
    firmware_version: str | None = None
    connect_status: ConnectStatus = ConnectStatus.DISCONNECT
    electricity: int | None = None
    last_update_time: int | None = None
    application_name: str | None = None
    project: str | None = None
    tags: tuple[str, ...] = ()
    device_type: str | None = None
    gateway: str | None = None

    @property
    def display_name(self) -> str:
        """Return the name to show, the model or serial number of a device without name."""
        return self.name or self.model or self.sn

    @classmethod
    def from_json(cls, data: object) -> Self | None:
        """Parse an item of a search page, or the answer to a query for one device."""
        raw = as_mapping(data)
        device_id = as_text(raw.get("deviceId"))
        sn = serial_number(raw)
        if device_id is None or sn is None:
            return None
        last_update_time = as_milliseconds(raw.get("lastUpdateTime"))
        electricity = as_number(raw.get("electricity"))
        return cls(
            sn=sn,
            device_id=device_id,
            dev_eui=as_text(raw.get("devEUI")),
            imei=as_text(raw.get("imei")),
            name=as_text(raw.get("name")),
            description=as_text(raw.get("description")),
            model=as_text(raw.get("model")),
            hardware_version=as_text(raw.get("hardwareVersion")),
            firmware_version=as_text(raw.get("firmwareVersion")),
            connect_status=_connect_status(raw.get("connectStatus"), last_update_time),
            electricity=as_integer(round(electricity)) if electricity is not None else None,
            last_update_time=last_update_time,
            application_name=as_text(as_mapping(raw.get("application")).get("applicationName")),
            project=as_text(raw.get("project")),
            tags=tuple(tag for tag in map(as_text, as_list(raw.get("tag"))) if tag),
            device_type=as_text(raw.get("deviceType")),
            gateway=next(filter(None, (as_text(raw.get(key)) for key in GATEWAY_KEYS)), None),
        )

    def to_json(self) -> dict[str, Json]:
        """Return the device in the platform's form: the inverse of ``from_json``."""
        return {
            "sn": self.sn,
            "deviceId": self.device_id,
            "devEUI": self.dev_eui,
            "imei": self.imei,
            "name": self.name,
            "description": self.description,
            "model": self.model,
            "hardwareVersion": self.hardware_version,
            "firmwareVersion": self.firmware_version,
            "connectStatus": self.connect_status.value,
            "electricity": self.electricity,
            "lastUpdateTime": self.last_update_time,
            "application": {"applicationName": self.application_name},
            "project": self.project,
            "tag": list(self.tags),
            "deviceType": self.device_type,
            GATEWAY_KEYS[0]: self.gateway,
        }


def _connect_status(value: Json, last_update_time: int | None) -> ConnectStatus:
    """Return the status, which follows from the last report where the platform omits it."""
    status = (as_text(value) or "").upper()
    if status in ConnectStatus.__members__:
        return ConnectStatus(status)
    return ConnectStatus.DISCONNECT if last_update_time is None else ConnectStatus.ONLINE


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePage:
    """One page of the device list; ``total`` is ``None`` where the platform omits it.

    ``unreadable`` counts items without an id, ``source`` is the answer that was parsed.
    """

    devices: tuple[Device, ...]
    unreadable: int
    total: int | None
    source: Json = field(default=None, compare=False, repr=False)

    @property
    def size(self) -> int:
        """Return the number of items on the page."""
        return len(self.devices) + self.unreadable

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Parse the ``data`` of a search answer; devices without an id are dropped."""
        raw = as_mapping(data)
        content = raw.get("content")
        if not isinstance(content, list):
            return None
        devices = tuple(device for device in map(Device.from_json, content) if device)
        return cls(
            devices=devices,
            unreadable=len(content) - len(devices),
            total=as_integer(raw.get("total")),
            source=data,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A report of a device: epoch milliseconds and ``path -> value``."""

    time: int
    values: Mapping[str, Json]

    @classmethod
    def from_json(cls, data: object) -> Self | None:
        """Parse a record of the property history; ``properties`` may be JSON in a string."""
        raw = as_mapping(data)
        time = as_milliseconds(raw.get("ts"))
        properties = parse_object(raw.get("properties"))
        if time is None or properties is None:
            return None
        return cls(time=time, values=flatten(properties))


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """One page of the property history; ``next_page_key`` is ``None`` on the last."""

    readings: tuple[Reading, ...]
    next_page_key: str | None

    @classmethod
    def from_json(cls, data: object) -> Self | None:
        """Parse the ``data`` of a history answer; records that cannot be read are dropped.

        A page without records is the last one.
        """
        raw = as_mapping(data)
        records = raw.get("list")
        if not isinstance(records, list):
            return None
        return cls(
            readings=tuple(reading for reading in map(Reading.from_json, records) if reading),
            next_page_key=as_text(raw.get("nextPageKey")) if records else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedCommand:
    """A command that the platform accepted; the device has not carried it out yet."""

    request_id: str
    properties: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDetails:
    """Details of a device that users enter; the console shows ``project`` as a tag as well."""

    name: str
    description: str | None = None
    project: str | None = None
    tags: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Return the members of a request body, without empty ones."""
        members: dict[str, Json] = {
            "name": self.name,
            "description": self.description,
            "project": self.project,
            "tag": list(self.tags) or None,
        }
        return {key: value for key, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedDevice:
    """A device that was added. Source: "Add a device"."""

    sn: str
    device_id: str
    dev_eui: str | None = None
    imei: str | None = None

    @classmethod
    def from_json(cls, data: object) -> Self | None:
        """Parse the ``data`` of the answer."""
        raw = as_mapping(data)
        sn, device_id = serial_number(raw), as_text(raw.get("deviceId"))
        if sn is None or device_id is None:
            return None
        return cls(
            sn=sn,
            device_id=device_id,
            dev_eui=as_text(raw.get("devEUI")),
            imei=as_text(raw.get("imei")),
        )


class TaskType(StrEnum):
    """Form of the settings of a configuration task."""

    TSL = "TSL"
    PROFILE = "PROFILE"

    @property
    def config_key(self) -> str:
        """Return the member of ``config`` that holds the settings."""
        return "properties" if self is TaskType.TSL else "values"
