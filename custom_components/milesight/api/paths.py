"""Nested JSON to flat paths and back.

Reports, commands and history travel as nested JSON (``{"sensor": {"humidity": true}}``); inside
the integration a value is known by its path: ``sensor.humidity``, and ``relay[0].state`` for the
element of an array.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from .decode import Json

MAX_DEPTH = 16
MAX_ELEMENTS = 1024


def flatten(value: Mapping[str, Json]) -> dict[str, Json]:
    """Return ``path -> value`` for a nested object, each a scalar or an empty object or array.

    Nulls are kept, since a report may say that a value is unknown. What is nested deeper than any
    device nests is left out.
    """
    flat: dict[str, Json] = {}
    for key, inner in value.items():
        if inner and isinstance(inner, (dict, list)):
            _flatten_into(flat, key, inner, 1)
        else:
            flat[key] = inner
    return flat


def _flatten_into(flat: dict[str, Json], path: str, value: Json, depth: int) -> None:
    if depth > MAX_DEPTH:
        return
    if value and isinstance(value, dict):
        for key, inner in value.items():
            _flatten_into(flat, f"{path}.{key}", inner, depth + 1)
    elif value and isinstance(value, list):
        for index, inner in enumerate(value[:MAX_ELEMENTS]):
            _flatten_into(flat, f"{path}[{index}]", inner, depth + 1)
    else:
        flat[path] = value


def split(path: str) -> list[str | int]:
    """Return the keys and indices of a path: ``a.b[0].c`` -> ``["a", "b", 0, "c"]``."""
    steps: list[str | int] = []
    for part in path.split("."):
        key, *indices = part.split("[")
        if key or not indices:
            steps.append(key)
        for index in indices:
            digits = index.removesuffix("]")
            steps.append(int(digits) if digits.isdecimal() and digits.isascii() else f"[{index}")
    return steps


def nest(flat: Iterable[tuple[str, Json]] | Mapping[str, Json]) -> dict[str, Json]:
    """Return the nested object of ``path -> value``: the inverse of :func:`flatten`.

    Elements of an array that no path names are null. Raises ``ValueError`` where two paths
    contradict each other (``a`` and ``a.b``) or an index is beyond any device's array.
    """
    root: dict[str, Json] = {}
    for path, value in flat.items() if isinstance(flat, Mapping) else flat:
        _put(root, path, value)
    return root


def _put(root: dict[str, Json], path: str, value: Json) -> None:
    steps = split(path)
    holder: Json = root
    for step, following in pairwise(steps):
        holder = _enter(holder, step, [] if isinstance(following, int) else {}, path)
    if _enter(holder, steps[-1], value, path) is not value:
        raise ValueError(path)


def _enter(holder: Json, step: str | int, fresh: Json, path: str) -> Json:
    """Return what ``holder`` has at ``step``, putting ``fresh`` there if it has nothing."""
    if isinstance(holder, dict) and isinstance(step, str):
        return holder.setdefault(step, fresh)
    if isinstance(holder, list) and isinstance(step, int) and step < MAX_ELEMENTS:
        holder.extend([None] * (step + 1 - len(holder)))
        if holder[step] is None:
            holder[step] = fresh
        return holder[step]
    raise ValueError(path)
