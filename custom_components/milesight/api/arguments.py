"""What people pass to a service or write to properties, checked before anything is sent.

Arguments may be nested, dotted (``{"relay[0].state": 1}``) or both. They are named as
``parse_specification`` names them, without the id of their service: the platform's lists may
prefix inputs with it, but inputs travel without, as in the request example of "Invoke device
services asynchronously".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
import re
from typing import Final

from .decode import Json
from .errors import InvalidValueError
from .paths import MAX_DEPTH, MAX_ELEMENTS
from .specification import BRACKETS, DataType, Item, Service
from .values import encode

SCALE: Final = re.compile(r"(celsius|fahrenheit)_?(?=[^.]*$)")
INDEX: Final = re.compile(r"\[\d+\]")
MAX_NAMES: Final = 40
MAX_SHOWN: Final = 100
NOTHING: Final[Mapping[str, Json]] = {}


def encode_inputs(
    service: Service, inputs: Mapping[str, object], zone: tzinfo | None = None
) -> dict[str, Json]:
    """Return ``path -> encoded value`` of a service's inputs; nothing is filled in.

    An input without a default is required; of one in Celsius and in Fahrenheit one is enough.
    ``zone`` is that of dates that do not name theirs.
    Raises ``InvalidValueError`` for what is unknown, missing, given twice or of another kind.
    """
    prefix = f"{service.id}."
    named = any(item.path == service.id for item in service.inputs)
    given = _entries(inputs)
    if not named:
        given = ((path.removeprefix(prefix), value) for path, value in given)
    encoded = _encode(service.inputs, given, NOTHING, zone, _accept)
    present = {above for path in encoded for above in _with_parents(path)}
    _require_all(service.inputs, "", "", present)
    return encoded


def encode_properties(
    properties: Iterable[Item],
    values: Mapping[str, object],
    like: Mapping[str, Json] = NOTHING,
    zone: tzinfo | None = None,
) -> dict[str, Json]:
    """Return ``path -> encoded value`` of properties that may be written.

    ``like`` is what the device reported last, in whose manner it is answered. Raises
    ``InvalidValueError``, of kind ``read_only`` for what cannot be written.
    """
    items = tuple(properties)
    writable = [leaf.path for item in items for leaf in item.leaves() if leaf.writable]

    def check(item: Item, path: str) -> None:
        if not any(leaf.writable for leaf in item.leaves()):
            raise InvalidValueError("read_only", path[:MAX_SHOWN], options=_names(writable))

    return _encode(items, _entries(values), like, zone, check)


def check_paths(items: Iterable[Item], paths: Iterable[str]) -> None:
    """Raise ``InvalidValueError`` for a path that is neither a value nor a structure."""
    roots = tuple(items)
    known = {item.path: item for root in roots for item in root.walk()}
    for path in paths:
        if BRACKETS in path or INDEX.sub(BRACKETS, path) not in known:
            raise _misfit(roots, known, path)


def _accept(_item: Item, _path: str) -> None:
    """Take every item, as services do."""


def _encode(
    items: Iterable[Item],
    given: Iterable[tuple[str, object]],
    like: Mapping[str, Json],
    zone: tzinfo | None,
    check: Callable[[Item, str], None],
) -> dict[str, Json]:
    roots = tuple(items)
    known = {item.path: item for root in roots for item in root.walk()}
    encoded: dict[str, Json] = {}
    for path, value in given:
        item = known.get(INDEX.sub(BRACKETS, path)) if BRACKETS not in path else None
        if item is None:
            raise _misfit(roots, known, path)
        check(item, path)
        if path in encoded:
            raise InvalidValueError("twice", path[:MAX_SHOWN])
        _check_sizes(known, path)
        encoded[path] = _encode_one(item, path, value, like.get(path), zone)
    return encoded


def _encode_one(item: Item, path: str, value: object, like: Json, zone: tzinfo | None) -> Json:
    if item.data_type is DataType.ARRAY and item.children:
        if value == [] and not item.min_size:
            return []
        raise _no_list(item, path)
    if item.children:
        raise _no_object(item.children, path)
    if item.data_type is DataType.DATE and zone is not None:
        value = _in_zone(value, zone)
    try:
        return encode(item, value, like)
    except InvalidValueError as error:
        raise InvalidValueError(error.kind, path, **error.allowed) from error


def _entries(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield ``path, value`` of all that holds no more values, empty containers included."""
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


def _misfit(roots: Iterable[Item], known: Mapping[str, Item], path: str) -> InvalidValueError:
    """Return what is wrong with a path that the specification does not have."""
    below, above = path, _parent(path)
    while above and INDEX.sub(BRACKETS, above) not in known:
        below, above = above, _parent(above)
    if not above:
        return InvalidValueError("unknown", below[:MAX_SHOWN], options=_names(_keys(roots)))
    item = known[INDEX.sub(BRACKETS, above)]
    indexed = below.endswith("]")
    if item.data_type is DataType.ARRAY and item.children:
        return _no_list(item, above)
    if item.children and indexed:
        return _no_object(item.children, above)
    if item.children:
        return InvalidValueError("unknown", below[:MAX_SHOWN], options=_names(_keys(item.children)))
    try:
        encode(item, [])
    except InvalidValueError as error:
        return InvalidValueError(error.kind, above, **error.allowed)
    return InvalidValueError("structure", above)


def _check_sizes(known: Mapping[str, Item], path: str) -> None:
    for found in INDEX.finditer(path):
        array = path[: found.start()]
        item = known[INDEX.sub(BRACKETS, array)]
        limit = MAX_ELEMENTS if item.max_size is None else min(item.max_size, MAX_ELEMENTS)
        if int(found[0][1:-1]) >= limit:
            raise _no_list(item, array)


def _require_all(items: Iterable[Item], base: str, path: str, present: set[str]) -> None:
    """Raise ``InvalidValueError`` for the first input that is missing.

    ``items`` stand below the template ``base``, whose place among the arguments is ``path``.
    """
    places = {f"{path}{item.path.removeprefix(base)}": item for item in items}
    twins = {SCALE.sub("", place) for place in places if place in present}
    for place, item in places.items():
        if item.children or SCALE.sub("", place) not in twins:
            _require(item, place, present)


def _require(item: Item, path: str, present: set[str]) -> None:
    if item.data_type is DataType.ARRAY and item.children:
        indices = [index for index in range(MAX_ELEMENTS) if f"{path}[{index}]" in present]
        for index in indices:
            _require(item.children[0], f"{path}[{index}]", present)
        if not indices and path not in present and item.min_size != 0 and _has_required(item):
            raise InvalidValueError("missing", path)
        return
    _require_all(item.children, item.path, path, present)
    if not item.children and path not in present and _has_required(item):
        raise InvalidValueError("missing", path)


def _has_required(item: Item) -> bool:
    return any(
        leaf.default is None and leaf.data_type not in (DataType.STRUCT, DataType.ARRAY)
        for leaf in item.leaves()
    )


def _in_zone(value: object, zone: tzinfo) -> object:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=zone)
    return value


def _parent(path: str) -> str:
    return path[: max(path.rfind("."), path.rfind("["), 0)]


def _with_parents(path: str) -> Iterator[str]:
    while path:
        yield path
        path = _parent(path)


def _keys(items: Iterable[Item]) -> list[str]:
    return [item.key for item in items]


def _names(names: Iterable[str]) -> str:
    listed = list(names)
    rest = ["…"] if len(listed) > MAX_NAMES else []
    return ", ".join(listed[:MAX_NAMES] + rest) or "-"


def _no_object(items: Iterable[Item], path: str) -> InvalidValueError:
    return InvalidValueError("object", path[:MAX_SHOWN], options=_names(_keys(items)))


def _no_list(item: Item, path: str) -> InvalidValueError:
    maximum = MAX_ELEMENTS if item.max_size is None else item.max_size
    return InvalidValueError(
        "list", path[:MAX_SHOWN], minimum=str(item.min_size or 0), maximum=str(maximum)
    )
