"""Thing specification to entity descriptions: pure functions over tables of rules."""

from dataclasses import replace

from ..api import ThingSpecification
from .control_pairs import paired
from .covers import covers
from .descriptions import (
    BinarySensorDescription,
    ButtonDescription,
    ClimateDescription,
    Composite,
    CompositeDescription,
    CoverDescription,
    DateTimeDescription,
    Description,
    EventDescription,
    FlagDescription,
    ImageDescription,
    LightDescription,
    NumberDescription,
    Priority,
    PropertyDescription,
    ReportEventDescription,
    SelectDescription,
    SensorDescription,
    Setter,
    SwitchDescription,
    TextDescription,
    ThingEventDescription,
    TimeDescription,
    TrackerDescription,
    ValveDescription,
)
from .keys import distinctly_keyed
from .lights import lights
from .naming import distinctly_named
from .properties import Property, value_properties
from .property_entities import describe_property
from .ranking import expected_entities, ranked
from .safety import controls_climate, is_relay_of_thermostat, may_be_controlled
from .service_entities import buttons, event_entities
from .thermostats import thermostat
from .trackers import trackers
from .valves import valves

__all__ = [
    "BinarySensorDescription",
    "ButtonDescription",
    "ClimateDescription",
    "Composite",
    "CompositeDescription",
    "CoverDescription",
    "DateTimeDescription",
    "Description",
    "EventDescription",
    "FlagDescription",
    "ImageDescription",
    "LightDescription",
    "NumberDescription",
    "Priority",
    "PropertyDescription",
    "ReportEventDescription",
    "SelectDescription",
    "SensorDescription",
    "Setter",
    "SwitchDescription",
    "TextDescription",
    "ThingEventDescription",
    "TimeDescription",
    "TrackerDescription",
    "ValveDescription",
    "describe",
    "expected_entities",
]


def describe(specification: ThingSpecification) -> tuple[Description, ...]:
    """Return the entities of a specification, by key; never raises.

    The order of the specification does not matter.
    """
    properties = value_properties(specification.properties)
    composites = _composites(
        tuple(prop for prop in properties if may_be_controlled(prop)), specification
    )
    absorbed = frozenset[str]().union(*(composite.absorbed for composite in composites))
    repeated = frozenset[str]().union(*(composite.repeated for composite in composites))
    has_relays = controls_climate(properties)
    single = [
        replace(description, priority=Priority.RARE)
        if prop.path in repeated or (has_relays and is_relay_of_thermostat(prop))
        else description
        for prop in properties
        if prop.path not in absorbed and (description := describe_property(prop)) is not None
    ]
    others: list[Description] = [
        *(composite.description for composite in composites),
        *buttons(specification.services),
        *event_entities(specification.events),
    ]
    of_properties = paired(single, properties, specification.services)
    descriptions = [*others, *distinctly_keyed(of_properties, others)]
    distinct = {description.key: description for description in reversed(descriptions)}
    named = distinctly_named(distinct.values())
    return tuple(sorted(ranked(named), key=lambda description: description.key))


def _composites(
    properties: tuple[Property, ...], specification: ThingSpecification
) -> list[Composite]:
    """Return the composites; if several use the same property, the first one gets it."""
    climate = thermostat(properties, specification.services)
    candidates = [
        *([climate] if climate else valves(properties, specification.services)),
        *covers(properties),
        *lights(properties),
        *trackers(properties),
    ]
    taken: set[str] = set()
    kept: list[Composite] = []
    for composite in candidates:
        if taken.isdisjoint(composite.absorbed):
            taken |= composite.absorbed
            kept.append(composite)
    return kept
