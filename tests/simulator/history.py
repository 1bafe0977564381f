"""The property reports of a device, and the pages in which the history call hands them out."""

import base64
from bisect import bisect_left, insort
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Final

from .errors import ApiError
from .search import integer

type Report = tuple[int, int, dict[str, Any]]

_KEPT_REPORTS: Final = 2000
_MAX_PAGE_SIZE: Final = 100
_MAX_TIME: Final = 10**15
_TIME_AND_ORDER: Final = itemgetter(0, 1)


class History:
    """Property reports in the order of their times; the oldest are forgotten."""

    def __init__(self) -> None:
        """Start empty."""
        self._reports: list[Report] = []
        self._added = 0

    def add(self, ts: int, properties: dict[str, Any]) -> None:
        """Keep a report of this time (epoch milliseconds)."""
        self._added += 1
        insort(self._reports, (ts, self._added, properties), key=_TIME_AND_ORDER)
        del self._reports[:-_KEPT_REPORTS]

    def between(self, start: int, end: int) -> list[Report]:
        """Reports of the times `start` <= ts <= `end`, oldest first."""
        first = bisect_left(self._reports, (start, 0), key=_TIME_AND_ORDER)
        last = bisect_left(self._reports, (end + 1, 0), key=_TIME_AND_ORDER)
        return self._reports[first:last]

    def forget_after(self, time: int) -> None:
        """Forget later reports."""
        del self._reports[bisect_left(self._reports, (time + 1, 0), key=_TIME_AND_ORDER) :]

    def __len__(self) -> int:
        """Return the number of reports that are kept."""
        return len(self._reports)

    def page(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Answer a history call, newest first unless asked otherwise; raises `ApiError` 400."""
        start = integer(query.get("startTime"), "startTime", low=0, high=_MAX_TIME, default=0)
        end = integer(query.get("endTime", _MAX_TIME), "endTime", low=0, high=_MAX_TIME)
        size = integer(query.get("pageSize", 10), "pageSize", low=1, high=_MAX_PAGE_SIZE)
        order = query.get("order", "desc").lower()
        if order not in ("asc", "desc"):
            raise ApiError(400, "parameter_error", "order must be asc or desc")
        reports = self.between(start, end)
        if order == "desc":
            reports.reverse()
        if key := query.get("pageKey"):
            last = _read_page_key(key)
            reports = [r for r in reports if (r[:2] > last if order == "asc" else r[:2] < last)]
        page = {
            "list": [{"ts": ts, "properties": properties} for ts, _, properties in reports[:size]],
            "pageSize": size,
        }
        if len(reports) > size:
            page["nextPageKey"] = _page_key(*reports[size - 1][:2])
        return page


def _page_key(ts: int, number: int) -> str:
    return base64.urlsafe_b64encode(f"{ts}-{number}".encode()).decode()


def _read_page_key(key: str) -> tuple[int, int]:
    try:
        ts, _, number = base64.urlsafe_b64decode(key.encode()[:100]).decode().partition("-")
        return int(ts), int(number)
    except ValueError:
        raise ApiError(400, "parameter_error", "pageKey is invalid") from None
