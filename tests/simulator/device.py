"""A device: its facts, its values, and how they move."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, Literal

from .application import Application
from .history import History
from .models import Model
from .values import Values, nest, select

type ConnectStatus = Literal["ONLINE", "OFFLINE", "DISCONNECT"]

_SERIAL_NUMBERS: Final = ("sn", "product_sn", "device_info.sn")
_HARDWARE: Final = ("hardware_version", "version.hardware_version", "device_info.hardware_version")
_FIRMWARE: Final = ("firmware_version", "version.firmware_version", "device_info.firmware_version")
_JOIN: Final = ("lorawan_class", *_HARDWARE, *_FIRMWARE, "tsl_version", *_SERIAL_NUMBERS)


@dataclass(slots=True, kw_only=True)
class Device:
    """One device of the Application; `values` are flat and in wire types.

    `listed` is what the device list says otherwise than usual.
    """

    model: Model
    sn: str
    device_id: int
    name: str
    random: Random
    firmware: str
    dev_eui: str | None = None
    mac: str | None = None
    description: str = ""
    project: str | None = None
    tags: list[str] = field(default_factory=list)
    connect_status: ConnectStatus = "ONLINE"
    last_update: int | None = None
    values: Values = field(default_factory=dict)
    history: History = field(default_factory=History)
    listed: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the first values of the model, and write the device's own facts into them."""
        leaves = self.model.specification.leaves
        facts = (
            (_SERIAL_NUMBERS, self.sn),
            (_HARDWARE, self.model.hardware),
            (_FIRMWARE, f"v{self.firmware}"),
        )
        own = {path: fact for paths, fact in facts for path in paths if path in leaves}
        self.values = self.model.specification.first_values() | own
        self.apply({})

    def apply(self, changes: Values) -> Values:
        """Take changes over, let the rest follow, and return all that is different then."""
        before = self.values
        after = before | changes
        after |= self.model.follow(after, changes, self.random)
        self.values = after
        return {
            path: value
            for path, value in after.items()
            if path not in before or before[path] != value
        }

    def step(self) -> None:
        """Live through one reporting interval."""
        values = self.values
        self.apply(
            {
                path: live(values[path], self.random, values)
                for path, live in self.model.life.items()
                if path in values
            }
        )

    def readings(self) -> list[dict[str, Any]]:
        """The payloads of one periodic report: nested, one for each group of values."""
        return self._payloads(self.model.reports)

    def everything(self) -> list[dict[str, Any]]:
        """The payloads of a first report: versions, settings, readings."""
        measured = {path for group in self.model.reports for path in select(self.values, group)}
        settings = [path for path in self.values if path not in measured and path not in _JOIN]
        return self._payloads((_JOIN, settings, *self.model.reports))

    def _payloads(self, groups: Any) -> list[dict[str, Any]]:
        return [nest(chosen) for group in groups if (chosen := select(self.values, group))]

    @property
    def battery(self) -> int | None:
        """Battery level that the platform lists, None on mains."""
        return self.values.get("battery") if self.connect_status != "DISCONNECT" else None

    def profile(self) -> dict[str, Any]:
        """The `deviceProfile` of a push."""
        return _without_none(
            deviceId=self.device_id,
            sn=self.sn,
            devEUI=self.dev_eui,
            name=self.name,
            model=self.model.name,
        )

    def listing(self, application: Application) -> dict[str, Any]:
        """The device object of the search and query calls."""
        optional = _without_none(devEUI=self.dev_eui, mac=self.mac, project=self.project)
        return {
            "deviceId": application.rest_id(self.device_id),
            "sn": self.sn,
            **optional,
            "name": self.name,
            "description": self.description,
            "model": self.model.name,
            "hardwareVersion": self.model.hardware,
            "firmwareVersion": self.firmware,
            "connectStatus": self.connect_status,
            "electricity": self.battery,
            "lastUpdateTime": self.last_update,
            "application": application.reference(),
            "tag": self.tags,
            "rpsStatus": "ACTIVATE" if self.model.device_type == "GATEWAY" else "UNACTIVATED",
            "deviceType": self.model.device_type,
            "licenseStatus": "VALID",
            **self.listed,
        }


def _without_none(**facts: Any) -> dict[str, Any]:
    return {key: fact for key, fact in facts.items() if fact is not None}
