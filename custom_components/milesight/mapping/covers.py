"""Covers: motors that are told to open, close and stop, or set to a position."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from homeassistant.components.cover.const import CoverDeviceClass
from homeassistant.const import PERCENTAGE, Platform

from ..api import DataType
from .description import Composite, Grade
from .entities import bounds, plain
from .labels import flag_labels, words_of
from .leaf import Leaf
from .naming import spoken_name, subject
from .settings import CONFIGURING
from .words import pattern

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


def covers(leaves: Iterable[Leaf]) -> Iterator[Composite]:
    """Yield a cover for each motor that is told to open, close and stop, or set to a position."""
    groups: dict[tuple[str | None, tuple[int, ...]], dict[str, Leaf]] = {}
    for leaf in leaves:
        parts = groups.setdefault((leaf.item.parent, leaf.words.numbers), {})
        if _motions(leaf):
            parts.setdefault("command", leaf)
        elif _is_cover_position(leaf):
            parts.setdefault("set_position" if leaf.item.writable else "position", leaf)
            if leaf.item.writable and leaf.item.readable:
                parts.setdefault("position", leaf)
    for parts in groups.values():
        if "command" in parts or ("set_position" in parts and _names_cover(parts["set_position"])):
            yield _cover(parts)


def _names_cover(leaf: Leaf) -> bool:
    return leaf.words.any(COVERS | {"cover"})


def _motions(leaf: Leaf) -> dict[str, str]:
    """Return which key opens, closes and stops, for a writable choice that can."""
    item = leaf.item
    if not item.writable or item.data_type not in (DataType.ENUM, DataType.BOOL):
        return {}
    if not COVER_COMMAND.matches(leaf.words):
        return {}
    labels = item.mappings if item.data_type is DataType.ENUM else flag_labels(item)
    motions = {
        key: motion
        for key, label in labels.items()
        for words, motion in MOTIONS
        if words.intersection(words_of(label))
    }
    told = set(motions.values())
    if len(motions) != len(labels) or len(told) != len(motions):
        return {}
    complete = told == {"open", "close", "stop"}
    return motions if complete or (told == {"open", "close"} and _names_cover(leaf)) else {}


def _is_cover_position(leaf: Leaf) -> bool:
    return (
        leaf.item.data_type.is_number
        and leaf.unit == PERCENTAGE
        and COVER_POSITION.matches(leaf.words)
    )


def _cover(parts: Mapping[str, Leaf]) -> Composite:
    own = parts.get("command") or parts["set_position"]
    words = {word for leaf in parts.values() for word in leaf.words.all}
    position = parts.get("set_position") or parts.get("position")
    minimum, maximum = bounds(position.item, PERCENTAGE) if position else (0.0, 100.0)
    return Composite(
        replace(
            plain(own, Platform.COVER),
            key=f"cover_{own.path}",
            name=subject(spoken_name(own)),
            device_class=next((found for word, found in COVER_CLASSES if word in words), None),
            minimum=minimum,
            maximum=maximum,
            grade=Grade.RARE if own.hidden else Grade.PRIMARY,
            roles={role: leaf.item for role, leaf in parts.items()},
            options={"command": _motions(parts["command"])} if "command" in parts else {},
        ),
        frozenset(leaf.path for leaf in parts.values() if leaf.item.writable),
    )
