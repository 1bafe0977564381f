"""The account's request quota: requests of the last 24 hours, and the pace that they allow."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from .client import PAGE_SIZE

DAY: Final = 24 * 60 * 60
BUCKET: Final = 10 * 60
MIN_INTERVAL: Final = 5 * 60
MAX_INTERVAL: Final = 6 * 60 * 60
POLLING_SHARE: Final = 0.4
BACKGROUND_SHARE: Final = 0.8
RECOVERY_SHARE: Final = 0.9
SLOWDOWN: Final = 4

type Buckets = list[tuple[int, int]]


class RollingCounter:
    """Counts over the last 24 hours, in buckets of ten minutes that can be stored."""

    def __init__(self, buckets: Iterable[tuple[int, int]] = ()) -> None:
        """Initialize with the buckets ``(start in epoch seconds, count)`` of an earlier run."""
        self._counts = {int(start): int(count) for start, count in buckets}

    @property
    def buckets(self) -> Buckets:
        """Return the buckets, as a later run takes them."""
        return list(self._counts.items())

    def add(self, now: float) -> None:
        """Count one more."""
        start = int(now // BUCKET * BUCKET)
        if start in self._counts:
            self._counts[start] += 1
        else:
            self._drop_expired(now)
            self._counts[start] = self._counts.get(start, 0) + 1

    def count(self, now: float) -> int:
        """Return the count of the last 24 hours."""
        self._drop_expired(now)
        return sum(self._counts.values())

    def _drop_expired(self, now: float) -> None:
        """Drop counts older than a day; counts from the future, by a fast clock, are of now."""
        latest = int(now // BUCKET * BUCKET)
        counts: dict[int, int] = {}
        for bucket, count in self._counts.items():
            if bucket > now - DAY - BUCKET:
                start = min(bucket, latest)
                counts[start] = counts.get(start, 0) + count
        self._counts = counts


def page_count(devices: int) -> int:
    """Return the number of requests that a list of so many devices takes."""
    return max(1, -(-devices // PAGE_SIZE))


class RequestQuota:
    """Counts requests against what the plan allows in 24 hours, ``limit``.

    Background requests keep below four fifths of it. Requests of users are counted, but never
    refused.
    """

    def __init__(self, limit: int, buckets: Iterable[tuple[int, int]] = ()) -> None:
        """Initialize with the counts of an earlier run."""
        self.limit = limit
        self._counter = RollingCounter(buckets)

    @property
    def buckets(self) -> Buckets:
        """Return the counts, as a later run takes them."""
        return self._counter.buckets

    def record(self, now: float) -> None:
        """Count one request."""
        self._counter.add(now)

    def used(self, now: float) -> int:
        """Return the number of requests in the last 24 hours."""
        return self._counter.count(now)

    def background_remaining(self, now: float) -> int:
        """Return the number of requests left for work in the background."""
        return max(0, int(self.limit * BACKGROUND_SHARE) - self.used(now))

    def is_exhausted(self, now: float, needed: int = 1, *, still: bool = False) -> bool:
        """Return whether the quota does not admit so many requests.

        ``still`` asks about a quota that was exhausted before: it is until a tenth of it is left
        again, so that polling does not start and stop with every request.
        """
        return self.used(now) + needed > self.limit * (RECOVERY_SHARE if still else 1)

    def polling_interval(self, devices: int, now: float, changed: int = 0) -> timedelta:
        """Return the interval at which the whole device list can be read.

        Lists take a share of the quota; lists together with the history of the ``changed`` devices,
        one request each, take the share of all background work. The interval is longer once that
        is used.
        """
        pages = page_count(devices)
        seconds = max(
            MIN_INTERVAL,
            pages * DAY / (self.limit * POLLING_SHARE),
            (pages + changed) * DAY / (self.limit * BACKGROUND_SHARE),
        )
        if not self.background_remaining(now):
            seconds *= SLOWDOWN
        return timedelta(seconds=min(MAX_INTERVAL, seconds))
