"""Services and events of a specification: buttons and event entities."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from homeassistant.components.event import EventDeviceClass
from homeassistant.const import EntityCategory, Platform

from ..api import DataType, Event, Item, Service
from .commands import command_of
from .description import Description, Grade
from .known import KNOWN
from .labels import shown
from .leaf import is_history
from .naming import humanise, tidy, translated_states
from .words import Words, pattern, read, split

DIAGNOSTIC = EntityCategory.DIAGNOSTIC
UNNAMED: Final = ""


def buttons(services: tuple[Service, ...]) -> Iterator[Description]:
    """Yield a button for each service that needs no inputs."""
    for service in services:
        if needs_input(service):
            continue
        words = read(service.id)
        command = command_of(words)
        yield Description(
            platform=Platform.BUTTON,
            key=f"service_{service.id}",
            path=service.id,
            name=tidy(service.name) or humanise(service.id),
            translation_key=KNOWN.get(Platform.BUTTON, {}).get(words.key),
            device_class=command.device_class,
            category=command.category,
            grade=Grade.RARE if service.hidden else command.grade,
        )


def needs_input(service: Service) -> bool:
    """Return whether a service cannot be called without knowing what with."""
    return any(leaf.default is None for item in service.inputs for leaf in item.leaves())


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A rule: words, and what an event that they name is."""

    words: str
    grade: Grade
    category: EntityCategory | None = None
    device_class: EventDeviceClass | None = None


OCCURRENCES: tuple[Occurrence, ...] = (
    Occurrence("button|key|press|sos -lock", Grade.PRIMARY, None, EventDeviceClass.BUTTON),
    Occurrence(
        "response|result|collection|schedule|calibration|ble|bus|history|upgrade|report -alarm",
        Grade.RARE,
        DIAGNOSTIC,
    ),
    Occurrence("error|fault|failure|device abnormal|error|fault|failure", Grade.RARE, DIAGNOSTIC),
    Occurrence("error|fault|failure|device|battery", Grade.SECONDARY, DIAGNOSTIC),
    Occurrence("-", Grade.SECONDARY),
)
# The output that tells what kind of an event it was.
KINDS = ("type", "alarm_type", "status", "event", "action", "kind")


def event_entities(events: tuple[Event, ...]) -> Iterator[Description]:
    """Yield an event entity for each event that does not tell of the past."""
    for event in events:
        if is_history(event.id):
            continue
        words = read(event.id)
        rule = _occurrence(words)
        kind = kind_of(event)
        found = Description(
            platform=Platform.EVENT,
            key=f"event_{event.id}",
            path=event.id,
            name=tidy(event.name) or humanise(event.id),
            translation_key=KNOWN.get(Platform.EVENT, {}).get(words.key),
            device_class=rule.device_class,
            category=rule.category,
            grade=Grade.RARE if event.hidden else rule.grade,
            roles={"type": kind} if kind is not None else {},
        )
        yield replace(found, states=_types(event, kind, found.translation_key))


def _occurrence(words: Words) -> Occurrence:
    return next(rule for rule in OCCURRENCES if pattern(rule.words).matches(words))


def kind_of(event: Event) -> Item | None:
    """Return the output whose value tells one kind of the event from another."""
    choices = {
        "_".join(split(item.key)[0]): item
        for item in sorted(event.outputs, key=lambda item: item.path, reverse=True)
        if item.data_type is DataType.ENUM and item.mappings
    }
    return next((choices[kind] for kind in KINDS if kind in choices), None)


def _types(event: Event, kind: Item | None, translation_key: str | None) -> dict[str, str]:
    """Return the kinds of an event by the key of its ``type`` role; ``""`` for any other."""
    types = translated_states(translation_key, shown(kind.mappings) if kind is not None else {})
    fallback = event.id[:100]
    while fallback in types.values():
        fallback = f"{fallback}_"
    return {**{key: value for key, value in types.items() if key}, UNNAMED: fallback}
