"""Thermostats, recognised by the roles that their properties play.

A device is a thermostat if a set-point can be written, as a property or through a service, and
there is a temperature, a mode or a switch to go with it.
"""

from collections.abc import Callable, Iterable, Mapping
import re

from homeassistant.components.climate.const import HVACAction, HVACMode
from homeassistant.const import UnitOfTemperature

from ..api import DataType, Item, Service
from .descriptions import ClimateDescription, Composite, Priority, Setter
from .entities import bounds, step
from .labels import binary_options, words_of
from .properties import Property
from .setters import find_setter
from .tokens import Pattern, pattern
from .units import TEMPERATURES

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


def thermostat(properties: Iterable[Property], services: tuple[Service, ...]) -> Composite | None:
    """Return the thermostat that a device is, if it is one."""
    properties = [prop for prop in properties if "[]" not in prop.path]
    targets, setters = _targets(properties, services)
    leading = next((targets[role] for role in LEADING if role in targets), None)
    if leading is None:
        return None
    mode = _choice(properties, MODE, _modes)
    fan = _choice(properties, FAN, _fans)
    preset = _choice(properties, PRESET, _presets)
    power = _power(properties)
    current = _reading(properties, CURRENT, TEMPERATURES)
    if mode is None and power is None and current is None:
        return None
    action = _action(properties)
    effective = min(
        (prop for prop in properties if _is_target(prop) and not prop.item.writable),
        key=lambda prop: (_role(prop) != LEADING[0], prop.path.count("."), prop.path),
        default=None,
    )
    read_only = {
        "effective_temperature": effective,
        "current_temperature": current,
        "current_humidity": _reading(properties, HUMIDITY, frozenset({"%"})),
        "hvac_action": action[0] if action else None,
        "valve_opening": _reading(properties, OPENING, frozenset({"%"})),
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
    description = ClimateDescription(
        key=f"climate_{leading.path}",
        path=leading.path,
        translation_key="thermostat",
        unit=leading.unit if leading.unit in TEMPERATURES else UnitOfTemperature.CELSIUS.value,
        minimum=minimum,
        maximum=maximum,
        step=_resolution(properties) or step(item),
        priority=Priority.RARE if leading.hidden else Priority.PRIMARY,
        roles={role: prop.item for role, prop in controlled.items()}
        | {role: prop.item for role, prop in read_only.items() if prop is not None},
        options=options,
        setters=setters,
    )
    absorbed = frozenset(prop.path for prop in controlled.values())
    return Composite(description, absorbed, _repeated(properties, absorbed, action))


def _repeated(
    properties: Iterable[Property],
    absorbed: frozenset[str],
    action: tuple[Property, Mapping[str, str]] | None,
) -> frozenset[str]:
    """Return the paths that repeat what the thermostat shows, or tell of its inner switching."""
    told = {action[0].path} if action else set()
    for prop in properties:
        if prop.item.writable or prop.path in absorbed:
            continue
        item = prop.item
        repeated = _is_target(prop) or ("relay" in prop.tokens)
        if item.data_type is DataType.ENUM:
            repeated |= bool(_modes(item) or _fans(item) or _presets(item) or _actions(item))
        if repeated:
            told.add(prop.path)
    return frozenset(told)


def _targets(
    properties: list[Property], services: tuple[Service, ...]
) -> tuple[dict[str, Property], dict[str, Setter]]:
    """Return the set-points by role, and the services for those that no property sets."""
    targets: dict[str, Property] = {}
    setters: dict[str, Setter] = {}
    deepest = min((prop.path.count(".") for prop in properties), default=0) + 1
    for prop in sorted(properties, key=lambda prop: (prop.path.count("."), prop.path)):
        if not _is_target(prop) or prop.path.count(".") > deepest:
            continue
        role = _role(prop)
        if role is None or role in targets:
            continue
        if prop.item.writable:
            targets[role] = prop
        elif setter := find_setter(services, frozenset(prop.tokens.phrase), prop.item):
            targets[role] = prop
            setters[role] = setter
    return targets, setters


def _is_target(prop: Property) -> bool:
    return (
        prop.item.data_type.is_number
        and TARGET.matches(prop.tokens)
        and (prop.unit in TEMPERATURES or (prop.unit is None and "temperature" in prop.tokens))
    )


def _role(prop: Property) -> str | None:
    if prop.tokens.any(EMERGENCY):
        return None
    return next(role for words, role in TARGETS if words <= prop.tokens.all)


def _range(leading: Property, targets: Mapping[str, Property]) -> tuple[float, float]:
    limits = [bounds(prop.item, prop.unit) for prop in targets.values()]
    known = [limit for limit in limits if limit[0] > -1000 and limit[1] < 1000]  # noqa: PLR2004
    if not known:
        return (41.0, 95.0) if leading.unit == UnitOfTemperature.FAHRENHEIT else (5.0, 35.0)
    return min(low for low, _ in known), max(high for _, high in known)


def _resolution(properties: Iterable[Property]) -> float | None:
    """Return the finest step that the device can be set to, if it says so."""
    wanted = pattern("target temperature resolution")
    steps = [
        float(label)
        for prop in properties
        if wanted.matches(prop.tokens) and prop.item.data_type is DataType.ENUM
        for label in prop.item.mappings.values()
        if label.replace(".", "", 1).isdecimal() and label.isascii() and float(label) > 0
    ]
    return min(steps, default=None)


def _choice(
    properties: Iterable[Property],
    wanted: Pattern,
    meaning: Callable[[Item], dict[str, str]],
) -> tuple[Property, Mapping[str, str]] | None:
    """Return the writable enumeration that is meant, with what its keys mean."""
    found = [
        (prop, options)
        for prop in properties
        if prop.item.writable
        and prop.item.data_type is DataType.ENUM
        and wanted.matches(prop.tokens)
        and (options := meaning(prop.item))
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


def _power(properties: Iterable[Property]) -> tuple[Property, Mapping[str, str]] | None:
    found = [
        (rank, prop.path.count("."), prop.path, prop, states)
        for prop in properties
        if prop.item.writable
        and prop.item.readable
        and prop.item.data_type in (DataType.BOOL, DataType.ENUM)
        for rank, wanted in enumerate(POWER)
        if wanted.matches(prop.tokens) and (states := binary_options(prop.item, "on", "off"))
    ]
    if not found:
        return None
    best = min(found, key=lambda entry: entry[:3])
    return best[3], best[4]


def _reading(
    properties: Iterable[Property], wanted: Iterable[Pattern], units: frozenset[str]
) -> Property | None:
    """Return the measured value that is meant, by the first pattern that finds one."""
    measured = [
        prop
        for prop in properties
        if prop.item.readable
        and not prop.item.writable
        and prop.item.data_type.is_number
        and prop.unit in units
    ]
    for choice in wanted:
        found = [prop for prop in measured if choice.matches(prop.tokens)]
        if found:
            return min(found, key=lambda prop: (prop.path.count("."), prop.path))
    return None


def _action(properties: Iterable[Property]) -> tuple[Property, Mapping[str, str]] | None:
    found = [
        (prop, actions)
        for prop in properties
        if not prop.item.writable
        and prop.item.data_type is DataType.ENUM
        and ACTION.matches(prop.tokens)
        and (actions := _actions(prop.item))
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


def _only_mode(targets: Mapping[str, Property]) -> str:
    """Return the mode of a device that properties no choice: radiator valves heat."""
    heats = "target_temperature_heat" in targets
    cools = "target_temperature_cool" in targets
    if heats and cools:
        return HVACMode.HEAT_COOL.value
    return HVACMode.COOL.value if cools else HVACMode.HEAT.value
