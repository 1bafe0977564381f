"""Arithmetic of hourly statistics: pure functions.

Times are epoch milliseconds. An hour is identified by its start.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

HOUR_MS: Final = 60 * 60 * 1000
RESET_RATIO: Final = 0.9  # as in the recorder: a smaller decrease of a counter is no reset

type Sample = tuple[int, float]


@dataclass(frozen=True, slots=True)
class HourlyMean:
    """Statistics of a measurement in one hour."""

    start: int
    mean: float
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class HourlyTotal:
    """Statistics of a counter in one hour: its last state, and the sum of all increments."""

    start: int
    state: float
    sum: float


def start_of_hour(time: int) -> int:
    """Return the start of the hour that contains a time."""
    return time // HOUR_MS * HOUR_MS


def group_by_hour(samples: Iterable[Sample]) -> Iterator[tuple[int, list[float]]]:
    """Yield each hour that has samples, with their values in order of time."""
    hours: dict[int, list[float]] = {}
    for time, value in sorted(samples, key=lambda sample: sample[0]):
        hours.setdefault(start_of_hour(time), []).append(value)
    yield from hours.items()


def hourly_means(samples: Iterable[Sample]) -> list[HourlyMean]:
    """Return the statistics of each hour that has samples."""
    return [
        HourlyMean(hour, sum(values) / len(values), min(values), max(values))
        for hour, values in group_by_hour(samples)
    ]


def increment(before: float, after: float, *, increasing: bool) -> float:
    """Return the increment between two states; an increasing counter that fell was reset."""
    if increasing and after < RESET_RATIO * before:
        return after
    return after - before


def hourly_totals(
    samples: Iterable[Sample], before: HourlyTotal | None, *, increasing: bool
) -> list[HourlyTotal]:
    """Return the statistics of each hour from the first sample to the last.

    The sum continues from ``before``; without it, the first sample counts as 0. An hour without
    samples repeats the hour before.
    """
    totals: list[HourlyTotal] = []
    for hour, values in group_by_hour(samples):
        while totals and totals[-1].start + HOUR_MS < hour:
            totals.append(HourlyTotal(totals[-1].start + HOUR_MS, totals[-1].state, totals[-1].sum))
        state, total = (before.state, before.sum) if before else (values[0], 0.0)
        for value in values:
            total += increment(state, value, increasing=increasing)
            state = value
        before = HourlyTotal(hour, state, total)
        totals.append(before)
    return totals


def sum_adjustment(
    totals: list[HourlyTotal], existing: Iterable[HourlyTotal], *, increasing: bool
) -> float:
    """Return the amount to add to the existing sums after ``totals`` so that they continue.

    ``existing`` are the statistics before the import, in order of time. Their later sums were
    calculated from the latest hour that is not after ``totals``, without the resets in between.
    """
    last = totals[-1]
    reference = following = None
    for total in existing:
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
