"""The values that a number takes: as the specification says, else by what the number is."""

from dataclasses import dataclass
from math import ceil, floor

from ..api import Item
from .tokens import PathTokens, pattern, tokenize_path

LIMIT = 10**15
WIDE = (-1_000_000_000.0, 1_000_000_000.0)


@dataclass(frozen=True, slots=True)
class BoundsRule:
    """A rule: the words and the units of numbers, and their minimum and maximum.

    ``units`` maps a unit to its bounds; ``None`` stands for any other unit and for none.
    """

    words: str
    units: dict[str | None, tuple[float, float]]


OFFSET = "calibration|offset|compensation|correction|bias"
DIFFERENCE = "tolerance|hysteresis|deadband|dead|difference|delta|mutation|differential|change"

# The first rule whose words and unit fit decides.
BOUNDS_RULES: tuple[BoundsRule, ...] = (
    BoundsRule(
        "report|collection|detection|sampling interval",
        {"min": (1, 1440), "s": (60, 64800), "h": (1, 24), "ms": (100, 60000)},
    ),
    BoundsRule("report|collection|sampling interval", {None: (1, 64800)}),
    BoundsRule("interval", {"min": (1, 1440), "s": (1, 64800), "h": (1, 24), "ms": (1, 60000)}),
    BoundsRule(OFFSET, {"°C": (-10, 10), "°F": (-18, 18), "K": (-10, 10), "%": (-10, 10)}),
    BoundsRule(OFFSET, {"min": (-720, 720), None: (-1000, 1000)}),
    BoundsRule(DIFFERENCE, {"°C": (0, 20), "°F": (0, 36), "K": (0, 20), "%": (0, 100)}),
    BoundsRule("temperature color|colour", {"K": (1000, 10000)}),
    BoundsRule("cct", {"K": (1000, 10000)}),
    BoundsRule("target|set|eco|away temperature", {"°C": (5, 35), "°F": (41, 95)}),
    BoundsRule("freeze|frost", {"°C": (1, 10), "°F": (34, 50)}),
    BoundsRule(
        "-",
        {
            "%": (0, 100),
            "°C": (-50, 150),
            "°F": (-58, 302),
            "K": (0, 500),
            "ms": (0, 60000),
            "s": (0, 86400),
            "min": (0, 1440),
            "h": (0, 168),
            "d": (0, 365),
            "°": (-180, 360),
            "V": (0, 500),
            "A": (0, 1000),
            "mA": (0, 100000),
            "Hz": (0, 1000),
            "ppm": (0, 10000),
            "hPa": (300, 1100),
            "lx": (0, 200000),
            "dBA": (0, 150),
            "dB": (0, 150),
            "mm": (0, 100000),
            "cm": (0, 10000),
            "m": (0, 100),
        },
    ),
    BoundsRule("month", {None: (1, 12)}),
    BoundsRule("day", {None: (1, 31)}),
    BoundsRule("hour", {None: (0, 23)}),
    BoundsRule("minute|second", {None: (0, 59)}),
    BoundsRule("latitude", {None: (-90, 90)}),
    BoundsRule("longitude", {None: (-180, 180)}),
    BoundsRule("opening|percent|percentage|humidity|battery", {None: (0, 100)}),
    BoundsRule("times|count|number|repeat|retry", {None: (0, 1000)}),
    BoundsRule(
        "brightness|dimming|dimmer|dim|luminance|red|green|blue|r|g|b|volume|level",
        {None: (0, 255)},
    ),
    BoundsRule("modbus|register|coordinate|x|y|z|angle|altitude", {None: WIDE}),
    BoundsRule("-", {None: (0, 65535)}),
)


def bounds(item: Item, unit: str | None, tokens: PathTokens | None = None) -> tuple[float, float]:
    """Return the minimum and the maximum of a number, whole if only whole numbers can be written.

    ``tokens`` are those of the number's own path, unless they are better known from another.
    """
    least, most = _by_meaning(tokens or tokenize_path(item.path), unit)
    minimum, maximum = item.minimum, item.maximum
    if minimum is not None:
        least, most = minimum, max(most, minimum)
    if maximum is not None:
        least, most = min(least, maximum), maximum
    least, most = _limited(least), _limited(most)
    if _is_whole(item):
        least, most = float(ceil(least)), float(floor(most))
    return least, max(least, most)


def has_bounds(item: Item) -> bool:
    """Return whether the specification says both bounds of a number."""
    return item.minimum is not None and item.maximum is not None


def _by_meaning(tokens: PathTokens, unit: str | None) -> tuple[float, float]:
    for rule in BOUNDS_RULES:
        known = rule.units.get(unit) or rule.units.get(None)
        if known is not None and pattern(rule.words).matches(tokens):
            return known
    return WIDE


def _limited(value: float) -> float:
    return float(max(-LIMIT, min(value, LIMIT)))


def step(item: Item) -> float:
    """Return by how much a number changes: a whole one by 1, others by their last decimal.

    If the specification does not say how many decimals there are, its limits do.
    """
    if _is_whole(item):
        return 1.0
    digits = item.fraction_digits
    if digits is None:
        digits = max(1, *(_decimals(limit) for limit in (item.minimum, item.maximum)))
    return float(10 ** -min(digits, 10))


def _is_whole(item: Item) -> bool:
    return item.data_type.is_whole or item.fraction_digits == 0


def _decimals(limit: float | None) -> int:
    return len(f"{limit:.10f}".rstrip("0").partition(".")[2]) if limit is not None else 0
