"""Values of a device: flat (`dotted.id` to value) inside the simulator, nested on the wire.

An ARRAY is one value.
"""

from collections.abc import Iterable, Mapping
from typing import Any

type Values = dict[str, Any]


def flatten(nested: Mapping[str, Any], parent: str = "") -> Values:
    """Nested JSON to dotted ids; lists stay whole."""
    flat: Values = {}
    for key, value in nested.items():
        path = f"{parent}.{key}" if parent else key
        if isinstance(value, Mapping):
            flat |= flatten(value, path)
        else:
            flat[path] = value
    return flat


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted ids to nested JSON; raises TypeError where an id is below one that has a value."""
    nested: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, leaf = path.split(".")
        inner = nested
        for parent in parents:
            inner = inner.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise TypeError(path)
        inner[leaf] = value
    return nested


def select(values: Values, paths: Iterable[str]) -> Values:
    """The values at these ids and below them, in the order of `paths`."""
    return {
        path: value
        for wanted in paths
        for path, value in values.items()
        if path == wanted or path.startswith(f"{wanted}.")
    }
