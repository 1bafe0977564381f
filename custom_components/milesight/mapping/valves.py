"""Valves, recognised by the roles that their properties play: state, position, what sets them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from homeassistant.components.valve.const import ValveDeviceClass
from homeassistant.const import PERCENTAGE, Platform

from ..api import DataType, Service
from .calls import call_for
from .description import BRACKETS, Call, Composite, Grade
from .entities import bounds, plain
from .labels import on_keys, worded
from .leaf import Leaf
from .settings import CONFIGURING
from .words import pattern, split

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
    """The parts of one valve: what tells its state and position, and what sets them."""

    numbers: tuple[int, ...]
    parts: dict[str, Leaf] = field(default_factory=dict)
    index: Leaf | None = None
    calls: dict[str, Call] = field(default_factory=dict)


def valves(leaves: Iterable[Leaf], services: tuple[Service, ...]) -> Iterator[Composite]:
    """Yield a valve for each channel that can be opened and closed, or set to a position."""
    leaves = tuple(leaves)
    found: dict[tuple[str, tuple[int, ...]], Valve] = {}
    about = [leaf for leaf in leaves if "valve" in leaf.words]
    for_gas = any("gas" in leaf.words for leaf in leaves)
    for leaf in sorted(about, key=lambda leaf: (leaf.path.count("."), leaf.path)):
        if (kind := _valve_part(leaf)) is None:
            continue
        array = leaf.path.rpartition(BRACKETS)[0]
        valve = found.setdefault((array, leaf.words.numbers), Valve(leaf.words.numbers))
        if leaf.item.readable and not leaf.words.any(TASK):
            valve.parts.setdefault(kind, leaf)
        if leaf.item.writable:
            valve.parts.setdefault(f"set_{kind}", leaf)
    index = _valve_index(about)
    shared = found.pop(("", ()), None) if index is not None else None
    for (array, _), valve in found.items():
        if not array:
            _complete(valve, shared, index, services)
        if {"set_state", "set_position"} & {*valve.parts, *valve.calls}:
            yield _valve(valve, for_gas=for_gas)


def _complete(
    valve: Valve, shared: Valve | None, index: Leaf | None, services: tuple[Service, ...]
) -> None:
    """Give a valve that cannot be set the command for several valves, or a service."""
    if {"set_state", "set_position"} & valve.parts.keys():
        return
    if shared is not None and index is not None and _index_of(index, valve.numbers):
        valve.index = index
        valve.parts |= {kind: leaf for kind, leaf in shared.parts.items() if kind[:4] == "set_"}
    for kind in ("state", "position"):
        own = valve.parts.get(kind)
        if own and (call := call_for(services, frozenset(own.words.phrase), own.item)):
            valve.calls[f"set_{kind}"] = call


def _valve_part(leaf: Leaf) -> str | None:
    """Return which part of a valve a leaf is: its state, its position, or none."""
    task = leaf.item.writable and VALVE_TASK.matches(leaf.words)
    if leaf.item.data_type in (DataType.BOOL, DataType.ENUM):
        fits = VALVE_STATE.matches(leaf.words) or (task and leaf.words.last[-1:] == ("status",))
        return "state" if fits and on_keys(leaf.item) else None
    if leaf.item.data_type.is_number and (leaf.unit == PERCENTAGE or (task and leaf.unit is None)):
        fits = VALVE_POSITION.matches(leaf.words) or (task and "opening" in leaf.words)
        return "position" if fits else None
    return None


def _valve_index(about: Iterable[Leaf]) -> Leaf | None:
    """Return the choice of a valve that a command for several valves asks for."""
    return next(
        (
            leaf
            for leaf in about
            if leaf.item.writable
            and leaf.item.data_type is DataType.ENUM
            and BRACKETS not in leaf.path
            and leaf.words.any(INDEX)
            and VALVE_TASK.matches(leaf.words)
        ),
        None,
    )


def _index_of(index: Leaf, numbers: tuple[int, ...]) -> dict[str, str]:
    """Return the key that chooses one valve, with its label."""
    return {key: label for key, label in index.item.mappings.items() if split(label)[1] == numbers}


def _valve(valve: Valve, *, for_gas: bool) -> Composite:
    parts = valve.parts
    own = next(
        parts[part] for part in ("state", "position", "set_state", "set_position") if part in parts
    )
    options: dict[str, Mapping[str, str]] = {
        role: worded(parts[role].item, "open", "closed")
        for role in ("state", "set_state")
        if role in parts
    }
    roles = {role: leaf.item for role, leaf in parts.items()}
    if call := valve.calls.get("set_state"):
        options["set_state"] = worded(call.input, "open", "closed") or options["state"]
    if valve.index is not None:
        roles["index"] = valve.index.item
        options["index"] = _index_of(valve.index, valve.numbers)
    position = parts.get("set_position") or parts.get("position")
    minimum, maximum = bounds(position.item, PERCENTAGE) if position else (0.0, 100.0)
    counted = (*map(str, valve.numbers), *[BRACKETS] * own.path.count(BRACKETS))
    numbered = len(counted) == 1
    return Composite(
        replace(
            plain(own, Platform.VALVE),
            key=f"valve_{own.path}",
            translation_key="valve_number" if numbered else "valve",
            placeholders={"number": counted[0]} if numbered else {},
            device_class=ValveDeviceClass.GAS if for_gas else ValveDeviceClass.WATER,
            minimum=minimum,
            maximum=maximum,
            grade=Grade.RARE if own.hidden else Grade.PRIMARY,
            roles=roles,
            options=options,
            calls=valve.calls,
        ),
        frozenset(
            leaf.path
            for role, leaf in parts.items()
            if role == "state" or (role[:4] == "set_" and valve.index is None)
        ),
    )
