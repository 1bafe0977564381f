"""Trackers: latitude and longitude of one parent."""

from collections.abc import Iterable, Iterator

from homeassistant.const import Platform

from .descriptions import Composite, Priority, TrackerDescription
from .properties import Property
from .property_entities import identity
from .tokens import pattern
from .wording import tidy

LATITUDE, LONGITUDE = pattern("latitude"), pattern("longitude")


def trackers(properties: Iterable[Property]) -> Iterator[Composite]:
    """Yield a tracker for each latitude with its longitude; what can be written is two numbers."""
    numbers = [prop for prop in properties if prop.item.data_type.is_number and prop.item.readable]
    longitudes = {
        _pair(prop): prop
        for prop in reversed(numbers)
        if LONGITUDE.matches(prop.tokens) and not prop.item.writable
    }
    for prop in numbers:
        other = longitudes.get(_pair(prop))
        if other is None or prop.item.writable or not LATITUDE.matches(prop.tokens):
            continue
        hidden = prop.hidden or other.hidden
        names = identity(prop, Platform.DEVICE_TRACKER)
        parent = prop.parents[-1].name if prop.parents else ""
        yield Composite(
            TrackerDescription(
                key=f"device_tracker_{prop.path}",
                path=prop.path,
                translation_key=None if prop.parents else "position",
                name=tidy(parent) or names["name"],
                priority=Priority.RARE if hidden else Priority.PRIMARY,
                roles={"latitude": prop.item, "longitude": other.item},
            ),
            frozenset({prop.path, other.path}),
        )


def _pair(prop: Property) -> tuple[str | None, tuple[str, ...], tuple[int, ...]]:
    """Return what a latitude and its longitude have in common."""
    words = tuple(word for word in prop.tokens.last if word not in ("latitude", "longitude"))
    return prop.item.parent, words, prop.tokens.numbers
