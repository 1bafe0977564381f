"""Controls whose state and command are different properties, or a property and a service."""

from collections.abc import Iterable
from dataclasses import replace

from homeassistant.const import Platform

from ..api import Service
from .calls import call_for
from .description import Description, Grade
from .entities import plain, switch_class
from .labels import worded
from .leaf import Leaf
from .words import Words, pattern, vocabulary

# What tells a command from the state that it leads to.
COMMANDING = vocabulary("set control command switch status")
RELEASING = vocabulary("release released deactivation dismiss recovery")
SWITCHED = pattern(
    "socket|relay|switch|output|outlet|plug|light|lamp -change|task|alarm|enable|lock|error|fault"
    "|sensor|valve|fan|result|type"
)


def paired(
    descriptions: Iterable[Description], leaves: Iterable[Leaf], services: tuple[Service, ...]
) -> list[Description]:
    """Return the descriptions with each control joined to what tells its state.

    A switch that can only be written gets the role ``state``, and the binary sensor that shows the
    same becomes rare. What is switched by a service alone becomes a switch with the call ``set``.
    """
    found = {description.key: description for description in descriptions}
    by_path = {leaf.path: leaf for leaf in leaves}
    words = {path: leaf.words for path, leaf in by_path.items()}
    states = {
        _subject(words[key]): description
        for key, description in sorted(found.items(), reverse=True)
        if description.platform is Platform.BINARY_SENSOR and description.item is not None
    }
    for key, description in sorted(found.items()):
        item = description.item
        if description.platform is not Platform.SWITCH or item is None or item.readable:
            continue
        state = states.get(_subject(words[key]))
        if state is not None and state.item is not None:
            found[key] = replace(
                description,
                roles={"state": state.item},
                options={"state": worded(state.item, "on", "off")},
            )
            found[state.key] = replace(state, grade=Grade.RARE)
    _join_releases(found, words)
    for state in states.values():
        if found[state.key] is state and (switch := _switched(state, by_path[state.key], services)):
            found[state.key] = switch
    return list(found.values())


def _subject(words: Words) -> tuple[frozenset[str], tuple[int, ...]]:
    return frozenset(words.phrase) - COMMANDING, words.numbers


def _join_releases(found: dict[str, Description], words: dict[str, Words]) -> None:
    """Give each alarm flag the role ``release``: the flag that says that the alarm is over."""
    flags = {
        (frozenset(words[key].all), words[key].numbers): description
        for key, description in sorted(found.items(), reverse=True)
        if description.platform is Platform.BINARY_SENSOR
    }
    for (said, numbers), release in flags.items():
        said_of_alarm = said - RELEASING
        alarm = flags.get((said_of_alarm, numbers)) if said_of_alarm != said else None
        if alarm is not None and release.item is not None and release.on == {"true"}:
            found[alarm.key] = replace(alarm, roles={"release": release.item})
            found[release.key] = replace(release, grade=Grade.RARE)


def _switched(state: Description, leaf: Leaf, services: tuple[Service, ...]) -> Description | None:
    if not SWITCHED.matches(leaf.words) or state.grade is Grade.RARE:
        return None
    call = call_for(services, frozenset(leaf.words.phrase), leaf.item)
    if call is None:
        return None
    return replace(
        plain(leaf, Platform.SWITCH),
        device_class=switch_class(leaf.words),
        states=state.states,
        on=state.on,
        grade=Grade.PRIMARY,
        calls={"set": call},
    )
