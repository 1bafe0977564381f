"""One leaf of a specification with what is known of it before any rule is asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..api import DataType, Item
from .units import fold
from .words import SCALES, Words, read, split

# Known to the device registry, whichever structure they stand in.
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
UNIT_SCALES = {"°C": CELSIUS, "°F": "fahrenheit"}
VALUELESS = (DataType.STRUCT, DataType.ARRAY, DataType.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A property that carries a value; ``parents`` from the root down."""

    item: Item
    parents: tuple[Item, ...]
    words: Words
    unit: str | None

    @property
    def path(self) -> str:
        """Return where the value stands in reports."""
        return self.item.path

    @property
    def hidden(self) -> bool:
        """Return whether the specification hides this, or a structure that it stands in."""
        return self.item.hidden or any(parent.hidden for parent in self.parents)


def leaves(properties: Iterable[Item]) -> tuple[Leaf, ...]:
    """Return the leaves that may become entities, in order of their paths.

    Left out are past readings, what the device registry shows, and of a value in Celsius and
    Fahrenheit the second.
    """
    found = [leaf for item in properties for leaf in _below(item, ())]
    kept = [
        leaf
        for _, leaf in sorted(
            ((leaf.path, leaf) for leaf in _unique(found)), key=lambda pair: pair[0]
        )
    ]
    return tuple(_one_scale(kept))


def is_history(identifier: str) -> bool:
    """Return whether an item tells of past readings, by its id."""
    words, _ = split(identifier)
    return bool(words) and words[0] in ("history", "historical")


def _below(item: Item, parents: tuple[Item, ...]) -> Iterator[Leaf]:
    holds = bool(item.children) or item.data_type in VALUELESS
    if holds and is_history(item.key):
        return
    for child in item.children:
        yield from _below(child, (*parents, item))
    if holds or "_".join(split(item.key)[0]) in REGISTRY:
        return
    if not (item.readable or item.writable):
        return
    item = _typed(item)
    yield Leaf(item, parents, read(item.path), fold(item.unit))


def _typed(item: Item) -> Item:
    """Return an item with the type that its labels, or their absence, imply."""
    numbered = item.data_type is DataType.BOOL and any(
        key.isdecimal() and key not in ("0", "1") for key in item.mappings
    )
    if numbered or (item.data_type.is_whole and item.mappings):
        return replace(item, data_type=DataType.ENUM)
    if item.data_type is DataType.ENUM and not item.mappings:
        return replace(item, data_type=DataType.STRING)
    return item


def _unique(found: Iterable[Leaf]) -> Iterator[Leaf]:
    seen: set[str] = set()
    for leaf in found:
        if leaf.path not in seen:
            seen.add(leaf.path)
            yield leaf


def _one_scale(found: Iterable[Leaf]) -> Iterator[Leaf]:
    groups: dict[tuple[object, ...], list[tuple[str | None, Leaf]]] = {}
    for leaf in found:
        scale, said = _scale(leaf)
        groups.setdefault((said, leaf.words.numbers), []).append((scale, leaf))
    for group in groups.values():
        plain = [leaf for scale, leaf in group if scale is None]
        if len(plain) == len(group):
            yield from plain
            continue
        celsius = [leaf for scale, leaf in group if scale == CELSIUS]
        in_celsius = [leaf for leaf in plain if leaf.unit == "°C"]
        yield from in_celsius or celsius or plain or [leaf for _, leaf in group]


def _scale(leaf: Leaf) -> tuple[str | None, tuple[tuple[str, ...], ...]]:
    """Return the scale that a path names, and what else its steps say."""
    steps = [split(step)[0] for step in leaf.path.replace("[]", "").split(".")]
    if (named := UNIT_SCALES.get(leaf.unit or "")) is not None and steps[-1][-1:] == (named[0],):
        steps[-1] = (*steps[-1][:-1], named)  # temperature_f, in degrees Fahrenheit
    scale = next((word for step in reversed(steps) for word in step if word in SCALES), None)
    plain = (tuple(word for word in step if word not in SCALES) for step in steps)
    return scale, tuple(step for step in plain if step)
