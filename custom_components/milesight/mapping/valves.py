"""Valves, recognised by the roles that their properties play: state, position, what sets them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from homeassistant.components.valve.const import ValveDeviceClass
from homeassistant.const import PERCENTAGE

from ..api import DataType, ThingService
from ..api.paths import ANY_INDEX
from .descriptions import Composite, Priority, Setter, ValveDescription
from .labels import binary_options
from .properties import Property
from .setters import find_setter
from .setting_rules import CONFIGURING
from .tokens import pattern, tokenize

# What may be said of a valve without making a setting of it.
VALVE_STATE = pattern(
    f"valve -{CONFIGURING}|opening|position|sensor|relay|temperature|heat|cool|energy|saving"
    "|direction|index|result|real|stall|strategy|rain|motor"
)
VALVE_POSITION = pattern(
    f"valve opening|position|degree|open -{CONFIGURING}|sensor|relay|temperature|heat|energy|saving"
    "|alarm|motor|output"
)
VALVE_TASK = pattern("valve task|command -rule|condition|result|rain|pulse|id")
INDEX = frozenset({"index", "channel"})
TASK = frozenset({"task", "command"})


@dataclass(slots=True)
class Valve:
    """The properties of one valve: its state and position, and those that set them."""

    numbers: tuple[int, ...]
    parts: dict[str, Property] = field(default_factory=dict)
    index: Property | None = None
    setters: dict[str, Setter] = field(default_factory=dict)


def valves(
    properties: Iterable[Property], services: tuple[ThingService, ...]
) -> Iterator[Composite]:
    """Yield a valve for each channel that can be opened and closed, or set to a position."""
    properties = tuple(properties)
    by_channel: dict[tuple[str, tuple[int, ...]], Valve] = {}
    about = [prop for prop in properties if "valve" in prop.tokens]
    for_gas = any("gas" in prop.tokens for prop in properties)
    for prop in sorted(about, key=lambda prop: (prop.path.count("."), prop.path)):
        if (kind := _valve_part(prop)) is None:
            continue
        array = prop.path.rpartition(ANY_INDEX)[0]
        valve = by_channel.setdefault((array, prop.tokens.numbers), Valve(prop.tokens.numbers))
        if prop.item.readable and not prop.tokens.any(TASK):
            valve.parts.setdefault(kind, prop)
        if prop.item.writable:
            valve.parts.setdefault(f"set_{kind}", prop)
    index = _valve_index(about)
    shared = by_channel.pop(("", ()), None) if index is not None else None
    for (array, _), valve in by_channel.items():
        if not array:
            _complete(valve, shared, index, services)
        if {"set_state", "set_position"} & {*valve.parts, *valve.setters}:
            yield _valve(valve, for_gas=for_gas)


def _complete(
    valve: Valve, shared: Valve | None, index: Property | None, services: tuple[ThingService, ...]
) -> None:
    """Give a valve that cannot be set the command for several valves, or a service."""
    if {"set_state", "set_position"} & valve.parts.keys():
        return
    if shared is not None and index is not None and _index_of(index, valve.numbers):
        commands = {kind: prop for kind, prop in shared.parts.items() if kind[:4] == "set_"}
        if commands:
            valve.index = index
            valve.parts |= commands
            return
    for kind in ("state", "position"):
        own = valve.parts.get(kind)
        if own and (setter := find_setter(services, frozenset(own.tokens.phrase), own.item)):
            valve.setters[f"set_{kind}"] = setter


def _valve_part(prop: Property) -> str | None:
    """Return which part of a valve a property is: its state, its position, or none."""
    task = prop.item.writable and VALVE_TASK.matches(prop.tokens)
    if prop.item.data_type in (DataType.BOOL, DataType.ENUM):
        fits = VALVE_STATE.matches(prop.tokens) or (task and prop.tokens.last[-1:] == ("status",))
        return "state" if fits and binary_options(prop.item, "open", "closed") else None
    if prop.item.data_type.is_number and (prop.unit == PERCENTAGE or (task and prop.unit is None)):
        fits = VALVE_POSITION.matches(prop.tokens) or (task and "opening" in prop.tokens)
        return "position" if fits else None
    return None


def _valve_index(about: Iterable[Property]) -> Property | None:
    """Return the choice of a valve that a command for several valves asks for."""
    return next(
        (
            prop
            for prop in about
            if prop.item.writable
            and prop.item.data_type is DataType.ENUM
            and ANY_INDEX not in prop.path
            and prop.tokens.any(INDEX)
            and VALVE_TASK.matches(prop.tokens)
        ),
        None,
    )


def _index_of(index: Property, numbers: tuple[int, ...]) -> dict[str, str]:
    """Return the key that chooses one valve, with its label."""
    return {
        key: label for key, label in index.item.mappings.items() if tokenize(label)[1] == numbers
    }


def _valve(valve: Valve, *, for_gas: bool) -> Composite:
    parts = valve.parts
    own = next(
        parts[part] for part in ("state", "position", "set_state", "set_position") if part in parts
    )
    options: dict[str, Mapping[str, str]] = {
        role: binary_options(parts[role].item, "open", "closed")
        for role in ("state", "set_state")
        if role in parts
    }
    roles = {role: prop.item for role, prop in parts.items()}
    if setter := valve.setters.get("set_state"):
        options["set_state"] = binary_options(setter.input, "open", "closed")
    if valve.index is not None:
        roles["index"] = valve.index.item
        options["index"] = _index_of(valve.index, valve.numbers)
    counted = (*map(str, valve.numbers), *[ANY_INDEX] * own.path.count(ANY_INDEX))
    numbered = len(counted) == 1
    return Composite(
        ValveDescription(
            key=f"valve_{own.path}",
            path=own.path,
            translation_key="valve_number" if numbered else "valve",
            placeholders={"number": counted[0]} if numbered else {},
            device_class=ValveDeviceClass.GAS if for_gas else ValveDeviceClass.WATER,
            priority=Priority.RARE if own.hidden else Priority.PRIMARY,
            roles=roles,
            options=options,
            setters=valve.setters,
        ),
        frozenset(
            prop.path
            for role, prop in parts.items()
            if role == "state" or (role[:4] == "set_" and valve.index is None)
        ),
    )
