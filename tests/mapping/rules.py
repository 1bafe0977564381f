"""The tables of rules, and which of their rows decides about a path."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from homeassistant.components.sensor.const import DEVICE_CLASS_UNITS
from homeassistant.const import Platform

from custom_components.milesight.mapping.bounds import BOUNDS_RULES
from custom_components.milesight.mapping.button_rules import BUTTON_RULES
from custom_components.milesight.mapping.number_rules import NUMBER_RULES, number_rule
from custom_components.milesight.mapping.service_entities import EVENT_RULES
from custom_components.milesight.mapping.setting_rules import SETTING_RULES, setting_of
from custom_components.milesight.mapping.state_rules import STATE_RULES
from custom_components.milesight.mapping.tokens import PathTokens, Pattern, pattern

MAX_PHRASES = 400
OTHER_UNITS = (None, "", "%", "°C", "ppm", "V", "A", "W", "kWh", "mm", "s", "min", "L", "m³/h")


@dataclass(frozen=True)
class RuleTable:
    """A table of rules, and the rule that decides about tokens with a unit and a platform."""

    name: str
    rules: Sequence[Any]
    decide: Callable[[PathTokens, str | None, Platform], Any]


def _first(rules: Sequence[Any]) -> Callable[[PathTokens, str | None, Platform], Any]:
    def decide(tokens: PathTokens, _unit: str | None, _platform: Platform) -> Any:
        return next((rule for rule in rules if pattern(rule.words).matches(tokens)), None)

    return decide


def _bounds(tokens: PathTokens, unit: str | None, _platform: Platform) -> Any:
    return next(
        (
            rule
            for rule in BOUNDS_RULES
            if (unit in rule.units or None in rule.units) and pattern(rule.words).matches(tokens)
        ),
        None,
    )


TABLES = (
    RuleTable("NUMBER_RULES", NUMBER_RULES, lambda tokens, unit, _: number_rule(tokens, unit)),
    RuleTable("STATE_RULES", STATE_RULES, _first(STATE_RULES)),
    RuleTable("SETTING_RULES", SETTING_RULES, lambda tokens, _, on: setting_of(tokens, on)),
    RuleTable("BUTTON_RULES", BUTTON_RULES, _first(BUTTON_RULES)),
    RuleTable("EVENT_RULES", EVENT_RULES, _first(EVENT_RULES)),
    RuleTable("BOUNDS_RULES", BOUNDS_RULES, _bounds),
)


def phrases_of(wanted: Pattern, word: str | None = None) -> Iterator[tuple[str, ...]]:
    """Yield the shortest phrases that a pattern matches, those with ``word`` if one is given."""
    choices = [sorted(choice) for choice in wanted.required]
    if word is not None:
        choices = [[word] if word in choice else choice for choice in choices]
    if wanted.alone is not None:
        choices.append([wanted.alone])
    for words in islice(product(*choices), MAX_PHRASES):
        yield tuple(dict.fromkeys(words)) or ("frob",)


def tokens_of(words: tuple[str, ...]) -> PathTokens:
    """Return the tokens of a path that says these words, the last of them in a step of its own."""
    return PathTokens(all=frozenset(words), last=words[-1:], phrase=words, numbers=())


def units_of(rule: Any) -> Iterator[str | None]:
    """Yield the units with which a rule may decide."""
    for device_class in getattr(rule, "classes", ()):
        for choice in DEVICE_CLASS_UNITS.get(device_class, ()):
            if isinstance(choice, type):
                yield from (member.value for member in choice)
            else:
                yield choice
    yield from sorted(unit for unit in getattr(rule, "units", None) or () if unit)
    yield from OTHER_UNITS


def decides(table: RuleTable, rule: Any, phrases: Iterator[tuple[str, ...]]) -> bool:
    """Return whether a rule decides about one of the phrases, with one of its units."""
    platforms = getattr(rule, "platforms", None) or (Platform.SELECT,)
    return any(
        table.decide(tokens_of(words), unit, platform) is rule
        for words in phrases
        for unit in units_of(rule)
        for platform in platforms
    )
