"""The thing specification (TSL) of a model: its properties, events and services.

The platform sends flat lists of items; children have dotted ids and a ``parentId``, and an array
has exactly one child ``<id>._item``. Source: "Query the TSL model of a device".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, TypeGuard

from .parsing import Json, as_flag, as_integer, as_list, as_mapping, as_number, as_text
from .paths import ANY_INDEX, MAX_DEPTH, parent_of

ELEMENT: Final = "._item"
MAX_SHOWN: Final = 64


class DataType(StrEnum):
    """Types of ``dataSpec.dataType``; ``UNKNOWN`` stands for any other."""

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

    @property
    def is_scalar(self) -> bool:
        """Return whether an item of this type has a value, rather than members or elements."""
        return self not in (DataType.STRUCT, DataType.ARRAY, DataType.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A property, or a parameter of a service or event, with its members or its element.

    ``path`` is a template: ``relay[].state`` for the id ``relay._item.state``. ``mappings`` is
    ``key -> label`` in the order of the specification; ``numeric_keys`` says that the keys of an
    enumeration are sent as numbers until the device reports one as text.
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
    numeric_keys: bool = False
    children: tuple[Item, ...] = ()

    @property
    def id(self) -> str:
        """Return the id of the platform."""
        return self.path.replace(ANY_INDEX, ELEMENT)

    @property
    def parent(self) -> str | None:
        """Return the path of the enclosing item, ``None`` at the root."""
        return parent_of(self.path) or None

    @property
    def key(self) -> str:
        """Return the last step of the path: ``state`` of ``relay[].state``."""
        return self.path.rpartition(".")[2]

    def walk(self) -> Iterator[Item]:
        """Yield this item and its descendants, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def leaves(self) -> Iterator[Item]:
        """Yield the items without children."""
        return (item for item in self.walk() if not item.children)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingEvent:
    """An event of a device, with its output parameters."""

    id: str
    name: str = ""
    type: str = ""
    hidden: bool = False
    outputs: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingService:
    """A service of a device, with its parameters."""

    id: str
    name: str = ""
    call_type: str = ""
    hidden: bool = False
    inputs: tuple[Item, ...] = ()
    outputs: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingSpecification:
    """Properties, events and services of a model; ``problems`` lists what could not be read."""

    version: str = ""
    properties: tuple[Item, ...] = ()
    events: tuple[ThingEvent, ...] = ()
    services: tuple[ThingService, ...] = ()
    problems: tuple[str, ...] = ()

    def leaves(self) -> Iterator[Item]:
        """Yield every property without children."""
        for item in self.properties:
            yield from item.leaves()


def is_specification(data: object) -> TypeGuard[dict[str, Json]]:
    """Return if data is an object that lists at least one property, event or service."""
    return isinstance(data, dict) and any(
        as_list(data.get(key)) for key in ("properties", "events", "services")
    )


def parse_specification(data: object) -> ThingSpecification:
    """Parse the ``data`` of a thing-specification answer; never raises.

    Items without id or ``dataSpec`` are skipped, and so are items whose id is listed before. A
    parent that is not listed becomes a structure. A child without ``accessMode`` inherits it.
    """
    raw_data = as_mapping(data)
    problems: list[str] = []
    return ThingSpecification(
        version=as_text(raw_data.get("version")) or "",
        properties=_tree(raw_data.get("properties"), "", problems),
        events=tuple(
            ThingEvent(
                id=identifier,
                name=as_text(raw.get("name")) or "",
                type=as_text(raw.get("type")) or "",
                hidden=as_flag(raw.get("hidden")),
                outputs=_tree(raw.get("outputs"), identifier, problems),
            )
            for identifier, raw in _unique(raw_data.get("events"))
        ),
        services=tuple(
            ThingService(
                id=identifier,
                name=as_text(raw.get("name")) or "",
                call_type=as_text(raw.get("callType")) or "",
                hidden=as_flag(raw.get("hidden")),
                inputs=_tree(raw.get("inputs"), identifier, problems),
                outputs=_tree(raw.get("outputs"), identifier, problems),
            )
            for identifier, raw in _unique(raw_data.get("services"))
        ),
        problems=tuple(problems),
    )


def _unique(items: object) -> Iterator[tuple[str, Mapping[str, Json]]]:
    seen: set[str] = set()
    for item in as_list(items):
        raw = as_mapping(item)
        identifier = as_text(raw.get("id"))
        if identifier and identifier not in seen:
            seen.add(identifier)
            yield identifier, raw


def _tree(items: object, owner: str, problems: list[str]) -> tuple[Item, ...]:
    """Return the items of a flat list as trees; ``owner`` is the id that may prefix their ids."""
    listed: dict[str, Mapping[str, Json]] = {}
    for identifier, raw in _unique(items):
        if not isinstance(raw.get("dataSpec"), dict):
            problems.append(f"{identifier[:MAX_SHOWN]}: no data specification")
            continue
        path = _path(identifier, as_text(as_mapping(raw["dataSpec"]).get("parentId")), owner)
        if path.count(".") + path.count(ANY_INDEX) > MAX_DEPTH:
            problems.append(f"{identifier[:MAX_SHOWN]}: nested too deeply")
            continue
        listed.setdefault(path, raw)
    children: dict[str, dict[str, None]] = {}
    for path in listed:
        step = path
        while step:
            siblings = children.setdefault(parent_of(step), {})
            if step in siblings:
                break
            siblings[step] = None
            step = parent_of(step)

    def build(path: str, access: str) -> Item:
        raw = listed.get(path, {})
        access = as_text(raw.get("accessMode")) or access
        below = tuple(build(child, access) for child in children.get(path, ()))
        return _item(path, raw, access.upper(), below, problems)

    return tuple(build(path, "R") for path in children.get("", ()))


def _path(identifier: str, parent_id: str | None, owner: str) -> str:
    """Return the path of an item, whose id may or may not begin with those of parent and owner."""
    if parent_id and parent_id != owner and not identifier.startswith(f"{parent_id}."):
        identifier = f"{parent_id}.{identifier}"
    if owner:
        identifier = identifier.removeprefix(f"{owner}.")
    return identifier.replace(ELEMENT, ANY_INDEX)


def _item(
    path: str,
    raw: Mapping[str, Json],
    access: str,
    children: tuple[Item, ...],
    problems: list[str],
) -> Item:
    spec = as_mapping(raw.get("dataSpec"))
    data_type = _data_type(spec.get("dataType"))
    if children:
        is_array = any(child.path == path + ANY_INDEX for child in children)
        children = tuple(c for c in children if (c.path == path + ANY_INDEX) is is_array)
        data_type = DataType.ARRAY if is_array else DataType.STRUCT
    elif data_type is DataType.UNKNOWN:
        problems.append(f"{path[:MAX_SHOWN]}: unknown type {str(spec.get('dataType'))[:32]}")
    validator = as_mapping(spec.get("validator"))
    minimum, maximum = as_number(validator.get("min")), as_number(validator.get("max"))
    if minimum is not None and maximum is not None and minimum > maximum:
        problems.append(f"{path[:MAX_SHOWN]}: minimum above maximum")
        minimum = maximum = None
    item = Item(
        path=path,
        name=(as_text(raw.get("name")) or "").strip(),
        description=(as_text(raw.get("description")) or "").strip(),
        data_type=data_type,
        readable="R" in access,
        writable="W" in access,
        hidden=as_flag(raw.get("hidden")),
        unit=as_text(spec.get("unitName")) or as_text(spec.get("unit")),
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
    if data_type is DataType.ARRAY and not children and element_type.is_scalar:
        return _with_element(item, element_type)
    return item


def _with_element(array: Item, element_type: DataType) -> Item:
    """Return an array of scalars with the element that the list left out."""
    element = replace(
        array,
        path=array.path + ANY_INDEX,
        description="",
        data_type=element_type,
        min_size=None,
        max_size=None,
        default=None,
    )
    return replace(
        array,
        unit=None,
        fraction_digits=None,
        minimum=None,
        maximum=None,
        default=None,
        mappings={},
        children=(element,),
    )


def _data_type(value: object) -> DataType:
    name = value.upper() if isinstance(value, str) else ""
    return DataType(name) if name in DataType.__members__ else DataType.UNKNOWN


def _size(value: object) -> int | None:
    size = as_integer(value)
    return size if size is not None and size >= 0 else None


def _scalar(value: object) -> Json:
    return value if isinstance(value, str | int | float | bool) else None


def _mappings(value: object) -> dict[str, str]:
    """Return ``key -> label``; keys of flags become ``true`` and ``false``."""
    labels: dict[str, str] = {}
    for entry in as_list(value):
        pair = as_mapping(entry)
        raw = pair.get("key")
        key = str(raw).lower() if isinstance(raw, bool) else as_text(raw)
        if key is not None:
            labels.setdefault(key, as_text(pair.get("value")) or key)
    return labels


def dump_specification(specification: ThingSpecification) -> dict[str, Json]:
    """Return a specification in the platform's form: the inverse of the parser."""
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
    validator: dict[str, Json] = {
        "min": item.minimum,
        "max": item.maximum,
        "minSize": item.min_size,
        "maxSize": item.max_size,
    }
    spec: dict[str, Json] = {
        "dataType": item.data_type.value,
        "parentId": parent_of(item.path).replace(ANY_INDEX, ELEMENT) or None,
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
