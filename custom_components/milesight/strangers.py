"""Devices that report before the device list tells of them: heard later, and looked for."""

from collections import deque
from collections.abc import Callable
import time
from typing import Final

from .api.webhook import DeviceReport

SEARCH_SECONDS: Final = 24 * 60 * 60
MAX_SEARCHES: Final = 20
MOST_REPORTS: Final = 100


class Strangers:
    """Keeps what strangers say until the list is read, a bounded number of reports."""

    def __init__(self) -> None:
        """Know of nobody."""
        self._searched: dict[str, float] = {}
        self._said: deque[tuple[int, DeviceReport]] = deque(maxlen=MOST_REPORTS)

    def meet(self, report: DeviceReport, arrived: int) -> None:
        """Keep a report that arrived at a time in epoch ms."""
        self._said.append((arrived, report))

    def is_worth_a_search(self, report: DeviceReport) -> bool:
        """Return whether to read the list because of a report.

        That is once a day for each stranger, and for a few of them: who was not listed then is most
        likely a device of another Application. A search that finds one allows others.
        """
        now = time.monotonic()
        self._searched = {
            name: searched
            for name, searched in self._searched.items()
            if now - searched < SEARCH_SECONDS
        }
        name = report.sn or report.device_id or report.dev_eui or ""
        if name in self._searched or len(self._searched) >= MAX_SEARCHES:
            return False
        self._searched[name] = now
        return True

    def introduce(
        self, asked: int, is_known: Callable[[DeviceReport], object]
    ) -> list[DeviceReport]:
        """Return, in order, what was said by devices of a list that was asked for then (epoch ms).

        What others said is forgotten, unless they may have come to be listed meanwhile.
        """
        said, known = list(self._said), []
        self._said.clear()
        for arrived, report in said:
            if is_known(report):
                known.append(report)
            elif arrived >= asked:
                self._said.append((arrived, report))
        if known:
            self._searched.clear()
        return known
