"""Validation of service inputs and of properties to write, before a request is sent.

Values may be nested, dotted (``{"relay[0].state": 1}``) or both. Inputs are named without the id of
their service: the platform's lists may prefix them with it, but requests do not, see the example of
"Invoke device services asynchronously".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
import re
from typing import Final

from .codec import encode
from .exceptions import InvalidReason, InvalidValueError
from .parsing import Json
from .paths import ANY_INDEX, INDEX, MAX_DEPTH, MAX_ELEMENTS, parent_of, template_of
from .specification import DataType, Item, ThingService

# Properties in Celsius and in Fahrenheit differ in this part of their last step.
UNIT_SUFFIX: Final = re.compile(r"(celsius|fahrenheit)_?(?=[^.]*$)")
MAX_INDEX_DIGITS: Final = 9
MAX_OPTIONS: Final = 40
MAX_SHOWN: Final = 100
NO_VALUES: Final[Mapping[str, Json]] = {}


def encode_inputs(
    service: ThingService, inputs: Mapping[str, object], zone: tzinfo | None = None
) -> dict[str, Json]:
    """Return ``path -> encoded value`` of a service's inputs; defaults are not filled in.

    Inputs without a default are required; of a pair in Celsius and Fahrenheit one is enough.
    ``zone`` is the time zone of dates without one. Raises ``InvalidValueError``.
    """
    prefix = f"{service.id}."
    given = _entries(inputs)
    if not any(item.path == service.id for item in service.inputs):
        given = ((path.removeprefix(prefix), value) for path, value in given)
    encoded = _encode(service.inputs, given, NO_VALUES, zone, _accept)
    present = {enclosing for path in encoded for enclosing in _with_parents(path)}
    _require_all(service.inputs, "", "", present)
    return encoded


def encode_properties(
    properties: Iterable[Item],
    values: Mapping[str, object],
    reported: Mapping[str, Json] = NO_VALUES,
    zone: tzinfo | None = None,
) -> dict[str, Json]:
    """Return ``path -> encoded value`` of writable properties.

    ``reported`` are the values that the device reported last, see ``encode``. Raises
    ``InvalidValueError``.
    """
    items = tuple(properties)
    writable = [leaf.path for item in items for leaf in item.leaves() if leaf.writable]

    def check_writable(item: Item, path: str) -> None:
        if not any(leaf.writable for leaf in item.leaves()):
            raise InvalidValueError(
                InvalidReason.READ_ONLY, path[:MAX_SHOWN], options=_join(writable)
            )

    return _encode(items, _entries(values), reported, zone, check_writable)


def list_paths(values: Mapping[str, object]) -> Iterator[str]:
    """Yield the paths of arrays that are given as a whole, and not by the paths of elements."""
    for key, value in values.items():
        if isinstance(value, list | tuple):
            yield str(key)
        elif isinstance(value, Mapping):
            yield from (f"{key}.{path}" for path in list_paths(value))


def check_paths(items: Iterable[Item], paths: Iterable[str]) -> None:
    """Raise ``InvalidValueError`` for a path that the specification does not have."""
    roots = tuple(items)
    known = _by_path(roots)
    for path in paths:
        if ANY_INDEX in path or template_of(path) not in known:
            raise _unknown_path(roots, known, path)


def _by_path(roots: Iterable[Item]) -> dict[str, Item]:
    return {item.path: item for root in roots for item in root.walk()}


def _accept(_item: Item, _path: str) -> None:
    """Accept every item, since all inputs of a service are writable."""


def _encode(
    items: Iterable[Item],
    given: Iterable[tuple[str, object]],
    reported: Mapping[str, Json],
    zone: tzinfo | None,
    check: Callable[[Item, str], None],
) -> dict[str, Json]:
    roots = tuple(items)
    known = _by_path(roots)
    encoded: dict[str, Json] = {}
    for path, value in given:
        item = known.get(template_of(path)) if ANY_INDEX not in path else None
        if item is None:
            raise _unknown_path(roots, known, path)
        check(item, path)
        if path in encoded:
            raise InvalidValueError(InvalidReason.DUPLICATE_PATH, path[:MAX_SHOWN])
        _check_sizes(known, path)
        encoded[path] = _encode_item(item, path, value, reported.get(path), zone)
    empty_lists = tuple(f"{path}[" for path, value in encoded.items() if value == [])
    for path in encoded:
        if path.startswith(empty_lists):
            raise InvalidValueError(InvalidReason.DUPLICATE_PATH, path[:MAX_SHOWN])
    return encoded


def _encode_item(item: Item, path: str, value: object, reported: Json, zone: tzinfo | None) -> Json:
    if item.data_type is DataType.ARRAY and item.children:
        if value == [] and not item.min_size:
            return []
        raise _list_expected(item, path)
    if item.children:
        raise _object_expected(item.children, path)
    if item.data_type is DataType.DATE and zone is not None:
        value = _in_zone(value, zone)
    try:
        return encode(item, value, reported)
    except InvalidValueError as error:
        raise InvalidValueError(error.reason, path, **error.allowed) from error


def _in_zone(value: object, zone: tzinfo) -> object:
    """Return a date with a time zone, and any other value unchanged."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=zone)
    return value


# Paths of what is given


def _entries(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield ``path, value`` of all scalars and empty containers."""
    for key, value in values.items():
        yield from _entries_below(str(key), value, 1)


def _entries_below(path: str, value: object, depth: int) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and value and depth <= MAX_DEPTH:
        for key, inner in value.items():
            yield from _entries_below(f"{path}.{key}", inner, depth + 1)
    elif isinstance(value, list | tuple) and value and depth <= MAX_DEPTH:
        for index, inner in enumerate(value):
            yield from _entries_below(f"{path}[{index}]", inner, depth + 1)
    else:
        yield path, value


def _with_parents(path: str) -> Iterator[str]:
    while path:
        yield path
        path = parent_of(path)


def _check_sizes(known: Mapping[str, Item], path: str) -> None:
    """Raise ``InvalidValueError`` for an index beyond the size of its array."""
    for index in INDEX.finditer(path):
        array = path[: index.start()]
        item = known[template_of(array)]
        limit = MAX_ELEMENTS if item.max_size is None else min(item.max_size, MAX_ELEMENTS)
        if len(index[1]) > MAX_INDEX_DIGITS or int(index[1]) >= limit:
            raise _list_expected(item, array)


# Required inputs


def _require_all(items: Iterable[Item], base: str, path: str, present: set[str]) -> None:
    """Raise ``InvalidValueError`` for the first missing input.

    ``items`` are the children of the template ``base``, which is at ``path`` among the inputs.
    """
    places = {f"{path}{item.path.removeprefix(base)}": item for item in items}
    given = {UNIT_SUFFIX.sub("", place) for place in places if place in present}
    for place, item in places.items():
        if item.children or UNIT_SUFFIX.sub("", place) not in given:
            _require(item, place, present)


def _require(item: Item, path: str, present: set[str]) -> None:
    if item.data_type is DataType.ARRAY and item.children:
        indices = [index for index in range(MAX_ELEMENTS) if f"{path}[{index}]" in present]
        for index in indices:
            _require(item.children[0], f"{path}[{index}]", present)
        if not indices and path not in present and item.min_size != 0 and _has_required(item):
            raise InvalidValueError(InvalidReason.MISSING_INPUT, path)
        return
    _require_all(item.children, item.path, path, present)
    if not item.children and path not in present and _has_required(item):
        raise InvalidValueError(InvalidReason.MISSING_INPUT, path)


def _has_required(item: Item) -> bool:
    return any(
        leaf.default is None and leaf.data_type not in (DataType.STRUCT, DataType.ARRAY)
        for leaf in item.leaves()
    )


# Errors


def _unknown_path(roots: Iterable[Item], known: Mapping[str, Item], path: str) -> InvalidValueError:
    """Return the error of a path that the specification does not have."""
    below, above = path, parent_of(path)
    while above and template_of(above) not in known:
        below, above = above, parent_of(above)
    if not above:
        return _not_one_of(roots, below)
    item = known[template_of(above)]
    if item.data_type is DataType.ARRAY and item.children:
        return _list_expected(item, above)
    if item.children and below.endswith("]"):
        return _object_expected(item.children, above)
    if item.children:
        return _not_one_of(item.children, below)
    try:
        encode(item, [])
    except InvalidValueError as error:
        return InvalidValueError(error.reason, above, **error.allowed)
    return InvalidValueError(InvalidReason.STRUCTURE, above)


def _not_one_of(items: Iterable[Item], path: str) -> InvalidValueError:
    return InvalidValueError(InvalidReason.UNKNOWN_PATH, path[:MAX_SHOWN], options=_keys(items))


def _object_expected(items: Iterable[Item], path: str) -> InvalidValueError:
    return InvalidValueError(InvalidReason.OBJECT, path[:MAX_SHOWN], options=_keys(items))


def _list_expected(item: Item, path: str) -> InvalidValueError:
    maximum = MAX_ELEMENTS if item.max_size is None else item.max_size
    limits = {"minimum": str(item.min_size or 0), "maximum": str(maximum)}
    return InvalidValueError(InvalidReason.LIST, path[:MAX_SHOWN], **limits)


def _keys(items: Iterable[Item]) -> str:
    return _join(item.key for item in items)


def _join(names: Iterable[str]) -> str:
    listed = list(names)
    rest = ["…"] if len(listed) > MAX_OPTIONS else []
    return ", ".join(listed[:MAX_OPTIONS] + rest) or "-"
