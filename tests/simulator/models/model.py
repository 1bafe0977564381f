"""What a model is: its thing specification, the facts of its devices, and how they behave."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from ..specification import Specification
from ..values import Values
from .life import Life

type Follow = Callable[[Values, Values, Random], Values]
type Effect = Callable[[Values, Values], Values]


def nothing_follows(_values: Values, _changed: Values, _random: Random) -> Values:
    """No value of the model depends on another one."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One product.

    `reports` are the groups of dotted ids that a periodic report sends, one PROPERTY event each.
    `life` moves single values from one report to the next; `follow` returns what changes as a
    consequence, from all values and those that changed, be it by life or by command.
    `effects` say what a service call changes, from the values and the flat inputs. `buttons` name
    the enumerations that a press reports. `code` are the three characters by which a serial number
    tells the model. `sleeping` models are class A nodes, which report less often.
    """

    name: str
    code: str
    specification: Specification
    reports: tuple[tuple[str, ...], ...]
    life: Mapping[str, Life] = field(default_factory=dict)
    follow: Follow = nothing_follows
    effects: Mapping[str, Effect] = field(default_factory=dict)
    buttons: Mapping[str, str] = field(default_factory=dict)
    device_type: Literal["SUB_DEVICE", "GATEWAY", "COMMON"] = "SUB_DEVICE"
    sleeping: bool = False
    hardware: str = "V1.0"
    firmware: tuple[str, ...] = ("1.1",)

    @property
    def has_battery(self) -> bool:
        """Whether the platform lists a battery level."""
        return "battery" in self.specification.leaves
