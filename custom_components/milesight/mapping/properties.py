"""The properties of a specification, with their tokens and their unit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..api import DataType, Item
from ..api.paths import ANY_INDEX
from .tokens import SCALES, PathTokens, tokenize, tokenize_path
from .units import fold

# Shown by the device registry, in any structure.
REGISTRY = frozenset(
    {
        "firmware_version",
        "hardware_version",
        "imei",
        "ipso_version",
        "product_sn",
        "sn",
        "software_version",
        "tsl_version",
    }
)
CELSIUS = "celsius"
# Units that the last step of a path names, where the specification has none.
UNITS_OF_STEPS: dict[tuple[str, ...], str] = {
    ("minute", "of", "time"): "min",
    ("second", "of", "time"): "s",
}
UNIT_SCALES = {"°C": CELSIUS, "°F": "fahrenheit"}


@dataclass(frozen=True, slots=True)
class Property:
    """A property that carries a value; ``parents`` from the root down."""

    item: Item
    parents: tuple[Item, ...]
    tokens: PathTokens
    unit: str | None

    @property
    def path(self) -> str:
        """Return the path of the value in reports."""
        return self.item.path

    @property
    def hidden(self) -> bool:
        """Return whether the specification hides this property or one of its parents."""
        return self.item.hidden or any(parent.hidden for parent in self.parents)


def value_properties(items: Iterable[Item]) -> tuple[Property, ...]:
    """Return the properties that may become entities, in order of their paths.

    Left out are past readings, what the device registry shows, and of a value in Celsius and
    Fahrenheit the second.
    """
    every = [prop for item in items for prop in _below(item, ())]
    return tuple(_one_scale(sorted(_unique(every), key=lambda prop: prop.path)))


def is_history(identifier: str) -> bool:
    """Return whether an item contains past readings, by its id."""
    words, _ = tokenize(identifier)
    return bool(words) and words[0] in ("history", "historical")


def _below(item: Item, parents: tuple[Item, ...]) -> Iterator[Property]:
    holds = bool(item.children) or not item.data_type.is_scalar
    if holds and is_history(item.key):
        return
    for child in item.children:
        yield from _below(child, (*parents, item))
    if holds or "_".join(tokenize(item.key)[0]) in REGISTRY:
        return
    if not (item.readable or item.writable):
        return
    item = _typed(item)
    unit = fold(item.unit) or UNITS_OF_STEPS.get(tokenize(item.key)[0])
    yield Property(item, parents, tokenize_path(item.path), unit)


def _typed(item: Item) -> Item:
    """Return an item with the type that its labels, or their absence, imply."""
    numbered = item.data_type is DataType.BOOL and any(
        key.isdecimal() and key not in ("0", "1") for key in item.mappings
    )
    if numbered or (item.data_type.is_whole and item.mappings):
        return replace(item, data_type=DataType.ENUM, numeric_keys=item.data_type.is_whole)
    if item.data_type is DataType.ENUM and not item.mappings:
        return replace(item, data_type=DataType.STRING)
    return item


def _unique(properties: Iterable[Property]) -> Iterator[Property]:
    seen: set[str] = set()
    for prop in properties:
        if prop.path not in seen:
            seen.add(prop.path)
            yield prop


def _one_scale(properties: Iterable[Property]) -> Iterator[Property]:
    groups: dict[tuple[object, ...], list[tuple[str | None, Property]]] = {}
    for prop in properties:
        scale, subject = _scale(prop)
        groups.setdefault((subject, prop.tokens.numbers), []).append((scale, prop))
    for group in groups.values():
        plain = [prop for scale, prop in group if scale is None]
        if len(plain) == len(group):
            yield from plain
            continue
        celsius = [prop for scale, prop in group if scale == CELSIUS]
        in_celsius = [prop for prop in plain if prop.unit == "°C"]
        yield from in_celsius or celsius or plain or [prop for _, prop in group]


def _scale(prop: Property) -> tuple[str | None, tuple[tuple[str, ...], ...]]:
    """Return the scale that a path names, and what else its steps say."""
    steps = [tokenize(step)[0] for step in prop.path.replace(ANY_INDEX, "").split(".")]
    if (named := UNIT_SCALES.get(prop.unit or "")) is not None and steps[-1][-1:] == (named[0],):
        steps[-1] = (*steps[-1][:-1], named)  # temperature_f, in degrees Fahrenheit
    scale = next((word for step in reversed(steps) for word in step if word in SCALES), None)
    plain = (tuple(word for word in step if word not in SCALES) for step in steps)
    return scale, tuple(step for step in plain if step)
