"""Recognize deliveries and events that were received before."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from ..api.webhook import MAX_AGE_SECONDS

MAX_IDS: Final = 10_000
MAX_ID_LENGTH: Final = 100
STORED_SECONDS: Final = 2 * MAX_AGE_SECONDS


class RecentIds:
    """Remember a bounded number of ids with their time of arrival in epoch seconds.

    Ids that are longer than those of the platform are not remembered.
    """

    def __init__(self, stored: Mapping[str, int] | None = None) -> None:
        """Initialize with the stored ids of an earlier run."""
        self._arrivals: OrderedDict[str, int] = OrderedDict()
        for identifier, arrived in (stored or {}).items():
            self.add(identifier, int(arrived))

    def __contains__(self, identifier: str) -> bool:
        """Return whether an id is remembered."""
        return identifier in self._arrivals

    def add(self, identifier: str, now: float) -> bool:
        """Remember an id; return whether it is a new one."""
        if identifier in self._arrivals:
            return False
        if len(identifier) <= MAX_ID_LENGTH:
            self._arrivals[identifier] = int(now)
            if len(self._arrivals) > MAX_IDS:
                self._arrivals.popitem(last=False)
        return True

    def to_store(self, now: float) -> dict[str, int]:
        """Return the ids to restore in a later run: those of the last ten minutes.

        A delivery that is older than that is refused, since its signature is no longer fresh.
        """
        earliest = now - STORED_SECONDS
        return {
            identifier: arrived
            for identifier, arrived in self._arrivals.items()
            if arrived >= earliest
        }
