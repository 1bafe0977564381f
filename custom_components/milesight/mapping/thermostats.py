"""Thermostats.

A device is a thermostat if a set-point can be written, as a property or through a service, and
there is a temperature, a mode or a switch to go with it.
"""

from collections.abc import Iterable, Mapping, Set as AbstractSet

from homeassistant.components.climate.const import HVACMode
from homeassistant.const import UnitOfTemperature

from ..api import DataType, Item, ThingService
from ..api.paths import ANY_INDEX
from .bounds import bounds, has_bounds, step
from .descriptions import ClimateDescription, Composite, Priority, Setter
from .properties import Property
from .set_points import ANY_MODE, SET_POINTS, mode_set_points
from .thermostat_roles import (
    CURRENT,
    FAN,
    HUMIDITY,
    MODE,
    OPENING,
    POWER,
    PRESET,
    Choice,
    action,
    actions,
    choice,
    fans,
    is_target,
    modes,
    on_off,
    presets,
    reading,
    target_count,
    target_role,
    targets,
)
from .tokens import pattern
from .units import TEMPERATURES

RESOLUTION = pattern("target temperature resolution")


def thermostat(
    properties: tuple[Property, ...], services: tuple[ThingService, ...]
) -> Composite | None:
    """Return the thermostat that a device is, if it is one."""
    single = [prop for prop in properties if ANY_INDEX not in prop.path]
    claimed, services_by_role = targets(single, services)
    if not claimed:
        return None
    choices = {
        role: chosen
        for role, chosen in (
            ("hvac_mode", choice(single, MODE, modes)),
            ("fan_mode", choice(single, FAN, fans)),
            ("preset_mode", choice(single, PRESET, presets)),
            ("power", choice(single, POWER, on_off)),
        )
        if chosen is not None
    }
    roles, options = _roles(choices)
    options.setdefault("hvac_mode", {"": _only_mode(claimed)})
    count = target_count(single)
    used = _used(claimed.keys(), options, dual=count is not None)
    set_points = {role: prop for role, prop in claimed.items() if role in used}
    setters = {role: setter for role, setter in services_by_role.items() if role in used}
    leading = next((set_points[role] for role in SET_POINTS if role in set_points), None)
    if leading is None:
        return None
    current = reading(single, CURRENT, TEMPERATURES)
    if current is None and choices.keys().isdisjoint({"hvac_mode", "power"}):
        return None
    doing = action(single)
    readings = {
        "effective_temperature": _effective(single),
        "current_temperature": current,
        "current_humidity": reading(single, HUMIDITY, frozenset({"%"})),
        "hvac_action": doing[0] if doing else None,
        "valve_opening": reading(single, OPENING, frozenset({"%"})),
        "target_count": count[0] if count else None,
    }
    if doing:
        options["hvac_action"] = doing[1]
    if count:
        options["target_count"] = count[1]
    minimum, maximum = _range(leading, set_points, setters)
    description = ClimateDescription(
        key=f"climate_{leading.path}",
        path=leading.path,
        translation_key="thermostat",
        unit=leading.unit if leading.unit in TEMPERATURES else UnitOfTemperature.CELSIUS.value,
        minimum=minimum,
        maximum=maximum,
        step=_step(single, set_points, setters),
        priority=Priority.RARE if leading.hidden else Priority.PRIMARY,
        roles={role: prop.item for role, prop in set_points.items()}
        | {role: prop.item for role, prop in roles.items()}
        | {role: prop.item for role, prop in readings.items() if prop is not None},
        options=options,
        setters=setters,
    )
    absorbed = frozenset(prop.path for prop in (*set_points.values(), *roles.values()))
    return Composite(description, absorbed, _repeated(single, absorbed, doing and doing[0]))


def _roles(
    choices: Mapping[str, Choice],
) -> tuple[dict[str, Property], dict[str, Mapping[str, str]]]:
    """Return properties and options by role; ``set_<role>`` is written, ``<role>`` reported."""
    roles: dict[str, Property] = {}
    options: dict[str, Mapping[str, str]] = {}
    for role, chosen in choices.items():
        if chosen.shown is None or chosen.shown_options is None:
            roles[role], options[role] = chosen.prop, chosen.options
        else:
            roles[role], options[role] = chosen.shown, chosen.shown_options
            roles[f"set_{role}"], options[f"set_{role}"] = chosen.prop, chosen.options
    return roles, options


def _used(
    roles: AbstractSet[str], options: Mapping[str, Mapping[str, str]], *, dual: bool
) -> frozenset[str]:
    """Return the set-points that some mode uses, ``dual`` if the device may have two in one."""
    shown, settable = options["hvac_mode"], options.get("set_hvac_mode", {})
    return frozenset(
        role
        for mode in (*shown.values(), *settable.values())
        for prefer_two in {False, dual}
        for role in mode_set_points(mode, roles, dual=prefer_two)
    )


def _effective(properties: Iterable[Property]) -> Property | None:
    """Return the set-point that the device reports beside those that can be written."""
    return min(
        (prop for prop in properties if is_target(prop) and not prop.item.writable),
        key=lambda prop: (target_role(prop) != ANY_MODE, prop.path.count("."), prop.path),
        default=None,
    )


def _repeated(
    properties: Iterable[Property], absorbed: frozenset[str], doing: Property | None
) -> frozenset[str]:
    """Return the paths that repeat what the thermostat shows, or report its inner switching."""
    paths = {doing.path} if doing else set()
    for prop in properties:
        item = prop.item
        if item.writable or prop.path in absorbed:
            continue
        repeated = is_target(prop) or "relay" in prop.tokens
        if item.data_type is DataType.ENUM:
            repeated |= bool(modes(item) or fans(item) or presets(item) or actions(item))
        if repeated:
            paths.add(prop.path)
    return frozenset(paths)


def _written(set_points: Mapping[str, Property], setters: Mapping[str, Setter]) -> list[Item]:
    """Return the items that take the set-points."""
    return [
        setters[role].input if role in setters else prop.item for role, prop in set_points.items()
    ]


def _range(
    leading: Property, set_points: Mapping[str, Property], setters: Mapping[str, Setter]
) -> tuple[float, float]:
    items = [*_written(set_points, setters), *(prop.item for prop in set_points.values())]
    known = [item for item in items if has_bounds(item)] or [leading.item]
    limits = [bounds(item, leading.unit, leading.tokens) for item in known]
    return min(low for low, _ in limits), max(high for _, high in limits)


def _step(
    properties: Iterable[Property],
    set_points: Mapping[str, Property],
    setters: Mapping[str, Setter],
) -> float:
    """Return the finest step that the device can take: whole degrees if it takes whole numbers."""
    coarsest = max(step(item) for item in _written(set_points, setters))
    steps = [
        float(label)
        for prop in properties
        if RESOLUTION.matches(prop.tokens) and prop.item.data_type is DataType.ENUM
        for label in prop.item.mappings.values()
        if label.replace(".", "", 1).isdecimal() and label.isascii() and float(label) > 0
    ]
    return max(min(steps), coarsest) if steps else coarsest


def _only_mode(set_points: Mapping[str, Property]) -> str:
    """Return the mode of a device without a choice: radiator valves heat."""
    heats = "target_temperature_heat" in set_points
    cools = "target_temperature_cool" in set_points
    if heats and cools:
        return HVACMode.HEAT_COOL.value
    return HVACMode.COOL.value if cools else HVACMode.HEAT.value
