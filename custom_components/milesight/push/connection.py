"""Whether the platform is in touch: the time since a push or a poll came through."""

from collections.abc import Callable
from datetime import datetime
import time

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later


class Contact:
    """Knows when something came last, and tells when that is too long ago and when it is over."""

    def __init__(self, hass: HomeAssistant, changed: Callable[[bool], None]) -> None:
        """Count from now; ``changed`` is called with whether there is contact."""
        self._hass = hass
        self._changed = changed
        self._in_touch = True
        self._last = time.time()
        self._most = 0.0
        self._watching: CALLBACK_TYPE | None = None

    @property
    def silence(self) -> float:
        """Return the seconds since something came."""
        return time.time() - self._last

    @callback
    def touch(self) -> None:
        """Note that something came."""
        self._last = time.time()
        self._set(in_touch=True)

    @callback
    def watch(self, most: float) -> None:
        """Tell when nothing has come for ``most`` seconds: now, or as soon as that is so."""
        self._most = most
        self._look()

    @callback
    def stop(self) -> None:
        """Watch no longer."""
        if self._watching is not None:
            self._watching()
            self._watching = None

    @callback
    def _look(self, _now: datetime | None = None) -> None:
        self.stop()
        left = self._most - self.silence
        self._set(in_touch=left > 0)
        if left > 0:
            look = HassJob(self._look, cancel_on_shutdown=True)
            self._watching = async_call_later(self._hass, left, look)

    def _set(self, *, in_touch: bool) -> None:
        if in_touch is not self._in_touch:
            self._in_touch = in_touch
            self._changed(in_touch)
