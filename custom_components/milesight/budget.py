"""The account's daily allowance of requests: how many were made, and what pace it affords."""

from collections.abc import Iterable
from datetime import timedelta
from random import uniform
from typing import Final

from .api.client import PAGE_SIZE
from .counter import DAY, Buckets, DayCounter

SHORTEST_INTERVAL: Final = 5 * 60
LONGEST_INTERVAL: Final = 6 * 60 * 60
LISTING_SHARE: Final = 0.4
BACKGROUND_SHARE: Final = 0.8
SLOWER: Final = 4
ROOM_AGAIN: Final = 0.9
JITTER: Final = 0.1
FIRST_RETRY: Final = 60
LONGEST_RETRY: Final = 60 * 60


def jittered(interval: timedelta) -> timedelta:
    """Return an interval that is up to a tenth longer.

    Without that, those who began together would ask in the same second for ever.
    """
    return interval * uniform(1, 1 + JITTER)  # noqa: S311 - nobody gains by guessing it


def retry_delay(failures: int, retry_after: float | None = None) -> float:
    """Return how many seconds to wait after failures in a row.

    Up to a minute after the first, then twice as long each time and at last up to an hour; a
    random share is left out, so that those who failed together do not come back together. What
    the platform asked for itself (``Retry-After``) is kept to, up to a day.
    """
    longest = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(failures - 1, 10))
    delay = uniform(longest / 2, longest)  # noqa: S311 - nobody gains by guessing it
    return max(delay, min(retry_after or 0, DAY))


def pages(devices: int) -> int:
    """Return how many requests it takes to read the list of so many devices."""
    return max(1, -(-devices // PAGE_SIZE))


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

    def is_used_up(self, now: float, needed: int = 1, *, still: bool = False) -> bool:
        """Return whether less is left than something that nobody asked for needs.

        ``still`` asks whether what was used up goes on being so: until there is some room again.
        """
        return self.spent(now) + needed > self.limit * (ROOM_AGAIN if still else 1)

    def listing_interval(self, devices: int, now: float, changed: int = 0) -> timedelta:
        """Return how often the whole device list can be read.

        That is a share of the allowance, and together with the history of ``changed`` devices,
        each a request, all that background work may take. Once that is used up, it is more seldom.
        """
        listing = pages(devices)
        seconds = max(
            SHORTEST_INTERVAL,
            listing * DAY / (self.limit * LISTING_SHARE),
            (listing + changed) * DAY / (self.limit * BACKGROUND_SHARE),
        )
        if not self.background_left(now):
            seconds *= SLOWER
        return timedelta(seconds=min(LONGEST_INTERVAL, seconds))
