"""What of a device may be told to strangers: an allow-list for values and specifications."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from .api import DataType, Item, ThingSpecification
from .api.parsing import Json, as_number
from .api.paths import template_of
from .mapping.tokens import tokenize_path, vocabulary

WITHHELD: Final = "(withheld)"
FLAGS: Final = ("true", "false", "0", "1")
PERSONAL: Final = vocabulary("""
    address altitude appkey card coordinate coordinates eui gps iccid id imei imsi key latitude
    location longitude mac name password phone pin psk secret serial sn ssid token
    """)
SHORTEST_ID: Final = 10**11  # serial numbers and the like have twelve digits or more
BEYOND: Final[Mapping[DataType, int]] = {
    DataType.INT: SHORTEST_ID,
    DataType.LONG: SHORTEST_ID,
    DataType.FLOAT: SHORTEST_ID,
    DataType.DOUBLE: SHORTEST_ID,
    DataType.LOCAL_TIME: SHORTEST_ID,
    DataType.DATE: 10**13,  # epoch milliseconds
}


def public_value(item: Item, value: Json) -> Json:
    """Return a value if it can be nothing but a measurement, a state or a time, else a mark.

    Numbers are told unless their path says that they are an id or a position, or they are as long
    as an id; flags and options only as the specification spells them. No text is ever told.
    """
    if value is None or isinstance(value, bool):
        return value
    if item.mappings or item.data_type is DataType.ENUM:
        return value if str(value) in item.mappings else WITHHELD
    if item.data_type is DataType.BOOL:
        return value if str(value).lower() in FLAGS else WITHHELD
    found = as_number(value)
    if found is None or abs(found) >= BEYOND.get(item.data_type, 0):
        return WITHHELD
    return WITHHELD if _is_personal(item.path) else found


@lru_cache(maxsize=4096)
def _is_personal(path: str) -> bool:
    return tokenize_path(path).any(PERSONAL)


def public_values(
    specification: ThingSpecification, values: Mapping[str, Json]
) -> tuple[dict[str, Json], int]:
    """Return the values of paths that the specification names, and the number of other paths."""
    items = {item.path: item for item in specification.leaves()}
    told: dict[str, Json] = {}
    for path in sorted(values):
        item = items.get(template_of(path))
        if item is not None:
            told[path] = public_value(item, values[path])
    return told, len(values) - len(told)


def public_specification(specification: ThingSpecification) -> ThingSpecification:
    """Return a specification without descriptions, and with defaults as values are told."""
    return replace(
        specification,
        properties=_public(specification.properties),
        events=tuple(
            replace(event, outputs=_public(event.outputs)) for event in specification.events
        ),
        services=tuple(
            replace(service, inputs=_public(service.inputs), outputs=_public(service.outputs))
            for service in specification.services
        ),
    )


def _public(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(
        replace(
            item,
            description="",
            default=public_value(item, item.default),
            children=_public(item.children),
        )
        for item in items
    )
