"""Drift of the values of a device, derived from the meaning of its properties, not its model.

The words of a property's id, its type, unit, range, labels and access mode decide.
"""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from .specification import TEXT_TYPES, Item, words_of

INTERVAL: Final = 600  # seconds between two reports

_PRESSES: Final = words_of("press pressed click")
_IDENTITY: Final = words_of("version sn ipso lorawan reset oem")
_SETTING: Final = words_of("enable config settings")
_CONSTANT: Final = words_of("id index target celsius fahrenheit")
_TOTAL: Final = words_of("total consumption pulse counter energy")
_CLOCK: Final = words_of("uptime timestamp")
_UNCERTAIN: Final = ("unknown", "unset", "undetectable")

# The chance that a state changes from one report to the next.
_CHANCES: Final[Mapping[str, float]] = {
    "pir": 0.4,
    "occupancy": 0.35,
    "magnet": 0.35,
    "motion": 0.3,
    "region": 0.2,
    "gpio": 0.1,
    "daylight": 0.1,
    "illuminance": 0.1,
    "geofence": 0.1,
    "leakage": 0.06,
}
# How far a number moves away from its sample value, by a word of the id or by the unit.
_SPREADS: Final[Mapping[str, float]] = {
    "latitude": 0.02,
    "longitude": 0.02,
    "°C": 4,
    "℃": 4,
    "%": 15,
    "%RH": 15,
    "%r.h.": 15,
    "dBm": 15,
    "hPa": 20,
    "V": 5,
}


def is_identity(item: Item) -> bool:
    """Return whether a property describes the device itself."""
    return bool(item.words & _IDENTITY) or item.id == "device_status"


def is_press(item: Item) -> bool:
    """Return whether a property reports presses of a button."""
    return any(words_of(label) & _PRESSES for _, label in item.labels)


def is_total(item: Item) -> bool:
    """Return whether a property is a number that only rises."""
    return item.is_number and bool(item.words & _TOTAL)


def is_measured(item: Item) -> bool:
    """Return whether a property is part of every periodic report."""
    read_only = not item.writable and item.data_type not in TEXT_TYPES
    return read_only and not (is_identity(item) or is_press(item) or item.words & _SETTING)


def drift(item: Item, value: Any, sample: Any, random: Random) -> Any:
    """Return the value of a property in the next report; `sample` is what it is usually."""
    match value:
        case list():
            usual = sample if isinstance(sample, list) and len(sample) == len(value) else value
            (element,) = item.children
            return [drift(element, *pair, random) for pair in zip(value, usual, strict=True)]
        case dict():
            return value | {
                member.id: drift(member, value[member.id], sample[member.id], random)
                for member in item.children
                if member.id in value and member.id in sample
            }
    if not is_measured(item) or item.words & _CONSTANT:
        return value
    if item.labels or item.data_type == "BOOL":
        return _next_state(item, value, random)
    if item.words & _CLOCK:
        return value + INTERVAL
    return _next_number(item, value, sample, random) if item.is_number else value


def _next_state(item: Item, value: Any, random: Random) -> Any:
    if random.random() >= max(_CHANCES.get(word, 0) for word in item.words):
        return value
    if isinstance(value, bool):
        return not value
    keys = [key for key, label in item.labels if label not in _UNCERTAIN and key != str(value)]
    return type(value)(random.choice(keys)) if keys else value


def _next_number(item: Item, value: float, sample: float, random: Random) -> float:
    if "battery" in item.words:
        return (value - 1 if value > 8 else 100) if random.random() < 0.02 else value
    unit = 10**-item.decimals
    low, high = item.limits
    if is_total(item):
        moved = value + random.uniform(0, 5 * unit)
    else:
        spreads = (_SPREADS.get(name) for name in (*sorted(item.words), item.unit))
        spread = next(filter(None, spreads), max(0.3 * abs(sample), 2 * unit))
        low, high = max(low, sample - spread, 0 if sample >= 0 else low), min(high, sample + spread)
        step = max(spread / 8, unit)
        moved = value + random.uniform(-step, step)
    return item.rounded(min(high, max(low, moved)))
