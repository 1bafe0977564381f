"""A count over the last 24 hours that survives restarts."""

from collections import deque
from collections.abc import Iterable
from typing import Final

DAY: Final = 24 * 60 * 60
BUCKET: Final = 10 * 60

type Buckets = list[tuple[int, int]]


class DayCounter:
    """Counts over a rolling day, in buckets of ten minutes."""

    def __init__(self, buckets: Iterable[tuple[int, int]] = ()) -> None:
        """Go on from the buckets ``(start in epoch seconds, count)`` of an earlier run."""
        self._buckets = deque((int(start), int(count)) for start, count in buckets)

    @property
    def buckets(self) -> Buckets:
        """Return what a later run needs to go on."""
        return list(self._buckets)

    def add(self, now: float) -> None:
        """Count one more."""
        start = int(now // BUCKET * BUCKET)
        if self._buckets and self._buckets[-1][0] == start:
            self._buckets[-1] = (start, self._buckets[-1][1] + 1)
        else:
            self._buckets.append((start, 1))
            self._forget(now)

    def count(self, now: float) -> int:
        """Return the count of the last 24 hours."""
        self._forget(now)
        return sum(count for _, count in self._buckets)

    def _forget(self, now: float) -> None:
        while self._buckets and self._buckets[0][0] <= now - DAY - BUCKET:
            self._buckets.popleft()
