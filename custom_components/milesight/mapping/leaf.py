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
    if holds or item.key.lower() in REGISTRY or not (item.readable or item.writable):
        return
    item = _typed(item)
    yield Leaf(item, parents, read(item.path), fold(item.unit))


def _typed(item: Item) -> Item:
    """Return an item with the type that its labels, or their absence, imply."""
    if item.data_type.is_whole and item.mappings:
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
    groups: dict[tuple[str | None, tuple[str, ...], tuple[int, ...]], list[Leaf]] = {}
    for leaf in found:
        words, numbers = split(leaf.item.key)
        plain = tuple(word for word in words if word not in SCALES)
        groups.setdefault((leaf.item.parent, plain, numbers), []).append(leaf)
    for group in groups.values():
        scaled = {leaf.words.scale for leaf in group} - {None}
        if len(group) == 1 or not scaled:
            yield from group
            continue
        plain_ones = [leaf for leaf in group if not SCALES.intersection(split(leaf.item.key)[0])]
        celsius = [leaf for leaf in group if "celsius" in split(leaf.item.key)[0]]
        in_celsius = [leaf for leaf in plain_ones if leaf.unit == "°C"]
        yield from in_celsius or celsius or plain_ones or group
