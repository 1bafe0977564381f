"""Paths of values, and nested JSON as ``path -> value``.

Reports, commands and history are nested JSON: ``{"sensor": {"humidity": true}}``. Inside the
integration a value has a path: ``sensor.humidity``, or ``relay[0].state`` for the element of an
array. The template of a path, ``relay[].state``, leaves the indices out.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
import re
from typing import Final

from .parsing import Json

ANY_INDEX: Final = "[]"
INDEX: Final = re.compile(r"\[(\d+)\]")
MAX_DEPTH: Final = 16
MAX_ELEMENTS: Final = 1024


def template_of(path: str) -> str:
    """Return the template of a path: ``relay[].state`` for ``relay[0].state``."""
    return INDEX.sub(ANY_INDEX, path)


def indices_of(path: str) -> tuple[int, ...]:
    """Return the indices in a path: ``(0,)`` of ``relay[0].state``."""
    return tuple(map(int, INDEX.findall(path)))


def parent_of(path: str) -> str:
    """Return the enclosing path of a path or template, an empty string for a root."""
    if path.endswith("]") and "[" in path:
        return path[: path.rfind("[")]
    above, _, key = path.rpartition(".")
    return above if key else ""


def flatten(value: Mapping[str, Json]) -> dict[str, Json]:
    """Return ``path -> value`` of a nested object, each a scalar or an empty object or array.

    Nulls are kept, since a report may say that a value is unknown. Values below ``MAX_DEPTH`` are
    dropped.
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

    Array elements without a path are null. Raises ``ValueError`` where two paths contradict each
    other (``a`` and ``a.b``) or an index is not below ``MAX_ELEMENTS``.
    """
    root: dict[str, Json] = {}
    for path, value in flat.items() if isinstance(flat, Mapping) else flat:
        _put(root, path, value)
    return root


def _put(root: dict[str, Json], path: str, value: Json) -> None:
    steps = split(path)
    container: Json = root
    for step, following in pairwise(steps):
        container = _enter(container, step, [] if isinstance(following, int) else {}, path)
    if _enter(container, steps[-1], value, path) is not value:
        raise ValueError(path)


def _enter(container: Json, step: str | int, default: Json, path: str) -> Json:
    """Return the value of ``container`` at ``step``, which becomes ``default`` if there is none."""
    if isinstance(container, dict) and isinstance(step, str):
        return container.setdefault(step, default)
    if isinstance(container, list) and isinstance(step, int) and step < MAX_ELEMENTS:
        container.extend([None] * (step + 1 - len(container)))
        if container[step] is None:
            container[step] = default
        return container[step]
    raise ValueError(path)
