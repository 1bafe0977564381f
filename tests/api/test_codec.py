"""Single values, decoded and encoded."""

from contextlib import suppress
from datetime import UTC, datetime, time

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.milesight.api import DataType, InvalidValueError, Item
from custom_components.milesight.api.codec import Value, decode, encode
from custom_components.milesight.api.parsing import Json
from tests.strategies import json_values

FAN = {"0": "Auto", "1": "Low", "2": "High"}


def _item(data_type: DataType, **facts: object) -> Item:
    return Item(path="p", data_type=data_type, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data_type", "raw", "value"),
    [
        (DataType.FLOAT, 21.5, 21.5),
        (DataType.FLOAT, "21.5", 21.5),
        (DataType.LONG, "12", 12),
        (DataType.INT, None, None),
        (DataType.BOOL, True, True),
        (DataType.BOOL, "FALSE", False),
        (DataType.BOOL, 1, True),
        (DataType.ENUM, 1, "1"),
        (DataType.ENUM, 1.0, "1"),
        (DataType.ENUM, True, "1"),
        (DataType.STRING, "v1.2", "v1.2"),
        (DataType.STRING, 7, "7"),
        (DataType.DATE, 1763007319, datetime(2025, 11, 13, 4, 15, 19, tzinfo=UTC)),
        (DataType.DATE, 1763007319000, datetime(2025, 11, 13, 4, 15, 19, tzinfo=UTC)),
        (DataType.LOCAL_TIME, "420", time(7, 0)),
    ],
)
def test_reported_value_is_decoded(data_type: DataType, raw: Json, value: Value) -> None:
    decoded = decode(_item(data_type, mappings=FAN), raw)
    assert decoded == value
    assert type(decoded) is type(value)


REFUSED: dict[DataType, list[Json]] = {
    DataType.FLOAT: [True, [], {}, "warm", "nan", "1e999", float("nan"), 10**400, "9" * 400],
    DataType.BOOL: [2, "open", []],
    DataType.ENUM: ["3", "Medium", 1.5, []],
    DataType.STRING: [[], {}],
    DataType.DATE: ["yesterday", -1e300, 10**30, 10**400],
    DataType.LOCAL_TIME: [1440, -1, "07:00", 10**400],
    DataType.STRUCT: [1],
    DataType.UNKNOWN: [1],
}


@pytest.mark.parametrize(
    ("data_type", "raw"), [(data_type, raw) for data_type in REFUSED for raw in REFUSED[data_type]]
)
def test_value_of_another_type_is_refused(data_type: DataType, raw: Json) -> None:
    with pytest.raises(InvalidValueError):
        decode(_item(data_type, mappings=FAN), raw)


DOOR = {"true": "Closed", "false": "Open"}
NUMBERED_DOOR = {"0": "Open", "1": "Closed"}
TWICE = {"0": "Normal", "1": "Alarm", "2": "normal", "alarm": "Other"}
LABELS_LIKE_KEYS = {"0": "1", "1": "2", "2": "3"}


@pytest.mark.parametrize(
    ("data_type", "mappings", "raw", "value"),
    [
        (DataType.ENUM, FAN, "Low", "1"),
        (DataType.ENUM, FAN, "HIGH", "2"),
        (DataType.ENUM, TWICE, "alarm", "alarm"),
        (DataType.ENUM, TWICE, "ALARM", "1"),
        (DataType.ENUM, LABELS_LIKE_KEYS, "1", "1"),
        (DataType.ENUM, LABELS_LIKE_KEYS, 2, "2"),
        (DataType.ENUM, LABELS_LIKE_KEYS, "3", "2"),
        (DataType.BOOL, DOOR, "closed", True),
        (DataType.BOOL, DOOR, "Open", False),
        (DataType.BOOL, NUMBERED_DOOR, "closed", True),
        (DataType.BOOL, {"true": "0", "false": "1"}, "1", True),
    ],
)
def test_label_stands_for_its_key(
    data_type: DataType, mappings: dict[str, str], raw: Json, value: Value
) -> None:
    assert decode(_item(data_type, mappings=mappings), raw) == value


@pytest.mark.parametrize(
    ("data_type", "mappings", "word"),
    [
        (DataType.ENUM, TWICE, "NORMAL"),
        (DataType.BOOL, {"true": "Normal", "false": "normal"}, "normal"),
        (DataType.BOOL, {"true": "Open", "half": "Half"}, "half"),
    ],
)
def test_label_of_several_keys_is_refused(
    data_type: DataType, mappings: dict[str, str], word: str
) -> None:
    item = _item(data_type, mappings=mappings)
    for convert in (decode, encode):
        with pytest.raises(InvalidValueError):
            convert(item, word)


@pytest.mark.parametrize("raw", [-20.1, 60.1, 3276.7])
def test_number_out_of_range_is_refused(raw: float) -> None:
    with pytest.raises(InvalidValueError):
        decode(_item(DataType.FLOAT, minimum=-20, maximum=60), raw)


@pytest.mark.parametrize(
    ("item", "value", "like", "raw"),
    [
        (_item(DataType.INT), "30", None, 30),
        (_item(DataType.INT), 30.0, None, 30),
        (_item(DataType.FLOAT, fraction_digits=1), 21.04, None, 21.0),
        (_item(DataType.BOOL), "on", None, True),
        (_item(DataType.BOOL), True, 0, 1),
        (
            _item(DataType.BOOL, mappings={"true": "enable", "false": "disable"}),
            "Enable",
            None,
            True,
        ),
        (_item(DataType.ENUM, mappings=FAN), "low", None, "1"),
        (_item(DataType.ENUM, mappings=FAN), 2, None, "2"),
        (_item(DataType.ENUM, mappings=FAN), "High", 0, 2),
        (_item(DataType.ENUM, mappings=FAN, numeric_keys=True), "High", None, 2),
        (_item(DataType.ENUM, mappings=FAN, numeric_keys=True), "High", "0", "2"),
        (_item(DataType.DATE), datetime(2025, 11, 13, 4, 15, 19, tzinfo=UTC), None, 1763007319),
        (_item(DataType.DATE), "2025-11-13T04:15:19+00:00", None, 1763007319),
        (_item(DataType.LOCAL_TIME), time(7, 30), None, 450),
        (_item(DataType.LOCAL_TIME), "07:30", None, 450),
        (_item(DataType.LOCAL_TIME), "07:30", "420", "450"),
        (_item(DataType.STRING, max_size=4), "abcd", None, "abcd"),
        (_item(DataType.STRING), "0123", 7, "0123"),
        (_item(DataType.STRING), "123", 7, "123"),
        (_item(DataType.ENUM, mappings={"01": "One"}), "One", 7, "01"),
        (_item(DataType.ENUM, mappings={"-1": "None"}), "None", 7, -1),
        (_item(DataType.ENUM, mappings={"٣": "Three"}), "Three", 7, "٣"),
        (_item(DataType.ENUM, mappings={"9" * 30: "Many"}), "Many", 7, "9" * 30),
        (_item(DataType.INT, mappings=FAN), "low", None, 1),
        (_item(DataType.BOOL, mappings={"true": "off", "false": "on"}), "on", None, False),
        (_item(DataType.FLOAT), 10**30, None, 1e30),
    ],
)
def test_value_is_encoded(item: Item, value: object, like: Json, raw: Json) -> None:
    encoded = encode(item, value, like)
    assert encoded == raw
    assert type(encoded) is type(raw)


@pytest.mark.parametrize(
    ("item", "value", "allowed"),
    [
        (_item(DataType.INT, minimum=60, maximum=64800), 59, {"minimum": "60", "maximum": "64800"}),
        (_item(DataType.INT, minimum=60), 60.5, {"minimum": "60", "maximum": "…"}),
        (_item(DataType.FLOAT), [1], {"minimum": "…", "maximum": "…"}),
        (_item(DataType.ENUM, mappings=FAN), "turbo", {"options": "0 (Auto), 1 (Low), 2 (High)"}),
        (_item(DataType.STRING, max_size=4), "abcde", {"minimum": "…", "maximum": "4"}),
        (_item(DataType.BOOL), "perhaps", {}),
        (_item(DataType.DATE), "tomorrow", {}),
        (_item(DataType.LOCAL_TIME), "25:00", {}),
        (_item(DataType.STRUCT), {}, {}),
        (_item(DataType.INT), 10**30, {"minimum": "…", "maximum": "…"}),
        (_item(DataType.DATE), 10**30, {}),
        (_item(DataType.DATE), "0001-01-01", {}),
        (_item(DataType.STRING), "\ud800", {"minimum": "…", "maximum": "…"}),
    ],
)
def test_invalid_value_is_refused_with_what_is_allowed(
    item: Item, value: object, allowed: dict[str, str]
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        encode(item, value)
    assert (refused.value.path, refused.value.allowed) == ("p", allowed)


@given(st.integers(-(10**6), 10**6), st.integers(0, 3))
def test_encoded_number_is_decoded_to_the_same(whole: int, digits: int) -> None:
    item = _item(DataType.FLOAT, fraction_digits=digits, minimum=-(10**6), maximum=10**6)
    value = whole / 10**digits
    assert decode(item, encode(item, value)) == pytest.approx(value)


@given(
    st.sampled_from(DataType),
    json_values(max_leaves=4) | st.text(st.characters()),
    json_values(max_leaves=4),
)
def test_value_of_another_type_is_converted_or_refused(
    data_type: DataType, raw: Json, like: Json
) -> None:
    item = _item(data_type, mappings=FAN)
    with suppress(InvalidValueError):
        decode(item, raw)
    with suppress(InvalidValueError):
        orjson.dumps(encode(item, raw, like))
