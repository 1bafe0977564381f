"""A device: its facts, its values, and how they move."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from random import Random
from typing import Any, Literal

from .application import Application
from .behavior import drift
from .consequences import effect, resting
from .history import History
from .models import Model
from .specification import Function
from .values import Values, nest

type ConnectStatus = Literal["ONLINE", "OFFLINE", "DISCONNECT"]


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
        """Begin with the sample of the model and the device's own facts."""
        facts = {
            "sn": self.sn,
            "product_sn": self.sn,
            "hardware_version": self.model.hardware,
            "firmware_version": f"v{self.firmware}",
            "tsl_version": self.model.specification.version,
        }
        self.values = {
            path: facts.get(path.rpartition(".")[2], value)
            for path, value in self.model.values.items()
        }
        self.apply({})

    def apply(self, changes: Values) -> Values:
        """Take changes over, let the rest follow, and return all that is different then."""
        before = self.values
        self.values = before | changes
        for rule in self.model.rules:
            self.values |= rule(self.values, changes)
        return {
            path: value
            for path, value in self.values.items()
            if path not in before or before[path] != value
        }

    def step(self) -> None:
        """Drift for one reporting interval."""
        if self.model.passive:
            return
        leaves, values, sample = self.model.specification.leaves, self.values, self.model.values
        still = resting(leaves, values)
        drifted = {
            path: drift(leaves[path], value, sample[path], self.random)
            for path, value in values.items()
            if path in sample and path not in still
        }
        self.apply({path: value for path, value in drifted.items() if value != values[path]})

    def serve(self, service: Function, inputs: Values) -> Values:
        """Return what a service call changes."""
        leaves = self.model.specification.leaves
        return {} if self.model.passive else effect(leaves, service, inputs, self.values)

    def in_own_types(self, changes: Values) -> Values:
        """Return written values as this device reports them: some report keys as numbers."""
        return {
            path: int(value) if isinstance(value, str) and type(held) is int else value
            for path, value in changes.items()
            for held in (self.values.get(path),)
        }

    def readings(self) -> list[dict[str, Any]]:
        """Return the payloads of one periodic report: nested, one for each group of values."""
        return self._payloads(self.model.reports)

    def everything(self) -> list[dict[str, Any]]:
        """Return the payloads of a first report: identity, settings, readings."""
        known = {*self.model.identity, *chain.from_iterable(self.model.reports)}
        settings = tuple(path for path in self.values if path not in known)
        return self._payloads((self.model.identity, settings, *self.model.reports))

    def _payloads(self, groups: Iterable[tuple[str, ...]]) -> list[dict[str, Any]]:
        return [
            nest({path: self.values[path] for path in group if path in self.values})
            for group in groups
            if group
        ]

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
