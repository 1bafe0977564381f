"""Delays between attempts, with a random part so that clients do not act in the same second."""

from datetime import timedelta
import math
from random import uniform
from typing import Final

JITTER: Final = 0.1
MIN_RETRY: Final = 60
MAX_RETRY: Final = 60 * 60
MAX_RETRY_AFTER: Final = 24 * 60 * 60
MAX_DOUBLINGS: Final = 16


def add_jitter(interval: timedelta) -> timedelta:
    """Return an interval that is up to a tenth longer."""
    return interval * uniform(1, 1 + JITTER)  # noqa: S311 - not used for cryptography


def exponential_delay(failures: int, maximum: float = MAX_RETRY) -> float:
    """Return a minute after the first failure, and twice as much after each that follows."""
    return min(maximum, math.ldexp(MIN_RETRY, min(max(failures - 1, 0), MAX_DOUBLINGS)))


def backoff_delay(failures: int, retry_after: float | None = None) -> float:
    """Return the seconds to wait after failures in a row.

    That is a random time between half of the exponential delay and the whole of it, or longer if
    the platform asks for it with ``Retry-After``, up to a day.
    """
    longest = exponential_delay(failures)
    delay = uniform(longest / 2, longest)  # noqa: S311 - not used for cryptography
    return max(delay, min(retry_after or 0, MAX_RETRY_AFTER))
