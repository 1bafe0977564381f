"""Checks of a command before it is passed on: nested JSON against a specification."""

from collections.abc import Sequence
import math
from typing import Any

from .errors import ApiError
from .specification import TEXT_TYPES, WHOLE_TYPES, Item
from .values import Values

_MINUTES_OF_A_DAY = 24 * 60


def accept(items: Sequence[Item], nested: Any, *, where: str = "", writing: bool = True) -> Values:
    """Return the flat values of a nested object, in the device's own wire types.

    Raises `ApiError` 400 for an unknown id, a value of the wrong type or out of range and, if
    `writing`, a read-only one.
    """
    if not isinstance(nested, dict):
        raise ApiError(400, "property_value_invalid", f"{where or 'properties'} must be an object")
    known = {item.id: item for item in items}
    flat: Values = {}
    for key, value in nested.items():
        path = f"{where}.{key}" if where else key
        if (item := known.get(key)) is None:
            raise ApiError(
                400, "property_not_found", f"{path} is not defined in the thing specification"
            )
        if item.data_type == "STRUCT":
            flat |= accept(item.children, value, where=path, writing=writing)
        elif writing and not item.writable:
            raise ApiError(400, "property_read_only", f"{path} is read-only")
        else:
            flat[path] = check(item, value, path)
    return flat


def check(item: Item, value: Any, path: str) -> Any:
    """Return one value in the device's own wire type; raises `ApiError` 400 if it does not fit."""
    if item.data_type == "STRUCT":
        accept(item.children, value, where=path, writing=False)
        return value
    if item.data_type == "ARRAY":
        return _elements(item, value, path)
    if item.labels and item.data_type != "BOOL":
        return _key(item, value, path)
    wire_type: type | None = None
    match item.data_type:
        case "BOOL":
            fits, wire_type = value in (0, 1), bool
        case kind if kind in TEXT_TYPES:
            fits = isinstance(value, str) and _within(item, len(value))
        case "LOCAL_TIME":
            fits, wire_type = _is_minute_of_day(value), str
        case "FLOAT" | "DOUBLE":
            fits = _is_number(value) and _within(item, value)
        case _:
            fits, wire_type = (
                _is_number(value) and value == int(value) and _within(item, value),
                int,
            )
    if not fits:
        raise ApiError(400, "property_value_invalid", f"{path} does not accept {_shown(value)}")
    return wire_type(value) if wire_type else value


def _elements(item: Item, value: Any, path: str) -> list[Any]:
    if not isinstance(value, list) or not _within(item, len(value)):
        raise ApiError(400, "property_value_invalid", f"{path} does not accept {_shown(value)}")
    return [
        check(item.children[0], element, f"{path}[{index}]") for index, element in enumerate(value)
    ]


def _key(item: Item, value: Any, path: str) -> Any:
    """Return a key of the mappings; a number is accepted for a digit string."""
    key = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    if key not in dict(item.labels):
        raise ApiError(400, "property_value_invalid", f"{path} does not accept {_shown(value)}")
    return int(key) if item.data_type in WHOLE_TYPES else key


def _is_number(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def _is_minute_of_day(value: Any) -> bool:
    digits = str(value)
    return (
        digits.isascii()
        and digits.isdecimal()
        and len(digits) < 5
        and int(digits) < _MINUTES_OF_A_DAY
    )


def _within(item: Item, size: float) -> bool:
    return item.limits[0] <= size <= item.limits[1]


def _shown(value: Any) -> str:
    return repr(value)[:60]
