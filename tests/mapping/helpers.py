"""Short ways to describe specifications, and the entities that they result in."""

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

from custom_components.milesight.api import parse_specification
from custom_components.milesight.mapping import describe
from tests.specifications import event, item, service

__all__ = ["entities", "entity", "event", "item", "one_of", "service"]


def one_of(words: str) -> st.SearchStrategy[str]:
    """Return a strategy that draws one of the words of a text."""
    return st.sampled_from(words.split())


def entities(
    *properties: Mapping[str, Any],
    services: Iterable[Mapping[str, Any]] = (),
    events: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return the descriptions of a specification by key; each has the type of its platform."""
    raw = {"properties": list(properties), "services": list(services), "events": list(events)}
    return {found.key: found for found in describe(parse_specification(raw))}


def entity(*facts: Any, **more: Any) -> Any:
    """Return the one entity of a specification with one property."""
    (found,) = entities(item(*facts, **more)).values()
    return found
