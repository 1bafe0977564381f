"""Track whether the platform is reachable."""

from collections.abc import Callable
from datetime import datetime
import time

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later


class ConnectionMonitor:
    """Report when neither a push nor a poll has succeeded for too long, and when one does again.

    Silence is measured with the monotonic clock: setting the system time changes nothing.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        max_silence: Callable[[], float],
        on_change: Callable[[bool], None],
    ) -> None:
        """Initialize as connected.

        ``max_silence`` returns the seconds from which on the silence is too long at present,
        ``on_change`` is called with the new state.
        """
        self._hass = hass
        self._max_silence = max_silence
        self._on_change = on_change
        self._connected = True
        self._last_contact = time.monotonic()
        self._cancel_check: CALLBACK_TYPE | None = None

    @property
    def silence(self) -> float:
        """Return the seconds since the last push or successful poll."""
        return time.monotonic() - self._last_contact

    @callback
    def record_contact(self) -> None:
        """Record a push or a successful poll."""
        self._last_contact = time.monotonic()
        self._set_connected(connected=True)

    @callback
    def stop(self) -> None:
        """Stop waiting for the silence to become too long."""
        if self._cancel_check is not None:
            self._cancel_check()
            self._cancel_check = None

    @callback
    def check(self, _now: datetime | None = None) -> None:
        """Report a lost connection as soon as the silence is too long."""
        self.stop()
        remaining = self._max_silence() - self.silence
        self._set_connected(connected=remaining > 0)
        if remaining > 0:
            check = HassJob(self.check, cancel_on_shutdown=True)
            self._cancel_check = async_call_later(self._hass, remaining, check)

    def _set_connected(self, *, connected: bool) -> None:
        if connected is not self._connected:
            self._connected = connected
            self._on_change(connected)
