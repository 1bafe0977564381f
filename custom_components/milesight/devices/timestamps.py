"""Times in epoch milliseconds."""

import time

from ..const import CLOCK_TOLERANCE_MS


def now_ms() -> int:
    """Return the current time."""
    return int(time.time() * 1000)


def clamp_timestamp(timestamp: int, now: int) -> int:
    """Return a device time, or the current time if the device's clock is too far ahead."""
    return now if timestamp > now + CLOCK_TOLERANCE_MS else timestamp
