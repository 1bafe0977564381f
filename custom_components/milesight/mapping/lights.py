"""Lights: lamps that can be dimmed or coloured."""

from collections.abc import Iterable, Iterator

from homeassistant.const import PERCENTAGE, UnitOfTemperature

from ..api import DataType
from .bounds import bounds
from .descriptions import Composite, LightDescription, Priority
from .labels import binary_options
from .naming import property_name, subject
from .properties import Property
from .tokens import pattern, vocabulary

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
# What the switch of a lamp may say beside the words of its brightness.
LAMP_WORDS = vocabulary(
    "light lamp dimmer dimming switch power led luminaire status on off control set"
)
COLORS = ("red", "green", "blue")
MAX_LEVEL = 255.0
LETTER = pattern(f"rgb|rgbw r|g|b -{NOT_A_LAMP}")
COLOR = pattern(f"red|green|blue -{NOT_A_LAMP}")


def lights(properties: Iterable[Property]) -> Iterator[Composite]:
    """Yield a light for each lamp that can be dimmed or coloured."""
    groups: dict[tuple[str | None, tuple[int, ...]], dict[str, Property]] = {}
    for prop in properties:
        if part := _light_part(prop):
            group = groups.setdefault((prop.item.parent, prop.tokens.numbers), {})
            group.setdefault(part, prop)
    for parts in groups.values():
        if "brightness" in parts or all(color in parts for color in COLORS):
            yield _light(_of_one_lamp(parts))


def _of_one_lamp(parts: dict[str, Property]) -> dict[str, Property]:
    """Return the parts without a switch that says more than the lamp's level does."""
    power, level = parts.get("power"), parts.get("brightness") or parts["red"]
    if power is None or LAMP_WORDS.union(level.tokens.phrase).issuperset(power.tokens.phrase):
        return parts
    return {role: prop for role, prop in parts.items() if role != "power"}


def _light_part(prop: Property) -> str | None:
    item = prop.item
    if not item.writable:
        return None
    if item.data_type.is_number:
        if COLOR.matches(prop.tokens) or LETTER.matches(prop.tokens):
            return next(
                (color for color in COLORS if {color, color[0]} & {*prop.tokens.last}), None
            )
        if COLOR_TEMPERATURE.matches(prop.tokens) and prop.unit == UnitOfTemperature.KELVIN:
            return "color_temperature"
        is_level = prop.unit in (None, PERCENTAGE) and BRIGHTNESS.matches(prop.tokens)
        return "brightness" if is_level else None
    if item.data_type in (DataType.BOOL, DataType.ENUM) and LAMP_SWITCH.matches(prop.tokens):
        return "power" if binary_options(item, "on", "off") else None
    return None


def _light(parts: dict[str, Property]) -> Composite:
    if not all(color in parts for color in COLORS):
        parts = {role: prop for role, prop in parts.items() if role not in COLORS}
    if "brightness" not in parts:  # only its color dims it
        parts = {role: prop for role, prop in parts.items() if role != "color_temperature"}
    own = parts.get("brightness") or parts["red"]
    minimum, maximum = _levels(parts.get("brightness"))
    power = parts.get("power")
    return Composite(
        LightDescription(
            key=f"light_{own.path}",
            path=own.path,
            name=subject(property_name(own)),
            minimum=minimum,
            maximum=maximum,
            color_maximum=_levels(parts.get("red"))[1],
            priority=Priority.RARE if own.hidden else Priority.PRIMARY,
            roles={role: prop.item for role, prop in parts.items()},
            options={"power": binary_options(power.item, "on", "off")} if power else {},
        ),
        frozenset(prop.path for prop in parts.values()),
    )


def _levels(prop: Property | None) -> tuple[float, float]:
    """Return the lowest and the highest level of a part, if the lamp has it."""
    if prop is None:
        return 0.0, MAX_LEVEL
    minimum, maximum = bounds(prop.item, prop.unit)
    return max(minimum, 0.0), maximum if maximum > 0 else MAX_LEVEL
