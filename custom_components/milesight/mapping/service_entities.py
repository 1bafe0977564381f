"""Services and events of a specification: buttons and event entities."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from homeassistant.components.event import EventDeviceClass
from homeassistant.const import EntityCategory, Platform

from ..api import DataType, Item, ThingEvent, ThingService
from .button_rules import button_rule
from .descriptions import ButtonDescription, Priority, ThingEventDescription
from .labels import option_names
from .naming import humanise
from .properties import is_history
from .tokens import PathTokens, pattern, tokenize, tokenize_path
from .translations import find_translation, translated_states
from .wording import tidy

DIAGNOSTIC = EntityCategory.DIAGNOSTIC
UNNAMED: Final = ""


def buttons(services: tuple[ThingService, ...]) -> Iterator[ButtonDescription]:
    """Yield a button for each service that needs no inputs."""
    for service in services:
        if needs_input(service):
            continue
        tokens = tokenize_path(service.id)
        command = button_rule(tokens)
        translation = find_translation(tokens, service.id, Platform.BUTTON)
        yield ButtonDescription(
            key=f"service_{service.id}",
            path=service.id,
            name=tidy(service.name) or humanise(service.id),
            translation_key=translation[0] if translation else None,
            placeholders=translation[1] if translation else {},
            device_class=command.device_class,
            category=command.category,
            priority=Priority.RARE if service.hidden else command.priority,
        )


def needs_input(service: ThingService) -> bool:
    """Return whether a service has an input without a default value."""
    return any(prop.default is None for item in service.inputs for prop in item.leaves())


@dataclass(frozen=True, slots=True)
class EventRule:
    """A rule: words of an event, and the properties of its entity."""

    words: str
    priority: Priority
    category: EntityCategory | None = None
    device_class: EventDeviceClass | None = None


EVENT_RULES: tuple[EventRule, ...] = (
    EventRule("button|key|press|sos -lock", Priority.PRIMARY, None, EventDeviceClass.BUTTON),
    EventRule(
        "response|result|collection|schedule|calibration|ble|bus|history|upgrade|report -alarm",
        Priority.RARE,
        DIAGNOSTIC,
    ),
    EventRule("error|fault|failure|device abnormal|error|fault|failure", Priority.RARE, DIAGNOSTIC),
    EventRule("device|battery", Priority.SECONDARY, DIAGNOSTIC),
    EventRule("-", Priority.SECONDARY),
)
# Outputs that hold the type of an event, the first one first.
KINDS = ("type", "alarm_type", "status", "event", "action", "kind")


def event_entities(events: tuple[ThingEvent, ...]) -> Iterator[ThingEventDescription]:
    """Yield an event entity for each event but those of the history."""
    for event in events:
        if is_history(event.id):
            continue
        tokens = tokenize_path(event.id)
        rule = _event_rule(tokens)
        kind = kind_of(event)
        translation = find_translation(tokens, event.id, Platform.EVENT)
        translation_key = translation[0] if translation else None
        yield ThingEventDescription(
            key=f"event_{event.id}",
            path=event.id,
            name=tidy(event.name) or humanise(event.id),
            translation_key=translation_key,
            placeholders=translation[1] if translation else {},
            device_class=rule.device_class,
            category=rule.category,
            priority=Priority.RARE if event.hidden else rule.priority,
            event_types=_types(event, kind, translation_key),
            type_output=kind,
        )


def _event_rule(tokens: PathTokens) -> EventRule:
    return next(rule for rule in EVENT_RULES if pattern(rule.words).matches(tokens))


def kind_of(event: ThingEvent) -> Item | None:
    """Return the output whose value is the type of the event."""
    choices = {
        "_".join(tokenize(item.key)[0]): item
        for item in sorted(event.outputs, key=lambda item: item.path, reverse=True)
        if item.data_type is DataType.ENUM and item.mappings
    }
    return next((choices[kind] for kind in KINDS if kind in choices), None)


def _types(event: ThingEvent, kind: Item | None, translation_key: str | None) -> dict[str, str]:
    """Return the kinds of an event by the key of its ``type`` role; ``""`` for any other."""
    labels = option_names(kind.mappings) if kind is not None else {}
    types = translated_states(Platform.EVENT, translation_key, labels)
    fallback = event.id[:100]
    while fallback in types.values():
        fallback = f"{fallback}_"
    return {**{key: value for key, value in types.items() if key}, UNNAMED: fallback}
