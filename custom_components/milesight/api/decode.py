"""Tolerant readers of single JSON values.

The platform sends ids as numbers or strings, numbers as strings and times in seconds or
milliseconds, depending on the page and the generation. Everything is made uniform here; what
cannot be read becomes ``None``.
"""

from collections.abc import Mapping
import json
from math import isfinite
import sys

import orjson

type Json = str | int | float | bool | list[Json] | dict[str, Json] | None

FIRST_MILLISECONDS = 10**12
LARGEST = int(sys.float_info.max)
LARGEST_INTEGER = 2**63
DIGITS_OF_64_BITS = 20


def parse(body: bytes | str) -> Json:
    """Return what a JSON text holds, in a form that can be written as JSON again.

    ``NaN`` and ``Infinity`` pass, as some encoders write them. Integers beyond 64 bits become
    floats, and halves of surrogate pairs question marks. Raises ``ValueError`` for what is no JSON.
    """
    try:
        parsed: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            parsed = _writable(json.loads(body, parse_int=_integer))
        except RecursionError:
            raise ValueError("nested too deeply") from None
    return parsed


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < DIGITS_OF_64_BITS else float(digits)


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


def mapping(value: object) -> Mapping[str, Json]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Json]:
    """Return a JSON array, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: object) -> str | None:
    """Return a string; numbers become their digits, so that 19-digit ids stay exact."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def number(value: object) -> float | int | None:
    """Return a finite number from a number or a numeric string, one that a float can hold."""
    if type(value) is str:
        try:
            value = float(value) if "." in value or "e" in value.lower() else int(value)
        except ValueError:
            return None
    if type(value) is int:
        return value if -LARGEST <= value <= LARGEST else None
    return value if type(value) is float and isfinite(value) else None


def integer(value: object) -> int | None:
    """Return a whole number from a number or a numeric string, one that 64 bits can hold."""
    found = number(value)
    return int(found) if found is not None and abs(found) < LARGEST_INTEGER else None


def boolean(value: object) -> bool:
    """Return whether a flag is set: true, 1, "true" or "1"."""
    return (
        value is True or value == 1 or (isinstance(value, str) and value.lower() in ("true", "1"))
    )


def milliseconds(value: object) -> int | None:
    """Return an epoch time in milliseconds from seconds or milliseconds."""
    found = integer(value)
    if found is None or found <= 0:
        return None
    return found if found >= FIRST_MILLISECONDS else found * 1000
