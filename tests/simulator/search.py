"""The search call: filters, sorting and pages over device objects."""

from collections.abc import Callable, Mapping
import re
from typing import Any, Final

from .errors import ApiError

type Listing = dict[str, Any]
type Filter = Callable[[Listing], bool]

_INTEGER: Final = re.compile("-?[0-9]{1,20}")
_MAX_PAGE_SIZE: Final = 200
_EXACT: Final = ("sn", "devEUI", "imei", "hardwareVersion", "firmwareVersion")
_PART: Final = {
    "name": ("name",),
    "model": ("model",),
    "keyword": ("name", "sn", "devEUI", "model"),
}
_ANY_OF: Final = ("connectStatus", "deviceType", "rpsStatus", "autopStatus", "project")
_SORTABLE: Final = (
    "deviceId",
    "sn",
    "devEUI",
    "name",
    "description",
    "model",
    "hardwareVersion",
    "firmwareVersion",
    "connectStatus",
    "electricity",
    "lastUpdateTime",
    "project",
    "deviceType",
)


def integer(value: Any, name: str, *, low: int, high: int, default: int | None = None) -> int:
    """Return a whole number given as number or string, at most `high`; raises `ApiError` 400."""
    if value is None and default is not None:
        return default
    digits = str(value) if isinstance(value, int | str) else ""
    if not _INTEGER.fullmatch(digits):
        raise ApiError(400, "parameter_error", f"{name} must be an integer")
    number = int(digits)
    if number < low:
        raise ApiError(400, "parameter_error", f"{name} must be at least {low}")
    return min(number, high)


def search(listings: list[Listing], body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a search body over all device objects; raises `ApiError` 400."""
    size = integer(body.get("pageSize"), "pageSize", low=1, high=_MAX_PAGE_SIZE)
    page = integer(body.get("pageNumber"), "pageNumber", low=1, high=10**9)
    filters = _filters(body)
    found = [listing for listing in listings if all(wanted(listing) for wanted in filters)]
    for direction, field in reversed(_sorts(body.get("sorts"))):
        found.sort(key=_rank(field), reverse=direction == "desc")
    return {
        "pageSize": size,
        "pageNumber": page,
        "total": len(found),
        "content": found[(page - 1) * size : page * size],
    }


def _filters(body: Mapping[str, Any]) -> list[Filter]:
    filters = [_equals(key, text) for key in _EXACT if (text := _text(body, key))]
    filters += [
        _contains(fields, text) for key, fields in _PART.items() if (text := _text(body, key))
    ]
    filters += [_among(key, wanted) for key in _ANY_OF if (wanted := _list(body, key))]
    if tags := _list(body, "tag"):
        filters.append(lambda listing: any(tag in tags for tag in listing["tag"]))
    if body.get("electricityMin") is not None or body.get("electricityMax") is not None:
        low = integer(body.get("electricityMin"), "electricityMin", low=0, high=100, default=0)
        high = integer(body.get("electricityMax"), "electricityMax", low=0, high=100, default=100)
        filters.append(
            lambda listing: (
                listing["electricity"] is not None and low <= listing["electricity"] <= high
            )
        )
    return filters


def _equals(field: str, text: str) -> Filter:
    return lambda listing: str(listing.get(field) or "").lower() == text


def _contains(fields: tuple[str, ...], text: str) -> Filter:
    return lambda listing: any(text in str(listing.get(field) or "").lower() for field in fields)


def _among(field: str, wanted: list[Any]) -> Filter:
    return lambda listing: listing.get(field) in wanted


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise ApiError(400, "parameter_error", f"{key} must be a string")
    return (value or "").lower()


def _list(body: Mapping[str, Any], key: str) -> list[Any]:
    value = body.get(key)
    return [] if value in (None, "") else value if isinstance(value, list) else [value]


def _sorts(sorts: Any) -> list[tuple[str, str]]:
    if sorts is None:
        return []
    if not isinstance(sorts, list) or not all(isinstance(sort, dict) for sort in sorts):
        raise ApiError(400, "parameter_error", "sorts must be a list of objects")
    pairs = [(str(sort.get("direction", "asc")).lower(), sort.get("property")) for sort in sorts]
    for direction, field in pairs:
        if direction not in ("asc", "desc") or field not in _SORTABLE:
            raise ApiError(
                400, "parameter_error", f"Cannot sort by {str(field)[:40]} {direction[:10]}"
            )
    return [(direction, str(field)) for direction, field in pairs]


def _rank(field: str) -> Callable[[Listing], tuple[bool, Any]]:
    """Sort by this field; devices without it come first."""
    return lambda listing: (listing.get(field) is not None, listing.get(field))
