"""Thing specifications, parsed and dumped."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.milesight.api import (
    DataType,
    Item,
    ThingSpecification,
    dump_specification,
    parse_specification,
)
from custom_components.milesight.api.specification import ThingEvent, ThingService
from tests.strategies import json_values

NAMES = st.text(max_size=12).map(str.strip)
KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}", fullmatch=True).filter(lambda k: k != "_item")
PLAIN_TYPES = [data_type for data_type in DataType if data_type.is_scalar]
LIMITS = st.integers(-1000, 1000)


@st.composite
def items(draw: st.DrawFn, prefix: str = "", depth: int = 0) -> Item:
    """Draw an item with its descendants, as the parser returns it."""
    path = prefix + draw(KEYS)
    return _item(draw, path, depth)


def _item(draw: st.DrawFn, path: str, depth: int) -> Item:
    kinds = ["leaf", "leaf", "struct", "array"] if depth < 3 else ["leaf"]
    kind = draw(st.sampled_from(kinds))
    common: dict[str, Any] = {
        "path": path,
        "name": draw(NAMES),
        "readable": True,
        "writable": draw(st.booleans()),
        "hidden": draw(st.booleans()),
    }
    if kind == "struct":
        children = draw(
            st.lists(
                items(f"{path}.", depth + 1), min_size=1, max_size=3, unique_by=lambda i: i.path
            )
        )
        return Item(**common, data_type=DataType.STRUCT, children=tuple(children))
    if kind == "array":
        element = _item(draw, f"{path}[]", depth + 1)
        size = draw(st.none() | st.integers(0, 40))
        return Item(**common, data_type=DataType.ARRAY, max_size=size, children=(element,))
    low, high = sorted((draw(LIMITS), draw(LIMITS)))
    return Item(
        **common,
        data_type=draw(st.sampled_from(PLAIN_TYPES)),
        unit=draw(st.none() | st.sampled_from(["°C", "%", "mm"])),
        fraction_digits=draw(st.none() | st.integers(0, 4)),
        minimum=draw(st.none() | st.just(low)),
        maximum=draw(st.none() | st.just(high)),
        mappings=draw(st.dictionaries(KEYS, st.text(min_size=1, max_size=8), max_size=4)),
    )


TREES = st.lists(items(), max_size=4, unique_by=lambda item: item.path).map(tuple)
SPECIFICATIONS = st.builds(
    ThingSpecification,
    version=st.text(max_size=6),
    properties=TREES,
    events=st.lists(
        st.builds(
            ThingEvent, id=st.from_regex(r"E_[a-z]{1,6}", fullmatch=True), name=st.text(max_size=6)
        ),
        unique_by=lambda event: event.id,
    ).map(tuple),
    services=st.lists(
        st.builds(
            ThingService, id=st.from_regex(r"S_[a-z]{1,6}", fullmatch=True), hidden=st.booleans()
        ),
        unique_by=lambda service: service.id,
    ).map(tuple),
)

JSON = json_values()
RAW_ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(JSON, st.from_regex(r"[ab](\.([abc]|_item)){0,4}", fullmatch=True)),
        "name": JSON,
        "accessMode": JSON,
        "hidden": JSON,
        "dataSpec": st.one_of(
            JSON,
            st.fixed_dictionaries(
                {"dataType": st.one_of(JSON, st.sampled_from([*DataType]))},
                optional={
                    "parentId": JSON,
                    "elementDataType": JSON,
                    "mappings": JSON
                    | st.lists(st.fixed_dictionaries({"key": JSON, "value": JSON})),
                    "validator": JSON | st.fixed_dictionaries({"min": JSON, "max": JSON}),
                    "fractionDigits": JSON,
                },
            ),
        ),
    },
)


@given(SPECIFICATIONS)
def test_dumped_specification_is_parsed_to_the_same(specification: ThingSpecification) -> None:
    assert parse_specification(dump_specification(specification)) == specification


@given(JSON | st.fixed_dictionaries({"properties": st.lists(RAW_ITEMS | JSON, max_size=8)}))
def test_any_json_is_parsed_without_an_exception(data: object) -> None:
    once = parse_specification(data)
    again = parse_specification(dump_specification(once))
    assert [item.path for item in again.leaves()] == [item.path for item in once.leaves()]


def _property(identifier: str, data_type: str = "INT", **spec: object) -> dict[str, object]:
    return {
        "id": identifier,
        "name": identifier,
        "accessMode": "R",
        "dataSpec": {"dataType": data_type, **spec},
    }


def _leaves(*properties: dict[str, object]) -> dict[str, Item]:
    specification = parse_specification({"version": "v1.0", "properties": list(properties)})
    return {item.path: item for item in specification.leaves()}


def test_order_of_items_does_not_matter() -> None:
    leaves = _leaves(
        _property("data.array_value._item.int_value", parentId="data.array_value._item"),
        _property("data.array_value._item", "STRUCT", parentId="data.array_value"),
        _property("data", "STRUCT"),
        _property("data.array_value", "ARRAY", parentId="data"),
    )
    assert [*leaves] == ["data.array_value[].int_value"]
    assert leaves["data.array_value[].int_value"].id == "data.array_value._item.int_value"


def test_array_of_scalars_has_an_element() -> None:
    leaves = _leaves(
        _property("pulses", "ARRAY", elementDataType="LONG", unitName="L", validator={"maxSize": 4})
    )
    assert leaves["pulses[]"].data_type is DataType.LONG
    assert leaves["pulses[]"].unit == "L"


def test_parent_that_is_not_listed_becomes_a_structure() -> None:
    assert [*_leaves(_property("a.b", parentId="a"))] == ["a.b"]


def test_child_inherits_its_access_mode() -> None:
    child = _property("relay.state", parentId="relay")
    del child["accessMode"]
    leaves = _leaves(_property("relay", "STRUCT") | {"accessMode": "RW"}, child)
    assert leaves["relay.state"].writable


def test_first_of_two_items_with_one_id_is_taken() -> None:
    leaves = _leaves(_property("a", "INT"), _property("a", "STRING"))
    assert leaves["a"].data_type is DataType.INT


def test_minimum_above_the_maximum_is_ignored() -> None:
    item = _leaves(_property("a", validator={"min": 5, "max": 1}))["a"]
    assert (item.minimum, item.maximum) == (None, None)


def test_numeric_strings_and_lower_case_types_are_parsed() -> None:
    item = _leaves(_property("a", "float", validator={"min": "-20.5", "max": "60"}, unit="mm"))["a"]
    assert (item.data_type, item.minimum, item.maximum) == (DataType.FLOAT, -20.5, 60)
    assert item.unit == "mm"


def test_unknown_type_is_a_problem() -> None:
    specification = parse_specification(
        {"properties": [_property("a", "QUATERNION"), _property("b")]}
    )
    assert [item.data_type for item in specification.leaves()] == [DataType.UNKNOWN, DataType.INT]
    assert specification.problems == ("a: unknown type QUATERNION",)


@pytest.mark.parametrize("parent", [None, "retrieve"])
def test_prefix_of_service_inputs_is_removed(parent: str | None) -> None:
    specification = parse_specification(
        {
            "services": [
                {
                    "id": "retrieve",
                    "inputs": [
                        {
                            "id": "retrieve.time",
                            "dataSpec": {"dataType": "DATE", "parentId": parent},
                        },
                        {"id": None, "dataSpec": {"dataType": "INT"}},
                        {"id": "other", "dataSpec": None},
                    ],
                }
            ]
        }
    )
    (service,) = specification.services
    assert [item.path for item in service.inputs] == ["time"]
