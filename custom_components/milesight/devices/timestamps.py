"""Times in epoch milliseconds."""

from collections.abc import Mapping
import time
from typing import Final

from homeassistant.util.limited_size_dict import LimitedSizeDict

from ..const import CLOCK_TOLERANCE_MS

MAX_FUTURE_TIMES: Final = 128  # more than one page of the history
FRESH_MS: Final = 60_000  # until then a report is handled as if it were pushed


def now_ms() -> int:
    """Return the current time."""
    return int(time.time() * 1000)


def clamp_timestamp(timestamp: int, now: int) -> int:
    """Return a device time, or the current time if the device's clock is too far ahead."""
    return now if timestamp > now + CLOCK_TOLERANCE_MS else timestamp


class ReportTimes:
    """Times of the reports of a device, of which the clock may be too far ahead.

    Such a time is replaced by the time of arrival. When polling finds the same report again, also
    after a restart, it must not count as a newer one.
    """

    def __init__(self) -> None:
        """Initialize without a replaced time."""
        self._replaced: LimitedSizeDict[int, int] = LimitedSizeDict(size_limit=MAX_FUTURE_TIMES)

    def restore(self, stored: Mapping[str, int]) -> None:
        """Load the replaced times of an earlier run."""
        self._replaced.update({int(stated): int(time) for stated, time in stored.items()})

    def dump(self) -> dict[str, int]:
        """Return the replaced times by the stated ones, for storage."""
        return {str(stated): time for stated, time in self._replaced.items()}

    def get(self, timestamp: int, now: int, *, pushed: bool) -> int:
        """Return the time of a report by the time that it states."""
        if not pushed and timestamp in self._replaced:
            return self._replaced[timestamp]
        time_of_report = clamp_timestamp(timestamp, now)
        if time_of_report != timestamp:
            self._replaced[timestamp] = time_of_report
        return time_of_report
