"""What the Open API answers with, as typed records.

Every record has a ``from_json`` that takes what the platform sent and never raises; a record that
lacks what it cannot be without is ``None``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from .decode import Json, integer, mapping, milliseconds, number, parse, sequence, text
from .paths import flatten

DEFAULT_EXPIRY = 300
MAX_TOKEN_LENGTH = 8192  # servers refuse longer headers
SERIAL_NUMBER_KEYS = ("sn", "snDevEUI", "devEUI")
GATEWAY_KEYS = ("gatewaySn", "gatewayDevEUI", "gatewayId", "parentSn", "parentDeviceId")


class ConnectStatus(StrEnum):
    """``connectStatus`` of a device; ``DISCONNECT`` has never been online, or is detached."""

    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    DISCONNECT = "DISCONNECT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token and what renews it; life times in seconds. Source: "Get an access token"."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None

    @classmethod
    def from_json(cls, data: object) -> Self | None:
        """Read the ``data`` of a token answer; tokens must fit a header."""
        found = mapping(data)
        access_token = _token(found.get("access_token"))
        if access_token is None:
            return None
        expires_in = integer(found.get("expires_in"))
        return cls(
            access_token=access_token,
            expires_in=expires_in if expires_in is not None and expires_in > 0 else DEFAULT_EXPIRY,
            refresh_token=_token(found.get("refresh_token")),
        )


def _token(value: Json) -> str | None:
    token = text(value)
    if token is None or len(token) > MAX_TOKEN_LENGTH:
        return None
    return token if token.isascii() and token.isprintable() else None


def serial_number(device: Mapping[str, Json]) -> str | None:
    """Return the serial number of a device object, or the DevEUI that stands in for it."""
    return next(filter(None, (text(device.get(key)) for key in SERIAL_NUMBER_KEYS)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of the Application. Source: "Search specific devices".

    ``device_id`` is the 19-digit address as a string, ``last_update_time`` the time of the latest
    report in epoch milliseconds, ``electricity`` the battery in percent and ``gateway`` the
    serial number, DevEUI or device id of the gateway in front, where the platform tells it.
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

    @classmethod
    def from_json(cls, data: object) -> Self | None:
        """Read an item of a search page or the answer to a query for one device."""
        found = mapping(data)
        device_id = text(found.get("deviceId"))
        sn = serial_number(found)
        if device_id is None or sn is None:
            return None
        last_update_time = milliseconds(found.get("lastUpdateTime"))
        electricity = number(found.get("electricity"))
        return cls(
            sn=sn,
            device_id=device_id,
            dev_eui=text(found.get("devEUI")),
            imei=text(found.get("imei")),
            name=text(found.get("name")),
            description=text(found.get("description")),
            model=text(found.get("model")),
            hardware_version=text(found.get("hardwareVersion")),
            firmware_version=text(found.get("firmwareVersion")),
            connect_status=_connect_status(found.get("connectStatus"), last_update_time),
            electricity=integer(round(electricity)) if electricity is not None else None,
            last_update_time=last_update_time,
            application_name=text(mapping(found.get("application")).get("applicationName")),
            project=text(found.get("project")),
            tags=tuple(tag for tag in map(text, sequence(found.get("tag"))) if tag),
            device_type=text(found.get("deviceType")),
            gateway=next(filter(None, (text(found.get(key)) for key in GATEWAY_KEYS)), None),
        )

    def to_json(self) -> dict[str, Json]:
        """Return the device in the platform's own words: the inverse of ``from_json``."""
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
    """Return a status that may be null: a device that never reported has not been online."""
    status = (text(value) or "").upper()
    if status in ConnectStatus.__members__:
        return ConnectStatus(status)
    return ConnectStatus.DISCONNECT if last_update_time is None else ConnectStatus.ONLINE


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePage:
    """One page of the device list; ``total`` is ``None`` where the platform leaves it out.

    ``unreadable`` counts items without any id, ``source`` is the answer that it was read from.
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
        """Read the ``data`` of a search answer; devices without any id are left out."""
        found = mapping(data)
        content = found.get("content")
        if not isinstance(content, list):
            return None
        devices = tuple(device for device in map(Device.from_json, content) if device)
        return cls(
            devices=devices,
            unreadable=len(content) - len(devices),
            total=integer(found.get("total")),
            source=data,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a device reported at one time: epoch milliseconds and ``path -> value``."""

    time: int
    values: Mapping[str, Json]

    @classmethod
    def from_json(cls, data: object) -> Self | None:
        """Read a record of the property history; ``properties`` may be JSON in a string."""
        found = mapping(data)
        time = milliseconds(found.get("ts"))
        properties = found.get("properties")
        if isinstance(properties, str):
            try:
                properties = parse(properties)
            except ValueError:
                return None
        if time is None or not isinstance(properties, dict):
            return None
        return cls(time=time, values=flatten(properties))


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """One page of the property history; ``next_page_key`` is ``None`` on the last."""

    readings: tuple[Reading, ...]
    next_page_key: str | None

    @classmethod
    def from_json(cls, data: object) -> Self | None:
        """Read the ``data`` of a history answer; records that cannot be read are left out.

        A page without records is the last one.
        """
        found = mapping(data)
        records = found.get("list")
        if not isinstance(records, list):
            return None
        return cls(
            readings=tuple(reading for reading in map(Reading.from_json, records) if reading),
            next_page_key=text(found.get("nextPageKey")) if records else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A command that the platform took; the device has not carried it out yet."""

    request_id: str
    properties: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """What people say of a device; ``project`` and ``tags`` are both tags to the platform."""

    name: str
    description: str | None = None
    project: str | None = None
    tags: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Return the members of a request body, without those that nobody filled in."""
        members: dict[str, Json] = {
            "name": self.name,
            "description": self.description,
            "project": self.project,
            "tag": list(self.tags) or None,
        }
        return {key: value for key, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedDevice:
    """What the platform made of a serial number. Source: "Add a device"."""

    sn: str
    device_id: str
    dev_eui: str | None = None
    imei: str | None = None

    @classmethod
    def from_json(cls, data: object) -> Self | None:
        """Read the ``data`` of the answer."""
        found = mapping(data)
        sn, device_id = serial_number(found), text(found.get("deviceId"))
        if sn is None or device_id is None:
            return None
        return cls(
            sn=sn,
            device_id=device_id,
            dev_eui=text(found.get("devEUI")),
            imei=text(found.get("imei")),
        )


class TaskKind(StrEnum):
    """In which form a configuration task has its settings."""

    TSL = "TSL"
    PROFILE = "PROFILE"

    @property
    def member(self) -> str:
        """Return the member of ``config`` that holds the settings."""
        return "properties" if self is TaskKind.TSL else "values"
