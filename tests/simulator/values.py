"""Values of a device: flat (`dotted.id` to value) inside the simulator, nested on the wire.

An ARRAY is one value.
"""

from collections.abc import Mapping
import re
from typing import Any, Final

type Values = dict[str, Any]

_STEP: Final = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")


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


def nest_elements(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return the nested JSON of values by path, `name[0].field` for an element of a list."""
    root: dict[Any, Any] = {}
    for path, value in flat.items():
        *parents, leaf = [name or int(index) for index, name in _STEP.findall(path)]
        inner = root
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[leaf] = value
    return {key: _with_lists(value) for key, value in root.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(member) for key, member in value.items()}
    return list(inner.values()) if inner and all(isinstance(key, int) for key in inner) else inner
