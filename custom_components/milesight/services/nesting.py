"""Nesting of the values in a response: from paths to objects."""

from collections.abc import Mapping

from homeassistant.util.json import JsonValueType

from ..api.parsing import Json
from ..api.paths import nest


def nested(values: Mapping[str, Json]) -> JsonValueType:
    """Return values by path as nested objects, or flat if their paths are contradictory."""
    try:
        return nest(values)
    except ValueError:
        return dict(values)
