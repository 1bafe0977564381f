"""Times in epoch milliseconds."""

import time
from typing import Final

from ..const import CLOCK_TOLERANCE_MS

FRESH_MS: Final = 60_000  # until then a report is handled as if it were pushed


def now_ms() -> int:
    """Return the current time."""
    return int(time.time() * 1000)


def clamp_timestamp(timestamp: int, now: int) -> int:
    """Return a device time, or the current time if the device's clock is too far ahead."""
    return now if timestamp > now + CLOCK_TOLERANCE_MS else timestamp
