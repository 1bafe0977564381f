"""Pushed events that wait until the entities of their entry exist."""

from collections.abc import Callable, Iterable, Sequence
import time
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..api.webhook import WebhookEvent
from ..const import DOMAIN

MAX_WAITING_EVENTS: Final = 100
MAX_RELOAD_SECONDS: Final = 60

# By entry id: the time at which an entry began to unload, and the events since then.
UNLOADED_EVENTS: Final[HassKey[dict[str, tuple[float, list[WebhookEvent]]]]] = HassKey(
    f"{DOMAIN}_unloaded_events"
)


class EventQueue:
    """Pass on pushed events while the platforms are set up; keep those before and after.

    A press is an event only if its entity exists. What arrives before the platforms are set up
    waits until then, what arrives while they are unloaded until the entry is loaded again, if that
    is within a minute. More than ``MAX_WAITING_EVENTS`` do not wait.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        handle: Callable[[Sequence[WebhookEvent]], None],
    ) -> None:
        """Initialize a closed queue with the events since the entry was unloaded.

        ``handle`` is called with events in the order of their arrival.
        """
        self._entry_id = entry.entry_id
        self._handle = handle
        self._unloaded = hass.data.setdefault(UNLOADED_EVENTS, {})
        unloaded_at, events = self._unloaded.pop(self._entry_id, (0.0, []))
        self._waiting = events if time.time() - unloaded_at < MAX_RELOAD_SECONDS else []
        self.is_open = False

    @callback
    def receive(self, events: Iterable[WebhookEvent]) -> None:
        """Pass on events, or let them wait."""
        self._waiting += events
        if self.is_open or len(self._waiting) > MAX_WAITING_EVENTS:
            self._pass_on()

    @callback
    def open(self) -> None:
        """Pass on the waiting events: the platforms are set up, or were not unloaded."""
        self._unloaded.pop(self._entry_id, None)
        self.is_open = True
        if self._waiting:
            self._pass_on()

    @callback
    def close(self) -> None:
        """Keep events for the next load: the platforms are about to be unloaded."""
        self._unloaded[self._entry_id] = time.time(), self._waiting
        self.is_open = False

    def _pass_on(self) -> None:
        events = tuple(self._waiting)
        self._waiting.clear()
        self._handle(events)
