"""Services that set a value: which one, and where the value goes."""

from collections.abc import Iterable
import re

from ..api import DataType, Item, Service
from .description import Call
from .words import SCALES, read, split

SETTING = frozenset({"set", "control", "write", "update"})
SAYING_NOTHING = SETTING | frozenset({"value", "status", "of", "degree", "switch"})
STRUCTURES = (DataType.STRUCT, DataType.ARRAY)
INDEX = re.compile(r"\[\d+\]")


def call_for(services: Iterable[Service], words: frozenset[str], item: Item) -> Call | None:
    """Return the service that sets what these words say, if it takes one value.

    ``item`` is the property that shows the value: the input must be of its kind.
    """
    meant = words - SAYING_NOTHING
    found = [
        Call(service=service, input=chosen)
        for service in services
        if read(service.id).any(SETTING)
        and read(service.id).numbers in ((), read(item.path).numbers)
        and read(service.id).all - SAYING_NOTHING <= meant
        and (chosen := _input(service, item)) is not None
        and meant <= (read(service.id).all | read(chosen.path).all | SAYING_NOTHING)
    ]
    return min(found, key=lambda call: call.service.id, default=None)


def _input(service: Service, item: Item) -> Item | None:
    """Return the input that takes the value, if nothing else has to be given."""
    inputs = [leaf for root in service.inputs for leaf in root.leaves()]
    fitting = [
        leaf
        for leaf in inputs
        if leaf.data_type not in STRUCTURES and leaf.data_type.is_number is item.data_type.is_number
    ]
    numbers = read(item.path).numbers
    numbered = [leaf for leaf in fitting if numbers and read(leaf.path).numbers == numbers]
    chosen = min(numbered or fitting, key=_preference, default=None)
    if chosen is None:
        return None
    others = [leaf for leaf in inputs if leaf is not chosen and leaf.default is None]
    return chosen if all(_is_twin(leaf, chosen) for leaf in others) else None


def _preference(item: Item) -> tuple[int, str]:
    """Return the rank of an input: the plain one before Celsius before Fahrenheit."""
    words = split(item.key)[0]
    return (2 if "fahrenheit" in words else 1 if "celsius" in words else 0, item.path)


def _is_twin(item: Item, other: Item) -> bool:
    """Return whether two inputs are one value, in two scales or for two channels."""
    words, others = (set(split(found.key)[0]) - SCALES for found in (item, other))
    return words == others


def says(path: str, service: Service) -> bool:
    """Return whether a property is named for what a service sets."""
    meant = read(service.id).all - SAYING_NOTHING
    return bool(meant) and meant <= read(INDEX.sub("", path)).all
