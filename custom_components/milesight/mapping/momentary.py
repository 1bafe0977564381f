"""Momentary states and commands: events and buttons among the flags and enumerations."""

from collections.abc import Mapping

from ..api import DataType
from .labels import FLAGS, PRESS_WORDS, PRESSES, ways_to_press, words_of
from .properties import Property
from .tokens import vocabulary

PRESSED = frozenset({"button", "click", "key", "press", "sos"})
NOT_PRESSED = vocabulary("lock enable config setting mode msgid d2d battery custom control socket")
COMMANDS = vocabulary("""
    clear reset reboot restart rejoin reconnect sync synchronize query refresh detect beep start
    stop calibration fetch retrieve cancel delete release trigger test identify locate find wake
    collection toggle
    """)
YES_NO = frozenset({"yes", "no"})
HAPPENED = YES_NO | {"normal", "reset", *FLAGS}


def is_momentary(prop: Property, labels: Mapping[str, str]) -> bool:
    """Return whether each report is an event, also of the same value."""
    if prop.tokens.any(NOT_PRESSED):
        return False
    label_words = {word for label in labels.values() for word in words_of(label)}
    pressed = prop.tokens.any(PRESSED)
    if pressed and (ways_to_press(labels, PRESSES) or not prop.item.mappings):
        return True
    if ways_to_press(labels, PRESS_WORDS) == len(labels) or (
        ways_to_press(labels, PRESS_WORDS) and len(labels) > len(FLAGS)
    ):
        return True
    return prop.tokens.last[-1:] == ("event",) and label_words <= HAPPENED


def trigger_key(prop: Property, on: frozenset[str] | None) -> str | None:
    """Return the key that triggers a write-only flag, ``None`` if it is a setting."""
    if "enable" in prop.tokens:
        return None
    if len(prop.item.mappings) == 1 and prop.item.data_type is DataType.ENUM:
        return next(iter(prop.item.mappings))
    label_words = {word for label in prop.item.mappings.values() for word in words_of(label)}
    confirmed = bool(label_words) and label_words <= YES_NO
    commanded = prop.tokens.any(COMMANDS) and label_words.issubset(FLAGS)
    return next(iter(on)) if on and (confirmed or commanded) else None
