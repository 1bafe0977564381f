"""Values of actions: the time zone of dates, and nested responses."""

from collections.abc import Mapping
from datetime import tzinfo

from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from ..api.parsing import Json
from ..api.paths import nest


def zone() -> tzinfo:
    """Return the time zone of dates without one."""
    return dt_util.get_default_time_zone()


def nested(values: Mapping[str, Json]) -> JsonValueType:
    """Return values by path as nested objects, or flat if their paths are contradictory."""
    try:
        return nest(values)
    except ValueError:
        return dict(values)
