"""Tolerant parsing of JSON."""

from math import inf

import orjson
import pytest

from custom_components.milesight.api.parsing import Json, as_integer, as_milliseconds, parse_json

HUGE = b"9" * 400


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        (b"[1904371063669395457]", [1904371063669395457]),
        (b"[NaN, 1904371063669395457]", [None, 1904371063669395457]),
        (b"[%s, -%s]" % (HUGE, HUGE), [inf, -inf]),
        (b"[%s]" % (HUGE * 20), [inf]),
        (rb'[{"a\ud800": ["\ud83d\ude00", "b\udc00"]}]', [{"a?": ["\N{GRINNING FACE}", "b?"]}]),
    ],
)
def test_parsed_json_can_be_dumped(body: bytes, parsed: list[Json]) -> None:
    found = parse_json(body)
    assert isinstance(found, list)
    assert [None if value != value else value for value in found] == parsed  # noqa: PLR0124 - NaN
    assert orjson.loads(orjson.dumps(found)) is not None


@pytest.mark.parametrize("found", ["9" * 30, 1e30, "1e30", -(2.0**63)])
def test_integer_beyond_64_bits_is_none(found: object) -> None:
    assert as_integer(found) is None
    assert as_milliseconds(found) is None
