"""Nested JSON as paths, and back."""

from hypothesis import given, strategies as st
import pytest

from custom_components.milesight.api.parsing import Json
from custom_components.milesight.api.paths import MAX_DEPTH, flatten, nest, split

KEYS = st.text(
    st.characters(exclude_characters=".[]", exclude_categories=["Cs"]), min_size=1, max_size=8
)
SCALARS = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8))
NESTED = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.dictionaries(KEYS, inner, max_size=4),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)
REPORTS = st.dictionaries(KEYS, NESTED, max_size=5)


@given(REPORTS)
def test_nest_is_the_inverse_of_flatten(report: dict[str, Json]) -> None:
    assert nest(flatten(report)) == report


@given(REPORTS)
def test_order_of_paths_does_not_matter(report: dict[str, Json]) -> None:
    assert nest(dict(reversed(flatten(report).items()))) == report


def test_report_is_flattened() -> None:
    report: dict[str, Json] = {
        "battery": 90,
        "relay": [{"state": "on"}, {"state": "off"}],
        "a": {"b": None},
    }
    assert flatten(report) == {
        "battery": 90,
        "relay[0].state": "on",
        "relay[1].state": "off",
        "a.b": None,
    }


def test_empty_structures_are_values() -> None:
    assert flatten({"a": {}, "b": [], "c": {"d": {}}}) == {"a": {}, "b": [], "c.d": {}}


def test_elements_without_a_path_are_null() -> None:
    assert nest({"relay[2]": 1}) == {"relay": [None, None, 1]}


def test_deeply_nested_value_is_dropped() -> None:
    deep: Json = 1
    for _ in range(MAX_DEPTH + 1):
        deep = {"a": deep}
    assert flatten({"a": deep, "b": 2}) == {"b": 2}


@pytest.mark.parametrize(
    "paths", [("a", "a.b"), ("a.b", "a"), ("a[0]", "a.b"), ("a[99999]",), ("a", "a")]
)
def test_contradicting_paths_are_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"a"):
        nest([(path, index) for index, path in enumerate(paths, 1000)])


@given(st.text(max_size=40))
def test_any_text_can_be_split(path: str) -> None:
    assert split(path)
