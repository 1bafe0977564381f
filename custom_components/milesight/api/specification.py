"""The thing specification (TSL): what a model reports, accepts and can do.

The platform sends flat lists of items whose children carry dotted ids and a ``parentId``; an
array has exactly one child ``<id>._item``. Source: "Query the TSL model of a device".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .decode import Json, boolean, integer, mapping, number, sequence, text

ELEMENT = "._item"
BRACKETS = "[]"
MAX_DEPTH = 16


class DataType(StrEnum):
    """Types of ``dataSpec.dataType``; ``UNKNOWN`` stands for one that is not known here."""

    STRING = "STRING"
    ENUM = "ENUM"
    FILE = "FILE"
    IMAGE = "IMAGE"
    INT = "INT"
    LONG = "LONG"
    DATE = "DATE"
    LOCAL_TIME = "LOCAL_TIME"
    FLOAT = "FLOAT"
    DOUBLE = "DOUBLE"
    BOOL = "BOOL"
    STRUCT = "STRUCT"
    ARRAY = "ARRAY"
    UNKNOWN = "UNKNOWN"

    @property
    def is_number(self) -> bool:
        """Return whether values of this type are numbers."""
        return self in (DataType.INT, DataType.LONG, DataType.FLOAT, DataType.DOUBLE)

    @property
    def is_whole(self) -> bool:
        """Return whether values of this type are whole numbers."""
        return self in (DataType.INT, DataType.LONG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A property, or an input or output of a service or event, with all that is below it.

    ``path`` is dotted, with ``[]`` where an array's index goes: ``relay[].state`` for the id
    ``relay._item.state``. ``mappings`` is ``key -> label`` in the order of the specification.
    """

    path: str
    name: str = ""
    description: str = ""
    data_type: DataType = DataType.UNKNOWN
    readable: bool = True
    writable: bool = False
    hidden: bool = False
    unit: str | None = None
    fraction_digits: int | None = None
    minimum: float | int | None = None
    maximum: float | int | None = None
    min_size: int | None = None
    max_size: int | None = None
    default: Json = None
    mappings: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Item, ...] = ()

    @property
    def id(self) -> str:
        """Return the id as the platform spells it."""
        return self.path.replace(BRACKETS, ELEMENT)

    @property
    def parent(self) -> str | None:
        """Return the path of the enclosing item, ``None`` at the root."""
        return _parent(self.path)

    @property
    def key(self) -> str:
        """Return the last step of the path: ``state`` of ``relay[].state``."""
        return self.path.rpartition(".")[2]

    def walk(self) -> Iterator[Item]:
        """Yield this item and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def leaves(self) -> Iterator[Item]:
        """Yield the items that carry a value."""
        return (item for item in self.walk() if not item.children)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a device says once, with what it tells about it."""

    id: str
    name: str = ""
    type: str = ""
    hidden: bool = False
    outputs: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that a device can be asked to do."""

    id: str
    name: str = ""
    call_type: str = ""
    hidden: bool = False
    inputs: tuple[Item, ...] = ()
    outputs: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingSpecification:
    """What one model with one firmware can do. ``problems`` says what could not be read."""

    version: str = ""
    properties: tuple[Item, ...] = ()
    events: tuple[Event, ...] = ()
    services: tuple[Service, ...] = ()
    problems: tuple[str, ...] = ()

    def leaves(self) -> Iterator[Item]:
        """Yield every property that carries a value."""
        for item in self.properties:
            yield from item.leaves()


def parse_specification(data: object) -> ThingSpecification:
    """Read the ``data`` of a thing-specification answer; never raises.

    Items without id or ``dataSpec`` are skipped, of items with the same id the first is taken,
    a parent that is named but not listed is made up as a structure, and a child that does not tell
    how it may be accessed may be as its parent is.
    """
    found = mapping(data)
    problems: list[str] = []
    return ThingSpecification(
        version=text(found.get("version")) or "",
        properties=_tree(found.get("properties"), "", problems),
        events=tuple(
            Event(
                id=identifier,
                name=text(raw.get("name")) or "",
                type=text(raw.get("type")) or "",
                hidden=boolean(raw.get("hidden")),
                outputs=_tree(raw.get("outputs"), identifier, problems),
            )
            for identifier, raw in _named(found.get("events"))
        ),
        services=tuple(
            Service(
                id=identifier,
                name=text(raw.get("name")) or "",
                call_type=text(raw.get("callType")) or "",
                hidden=boolean(raw.get("hidden")),
                inputs=_tree(raw.get("inputs"), identifier, problems),
                outputs=_tree(raw.get("outputs"), identifier, problems),
            )
            for identifier, raw in _named(found.get("services"))
        ),
        problems=tuple(problems),
    )


def _named(items: object) -> Iterator[tuple[str, Mapping[str, Json]]]:
    seen: set[str] = set()
    for item in sequence(items):
        raw = mapping(item)
        identifier = text(raw.get("id"))
        if identifier and identifier not in seen:
            seen.add(identifier)
            yield identifier, raw


def _tree(items: object, owner: str, problems: list[str]) -> tuple[Item, ...]:
    """Return the trees of a flat list; ``owner`` is the id that may prefix each item's."""
    listed: dict[str, Mapping[str, Json]] = {}
    for identifier, raw in _named(items):
        if not isinstance(raw.get("dataSpec"), dict):
            problems.append(f"{identifier[:64]}: no data specification")
            continue
        path = _path(identifier, text(mapping(raw["dataSpec"]).get("parentId")), owner)
        if path.count(".") + path.count(BRACKETS) > MAX_DEPTH:
            problems.append(f"{identifier[:64]}: nested too deeply")
            continue
        listed.setdefault(path, raw)
    children: dict[str | None, dict[str, None]] = {}
    for path in listed:
        step: str | None = path
        while step is not None:
            above = _parent(step)
            siblings = children.setdefault(above, {})
            if step in siblings:
                break
            siblings[step] = None
            step = above

    def build(path: str, access: str) -> Item:
        raw = listed.get(path, {})
        access = text(raw.get("accessMode")) or access
        below = tuple(build(child, access) for child in children.get(path, ()))
        return _item(path, raw, access.upper(), below, problems)

    return tuple(build(path, "R") for path in children.get(None, ()))


def _path(identifier: str, parent: str | None, owner: str) -> str:
    """Return where an item stands, whatever its id repeats of its parent and its owner."""
    if parent and parent != owner and not identifier.startswith(f"{parent}."):
        identifier = f"{parent}.{identifier}"
    if owner:
        identifier = identifier.removeprefix(f"{owner}.")
    return identifier.replace(ELEMENT, BRACKETS)


def _parent(path: str) -> str | None:
    if path.endswith(BRACKETS):
        return path.removesuffix(BRACKETS) or None
    above, dot, key = path.rpartition(".")
    return above if dot and above and key else None


def _item(
    path: str,
    raw: Mapping[str, Json],
    access: str,
    children: tuple[Item, ...],
    problems: list[str],
) -> Item:
    spec = mapping(raw.get("dataSpec"))
    data_type = _data_type(spec.get("dataType"))
    if children:
        element = any(child.path == path + BRACKETS for child in children)
        children = tuple(child for child in children if (child.path == path + BRACKETS) is element)
        data_type = DataType.ARRAY if element else DataType.STRUCT
    elif data_type is DataType.UNKNOWN:
        problems.append(f"{path[:64]}: unknown type {str(spec.get('dataType'))[:32]}")
    validator = mapping(spec.get("validator"))
    minimum, maximum = number(validator.get("min")), number(validator.get("max"))
    if minimum is not None and maximum is not None and minimum > maximum:
        problems.append(f"{path[:64]}: minimum above maximum")
        minimum = maximum = None
    item = Item(
        path=path,
        name=(text(raw.get("name")) or "").strip(),
        description=(text(raw.get("description")) or "").strip(),
        data_type=data_type,
        readable="R" in access,
        writable="W" in access,
        hidden=boolean(raw.get("hidden")),
        unit=text(spec.get("unitName")) or text(spec.get("unit")),
        fraction_digits=_size(spec.get("fractionDigits")),
        minimum=minimum,
        maximum=maximum,
        min_size=_size(validator.get("minSize")),
        max_size=_size(validator.get("maxSize")),
        default=_scalar(spec.get("defaultValue")),
        mappings=_mappings(spec.get("mappings")),
        children=children,
    )
    element_type = _data_type(spec.get("elementDataType"))
    if data_type is DataType.ARRAY and not children and element_type not in _HOLLOW:
        return _with_element(item, element_type)
    return item


_HOLLOW = (DataType.UNKNOWN, DataType.STRUCT, DataType.ARRAY)


def _with_element(array: Item, element_type: DataType) -> Item:
    """Give an array of plain values the element item that the list left out."""
    element = Item(
        path=array.path + BRACKETS,
        name=array.name,
        data_type=element_type,
        readable=array.readable,
        writable=array.writable,
        hidden=array.hidden,
        unit=array.unit,
        fraction_digits=array.fraction_digits,
        minimum=array.minimum,
        maximum=array.maximum,
        mappings=array.mappings,
    )
    return Item(
        path=array.path,
        name=array.name,
        description=array.description,
        data_type=DataType.ARRAY,
        readable=array.readable,
        writable=array.writable,
        hidden=array.hidden,
        min_size=array.min_size,
        max_size=array.max_size,
        children=(element,),
    )


def _data_type(value: object) -> DataType:
    name = value.upper() if isinstance(value, str) else ""
    return DataType(name) if name in DataType.__members__ else DataType.UNKNOWN


def _size(value: object) -> int | None:
    found = integer(value)
    return found if found is not None and found >= 0 else None


def _scalar(value: object) -> Json:
    return value if isinstance(value, str | int | float | bool) else None


def _mappings(value: object) -> dict[str, str]:
    """Return ``key -> label``; keys of flags are folded to ``true`` and ``false``."""
    labels: dict[str, str] = {}
    for entry in sequence(value):
        pair = mapping(entry)
        raw = pair.get("key")
        key = str(raw).lower() if isinstance(raw, bool) else text(raw)
        if key is not None:
            labels.setdefault(key, text(pair.get("value")) or key)
    return labels


def dump_specification(specification: ThingSpecification) -> dict[str, Json]:
    """Return a specification in the platform's own shape: the inverse of the parser."""
    return {
        "version": specification.version,
        "properties": _dump_items(specification.properties, _dump_property),
        "events": [
            {
                "id": event.id,
                "name": event.name,
                "type": event.type,
                "hidden": event.hidden,
                "outputs": _dump_items(event.outputs, _dump_parameter),
            }
            for event in specification.events
        ],
        "services": [
            {
                "id": service.id,
                "name": service.name,
                "callType": service.call_type,
                "hidden": service.hidden,
                "inputs": _dump_items(service.inputs, _dump_parameter),
                "outputs": _dump_items(service.outputs, _dump_parameter),
            }
            for service in specification.services
        ],
    }


def _dump_items(items: Iterable[Item], dump: Callable[[Item], dict[str, Json]]) -> list[Json]:
    return [dump(inner) for item in items for inner in item.walk()]


def _dump_property(item: Item) -> dict[str, Json]:
    access = ("R" if item.readable else "") + ("W" if item.writable else "")
    raw = _dump_parameter(item)
    raw |= {"description": item.description} if item.description else {}
    return raw | {"accessMode": access, "hidden": item.hidden}


def _dump_parameter(item: Item) -> dict[str, Json]:
    parent = item.parent
    validator: dict[str, Json] = {
        "min": item.minimum,
        "max": item.maximum,
        "minSize": item.min_size,
        "maxSize": item.max_size,
    }
    spec: dict[str, Json] = {
        "dataType": item.data_type.value,
        "parentId": parent.replace(BRACKETS, ELEMENT) if parent else None,
        "unitName": item.unit,
        "fractionDigits": item.fraction_digits,
        "defaultValue": item.default,
        "mappings": [{"key": key, "value": label} for key, label in item.mappings.items()] or None,
        "validator": {key: value for key, value in validator.items() if value is not None} or None,
    }
    return {
        "id": item.id,
        "name": item.name,
        "dataSpec": {key: value for key, value in spec.items() if value is not None},
    }
