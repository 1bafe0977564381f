"""Controls whose state and command are different properties, or a property and a service."""

from collections.abc import Iterable
from dataclasses import replace

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.const import Platform

from ..api import ThingService
from .descriptions import BinarySensorDescription, Description, Priority, SwitchDescription
from .labels import binary_options, option_names, value_labels, words_of
from .properties import Property
from .property_entities import ENABLING, identity, switch_class
from .setters import find_setter
from .tokens import PathTokens, pattern, vocabulary

# The words by which a command differs from the state that it leads to.
COMMANDING = vocabulary("set control command switch status")
RELEASING = vocabulary("release released deactivation dismiss recovery")
# What a sensor may be that shows the state of a switch, rather than what the switch is for.
STATES = frozenset({None, BinarySensorDeviceClass.POWER, BinarySensorDeviceClass.RUNNING})
SWITCHED = pattern(
    "socket|relay|switch|output|outlet|plug|light|lamp -change|task|alarm|enable|lock|error|fault"
    "|sensor|valve|fan|result|type"
)


def paired(
    descriptions: Iterable[Description],
    properties: Iterable[Property],
    services: tuple[ThingService, ...],
) -> list[Description]:
    """Return the descriptions with each control joined to the property that shows its state.

    A switch that can only be written shows the state of the binary sensor of the same subject,
    which becomes rare. What only a service can switch becomes a switch with a setter.
    """
    by_key = {description.key: description for description in descriptions}
    by_path = {prop.path: prop for prop in properties}
    tokens = {path: prop.tokens for path, prop in by_path.items()}
    states = {
        _subject(tokens[key]): description
        for key, description in sorted(by_key.items(), reverse=True)
        if isinstance(description, BinarySensorDescription)
    }
    for key, description in sorted(by_key.items()):
        if not isinstance(description, SwitchDescription) or description.item.readable:
            continue
        state = states.get(_subject(tokens[key]))
        if state is not None and _shows(state, description):
            by_key[key] = replace(
                description,
                state=state.item,
                state_options=binary_options(state.item, "on", "off"),
            )
            by_key[state.key] = replace(state, priority=Priority.RARE)
    _join_releases(by_key, tokens)
    for state in states.values():
        if by_key[state.key] is state and (
            switch := _switched(state, by_path[state.key], services)
        ):
            by_key[state.key] = switch
    return list(by_key.values())


def _subject(tokens: PathTokens) -> tuple[frozenset[str], tuple[int, ...]]:
    return frozenset(tokens.phrase) - COMMANDING, tokens.numbers


def _shows(state: BinarySensorDescription, switch: SwitchDescription) -> bool:
    """Return whether a sensor shows what a switch has switched.

    A sensor of smoke or motion does not, nor does any if the switch enables the sensor.
    """
    words = frozenset(word for label in switch.labels.values() for word in words_of(label))
    is_known = bool(binary_options(state.item, "on", "off"))
    return is_known and state.device_class in STATES and words.isdisjoint(ENABLING)


def _join_releases(by_key: dict[str, Description], tokens: dict[str, PathTokens]) -> None:
    """Give each alarm flag its release: the flag that says that the alarm is over."""
    flags = {
        (tokens[key].all, tokens[key].numbers): description
        for key, description in sorted(by_key.items(), reverse=True)
        if isinstance(description, BinarySensorDescription)
    }
    for (words, numbers), release in flags.items():
        alarm_words = words - RELEASING
        alarm = flags.get((alarm_words, numbers)) if alarm_words != words else None
        if alarm is not None and release.on == {"true"}:
            by_key[alarm.key] = replace(alarm, release=release.item)
            by_key[release.key] = replace(release, priority=Priority.RARE)


def _switched(
    state: BinarySensorDescription, prop: Property, services: tuple[ThingService, ...]
) -> SwitchDescription | None:
    """Return the switch that a state becomes if a service sets it."""
    if not SWITCHED.matches(prop.tokens) or state.priority is Priority.RARE:
        return None
    setter = find_setter(services, frozenset(prop.tokens.phrase), prop.item)
    if setter is None:
        return None
    options = binary_options(setter.input, "on", "off")
    return SwitchDescription(
        **identity(prop, Platform.SWITCH),
        item=setter.input,
        device_class=switch_class(prop.tokens),
        labels=option_names(value_labels(setter.input)),
        on=frozenset(key for key, option in options.items() if option == "on"),
        priority=Priority.PRIMARY,
        state=prop.item,
        state_options=binary_options(prop.item, "on", "off"),
        setter=setter,
    )
