"""The account's daily allowance of requests: how many were made, and what pace it affords."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from .api.client import PAGE_SIZE
from .counter import DAY, Buckets, DayCounter

SHORTEST_INTERVAL: Final = 5 * 60
LONGEST_INTERVAL: Final = 6 * 60 * 60
LISTING_SHARE: Final = 0.4
BACKGROUND_SHARE: Final = 0.8
SLOWER: Final = 4


class RequestBudget:
    """Counts requests over a rolling day.

    ``limit`` is what the plan allows in 24 hours. Background work stays under four fifths of it;
    what a user asks for is counted, and never refused.
    """

    def __init__(self, limit: int, buckets: Iterable[tuple[int, int]] = ()) -> None:
        """Go on from the counts of an earlier run."""
        self.limit = limit
        self._counter = DayCounter(buckets)

    @property
    def buckets(self) -> Buckets:
        """Return what a later run needs to go on."""
        return self._counter.buckets

    def spend(self, now: float) -> None:
        """Count one request."""
        self._counter.add(now)

    def spent(self, now: float) -> int:
        """Return the number of requests in the last 24 hours."""
        return self._counter.count(now)

    def background_left(self, now: float) -> int:
        """Return how many requests nobody is waiting for may still be made."""
        return max(0, int(self.limit * BACKGROUND_SHARE) - self.spent(now))

    def is_used_up(self, now: float) -> bool:
        """Return whether nothing is left for anything that nobody asked for."""
        return self.spent(now) >= self.limit

    def listing_interval(self, devices: int, now: float) -> timedelta:
        """Return how often the whole device list can be read for a share of the allowance.

        Once the share of background work is used up, that is more seldom.
        """
        pages = max(1, -(-devices // PAGE_SIZE))
        seconds = max(SHORTEST_INTERVAL, pages * DAY / (self.limit * LISTING_SHARE))
        if not self.background_left(now):
            seconds *= SLOWER
        return timedelta(seconds=min(LONGEST_INTERVAL, seconds))
