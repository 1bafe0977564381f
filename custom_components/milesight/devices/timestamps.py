"""Times in epoch milliseconds."""

import time

from ..const import CLOCK_TOLERANCE_MS


def now_ms() -> int:
    """Return the present time."""
    return int(time.time() * 1000)


def clamp_timestamp(timestamp: int, now: int) -> int:
    """Return the time of a report; one that is far ahead of the present is replaced by it."""
    return now if timestamp > now + CLOCK_TOLERANCE_MS else timestamp
