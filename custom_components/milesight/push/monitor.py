"""Track pushes: how many arrive, when the last one arrived, and whether they are missing."""

from collections.abc import Iterable, Mapping
import time
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..api.quota import RollingCounter
from ..api.webhook import SystemMessage
from ..const import DOMAIN
from ..devices import registry
from ..issues import (
    NO_PUSHES_RECEIVED,
    PUSH_LIMIT,
    PUSH_STOPPED,
    async_active_issues,
    async_create_issue,
    async_delete_issue,
)
from .callback_url import known_callback_url
from .recent_ids import RecentIds

EVENT_NOTICE: Final = f"{DOMAIN}_notice"
MAX_POLLS_WITHOUT_PUSH: Final = 3
MAX_INFO_LENGTH: Final = 200
SYSTEM_MESSAGE_ISSUES: Final = {"SERVICE_NOTICE": PUSH_LIMIT, "SYSTEM_ALERT": PUSH_STOPPED}
PUSH_ISSUES: Final = frozenset({PUSH_LIMIT, NO_PUSHES_RECEIVED, PUSH_STOPPED})

type StoredIds = Mapping[str, Mapping[str, int]]


class PushMonitor:
    """Track the pushes of one Application, and create and delete the repair issues about them.

    The ids in ``nonces`` and ``event_ids`` are those that were received before; like the counter
    they survive reloads and restarts.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize without a push."""
        self.counter = RollingCounter()
        self.last_push: float | None = None
        self.nonces = RecentIds()
        self.event_ids = RecentIds()
        self._hass = hass
        self._entry = entry
        self._polls_without_push = 0
        self._pushed_since_poll = False
        self._issues = PUSH_ISSUES & async_active_issues(hass, entry)

    @property
    def healthy(self) -> bool:
        """Return whether pushes arrive, as far as there was something to push."""
        return self.last_push is not None and self._polls_without_push == 0 and not self._issues

    def restore(
        self, buckets: Iterable[tuple[int, int]], last_push: float | None, recent_ids: StoredIds
    ) -> None:
        """Restore the state of an earlier run."""
        self.counter = RollingCounter(buckets)
        self.last_push = last_push
        self.nonces = RecentIds(recent_ids.get("nonces"))
        self.event_ids = RecentIds(recent_ids.get("event_ids"))

    def recent_ids_to_store(self) -> dict[str, dict[str, int]]:
        """Return the ids that a later run must recognize."""
        now = time.time()
        return {"nonces": self.nonces.to_store(now), "event_ids": self.event_ids.to_store(now)}

    @callback
    def record_push(self) -> None:
        """Record a pushed event, which resolves every issue about pushes."""
        self.last_push = time.time()
        self.counter.add(self.last_push)
        self._pushed_since_poll = True
        self._polls_without_push = 0
        for kind in self._issues:
            async_delete_issue(self._hass, self._entry, kind)
        self._issues = frozenset()

    @callback
    def record_poll(self, *, found_reports: bool) -> None:
        """Record a poll and whether it found reports of known devices.

        Several polls in a row that find reports without any push create a repair issue, provided
        that the platform can reach this Home Assistant at all.
        """
        missing = found_reports and not self._pushed_since_poll
        self._pushed_since_poll = False
        self._polls_without_push = self._polls_without_push + 1 if missing else 0
        if self._polls_without_push == MAX_POLLS_WITHOUT_PUSH and known_callback_url(
            self._hass, self._entry
        ):
            self._create_issue(NO_PUSHES_RECEIVED)

    @callback
    def handle_system_message(self, message: SystemMessage) -> None:
        """Create the repair issue for a message of the platform about its pushes.

        A message that asks for nothing known is shown by the activity.
        """
        info = message.info[:MAX_INFO_LENGTH]
        kind = SYSTEM_MESSAGE_ISSUES.get(message.type.upper())
        if kind is not None:
            self._create_issue(kind, info)
            return
        application = registry.async_register_application(self._hass, self._entry)
        self._hass.bus.async_fire(EVENT_NOTICE, {"device_id": application.id, "info": info})

    def _create_issue(self, kind: str, info: str = "") -> None:
        self._issues |= {kind}
        async_create_issue(self._hass, self._entry, kind, info=info or "-")
