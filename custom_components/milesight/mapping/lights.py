"""Lights: lamps that can be dimmed or coloured."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from homeassistant.const import Platform, UnitOfTemperature

from ..api import DataType
from .description import Composite, Grade
from .entities import HUGE, bounds, plain
from .labels import on_keys, worded
from .leaf import Leaf
from .naming import spoken_name, subject
from .words import pattern

NOT_A_LAMP = (
    "screen|display|indicator|panel|key|button|backlight|backlit|lcd|sensor|alarm|threshold|night"
    "|interval|schedule|plan|calibration|mode|time|delay|report|min|max|limit|range|sleep"
)
BRIGHTNESS = pattern(f"brightness|dimming|dimmer|dim|luminance -{NOT_A_LAMP}|color|colour|enable")
COLOR_TEMPERATURE = pattern(f"temperature color|colour|white|cct -{NOT_A_LAMP}")
LAMP_SWITCH = pattern(
    f"light|lamp|dimmer|dimming|switch|power|led|luminaire|status|on -{NOT_A_LAMP}|color|colour"
    "|config|setting"
)
COLORS = ("red", "green", "blue")
LETTER = pattern(f"rgb|rgbw r|g|b -{NOT_A_LAMP}")
COLOR = pattern(f"red|green|blue -{NOT_A_LAMP}")


def lights(leaves: Iterable[Leaf]) -> Iterator[Composite]:
    """Yield a light for each lamp that can be dimmed or coloured."""
    groups: dict[tuple[str | None, tuple[int, ...]], dict[str, Leaf]] = {}
    for leaf in leaves:
        if part := _light_part(leaf):
            group = groups.setdefault((leaf.item.parent, leaf.words.numbers), {})
            group.setdefault(part, leaf)
    for parts in groups.values():
        if "brightness" in parts or all(color in parts for color in COLORS):
            yield _light(parts)


def _light_part(leaf: Leaf) -> str | None:
    item = leaf.item
    if not item.writable:
        return None
    if item.data_type.is_number:
        if COLOR.matches(leaf.words) or LETTER.matches(leaf.words):
            return next((color for color in COLORS if {color, color[0]} & {*leaf.words.last}), None)
        if COLOR_TEMPERATURE.matches(leaf.words) and leaf.unit == UnitOfTemperature.KELVIN:
            return "color_temperature"
        return "brightness" if BRIGHTNESS.matches(leaf.words) else None
    if item.data_type in (DataType.BOOL, DataType.ENUM) and LAMP_SWITCH.matches(leaf.words):
        return "power" if on_keys(item) else None
    return None


def _light(parts: dict[str, Leaf]) -> Composite:
    if not all(color in parts for color in COLORS):
        parts = {role: leaf for role, leaf in parts.items() if role not in COLORS}
    own = parts.get("brightness") or parts["red"]
    level = parts.get("brightness") or parts["red"]
    minimum, maximum = bounds(level.item, level.unit)
    power = parts.get("power")
    return Composite(
        replace(
            plain(own, Platform.LIGHT),
            key=f"light_{own.path}",
            name=subject(spoken_name(own)),
            minimum=max(minimum, 0.0),
            maximum=maximum if maximum < HUGE else 255.0,
            grade=Grade.RARE if own.hidden else Grade.PRIMARY,
            roles={role: leaf.item for role, leaf in parts.items()},
            options={"power": worded(power.item, "on", "off")} if power else {},
        ),
        frozenset(leaf.path for leaf in parts.values()),
    )
