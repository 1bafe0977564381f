"""The thing specification of a model, read from the platform's own flat lists."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import inf
import re
from typing import Any, Final

from .values import Values

ELEMENT: Final = "_item"
TEXT_TYPES: Final = ("STRING", "FILE", "IMAGE")
WHOLE_TYPES: Final = ("INT", "LONG")
NUMERIC_TYPES: Final = (*WHOLE_TYPES, "FLOAT", "DOUBLE")
_SIMPLEST: Final[Mapping[str, Any]] = {"BOOL": False, "DATE": 0, "LOCAL_TIME": "0"}
_WORD: Final = re.compile(r"[a-z]+|[0-9]+")


def words_of(identifier: str) -> frozenset[str]:
    """Return the words and numbers of an id."""
    return frozenset(_WORD.findall(identifier.lower()))


@dataclass(frozen=True, kw_only=True)
class Item:
    """A property, an event output or a service input, with its members.

    `limits` are those of the value of a number, and of the size of a text or list.
    """

    path: str
    data_type: str = "STRUCT"
    access: str = "R"
    unit: str = ""
    digits: int | None = None
    limits: tuple[float, float] = (-inf, inf)
    labels: tuple[tuple[str, str], ...] = ()
    children: tuple[Item, ...] = ()
    own_default: Any = None

    @cached_property
    def id(self) -> str:
        """The last step of the path."""
        return self.path.rpartition(".")[2]

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the path."""
        return words_of(self.path)

    @property
    def writable(self) -> bool:
        """Return if a value may be written."""
        return "W" in self.access

    @property
    def is_number(self) -> bool:
        """Return if a value is a number that is not the key of a label."""
        return self.data_type in NUMERIC_TYPES and not self.labels

    def key_of(self, *labels: str) -> str | None:
        """Return the key of the first of these labels (lower case) that the item has."""
        keys = {label.lower(): key for key, label in self.labels}
        return next((keys[label] for label in labels if label in keys), None)

    def label_of(self, value: Any) -> str:
        """Return the label of a value in lower case, an empty text where there is none."""
        keys = (str(value).lower(), str(int(value))) if isinstance(value, bool) else (str(value),)
        return next((label.lower() for key, label in self.labels if key.lower() in keys), "")

    @property
    def decimals(self) -> int:
        """Return the number of decimals."""
        return 0 if self.data_type in WHOLE_TYPES else self.digits or 1

    def rounded(self, value: float) -> float:
        """Return a number as the device reports it."""
        return round(float(value), self.decimals) if self.decimals else round(value)

    @property
    def default(self) -> Any:
        """The default value of the specification, else the simplest one that fits."""
        if self.own_default is not None:
            return self.own_default
        if self.data_type == "STRUCT":
            return {child.id: child.default for child in self.children}
        if self.data_type == "ARRAY":
            return []
        if self.data_type in NUMERIC_TYPES and not self.labels:
            return max(0, self.limits[0])
        return _SIMPLEST.get(self.data_type, self.labels[0][0] if self.labels else "")


type Leaves = Mapping[str, Item]  # whatever has a value, by dotted id


@dataclass(frozen=True, slots=True)
class Function:
    """An event with its outputs, or a service with its inputs."""

    id: str
    parameters: tuple[Item, ...]


class Specification:
    """A thing specification; `raw` is what the platform answers."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Read a specification in the platform's form."""
        self.raw = raw
        self.version = str(raw.get("version", "v1.0"))
        self.properties = _tree(raw["properties"])
        self.events = _functions(raw.get("events", ()), "outputs")
        self.services = _functions(raw.get("services", ()), "inputs")

    @cached_property
    def leaves(self) -> dict[str, Item]:
        """The properties that have a value, by dotted id; a list is one value."""
        return {item.path: item for item in _leaves(self.properties)}

    @cached_property
    def writable(self) -> frozenset[str]:
        """Dotted ids of the values that may be written."""
        return frozenset(path for path, item in self.leaves.items() if item.writable)

    def defaults(self) -> Values:
        """Return the default value of every property."""
        return {path: item.default for path, item in self.leaves.items()}


def _functions(listed: Iterable[Mapping[str, Any]], member: str) -> dict[str, Function]:
    return {
        raw["id"]: Function(raw["id"], _tree(raw.get(member, ()), f"{raw['id']}."))
        for raw in listed
    }


def _leaves(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        if item.data_type == "STRUCT":
            yield from _leaves(item.children)
        else:
            yield item


def _tree(listed: Iterable[Mapping[str, Any]], prefix: str = "") -> tuple[Item, ...]:
    """Return the trees of a flat list; a parent that is not listed is a structure."""
    raws: dict[str, Mapping[str, Any]] = {}
    for raw in listed:
        path = raw["id"].removeprefix(prefix)
        for parent in accumulate(path.split("."), "{}.{}".format):
            raws.setdefault(parent, {})
        raws[path] = raw
    children: dict[str, list[str]] = {}
    for path in raws:
        children.setdefault(path.rpartition(".")[0], []).append(path)

    def build(parent: str, access: str) -> tuple[Item, ...]:
        return tuple(
            _item(path, raws[path], build(path, own), own)
            for path in children.get(parent, ())
            for own in (raws[path].get("accessMode", access),)
        )

    return build("", "R")


def _item(path: str, raw: Mapping[str, Any], children: tuple[Item, ...], access: str) -> Item:
    spec: Mapping[str, Any] = raw.get("dataSpec", {"dataType": "STRUCT"})
    low, high = ("min", "max") if spec["dataType"] in NUMERIC_TYPES else ("minSize", "maxSize")
    validator = spec.get("validator", {})
    return Item(
        path=path,
        data_type=spec["dataType"],
        access=access,
        unit=spec.get("unitName", ""),
        digits=spec.get("fractionDigits"),
        limits=(validator.get(low, -inf), validator.get(high, inf)),
        labels=tuple((pair["key"], pair["value"]) for pair in spec.get("mappings", ())),
        children=children,
        own_default=spec.get("defaultValue"),
    )
