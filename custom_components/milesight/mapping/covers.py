"""Covers: motors that open, close and stop on command, or move to a position."""

from collections.abc import Iterable, Iterator, Mapping

from homeassistant.components.cover.const import CoverDeviceClass
from homeassistant.const import PERCENTAGE

from ..api import DataType
from .descriptions import Composite, CoverDescription, Priority
from .labels import flag_labels, words_of
from .naming import property_name, subject
from .properties import Property
from .setting_rules import CONFIGURING
from .tokens import pattern

COVER_CLASSES: tuple[tuple[str, CoverDeviceClass], ...] = (
    ("awning", CoverDeviceClass.AWNING),
    ("blind", CoverDeviceClass.BLIND),
    ("curtain", CoverDeviceClass.CURTAIN),
    ("damper", CoverDeviceClass.DAMPER),
    ("garage", CoverDeviceClass.GARAGE),
    ("door", CoverDeviceClass.DOOR),
    ("gate", CoverDeviceClass.GATE),
    ("roller", CoverDeviceClass.SHUTTER),
    ("shade", CoverDeviceClass.SHADE),
    ("shutter", CoverDeviceClass.SHUTTER),
    ("window", CoverDeviceClass.WINDOW),
)
COVERS = frozenset(word for word, _ in COVER_CLASSES)
MOTIONS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"open", "opening", "up", "raise"}), "open"),
    (frozenset({"close", "closed", "closing", "down", "lower"}), "close"),
    (frozenset({"stop", "pause", "stopped", "hold"}), "stop"),
)
COVER_COMMAND = pattern(f"- -{CONFIGURING}|valve|sensor|detection|light|relay|socket")
COVER_POSITION = pattern(
    "position|opening|level|percent|percentage|degree|curtain|shutter|blind|cover"
    f" -{CONFIGURING}|valve|sensor|battery"
)


def covers(properties: Iterable[Property]) -> Iterator[Composite]:
    """Yield a cover for each motor with commands to open, close and stop, or with a position."""
    groups: dict[tuple[str | None, tuple[int, ...]], dict[str, Property]] = {}
    for prop in properties:
        parts = groups.setdefault((prop.item.parent, prop.tokens.numbers), {})
        if _motions(prop):
            parts.setdefault("command", prop)
        elif _is_cover_position(prop):
            parts.setdefault("set_position" if prop.item.writable else "position", prop)
            if prop.item.writable and prop.item.readable:
                parts.setdefault("position", prop)
    for parts in groups.values():
        if "command" in parts or ("set_position" in parts and _names_cover(parts["set_position"])):
            yield _cover(parts)


def _names_cover(prop: Property) -> bool:
    return prop.tokens.any(COVERS | {"cover"})


def _motions(prop: Property) -> dict[str, str]:
    """Return which key opens, closes and stops, for a writable choice that can."""
    item = prop.item
    if not item.writable or item.data_type not in (DataType.ENUM, DataType.BOOL):
        return {}
    if not COVER_COMMAND.matches(prop.tokens):
        return {}
    labels = item.mappings if item.data_type is DataType.ENUM else flag_labels(item)
    motions = {
        key: motion
        for key, label in labels.items()
        for words, motion in MOTIONS
        if words.intersection(words_of(label))
    }
    commands = set(motions.values())
    if len(motions) != len(labels) or len(commands) != len(motions):
        return {}
    complete = commands == {"open", "close", "stop"}
    return motions if complete or (commands == {"open", "close"} and _names_cover(prop)) else {}


def _is_cover_position(prop: Property) -> bool:
    return (
        prop.item.data_type.is_number
        and prop.unit == PERCENTAGE
        and COVER_POSITION.matches(prop.tokens)
    )


def _cover(parts: Mapping[str, Property]) -> Composite:
    own = parts.get("command") or parts["set_position"]
    words = {word for prop in parts.values() for word in prop.tokens.all}
    return Composite(
        CoverDescription(
            key=f"cover_{own.path}",
            path=own.path,
            name=subject(property_name(own)),
            device_class=next((choice for word, choice in COVER_CLASSES if word in words), None),
            priority=Priority.RARE if own.hidden else Priority.PRIMARY,
            roles={role: prop.item for role, prop in parts.items()},
            options={"command": _motions(parts["command"])} if "command" in parts else {},
        ),
        frozenset(prop.path for prop in parts.values() if prop.item.writable),
    )
