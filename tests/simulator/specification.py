"""The language in which models write their thing specification, and its flat form on the wire.

A model lists items, one call each; STRUCT and ARRAY items contain others. `Specification.as_json`
flattens them as the platform does: dotted ids, `dataSpec.parentId`, one `_item` below each ARRAY.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from .values import Values

R: Final = "R"
W: Final = "W"
RW: Final = "RW"

_DERIVED: Final[Any] = object()
_NUMERIC: Final = ("INT", "LONG", "FLOAT", "DOUBLE")


@dataclass(frozen=True, slots=True)
class Item:
    """One property, parameter or member; `access` None takes that of the enclosing item."""

    id: str
    data_type: str
    name: str = ""
    unit: str | None = None
    digits: int | None = None
    limits: tuple[float, float] | None = None
    labels: tuple[tuple[str, str], ...] = ()
    access: str | None = None
    hidden: bool = False
    initial: Any = _DERIVED
    children: tuple[Item, ...] = ()

    @property
    def title(self) -> str:
        """The name that people see."""
        return self.name or self.id.replace("_", " ").title()

    @property
    def first_value(self) -> Any:
        """The value that a new device has; None if the property is never reported."""
        if self.initial is not _DERIVED:
            return self.initial
        match self.data_type:
            case "BOOL":
                return False
            case "ENUM":
                return self.labels[0][0]
            case "STRING" | "FILE" | "IMAGE":
                return ""
            case "ARRAY":
                return []
        return max(0, self.limits[0]) if self.limits else 0

    def data_spec(self, parent: str) -> dict[str, Any]:
        """The `dataSpec` object of the wire, without the keys that do not apply."""
        spec: dict[str, Any] = {"dataType": self.data_type}
        if parent:
            spec["parentId"] = parent
        if self.data_type == "ARRAY":
            spec["elementDataType"] = self.children[0].data_type
        if self.unit is not None:
            spec["unitName"] = self.unit
        if self.digits is not None:
            spec["fractionDigits"] = self.digits
        if self.labels:
            spec["mappings"] = [{"key": key, "value": label} for key, label in self.labels]
        if self.limits is not None:
            names = ("min", "max") if self.data_type in _NUMERIC else ("minSize", "maxSize")
            spec["validator"] = {
                name: limit
                for name, limit in zip(names, self.limits, strict=True)
                if limit or name != "minSize"
            }
        return spec


def number(item_id: str, unit: str | None = None, *, digits: int = 1, **facts: Any) -> Item:
    """Return a FLOAT."""
    return Item(item_id, "FLOAT", unit=unit, digits=digits, **facts)


def integer(item_id: str, unit: str | None = None, *, data_type: str = "INT", **facts: Any) -> Item:
    """Return an INT, or a LONG if told so."""
    return Item(item_id, data_type, unit=unit, **facts)


def flag(
    item_id: str,
    off: str = "disable",
    on: str = "enable",
    *,
    keys: tuple[str, str] = ("false", "true"),
    **facts: Any,
) -> Item:
    """Return a BOOL with the labels of its two values."""
    return Item(item_id, "BOOL", labels=((keys[0], off), (keys[1], on)), **facts)


def choice(
    item_id: str,
    labels: Sequence[str] | Mapping[str, str],
    *,
    data_type: str = "ENUM",
    **facts: Any,
) -> Item:
    """Return an ENUM (or an INT with mappings); keys count from "0" unless a mapping is given."""
    pairs = (
        labels.items()
        if isinstance(labels, Mapping)
        else ((str(key), label) for key, label in enumerate(labels))
    )
    return Item(item_id, data_type, labels=tuple(pairs), **facts)


def text(item_id: str, size: int | None = None, **facts: Any) -> Item:
    """Return a STRING of at most `size` characters."""
    return Item(item_id, "STRING", limits=None if size is None else (0, size), **facts)


def date(item_id: str, **facts: Any) -> Item:
    """Return a DATE: epoch seconds on the wire."""
    return Item(item_id, "DATE", unit="s", **facts)


def local_time(item_id: str, **facts: Any) -> Item:
    """Return a LOCAL_TIME: minutes since midnight on the wire, as a string."""
    return Item(item_id, "LOCAL_TIME", **{"initial": "0", **facts})


def struct(item_id: str, *children: Item, **facts: Any) -> Item:
    """Return a STRUCT of members."""
    return Item(item_id, "STRUCT", children=children, **facts)


def array(item_id: str, element: Item, size: int | None = None, **facts: Any) -> Item:
    """Return an ARRAY of up to `size` elements."""
    limits = None if size is None else (0, size)
    return Item(item_id, "ARRAY", limits=limits, children=(replace(element, id="_item"),), **facts)


@dataclass(frozen=True, slots=True)
class Event:
    """A thing event; the ids of its outputs begin with its own unless `prefixed` is off."""

    id: str
    outputs: tuple[Item, ...] = ()
    name: str = ""
    type: str = "INFO"
    prefixed: bool = True


@dataclass(frozen=True, slots=True)
class Service:
    """A thing service; the ids of its inputs begin with its own unless `prefixed` is off."""

    id: str
    inputs: tuple[Item, ...] = ()
    name: str = ""
    prefixed: bool = True
    hidden: bool = False


def walk(
    items: Sequence[Item], parent: str = "", access: str = R
) -> Iterator[tuple[str, str, Item]]:
    """Yield dotted id, effective access mode and item, parents first."""
    for item in items:
        path = f"{parent}.{item.id}" if parent else item.id
        mode = item.access or access
        yield path, mode, item
        yield from walk(item.children, path, mode)


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _parameters(owner: str, items: tuple[Item, ...], *, prefixed: bool) -> list[dict[str, Any]]:
    return [
        {"id": path, "name": item.title, "dataSpec": item.data_spec(_parent(path))}
        for path, _, item in walk(items, owner if prefixed else "")
    ]


def _title(named: Event | Service) -> str:
    return named.name or named.id.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Specification:
    """The thing specification of a model."""

    properties: tuple[Item, ...]
    events: tuple[Event, ...] = ()
    services: tuple[Service, ...] = ()
    version: str = "v1.0"

    @cached_property
    def leaves(self) -> dict[str, Item]:
        """Whatever holds a value, by dotted id; an ARRAY is one value, without its elements."""
        return {
            path: item
            for path, _, item in walk(self.properties)
            if item.data_type != "STRUCT" and "._item" not in path
        }

    @cached_property
    def writable(self) -> frozenset[str]:
        """Dotted ids of the values that may be written."""
        modes = {path: mode for path, mode, _ in walk(self.properties)}
        return frozenset(path for path in self.leaves if W in modes[path])

    @cached_property
    def events_by_id(self) -> dict[str, Event]:
        """The events by id."""
        return {event.id: event for event in self.events}

    @cached_property
    def services_by_id(self) -> dict[str, Service]:
        """The services by id."""
        return {service.id: service for service in self.services}

    def first_values(self) -> Values:
        """The values of a new device, by dotted id."""
        values = {path: item.first_value for path, item in self.leaves.items()}
        return {path: value for path, value in values.items() if value is not None}

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """The answer of the thing-specification call."""
        return {
            "version": self.version,
            "properties": [
                {
                    "id": path,
                    "propertyKey": path,
                    "name": item.title,
                    "accessMode": mode,
                    "hidden": item.hidden,
                    "dataSpec": item.data_spec(_parent(path)),
                }
                for path, mode, item in walk(self.properties)
            ],
            "events": [
                {
                    "id": event.id,
                    "name": _title(event),
                    "type": event.type,
                    "hidden": False,
                    "outputs": _parameters(event.id, event.outputs, prefixed=event.prefixed),
                }
                for event in self.events
            ],
            "services": [
                {
                    "id": service.id,
                    "name": _title(service),
                    "callType": "ASYNC",
                    "hidden": service.hidden,
                    "inputs": _parameters(service.id, service.inputs, prefixed=service.prefixed),
                    "outputs": [],
                }
                for service in self.services
            ],
        }
