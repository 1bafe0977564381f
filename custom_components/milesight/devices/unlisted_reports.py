"""Reports of devices that the device list does not contain yet."""

from collections import deque
from collections.abc import Callable
import time
from typing import Final

from ..api.webhook import DeviceReport

SEARCH_INTERVAL: Final = 24 * 60 * 60
MAX_SEARCHES: Final = 20
MAX_REPORTS: Final = 100


class UnlistedReports:
    """Hold the latest reports of unlisted devices until the device list contains the devices."""

    def __init__(self) -> None:
        """Initialize an empty buffer."""
        self._searched: dict[str, float] = {}
        self._reports: deque[tuple[int, DeviceReport]] = deque(maxlen=MAX_REPORTS)

    def add(self, report: DeviceReport, arrived_at: int) -> None:
        """Add a report that arrived at a time in epoch milliseconds."""
        self._reports.append((arrived_at, report))

    def should_search(self, report: DeviceReport) -> bool:
        """Return if the device list should be read because of a report.

        This is the case once a day per sender, and for a few senders: a sender that the list does
        not contain then is most likely a device of another Application. A search that finds a
        device allows new ones.
        """
        now = time.monotonic()
        self._searched = {
            sender: searched_at
            for sender, searched_at in self._searched.items()
            if now - searched_at < SEARCH_INTERVAL
        }
        sender = report.sn or report.device_id or report.dev_eui or ""
        if sender in self._searched or len(self._searched) >= MAX_SEARCHES:
            return False
        self._searched[sender] = now
        return True

    def take_known(
        self, requested_at: int, is_known: Callable[[DeviceReport], object]
    ) -> list[DeviceReport]:
        """Remove and return, in order, the reports of devices that are known now.

        Other reports are dropped, unless they arrived after the device list was requested (epoch
        milliseconds): the next list may contain their devices.
        """
        reports, known = list(self._reports), []
        self._reports.clear()
        for arrived_at, report in reports:
            if is_known(report):
                known.append(report)
            elif arrived_at >= requested_at:
                self._reports.append((arrived_at, report))
        if known:
            self._searched.clear()
        return known
