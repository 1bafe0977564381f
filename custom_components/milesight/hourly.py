"""Readings by the hour, as long-term statistics want them: pure functions.

Times are epoch milliseconds, hours are named by their beginning.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

HOUR_MS: Final = 60 * 60 * 1000
RESET_BELOW: Final = 0.9  # of the value before; smaller dips are noise, as Home Assistant has it

type Point = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Mean:
    """An hour of something that is measured."""

    start: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Total:
    """An hour of something that is counted: where the counter stood, and all that it counted."""

    start: int
    state: float
    sum: float


def hour_of(time: int) -> int:
    """Return the hour in which a time lies."""
    return time // HOUR_MS * HOUR_MS


def by_hour(points: Iterable[Point]) -> Iterator[tuple[int, list[float]]]:
    """Yield each hour that has readings, with their values in the order of time."""
    hours: dict[int, list[float]] = {}
    for time, value in sorted(points, key=lambda point: point[0]):
        hours.setdefault(hour_of(time), []).append(value)
    yield from hours.items()


def means(points: Iterable[Point]) -> list[Mean]:
    """Return mean, minimum and maximum of each hour that has readings."""
    return [
        Mean(hour, sum(values) / len(values), min(values), max(values))
        for hour, values in by_hour(points)
    ]


def increment(before: float, after: float, *, increasing: bool) -> float:
    """Return what was counted between two readings; a counter that fell has begun anew."""
    if increasing and after < RESET_BELOW * before:
        return after
    return after - before


def totals(points: Iterable[Point], before: Total | None, *, increasing: bool) -> list[Total]:
    """Return counter and sum of each hour from the first reading's to the last one's.

    The sum goes on from ``before``, without it the first reading counts as 0. An hour without a
    reading repeats the one before it.
    """
    found: list[Total] = []
    for hour, values in by_hour(points):
        while found and found[-1].start + HOUR_MS < hour:
            found.append(Total(found[-1].start + HOUR_MS, found[-1].state, found[-1].sum))
        state, counted = (before.state, before.sum) if before else (values[0], 0.0)
        for value in values:
            counted += increment(state, value, increasing=increasing)
            state = value
        before = Total(hour, state, counted)
        found.append(before)
    return found


def deviation(found: list[Total], held: Iterable[Total], *, increasing: bool) -> float:
    """Return by how much the sums after ``found`` must rise to go on from there.

    ``held`` are the statistics as they are, in order of time. Their later sums were counted from
    the latest that is not after ``found``, so they missed a counter that began anew in between.
    """
    last = found[-1]
    reference = following = None
    for total in held:
        if total.start <= last.start:
            reference = total
        else:
            following = total
            break
    if reference is not None:
        counted = increment(reference.state, last.state, increasing=increasing)
        return last.sum - reference.sum - counted
    if following is not None:
        counted = increment(last.state, following.state, increasing=increasing)
        return last.sum + counted - following.sum
    return 0.0
