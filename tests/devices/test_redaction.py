"""Redaction of the values and the specification of a device."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.milesight.api import (
    DataType,
    Item,
    ThingEvent,
    ThingService,
    ThingSpecification,
    dump_specification,
    parse_specification,
)
from custom_components.milesight.devices.redaction import (
    REDACTED,
    redact_specification,
    redact_value,
    redact_values,
)

LABELS = {"0": "off", "1": "on"}


@pytest.mark.parametrize(
    ("path", "data_type", "mappings", "value", "expected"),
    [
        ("temperature", DataType.FLOAT, {}, 21.5, 21.5),
        ("temperature", DataType.FLOAT, {}, "21.5", 21.5),
        ("temperature", DataType.FLOAT, {}, "hot", REDACTED),
        ("temperature", DataType.FLOAT, {}, None, None),
        ("pulse", DataType.LONG, {}, 10**10, 10**10),
        ("pulse", DataType.LONG, {}, 861234567890123, REDACTED),
        ("relay", DataType.BOOL, {}, True, True),
        ("relay", DataType.BOOL, {}, "TRUE", "TRUE"),
        ("relay", DataType.BOOL, {}, "Ada's", REDACTED),
        ("mode", DataType.ENUM, LABELS, "1", "1"),
        ("mode", DataType.INT, LABELS, 1, 1),
        ("mode", DataType.ENUM, LABELS, "Ada", REDACTED),
        ("mode", DataType.ENUM, {}, "Ada", REDACTED),
        ("since", DataType.DATE, {}, 1_790_000_000_000, 1_790_000_000_000),
        ("since", DataType.DATE, {}, 861234567890123, REDACTED),
        ("start", DataType.LOCAL_TIME, {}, "420", 420),
        ("message", DataType.STRING, {}, "12", REDACTED),
        ("picture", DataType.IMAGE, {}, "data:image/png;base64,AAAA", REDACTED),
        ("log", DataType.FILE, {}, "https://example.com/log", REDACTED),
        ("odd", DataType.UNKNOWN, {}, 5, REDACTED),
        ("whole", DataType.STRUCT, {}, 5, REDACTED),
        ("latitude", DataType.DOUBLE, {}, 48.1, REDACTED),
        ("gps.lng", DataType.DOUBLE, {}, 11.5, REDACTED),
        ("fence.gps_x", DataType.DOUBLE, {}, 11.5, REDACTED),
        ("sim.iccid", DataType.LONG, {}, 8901, REDACTED),
        ("card_id", DataType.INT, {}, 4711, REDACTED),
        ("unlock_password", DataType.INT, {}, 1234, REDACTED),
    ],
)
def test_value_is_kept_only_if_not_personal(
    path: str, data_type: DataType, mappings: dict[str, str], value: Any, expected: Any
) -> None:
    item = Item(path=path, data_type=data_type, mappings=mappings)
    assert redact_value(item, value) == expected
    if not isinstance(value, bool):
        assert type(redact_value(item, value)) is type(expected)


def test_paths_not_in_specification_are_counted_only() -> None:
    element = Item(path="relay[]", data_type=DataType.INT)
    relays = Item(path="relay", data_type=DataType.ARRAY, children=(element,))
    values = {"relay[0]": 1, "relay[7]": 2, "ada.relay[0]": 3, "relay[Ada]": 4}
    redacted, others = redact_values(ThingSpecification(properties=(relays,)), values)
    assert redacted == {"relay[0]": 1, "relay[7]": 2}
    assert others == 2


def test_specification_loses_descriptions_and_personal_defaults() -> None:
    item = Item(path="report_interval", name="Interval", data_type=DataType.INT, default=600)
    message = Item(path="message", data_type=DataType.STRING, default="Ada", description="Ada's")
    both = Item(path="both", data_type=DataType.STRUCT, children=(message,), description="Ada's")
    specification = ThingSpecification(
        version="v1.0",
        properties=(item, both),
        events=(ThingEvent(id="news", outputs=(message,)),),
        services=(ThingService(id="say", inputs=(message,), outputs=(message,)),),
    )
    dumped = json.dumps(dump_specification(redact_specification(specification)))
    assert "Ada" not in dumped
    assert dumped.count(REDACTED) == 4
    assert parse_specification(json.loads(dumped)).properties[0] == item


PATHS = st.sampled_from(("temperature", "wifi.ssid", "gps.latitude", "relay", "mode", "iccid"))

WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9]{7,15}", fullmatch=True).map("Ada".__add__)

IDS = st.integers(10**13, 10**20)

VALUES = WORDS | IDS | IDS.map(str) | IDS.map(float) | IDS.map(int.__neg__) | st.lists(WORDS)


@given(PATHS, st.sampled_from(DataType), st.sampled_from(({}, LABELS)), VALUES)
def test_texts_and_ids_are_redacted_for_any_type(
    path: str, data_type: DataType, mappings: dict[str, str], value: Any
) -> None:
    item = Item(path=path, data_type=data_type, mappings=mappings, default=value)
    specification = ThingSpecification(properties=(item,))
    redacted, others = redact_values(specification, {path: value})
    assert (redacted, others) == ({path: REDACTED}, 0)
    assert redact_specification(specification).properties[0].default == REDACTED
