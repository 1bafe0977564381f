"""Trackers: latitude and longitude of one parent."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from homeassistant.const import Platform

from .description import Composite, Grade
from .entities import plain
from .leaf import Leaf
from .naming import tidy
from .words import pattern

LATITUDE, LONGITUDE = pattern("latitude"), pattern("longitude")


def trackers(leaves: Iterable[Leaf]) -> Iterator[Composite]:
    """Yield a tracker for each latitude with its longitude; what can be written is two numbers."""
    numbers = [leaf for leaf in leaves if leaf.item.data_type.is_number and leaf.item.readable]
    longitudes = {
        _pair(leaf): leaf
        for leaf in reversed(numbers)
        if LONGITUDE.matches(leaf.words) and not leaf.item.writable
    }
    for leaf in numbers:
        other = longitudes.get(_pair(leaf))
        if other is None or leaf.item.writable or not LATITUDE.matches(leaf.words):
            continue
        hidden = leaf.hidden or other.hidden
        named = plain(leaf, Platform.DEVICE_TRACKER)
        parent = leaf.parents[-1].name if leaf.parents else ""
        yield Composite(
            replace(
                named,
                key=f"device_tracker_{leaf.path}",
                translation_key=None if leaf.parents else "position",
                name=tidy(parent) or named.name,
                grade=Grade.RARE if hidden else Grade.PRIMARY,
                roles={"latitude": leaf.item, "longitude": other.item},
            ),
            frozenset({leaf.path, other.path}),
        )


def _pair(leaf: Leaf) -> tuple[str | None, tuple[str, ...], tuple[int, ...]]:
    """Return what a latitude and its longitude have in common."""
    words = tuple(word for word in leaf.words.last if word not in ("latitude", "longitude"))
    return leaf.item.parent, words, leaf.words.numbers
