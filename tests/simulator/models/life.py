"""How values live: pure functions.

Each goes from the old value, a seeded random number generator and all values to the next one.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from ..values import Values

type Life = Callable[[Any, Random, Values], Any]


def wander(low: float, high: float, step: float, digits: int = 1) -> Life:
    """A number that drifts by at most `step` and stays between `low` and `high`."""

    def life(value: Any, random: Random, _: Values) -> Any:
        moved = min(high, max(low, value + random.uniform(-step, step)))
        return round(moved, digits) if digits else round(moved)

    return life


def rise(most: float, digits: int = 0) -> Life:
    """A total that only grows, by up to `most`."""

    def life(value: Any, random: Random, _: Values) -> Any:
        grown = value + random.uniform(0, most)
        return round(grown, digits) if digits else round(grown)

    return life


def drain(chance: float = 0.02) -> Life:
    """A battery: now and then one percent less, and exchanged before it is empty."""

    def life(value: Any, random: Random, _: Values) -> Any:
        return (value - 1 if value > 8 else 100) if random.random() < chance else value

    return life


def among(*values: Any, chance: float = 0.2) -> Life:
    """One of a few values; changes to another one with this chance."""

    def life(value: Any, random: Random, _: Values) -> Any:
        others = [other for other in values if other != value]
        return random.choice(others) if random.random() < chance else value

    return life


def toggle(chance: float = 0.2) -> Life:
    """A flag that flips with this chance."""
    return among(False, True, chance=chance)


def count(most: int) -> Life:
    """A small whole number between zero and `most`, counted anew each time."""

    def life(_value: Any, random: Random, _values: Values) -> Any:
        return random.randint(0, most)

    return life


def add(path: str, share: float, digits: int = 0) -> Life:
    """A total that grows by a share of another value, as a meter does by power and time."""

    def life(value: Any, _: Random, values: Values) -> Any:
        grown = value + share * values[path]
        return round(grown, digits) if digits else round(grown)

    return life


def each(element: Life) -> Life:
    """A list whose elements live alike."""

    def life(value: Any, random: Random, values: Values) -> Any:
        return [element(one, random, values) for one in value]

    return life


def members(**lives: Life) -> Life:
    """An object, some of whose members live."""

    def life(value: Any, random: Random, values: Values) -> Any:
        return value | {
            key: lives[key](value[key], random, values) for key in lives if key in value
        }

    return life
