"""Redaction of values and specifications with an allow-list."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from ..api import DataType, Item, ThingSpecification
from ..api.parsing import Json, as_number
from ..api.paths import template_of
from ..mapping.tokens import tokenize_path, vocabulary

REDACTED: Final = "(withheld)"
FLAGS: Final = ("true", "false", "0", "1")
PERSONAL_WORDS: Final = vocabulary("""
    address altitude appkey card coordinate coordinates eui gps iccid id imei imsi key latitude
    location longitude mac name password phone pin psk secret serial sn ssid token
    """)
MIN_ID: Final = 10**11  # serial numbers and similar ids have twelve digits or more
BOUNDS: Final[Mapping[DataType, int]] = {
    DataType.INT: MIN_ID,
    DataType.LONG: MIN_ID,
    DataType.FLOAT: MIN_ID,
    DataType.DOUBLE: MIN_ID,
    DataType.LOCAL_TIME: MIN_ID,
    DataType.DATE: 10**13,  # epoch milliseconds
}


def redact_value(item: Item, value: Json) -> Json:
    """Return a measurement, state or time unchanged, and ``REDACTED`` for anything else.

    Numbers are kept unless their path indicates an id or a position, or they are as long as an
    id. Flags and options are kept only as the specification spells them. Texts are never kept.
    """
    if value is None or isinstance(value, bool):
        return value
    if item.mappings or item.data_type is DataType.ENUM:
        return value if str(value) in item.mappings else REDACTED
    if item.data_type is DataType.BOOL:
        return value if str(value).lower() in FLAGS else REDACTED
    number = as_number(value)
    if number is None or abs(number) >= BOUNDS.get(item.data_type, 0):
        return REDACTED
    return REDACTED if _is_personal(item.path) else number


@lru_cache(maxsize=4096)
def _is_personal(path: str) -> bool:
    return tokenize_path(path).any(PERSONAL_WORDS)


def redact_values(
    specification: ThingSpecification, values: Mapping[str, Json]
) -> tuple[dict[str, Json], int]:
    """Return the redacted values of specified paths, and the number of other paths."""
    items = {item.path: item for item in specification.leaves()}
    redacted: dict[str, Json] = {}
    for path in sorted(values):
        item = items.get(template_of(path))
        if item is not None:
            redacted[path] = redact_value(item, values[path])
    return redacted, len(values) - len(redacted)


def redact_specification(specification: ThingSpecification) -> ThingSpecification:
    """Return a specification without descriptions and with redacted defaults."""
    return replace(
        specification,
        properties=_redact_items(specification.properties),
        events=tuple(
            replace(event, outputs=_redact_items(event.outputs)) for event in specification.events
        ),
        services=tuple(
            replace(
                service,
                inputs=_redact_items(service.inputs),
                outputs=_redact_items(service.outputs),
            )
            for service in specification.services
        ),
    )


def _redact_items(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(
        replace(
            item,
            description="",
            default=redact_value(item, item.default),
            children=_redact_items(item.children),
        )
        for item in items
    )
