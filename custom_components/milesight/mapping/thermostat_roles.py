"""The roles that the properties of a thermostat play.

A role needs evidence: words that claim it, no words of another subject, and options that fit. If
two properties claim a role equally, neither gets it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import re

from homeassistant.components.climate.const import HVACAction, HVACMode

from ..api import DataType, Item, ThingService
from .descriptions import Setter
from .labels import binary_options, words_of
from .properties import Property
from .setters import find_setter
from .tokens import Pattern, pattern
from .units import TEMPERATURES

SYSTEM = "system|thermostat|hvac|climate|control|current|work|working|operation|operating|set"
TARGET = pattern(
    "temperature|target target|set|point"
    f" +target|temperature|point|heat|cool|auto|room|ambient|indoor|mode|manual|user|{SYSTEM}"
)
EMERGENCY = frozenset({"em", "emergency", "auxiliary", "aux"})

# The role of a set-point by the words beside "target temperature".
TARGETS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"auto", "heat"}), "target_temperature_low"),
    (frozenset({"auto", "cool"}), "target_temperature_high"),
    (frozenset({"heat"}), "target_temperature_heat"),
    (frozenset({"cool"}), "target_temperature_cool"),
    (frozenset({"auto"}), "target_temperature_auto"),
    (frozenset(), "target_temperature"),
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
THERMAL = frozenset({HVACMode.HEAT, HVACMode.COOL, HVACMode.HEAT_COOL})
LISTED = re.compile(r"[,;/\u3001\uff0c]")  # "heat, cool" is no mode, but a choice of them
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
    {"auto", "low", "medium", "mid", "middle", "high", "on", "off", "circulate", "top", "disable"}
)
FAN_NAMES = {"mid": "medium", "middle": "medium", "circulate": "diffuse", "disable": "off"}
TARGET_COUNTS = {"single": "single", "dual": "dual", "double": "dual"}
PRESETS = frozenset({"eco", "away", "comfort", "boost", "sleep", "home", "holiday", "activity"})

# The claims to a role, the strongest first.
MODE = (
    pattern(f"mode +temperature|{SYSTEM}"),
    pattern(f"mode +temperature|heat|cool|status|target|device|{SYSTEM}"),
)
FAN = (
    pattern(f"fan|wind mode +mode|fan|wind|{SYSTEM}"),
    pattern(f"fan|wind speed|gear|level|control +mode|speed|gear|level|fan|wind|{SYSTEM}"),
)
PRESET = (pattern(f"preset|mode +mode|preset|scene|temperature|{SYSTEM}"),)
POWER = (
    pattern(f"system|thermostat|hvac|climate status|switch|power|on +off|on|power|switch|{SYSTEM}"),
    pattern("power|on +off|on|power|switch|status|set|control|current"),
    pattern("temperature|thermostat|hvac|climate|system control|enable +enable|control|system"),
    pattern("=switch"),
    pattern("=device status|switch|power"),
)
TARGET_COUNT = pattern(f"target mode|type +temperature|auto|{SYSTEM}")
ACTION = pattern("status|action -fan|alarm|valve|relay|sensor|schedule|wire|event|lock")
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
    pattern("valve opening|position|degree -target|set|energy|saving|min|max"),
    pattern("valve status -relay|target"),
)

type Meaning = Callable[[Item], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A property that is one of several options.

    ``shown`` is the property that reports it if ``prop`` is only written.
    """

    prop: Property
    options: Mapping[str, str]
    shown: Property | None = None
    shown_options: Mapping[str, str] | None = None


def targets(
    properties: list[Property], services: tuple[ThingService, ...]
) -> tuple[dict[str, Property], dict[str, Setter]]:
    """Return the set-points by role, and the services for those that no property sets."""
    claims: dict[str, list[tuple[tuple[bool, int, int], Property, Setter | None]]] = {}
    deepest = min((prop.path.count(".") for prop in properties), default=0) + 1
    for prop in properties:
        role = target_role(prop)
        if role is None or prop.path.count(".") > deepest:
            continue
        setter = None
        if not prop.item.writable:
            setter = find_setter(services, frozenset(prop.tokens.phrase), prop.item)
            if setter is None:
                continue
        strength = (setter is not None, len(prop.tokens.numbers), prop.path.count("."))
        claims.setdefault(role, []).append((strength, prop, setter))
    roles: dict[str, Property] = {}
    setters: dict[str, Setter] = {}
    for role, claimants in claims.items():
        best = min(strength for strength, _, _ in claimants)
        strongest = [claim for claim in claimants if claim[0] == best]
        if len(strongest) > 1:
            continue
        _, roles[role], setter = strongest[0]
        if setter is not None:
            setters[role] = setter
    return roles, setters


def is_target(prop: Property) -> bool:
    """Return whether a property is the temperature that a room shall have."""
    return (
        prop.item.data_type.is_number
        and TARGET.matches(prop.tokens)
        and (prop.unit in TEMPERATURES or (prop.unit is None and "temperature" in prop.tokens))
    )


def target_role(prop: Property) -> str | None:
    """Return the role of a set-point, ``None`` for any other property."""
    if not is_target(prop) or prop.tokens.any(EMERGENCY):
        return None
    return next(role for words, role in TARGETS if words <= prop.tokens.all)


def choice(
    properties: Iterable[Property], claims: tuple[Pattern, ...], meaning: Meaning
) -> Choice | None:
    """Return the enumeration that is written, with the one that reports it."""
    candidates = [
        (strength, prop, options)
        for prop in properties
        for strength, claim in enumerate(claims)
        if prop.item.data_type in (DataType.ENUM, DataType.BOOL)
        and claim.matches(prop.tokens)
        and (options := meaning(prop.item))
    ]
    written = _undisputed(
        (
            ((not prop.item.readable, strength), prop, options)
            for strength, prop, options in candidates
            if prop.item.writable
        ),
    )
    if written is None:
        return None
    prop, options = written
    if prop.item.readable:
        return Choice(prop, options)
    shown = _undisputed(
        ((False, strength), other, meanings)
        for strength, other, meanings in candidates
        if not other.item.writable and set(options.values()) <= set(meanings.values())
    )
    return Choice(prop, options, *(shown or ()))


def _undisputed(
    candidates: Iterable[tuple[tuple[bool, int], Property, Mapping[str, str]]],
) -> tuple[Property, Mapping[str, str]] | None:
    """Return the strongest candidate, ``None`` if there are two or none."""
    strongest: dict[str, tuple[tuple[bool, int], Property, Mapping[str, str]]] = {}
    for candidate in candidates:
        path = candidate[1].path
        if path not in strongest or candidate[0] < strongest[path][0]:
            strongest[path] = candidate
    best = min((strength for strength, _, _ in strongest.values()), default=None)
    claimants = [claim for claim in strongest.values() if claim[0] == best]
    return claimants[0][1:] if len(claimants) == 1 else None


def modes(item: Item) -> dict[str, str]:
    """Return the modes that the keys of an item mean, nothing if it has other options."""
    known = {
        key: mode
        for key, label in sorted(item.mappings.items(), key=_is_emergency)
        if (mode := _mode(label)) is not None
    }
    fits = len(known) > 1 and len(known) + 1 >= len(item.mappings)
    thermal = THERMAL.intersection(known.values())
    return {key: mode.value for key, mode in known.items()} if fits and thermal else {}


def _is_emergency(option: tuple[str, str]) -> bool:
    """Return whether an option is emergency heat, which is not chosen if there is another."""
    return not EMERGENCY.isdisjoint(words_of(option[1]))


def _mode(label: str) -> HVACMode | None:
    if LISTED.search(label):
        return None
    words = frozenset(words_of(label))
    return next((mode for needed, mode in MODE_WORDS if needed <= words), None)


def fans(item: Item) -> dict[str, str]:
    """Return the fan modes that the keys of an item mean."""
    known = {key: fan for key, label in item.mappings.items() if (fan := _fan(label))}
    fits = len(known) + 1 >= len(item.mappings) and len(set(known.values())) > 1
    return known if fits and not set(known.values()) <= {"on", "off"} else {}


def _fan(label: str) -> str:
    fan = next((word for word in words_of(label) if word in FANS), "")
    return FAN_NAMES.get(fan, fan)


def presets(item: Item) -> dict[str, str]:
    """Return the presets that the keys of an item mean, nothing if not all of them are presets."""
    by_key = {
        key: next((word for word in words_of(label) if word in PRESETS), "")
        for key, label in item.mappings.items()
    }
    known = {key: preset for key, preset in by_key.items() if preset}
    return known if len(set(known.values())) == len(by_key) > 1 else {}


def on_off(item: Item) -> dict[str, str]:
    """Return ``on`` or ``off`` for each key of an item of two states."""
    return binary_options(item, "on", "off")


def reading(
    properties: Iterable[Property], claims: Iterable[Pattern], units: frozenset[str]
) -> Property | None:
    """Return the measured value that the first pattern with a match finds."""
    measured = [
        prop
        for prop in properties
        if prop.item.readable
        and not prop.item.writable
        and prop.item.data_type.is_number
        and prop.unit in units
    ]
    for claim in claims:
        matching = [prop for prop in measured if claim.matches(prop.tokens)]
        if matching:
            return min(matching, key=lambda prop: (prop.path.count("."), prop.path))
    return None


def target_count(
    properties: Iterable[Property],
) -> tuple[Property, Mapping[str, str]] | None:
    """Return the property that reports if automatic mode has a single set-point or two."""
    return _undisputed(
        ((False, 0), prop, options)
        for prop in properties
        if prop.item.readable
        and prop.item.data_type is DataType.ENUM
        and TARGET_COUNT.matches(prop.tokens)
        and (options := target_counts(prop.item))
    )


def target_counts(item: Item) -> dict[str, str]:
    """Return ``single`` or ``dual`` for each key of an item that has both and no others."""
    known = {
        key: TARGET_COUNTS[word]
        for key, label in item.mappings.items()
        for word in words_of(label)
        if word in TARGET_COUNTS
    }
    both = {*known.values()} == {*TARGET_COUNTS.values()}
    return known if both and len(known) == len(item.mappings) else {}


def action(properties: Iterable[Property]) -> tuple[Property, Mapping[str, str]] | None:
    """Return the property that reports whether the device heats or cools."""
    candidates = [
        (prop, options)
        for prop in properties
        if not prop.item.writable
        and prop.item.data_type is DataType.ENUM
        and ACTION.matches(prop.tokens)
        and (options := actions(prop.item))
    ]
    return min(candidates, key=lambda pair: (pair[0].path.count("."), pair[0].path), default=None)


def actions(item: Item) -> dict[str, str]:
    """Return the actions that the keys of an item mean."""
    meanings = {
        key: next((action for word, action in ACTION_WORDS if word in words_of(label)), None)
        for key, label in item.mappings.items()
    }
    known = {key: action.value for key, action in meanings.items() if action is not None}
    thermal = {HVACAction.HEATING.value, HVACAction.COOLING.value}.intersection(known.values())
    return known if thermal and len(known) + 1 >= len(meanings) > 1 else {}
