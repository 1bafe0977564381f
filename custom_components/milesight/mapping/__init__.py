"""Thing specification to entity descriptions: pure functions over tables of rules."""

from dataclasses import replace

from ..api import ThingSpecification
from .actions import buttons, event_entities
from .climate import thermostat
from .covers import covers
from .description import Call, Composite, Description, Grade
from .entities import describe_leaf
from .grading import expected, limited
from .leaf import Leaf, leaves
from .lights import lights
from .naming import without_repetition
from .trackers import trackers
from .twins import paired
from .valves import valves

__all__ = ["Call", "Composite", "Description", "Grade", "describe", "expected"]


def describe(specification: ThingSpecification) -> tuple[Description, ...]:
    """Return the entities that a specification gives rise to, by key; never raises.

    The same specification in another order gives the same.
    """
    known = leaves(specification.properties)
    composites = _composites(known, specification)
    absorbed = frozenset[str]().union(*(composite.absorbed for composite in composites))
    echoed = frozenset[str]().union(*(composite.echoed for composite in composites))
    single = [
        description
        for leaf in known
        if leaf.path not in absorbed and (description := describe_leaf(leaf)) is not None
    ]
    single = [
        replace(description, grade=Grade.RARE) if description.path in echoed else description
        for description in single
    ]
    found = [
        *(composite.description for composite in composites),
        *paired(single, known, specification.services),
        *buttons(specification.services),
        *event_entities(specification.events),
    ]
    distinct = {description.key: description for description in reversed(found)}
    named = without_repetition(distinct.values())
    return tuple(sorted(limited(named), key=lambda description: description.key))


def _composites(known: tuple[Leaf, ...], specification: ThingSpecification) -> list[Composite]:
    """Return the composites; of those that want the same leaf the first has it."""
    climate = thermostat(known, specification.services)
    candidates = [
        *([climate] if climate else valves(known, specification.services)),
        *covers(known),
        *lights(known),
        *trackers(known),
    ]
    taken: set[str] = set()
    kept: list[Composite] = []
    for composite in candidates:
        if taken.isdisjoint(composite.absorbed):
            taken |= composite.absorbed
            kept.append(composite)
    return kept
