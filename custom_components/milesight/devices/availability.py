"""Availability of one device, from reports, connection events and the device list."""

from typing import Final

SECOND_MS: Final = 1000


class Availability:
    """Track whether a device is online; times are epoch milliseconds.

    ONLINE and OFFLINE events have a resolution of one second. Of two in the same second the one
    that arrives later counts.
    """

    def __init__(self, *, online: bool, last_report: int | None) -> None:
        """Initialize from the device list."""
        self.online = online
        self.last_seen = 0
        self.offline_since = 0 if online else (last_report or 0) + 1
        self._updated_at = 0

    def mark_active(self, time: int, now: int) -> None:
        """Apply a sign of life; an offline device is online if it is not older than that."""
        self._updated_at = now
        self.last_seen = max(self.last_seen, min(time, now))
        self.online = self.online or time >= self.offline_since

    def mark_offline(self, time: int, now: int) -> None:
        """Apply an OFFLINE event unless there is a later sign of life."""
        self._updated_at = now
        second = time - time % SECOND_MS
        if second + SECOND_MS > self.last_seen:
            self.offline_since = max(self.offline_since, second)
            self.online = False

    def apply_listing(self, *, online: bool, last_report: int, requested_at: int) -> None:
        """Apply the device list unless it was requested before the latest event."""
        if self._updated_at < requested_at:
            self.offline_since = 0 if online else max(self.offline_since, last_report + 1)
            self.online = online
