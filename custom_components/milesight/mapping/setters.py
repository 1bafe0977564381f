"""Services that set a value: which one, and where the value goes."""

from collections.abc import Iterable

from ..api import Item, ThingService
from ..api.paths import ANY_INDEX, INDEX
from .descriptions import Setter
from .labels import binary_options
from .safety import INSTALLATION
from .tokens import SCALES, tokenize, tokenize_path

SETTING = frozenset({"set", "control", "write", "update"})
SAYING_NOTHING = SETTING | frozenset({"value", "status", "of", "degree", "switch"})


def find_setter(
    services: Iterable[ThingService], words: frozenset[str], item: Item
) -> Setter | None:
    """Return the service that sets what these words say, if it takes one value.

    ``item`` is the property that shows the value: the input must be of its kind, and the service or
    the input must name its channel. No service is for the elements of an array.
    """
    subject = words - SAYING_NOTHING
    setters = [
        Setter(service=service, input=chosen)
        for service in services
        if tokenize_path(service.id).any(SETTING)
        and not tokenize_path(service.id).any(INSTALLATION)
        and tokenize_path(service.id).all - SAYING_NOTHING <= subject
        and (chosen := _input(service, item)) is not None
        and subject
        <= (tokenize_path(service.id).all | tokenize_path(chosen.path).all | SAYING_NOTHING)
    ]
    return min(setters, key=lambda setter: setter.service.id, default=None)


def _input(service: ThingService, item: Item) -> Item | None:
    """Return the input that takes the value, if nothing else has to be given."""
    inputs = [prop for root in service.inputs for prop in root.leaves()]
    fitting = [
        prop
        for prop in inputs
        if ANY_INDEX not in f"{prop.path}{item.path}"
        and _channels(service.id, prop.path) == _channels(item.path)
        and _are_of_one_kind(prop, item)
    ]
    chosen = min(fitting, key=_preference, default=None)
    if chosen is None:
        return None
    others = [prop for prop in inputs if prop is not chosen and prop.default is None]
    return chosen if all(_is_twin(prop, chosen) for prop in others) else None


def _channels(*ids: str) -> set[tuple[int, ...]]:
    """Return the channels that ids name."""
    return {numbers for each in ids if (numbers := tokenize_path(each).numbers)}


def _are_of_one_kind(*items: Item) -> bool:
    """Return whether all items are numbers, or all are on or off."""
    return all(item.data_type.is_number for item in items) or all(
        binary_options(item, "on", "off") for item in items
    )


def _preference(item: Item) -> tuple[int, str]:
    """Return the rank of an input: the plain one before Celsius before Fahrenheit."""
    words = tokenize(item.key)[0]
    return (2 if "fahrenheit" in words else 1 if "celsius" in words else 0, item.path)


def _is_twin(item: Item, other: Item) -> bool:
    """Return whether two inputs are one value, in two scales or for two channels."""
    words, others = (set(tokenize(each.key)[0]) - SCALES for each in (item, other))
    return words == others


def matches_service(path: str, service: ThingService) -> bool:
    """Return whether a property is named for what a service sets."""
    subject = tokenize_path(service.id).all - SAYING_NOTHING
    return bool(subject) and subject <= tokenize_path(INDEX.sub("", path)).all
