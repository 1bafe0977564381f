"""The account's daily allowance of requests: how many were made, and what pace it affords."""

from collections import deque
from collections.abc import Iterable
from datetime import timedelta

from .api.client import PAGE_SIZE

DAY = 24 * 60 * 60
BUCKET = 10 * 60
SHORTEST_INTERVAL = 5 * 60
LONGEST_INTERVAL = 6 * 60 * 60
LISTING_SHARE = 0.4
BACKGROUND_SHARE = 0.8


class RequestBudget:
    """Counts requests over a rolling day, in buckets of ten minutes.

    ``limit`` is what the plan allows in 24 hours. Background work stays under four fifths of it;
    what a user asks for is counted, and never refused.
    """

    def __init__(self, limit: int, buckets: Iterable[tuple[int, int]] = ()) -> None:
        """Start from the buckets ``(start in epoch seconds, requests)`` of an earlier run."""
        self.limit = limit
        self._buckets = deque((int(start), int(count)) for start, count in buckets)

    @property
    def buckets(self) -> list[tuple[int, int]]:
        """Return what an earlier run needs to be continued."""
        return list(self._buckets)

    def spend(self, now: float) -> None:
        """Count one request."""
        start = int(now // BUCKET * BUCKET)
        if self._buckets and self._buckets[-1][0] == start:
            self._buckets[-1] = (start, self._buckets[-1][1] + 1)
        else:
            self._buckets.append((start, 1))

    def spent(self, now: float) -> int:
        """Return the number of requests in the last 24 hours."""
        while self._buckets and self._buckets[0][0] <= now - DAY - BUCKET:
            self._buckets.popleft()
        return sum(count for _, count in self._buckets)

    def background_left(self, now: float) -> int:
        """Return how many requests nobody is waiting for may still be made."""
        return max(0, int(self.limit * BACKGROUND_SHARE) - self.spent(now))

    def listing_interval(self, devices: int) -> timedelta:
        """Return how often the whole device list can be read for a share of the allowance."""
        pages = max(1, -(-devices // PAGE_SIZE))
        seconds = pages * DAY / (self.limit * LISTING_SHARE)
        return timedelta(seconds=min(LONGEST_INTERVAL, max(SHORTEST_INTERVAL, seconds)))
