"""Validation of inputs and properties against a specification."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.milesight.api import (
    InvalidValueError,
    Item,
    ThingService,
    parse_specification,
)
from custom_components.milesight.api.paths import flatten, nest
from custom_components.milesight.api.validation import (
    check_paths,
    encode_inputs,
    encode_properties,
)
from tests.strategies import json_values


def _item(path: str, kind: str, parent: str | None = None, **spec: Any) -> dict[str, Any]:
    access = spec.pop("access", "RW")
    return {
        "id": path,
        "accessMode": access,
        "dataSpec": {"dataType": kind, "parentId": parent, **spec},
    }


ITEMS = [
    _item("level", "INT", validator={"min": 0, "max": 100}),
    _item("mode", "ENUM", mappings=[{"key": "0", "value": "cold"}, {"key": "1", "value": "warm"}]),
    _item("when", "DATE"),
    _item("seen", "FLOAT", access="R"),
    _item("plan", "STRUCT"),
    _item("plan.on", "BOOL", "plan"),
    _item("plan.note", "STRING", "plan", defaultValue="-"),
    _item("plan.deep", "STRUCT", "plan"),
    _item("plan.deep.at", "LOCAL_TIME", "plan.deep"),
    _item("relay", "ARRAY", validator={"minSize": 1, "maxSize": 3}),
    _item("relay._item", "STRUCT", "relay"),
    _item("relay._item.state", "BOOL", "relay._item"),
    _item("relay._item.delay", "INT", "relay._item", defaultValue=0),
    _item("marks", "ARRAY", elementDataType="INT", validator={"minSize": 0, "maxSize": 4}),
]
SPECIFICATION = parse_specification(
    {
        "properties": ITEMS,
        "services": [
            {
                "id": "do",
                "inputs": [
                    {
                        **item,
                        "id": f"do.{item['id']}",
                        "dataSpec": item["dataSpec"]
                        | (
                            {"parentId": f"do.{item['dataSpec']['parentId']}"}
                            if item["dataSpec"]["parentId"]
                            else {}
                        ),
                    }
                    for item in ITEMS
                ],
            },
            {
                "id": "heat",
                "inputs": [
                    _item("value", "FLOAT"),
                    _item("celsius_value", "FLOAT"),
                    _item("fahrenheit_value", "FLOAT"),
                    _item("minutes", "INT"),
                ],
            },
        ],
    }
)
DO, HEAT = SPECIFICATION.services
WHOLE: dict[str, Any] = {
    "level": 5,
    "mode": "1",
    "when": 1_700_000_000,
    "seen": 1.5,
    "plan": {"on": True, "deep": {"at": 60}},
    "relay": [{"state": True}, {"state": False, "delay": 7}],
}


def _properties(values: Mapping[str, object], **arguments: Any) -> dict[str, Any]:
    return nest(encode_properties(SPECIFICATION.properties, values, **arguments))


def test_specification_has_no_problems() -> None:
    assert not SPECIFICATION.problems
    assert [item.path for item in DO.inputs] == [item.path for item in SPECIFICATION.properties]


def test_inputs_may_have_the_prefix_of_their_service() -> None:
    assert nest(encode_inputs(DO, WHOLE)) == WHOLE
    assert nest(encode_inputs(DO, {f"do.{key}": value for key, value in WHOLE.items()})) == WHOLE
    assert nest(encode_inputs(DO, {"do": WHOLE})) == WHOLE
    assert nest(encode_inputs(DO, flatten(WHOLE))) == WHOLE


def test_input_named_like_its_service_keeps_its_name() -> None:
    service = ThingService(id="run", inputs=(Item(path="run"),))
    with pytest.raises(InvalidValueError) as refused:
        encode_inputs(service, {"run": {"fast": 1}})
    assert refused.value.path == "run"


def test_values_are_accepted_in_several_forms() -> None:
    assert _properties(
        {
            "level": "30",
            "mode": "WARM",
            "when": datetime(2026, 1, 1, tzinfo=UTC),
            "plan": {"on": "yes", "deep.at": "07:30"},
            "relay[1].state": "off",
            "marks": ["1", 2],
        }
    ) == {
        "level": 30,
        "mode": "1",
        "when": 1_767_225_600,
        "plan": {"on": True, "deep": {"at": 450}},
        "relay": [None, {"state": False}],
        "marks": [1, 2],
    }
    assert _properties({"marks": []}) == {"marks": []}
    assert _properties({"mode": "warm"}, reported={"mode": 0}) == {"mode": 1}


def test_date_without_a_zone_is_local() -> None:
    zone = timezone(timedelta(hours=9))
    expected = int(datetime(2026, 1, 1, 9, tzinfo=zone).timestamp())
    for value in ("2026-01-01 09:00:00", datetime(2026, 1, 1, 9)):  # noqa: DTZ001 - the zone is tested
        assert _properties({"when": value}, zone=zone) == {"when": expected}
    assert _properties({"when": "2026-01-01T00:00:00+00:00"}, zone=zone) == {"when": expected}
    with pytest.raises(InvalidValueError) as refused:
        _properties({"when": "soon"}, zone=zone)
    assert refused.value.reason == "invalid_date"


@pytest.mark.parametrize(
    ("values", "reason", "path"),
    [
        ({"Level": 1}, "unknown_path", "Level"),
        ({"plan": {"off": 1}}, "unknown_path", "plan.off"),
        ({"plan.deep.to.x": 1}, "unknown_path", "plan.deep.to"),
        ({"level.x": 1}, "invalid_number", "level"),
        ({"level": {"x": 1}}, "invalid_number", "level"),
        ({"level": [1]}, "invalid_number", "level"),
        ({"level": {}}, "invalid_number", "level"),
        ({"level": []}, "invalid_number", "level"),
        ({"level": 101}, "invalid_number", "level"),
        ({"level": None}, "invalid_number", "level"),
        ({"level": True}, "invalid_number", "level"),
        ({"mode": "hot"}, "invalid_option", "mode"),
        ({"plan": 1}, "invalid_object", "plan"),
        ({"plan": [1]}, "invalid_object", "plan"),
        ({"plan": []}, "invalid_object", "plan"),
        ({"plan": {}}, "invalid_object", "plan"),
        ({"plan": {"deep": [{"at": 1}]}}, "invalid_object", "plan.deep"),
        ({"relay": {"state": 1}}, "invalid_list", "relay"),
        ({"relay": 1}, "invalid_list", "relay"),
        ({"relay": []}, "invalid_list", "relay"),
        ({"relay": [{"state": 1}] * 4}, "invalid_list", "relay"),
        ({"relay[3].state": 1}, "invalid_list", "relay"),
        ({"relay": [1]}, "invalid_object", "relay[0]"),
        ({"relay": [[1]]}, "invalid_object", "relay[0]"),
        ({"relay": [{"stat": 1}]}, "unknown_path", "relay[0].stat"),
        ({"marks": [1, "x"]}, "invalid_number", "marks[1]"),
        ({"marks[]": 1}, "invalid_list", "marks"),
        ({"marks[-1]": 1}, "invalid_list", "marks"),
        ({"marks[99999999999]": 1}, "invalid_list", "marks"),
        ({f"marks[{'9' * 5000}]": 1}, "invalid_list", "marks"),
        ({"seen": 1}, "read_only_property", "seen"),
        ({"plan.on": 1, "plan": {"on": 0}}, "duplicate_path", "plan.on"),
        ({"marks": [], "marks[0]": 1}, "duplicate_path", "marks[0]"),
        ({"marks[0]": 1, "marks": []}, "duplicate_path", "marks[0]"),
        ({"": 1}, "unknown_path", ""),
        ({"]": 1}, "unknown_path", "]"),
        ({3: 1}, "unknown_path", "3"),
    ],
)
def test_invalid_value_is_refused_with_its_path(
    values: dict[str, Any], reason: str, path: str
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        _properties(values)
    assert (refused.value.reason, refused.value.path) == (reason, path)


@pytest.mark.parametrize("path", ["level", "when", "plan.on", "plan.deep.at", "relay[1].state"])
def test_input_without_a_default_is_required(path: str) -> None:
    flat = flatten(WHOLE)
    del flat[path]
    with pytest.raises(InvalidValueError) as refused:
        encode_inputs(DO, flat)
    assert (refused.value.reason, refused.value.path) == ("missing_input", path)


def test_array_that_may_not_be_empty_is_required() -> None:
    with pytest.raises(InvalidValueError) as refused:
        encode_inputs(DO, {key: value for key, value in WHOLE.items() if key != "relay"})
    assert (refused.value.reason, refused.value.path) == ("missing_input", "relay")
    assert "plan.note" not in encode_inputs(DO, WHOLE)


def test_input_in_one_unit_is_enough() -> None:
    for name in ("value", "celsius_value", "fahrenheit_value"):
        assert encode_inputs(HEAT, {name: 50, "minutes": 1}) == {name: 50, "minutes": 1}
    with pytest.raises(InvalidValueError) as refused:
        encode_inputs(HEAT, {"minutes": 1})
    assert refused.value.reason == "missing_input"
    with pytest.raises(InvalidValueError) as refused:
        encode_inputs(HEAT, {"value": 1})
    assert refused.value.path == "minutes"


def test_structures_and_elements_are_known_paths() -> None:
    check_paths(SPECIFICATION.properties, ["plan", "plan.on", "relay", "relay[0]", "marks[2]"])
    for path in ("nothing", "plan.x", "relay[]", "level.x"):
        with pytest.raises(InvalidValueError):
            check_paths(SPECIFICATION.properties, [path])


def test_error_message_is_short() -> None:
    with pytest.raises(InvalidValueError) as refused:
        _properties({"x" * 10_000: 1})
    assert len(refused.value.path) <= 100
    many = [Item(path=f"p{n}", writable=True) for n in range(1000)]
    with pytest.raises(InvalidValueError) as refused:
        encode_properties(many, {"q": 1})
    assert len(refused.value.allowed["options"]) < 300


def test_deeply_nested_value_is_refused() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = {"plan": deep}
    with pytest.raises(InvalidValueError):
        _properties(deep)


INTEGERS = st.integers(-(2**63) + 1, 2**63 - 1)


FITTING = st.fixed_dictionaries(
    {},
    optional={
        "level": st.integers(0, 100),
        "mode": st.sampled_from(["0", "1"]),
        "plan": st.fixed_dictionaries({"on": st.booleans(), "note": st.text(max_size=20)}),
        "relay": st.lists(
            st.fixed_dictionaries({"state": st.booleans(), "delay": INTEGERS}),
            min_size=1,
            max_size=3,
        ),
        "marks": st.lists(INTEGERS, max_size=4),
    },
)
NAMES = st.sampled_from(
    ["level", "plan", "plan.on", "relay", "relay[0]", "marks", "relay[0].state"]
)


@given(FITTING)
def test_valid_values_are_sent_as_given(values: dict[str, Any]) -> None:
    assert _properties(values) == values
    dotted = flatten(values) | {key: [] for key, value in values.items() if value == []}
    assert _properties(dotted) == values


@given(st.dictionaries(NAMES | st.text(max_size=8), json_values()))
def test_any_values_are_encoded_or_refused(
    values: dict[str, Any],
) -> None:
    try:
        encoded = encode_properties(SPECIFICATION.properties, values)
    except InvalidValueError:
        return
    nested = nest(encoded)
    assert encode_properties(SPECIFICATION.properties, _without_gaps(nested)) == encoded
    if values:
        assert encoded


def _without_gaps(value: Any) -> Any:
    """Return nested values as paths, without array elements that are null."""
    flat = {path: inner for path, inner in flatten(value).items() if inner is not None}
    return flat | {key: [] for key, inner in value.items() if inner == []}
