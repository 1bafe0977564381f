"""Thermostats, recognised by the roles that their properties play.

A device is a thermostat if a set-point can be written, as a property or through a service, and
there is a temperature, a mode or a switch to go with it.
"""

from collections.abc import Callable, Iterable, Mapping
import re

from homeassistant.components.climate.const import HVACAction, HVACMode
from homeassistant.const import Platform, UnitOfTemperature

from ..api import DataType, Item, Service
from .calls import call_for
from .description import Call, Composite, Description, Grade
from .entities import bounds, precision, step
from .labels import worded, words_of
from .leaf import Leaf
from .units import TEMPERATURES
from .words import Pattern, pattern

# Temperatures that are set, but are not the one that the room shall have.
NOT_A_TARGET = (
    "range|limit|resolution|tolerance|min|max|alarm|threshold|calibration|schedule|plan|protection"
    "|freeze|frost|eco|energy|saving|away|holiday|step|deadband|dead|adjustment|difference|unlock"
    "|screen|display|enable|lock|dehumidification|event|history|offset|hysteresis"
)
TARGET = pattern(f"temperature|target target|set|point -{NOT_A_TARGET}")
EMERGENCY = frozenset({"em", "emergency", "auxiliary", "aux"})

# Which set-point it is, by the words beside "target temperature".
TARGETS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"auto", "heat"}), "target_temperature_low"),
    (frozenset({"auto", "cool"}), "target_temperature_high"),
    (frozenset({"heat"}), "target_temperature_heat"),
    (frozenset({"cool"}), "target_temperature_cool"),
    (frozenset({"auto"}), "target_temperature_auto"),
    (frozenset(), "target_temperature"),
)
# The one that gives the climate its unique id, if there are several.
LEADING = (
    "target_temperature",
    "target_temperature_heat",
    "target_temperature_cool",
    "target_temperature_auto",
    "target_temperature_low",
    "target_temperature_high",
)

MODE_WORDS: tuple[tuple[frozenset[str], HVACMode], ...] = (
    (frozenset({"heat", "cool"}), HVACMode.HEAT_COOL),
    (frozenset({"heat"}), HVACMode.HEAT),
    (frozenset({"heating"}), HVACMode.HEAT),
    (frozenset({"cool"}), HVACMode.COOL),
    (frozenset({"cooling"}), HVACMode.COOL),
    (frozenset({"auto"}), HVACMode.AUTO),
    (frozenset({"automatic"}), HVACMode.AUTO),
    (frozenset({"dehumidify"}), HVACMode.DRY),
    (frozenset({"dry"}), HVACMode.DRY),
    (frozenset({"fan"}), HVACMode.FAN_ONLY),
    (frozenset({"ventilation"}), HVACMode.FAN_ONLY),
    (frozenset({"ventilate"}), HVACMode.FAN_ONLY),
    (frozenset({"off"}), HVACMode.OFF),
)
LISTED = re.compile(r"[,;\u3001\uff0c]")  # "heat, cool" is no mode, but a choice of them
ACTION_WORDS: tuple[tuple[str, HVACAction], ...] = (
    ("standby", HVACAction.IDLE),
    ("idle", HVACAction.IDLE),
    ("heat", HVACAction.HEATING),
    ("heating", HVACAction.HEATING),
    ("cool", HVACAction.COOLING),
    ("cooling", HVACAction.COOLING),
    ("dehumidify", HVACAction.DRYING),
    ("fan", HVACAction.FAN),
    ("ventilation", HVACAction.FAN),
    ("defrost", HVACAction.DEFROSTING),
    ("off", HVACAction.OFF),
)
FANS = frozenset(
    {"auto", "low", "medium", "mid", "middle", "high", "on", "off", "circulate", "top"}
)
PRESETS = frozenset({"eco", "away", "comfort", "boost", "sleep", "home", "holiday", "activity"})

MODE = pattern(
    "mode|temperature mode|control -fan|target|range|enable|schedule|plan|season|alarm|lock|wiring"
    "|display|source|interface|calibration|valve|card|screen|timer|led"
)
FAN = pattern(
    "fan|wind mode|speed|control -enable|delay|stop|lock|range|setting|threshold|auto|schedule"
)
PRESET = pattern("preset|mode -fan|enable|schedule")
ACTION = pattern("status|action -fan|alarm|valve|relay|sensor|schedule")
POWER = (
    pattern("system status|switch|power|on -schedule|lock|timer|timed|enable|object|alarm|di"),
    pattern("thermostat status|switch|power|on|enable -schedule|lock|timer"),
    pattern("=power|on off|switch|status"),
    pattern("=power"),
    pattern("=device status|switch|power"),
)
CURRENT = (
    pattern("=temperature"),
    pattern(
        "temperature current|ambient|environment|environmental|room|indoor|inside -target|mode"
        "|control|alarm|set|server|external|calibration|threshold"
    ),
    pattern("temperature -target|set|server|mode|alarm|threshold|calibration|control|mutation"),
)
HUMIDITY = (pattern("=humidity"), pattern("=ambient|room|indoor|current humidity"))
OPENING = (
    pattern("valve opening|position|degree -target|set"),
    pattern("valve status -relay|target"),
)


def thermostat(leaves: Iterable[Leaf], services: tuple[Service, ...]) -> Composite | None:
    """Return the thermostat that a device is, if it is one."""
    leaves = [leaf for leaf in leaves if "[]" not in leaf.path]
    targets, calls = _targets(leaves, services)
    leading = next((targets[role] for role in LEADING if role in targets), None)
    if leading is None:
        return None
    mode = _choice(leaves, MODE, _modes)
    fan = _choice(leaves, FAN, _fans)
    preset = _choice(leaves, PRESET, _presets)
    power = _power(leaves)
    current = _reading(leaves, CURRENT, TEMPERATURES)
    if mode is None and power is None and current is None:
        return None
    action = _action(leaves)
    effective = min(
        (leaf for leaf in leaves if _is_target(leaf) and not leaf.item.writable),
        key=lambda leaf: (_role(leaf) != LEADING[0], leaf.path.count("."), leaf.path),
        default=None,
    )
    read_only = {
        "effective_temperature": effective,
        "current_temperature": current,
        "current_humidity": _reading(leaves, HUMIDITY, frozenset({"%"})),
        "hvac_action": action[0] if action else None,
        "valve_opening": _reading(leaves, OPENING, frozenset({"%"})),
    }
    choices = {"hvac_mode": mode, "fan_mode": fan, "preset_mode": preset, "power": power}
    controlled = targets | {role: found[0] for role, found in choices.items() if found}
    options: dict[str, Mapping[str, str]] = {
        role: found[1] for role, found in choices.items() if found
    }
    if action:
        options["hvac_action"] = action[1]
    options.setdefault("hvac_mode", {"": _only_mode(targets)})
    item = leading.item
    minimum, maximum = _range(leading, targets)
    description = Description(
        platform=Platform.CLIMATE,
        key=f"climate_{leading.path}",
        path=leading.path,
        item=item,
        translation_key="thermostat",
        unit=leading.unit if leading.unit in TEMPERATURES else UnitOfTemperature.CELSIUS.value,
        precision=precision(item),
        minimum=minimum,
        maximum=maximum,
        step=_resolution(leaves) or step(item),
        grade=Grade.RARE if leading.hidden else Grade.PRIMARY,
        roles={role: leaf.item for role, leaf in controlled.items()}
        | {role: leaf.item for role, leaf in read_only.items() if leaf is not None},
        options=options,
        calls=calls,
    )
    absorbed = frozenset(leaf.path for leaf in controlled.values())
    return Composite(description, absorbed, _echoes(leaves, absorbed, action))


def _echoes(
    leaves: Iterable[Leaf],
    absorbed: frozenset[str],
    action: tuple[Leaf, Mapping[str, str]] | None,
) -> frozenset[str]:
    """Return the paths that repeat what the thermostat shows, or tell of its inner switching."""
    told = {action[0].path} if action else set()
    for leaf in leaves:
        if leaf.item.writable or leaf.path in absorbed:
            continue
        item = leaf.item
        repeated = _is_target(leaf) or ("relay" in leaf.words)
        if item.data_type is DataType.ENUM:
            repeated |= bool(_modes(item) or _fans(item) or _presets(item) or _actions(item))
        if repeated:
            told.add(leaf.path)
    return frozenset(told)


def _targets(
    leaves: list[Leaf], services: tuple[Service, ...]
) -> tuple[dict[str, Leaf], dict[str, Call]]:
    """Return the set-points by role, and the services for those that no property sets."""
    targets: dict[str, Leaf] = {}
    calls: dict[str, Call] = {}
    deepest = min((leaf.path.count(".") for leaf in leaves), default=0) + 1
    for leaf in sorted(leaves, key=lambda leaf: (leaf.path.count("."), leaf.path)):
        if not _is_target(leaf) or leaf.path.count(".") > deepest:
            continue
        role = _role(leaf)
        if role is None or role in targets:
            continue
        if leaf.item.writable:
            targets[role] = leaf
        elif call := call_for(services, frozenset(leaf.words.phrase), leaf.item):
            targets[role] = leaf
            calls[role] = call
    return targets, calls


def _is_target(leaf: Leaf) -> bool:
    return (
        leaf.item.data_type.is_number
        and TARGET.matches(leaf.words)
        and (leaf.unit in TEMPERATURES or (leaf.unit is None and "temperature" in leaf.words))
    )


def _role(leaf: Leaf) -> str | None:
    if leaf.words.any(EMERGENCY):
        return None
    return next(role for words, role in TARGETS if words <= leaf.words.all)


def _range(leading: Leaf, targets: Mapping[str, Leaf]) -> tuple[float, float]:
    limits = [bounds(leaf.item, leaf.unit) for leaf in targets.values()]
    known = [limit for limit in limits if limit[0] > -1000 and limit[1] < 1000]  # noqa: PLR2004
    if not known:
        return (41.0, 95.0) if leading.unit == UnitOfTemperature.FAHRENHEIT else (5.0, 35.0)
    return min(low for low, _ in known), max(high for _, high in known)


def _resolution(leaves: Iterable[Leaf]) -> float | None:
    """Return the finest step that the device can be set to, if it says so."""
    wanted = pattern("target temperature resolution")
    steps = [
        float(label)
        for leaf in leaves
        if wanted.matches(leaf.words) and leaf.item.data_type is DataType.ENUM
        for label in leaf.item.mappings.values()
        if label.replace(".", "", 1).isdecimal() and label.isascii() and float(label) > 0
    ]
    return min(steps, default=None)


def _choice(
    leaves: Iterable[Leaf],
    wanted: Pattern,
    read: Callable[[Item], dict[str, str]],
) -> tuple[Leaf, Mapping[str, str]] | None:
    """Return the writable enumeration that is meant, with what its keys mean."""
    found = [
        (leaf, options)
        for leaf in leaves
        if leaf.item.writable
        and leaf.item.data_type is DataType.ENUM
        and wanted.matches(leaf.words)
        and (options := read(leaf.item))
    ]
    return min(
        found,
        key=lambda pair: (not pair[0].item.readable, pair[0].path.count("."), pair[0].path),
        default=None,
    )


def _modes(item: Item) -> dict[str, str]:
    found = {key: _mode(label) for key, label in item.mappings.items()}
    modes = {key: mode for key, mode in found.items() if mode is not None}
    told = {mode for mode in modes.values() if mode is not HVACMode.OFF}
    thermal = told & {HVACMode.HEAT, HVACMode.COOL, HVACMode.HEAT_COOL}
    return {key: mode.value for key, mode in modes.items()} if thermal and len(modes) > 1 else {}


def _mode(label: str) -> HVACMode | None:
    if LISTED.search(label):
        return None
    words = frozenset(words_of(label))
    return next((mode for needed, mode in MODE_WORDS if needed <= words), None)


def _fans(item: Item) -> dict[str, str]:
    found = {key: _fan(label) for key, label in item.mappings.items()}
    fans = {key: fan for key, fan in found.items() if fan}
    return fans if len(fans) > 1 else {}


def _fan(label: str) -> str:
    words = words_of(label)
    fan = next((word for word in words if word in FANS), "")
    return {"mid": "medium", "middle": "medium", "circulate": "diffuse"}.get(fan, fan)


def _presets(item: Item) -> dict[str, str]:
    found = {
        key: next((word for word in words_of(label) if word in PRESETS), "")
        for key, label in item.mappings.items()
    }
    presets = {key: preset for key, preset in found.items() if preset}
    return presets if len(set(presets.values())) == len(found) > 1 else {}


def _power(leaves: Iterable[Leaf]) -> tuple[Leaf, Mapping[str, str]] | None:
    found = [
        (rank, leaf.path.count("."), leaf.path, leaf, states)
        for leaf in leaves
        if leaf.item.writable
        and leaf.item.readable
        and leaf.item.data_type in (DataType.BOOL, DataType.ENUM)
        for rank, wanted in enumerate(POWER)
        if wanted.matches(leaf.words) and (states := worded(leaf.item, "on", "off"))
    ]
    if not found:
        return None
    best = min(found, key=lambda entry: entry[:3])
    return best[3], best[4]


def _reading(
    leaves: Iterable[Leaf], wanted: Iterable[Pattern], units: frozenset[str]
) -> Leaf | None:
    """Return the measured value that is meant, by the first pattern that finds one."""
    measured = [
        leaf
        for leaf in leaves
        if leaf.item.readable
        and not leaf.item.writable
        and leaf.item.data_type.is_number
        and leaf.unit in units
    ]
    for choice in wanted:
        found = [leaf for leaf in measured if choice.matches(leaf.words)]
        if found:
            return min(found, key=lambda leaf: (leaf.path.count("."), leaf.path))
    return None


def _action(leaves: Iterable[Leaf]) -> tuple[Leaf, Mapping[str, str]] | None:
    found = [
        (leaf, actions)
        for leaf in leaves
        if not leaf.item.writable
        and leaf.item.data_type is DataType.ENUM
        and ACTION.matches(leaf.words)
        and (actions := _actions(leaf.item))
    ]
    return min(found, key=lambda pair: (pair[0].path.count("."), pair[0].path), default=None)


def _actions(item: Item) -> dict[str, str]:
    found = {
        key: next((action for word, action in ACTION_WORDS if word in words_of(label)), None)
        for key, label in item.mappings.items()
    }
    actions = {key: action.value for key, action in found.items() if action is not None}
    thermal = {HVACAction.HEATING.value, HVACAction.COOLING.value}.intersection(actions.values())
    return actions if thermal and len(actions) == len(found) > 1 else {}


def _only_mode(targets: Mapping[str, Leaf]) -> str:
    """Return the mode of a device that leaves no choice: radiator valves heat."""
    heats = "target_temperature_heat" in targets
    cools = "target_temperature_cool" in targets
    if heats and cools:
        return HVACMode.HEAT_COOL.value
    return HVACMode.COOL.value if cools else HVACMode.HEAT.value
