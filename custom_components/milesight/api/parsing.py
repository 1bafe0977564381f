"""Tolerant readers of single JSON values.

Depending on the page and the generation of the API, ids are numbers or strings, numbers may be
strings, and times are in seconds or milliseconds. These readers return one form, and ``None`` for
what cannot be read.
"""

from collections.abc import Mapping
import json
from math import isfinite
import sys

import orjson

type Json = str | int | float | bool | list[Json] | dict[str, Json] | None

MIN_MILLISECONDS = 10**12
MAX_FLOAT = int(sys.float_info.max)
MAX_INTEGER = 2**63
MAX_DIGITS = 20


def parse_json(body: bytes | str) -> Json:
    """Return the value of a JSON text, in a form that can be written as JSON again.

    ``NaN`` and ``Infinity`` are accepted, since some encoders write them. Integers beyond 64 bits
    become floats, halves of surrogate pairs question marks. Raises ``ValueError`` for other texts.
    """
    try:
        value: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            value = _writable(json.loads(body, parse_int=_parse_integer))
        except RecursionError:
            raise ValueError("nested too deeply") from None
    return value


def _parse_integer(digits: str) -> int | float:
    return int(digits) if len(digits) < MAX_DIGITS else float(digits)


def _writable(value: Json) -> Json:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_writable(inner) for inner in value]
    if isinstance(value, dict):
        return {
            key.encode(errors="replace").decode(): _writable(inner) for key, inner in value.items()
        }
    return value


def as_mapping(value: object) -> Mapping[str, Json]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def parse_object(value: object) -> dict[str, Json] | None:
    """Return a JSON object, also from its text; ``None`` for anything else."""
    if isinstance(value, str):
        try:
            value = parse_json(value)
        except ValueError:
            return None
    return value if isinstance(value, dict) else None


def as_list(value: object) -> list[Json]:
    """Return a JSON array, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str | None:
    """Return a string that is not empty; of an integer its digits, so that long ids stay exact."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def as_number(value: object) -> float | int | None:
    """Return a finite number within the range of a float, from a number or a numeric string."""
    if type(value) is str:
        try:
            value = float(value) if "." in value or "e" in value.lower() else int(value)
        except ValueError:
            return None
    if type(value) is int:
        return value if -MAX_FLOAT <= value <= MAX_FLOAT else None
    return value if type(value) is float and isfinite(value) else None


def as_integer(value: object) -> int | None:
    """Return an integer of at most 64 bits, from a number or a numeric string."""
    number = as_number(value)
    return int(number) if number is not None and abs(number) < MAX_INTEGER else None


def as_flag(value: object) -> bool:
    """Return whether a flag is set: true, 1, "true" or "1"."""
    return (
        value is True or value == 1 or (isinstance(value, str) and value.lower() in ("true", "1"))
    )


def as_milliseconds(value: object) -> int | None:
    """Return an epoch time in milliseconds, from seconds or milliseconds."""
    time = as_integer(value)
    if time is None or time <= 0:
        return None
    return time if time >= MIN_MILLISECONDS else time * 1000
