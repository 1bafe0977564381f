"""Availability of one device, from reports, connection events and the device list."""

from typing import Final

SECOND_MS: Final = 1000
MAX_LIST_DELAY_MS: Final = 5 * 60 * SECOND_MS


class Availability:
    """Track whether a device is online; times are epoch milliseconds.

    Methods that apply something return whether that changed the status. ``is_as_listed`` is true
    from when the device list is applied until the next event: the same list changes nothing then.

    ONLINE and OFFLINE events have a resolution of one second. Of two in the same second the one
    that arrives later counts.
    """

    def __init__(self, *, online: bool, last_report: int | None) -> None:
        """Initialize from the device list."""
        self.online = online
        self.last_seen = 0
        self.offline_since = 0 if online else (last_report or 0) + 1
        self.is_as_listed = False
        self._updated_at = 0

    def mark_active(self, time: int, now: int) -> bool:
        """Apply a sign of life; an offline device is online if it is not older than that."""
        self._updated_at, self.is_as_listed = now, False
        self.last_seen = max(self.last_seen, min(time, now))
        return not self.online and time >= self.offline_since and self._set_online(online=True)

    def mark_offline(self, time: int, now: int) -> bool:
        """Apply an OFFLINE event unless there is a later sign of life."""
        self._updated_at, self.is_as_listed = now, False
        second = time - time % SECOND_MS
        if second + SECOND_MS <= self.last_seen:
            return False
        self.offline_since = max(self.offline_since, second)
        return self._set_online(online=False)

    def apply_listing(
        self, *, online: bool, last_report: int, requested_at: int, is_behind: bool
    ) -> bool:
        """Apply the device list unless it was requested before the latest event.

        A list that ``is_behind`` does not have the latest report. Soon after an event it is not up
        to date; later the clock of the device is fast.
        """
        event_age = requested_at - self._updated_at
        if event_age <= 0 or (is_behind and event_age < MAX_LIST_DELAY_MS):
            return False
        self.is_as_listed = True
        if online:
            self.last_seen = max(self.last_seen, min(last_report, requested_at))
        self.offline_since = 0 if online else max(self.offline_since, last_report + 1)
        return self._set_online(online=online)

    def _set_online(self, *, online: bool) -> bool:
        """Set the status; return whether it changed."""
        previous, self.online = self.online, online
        return previous is not online
