"""Whether the platform pushes: how often, when last, and what to tell the user if it does not."""

from collections.abc import Iterable
import time
from typing import Final

from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations

from ..api.webhook import SystemMessage
from ..const import DOMAIN
from ..counter import DayCounter
from ..issues import (
    PUSH_LIMIT,
    PUSH_NOTICE,
    PUSH_SILENT,
    PUSH_STOPPED,
    raise_issue,
    raised_issues,
    withdraw_issue,
)
from .callback_url import known_callback_url

SILENT_POLLS: Final = 3
MAX_INFO: Final = 200
NOTICES: Final = {"SERVICE_NOTICE": PUSH_LIMIT, "SYSTEM_ALERT": PUSH_STOPPED}
CURED_BY_PUSH: Final = frozenset({PUSH_LIMIT, PUSH_NOTICE, PUSH_SILENT, PUSH_STOPPED})


def _confirmation_id(entry: ConfigEntry) -> str:
    return f"{DOMAIN}_webhook_test_{entry.entry_id}"


@callback
def withdraw_confirmation(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take back that the console's test has arrived, if the user was told."""
    persistent_notification.async_dismiss(hass, _confirmation_id(entry))


class PushWatch:
    """Watches the pushes of one Application."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Begin without any push."""
        self.counter = DayCounter()
        self.last: float | None = None
        self._hass = hass
        self._entry = entry
        self._silent_polls = 0
        self._since_poll = False
        self._issues = CURED_BY_PUSH & raised_issues(hass, entry)

    @property
    def healthy(self) -> bool:
        """Return whether pushes come, as far as anything was to be pushed."""
        return self.last is not None and self._silent_polls == 0 and not self._issues

    def restore(self, buckets: Iterable[tuple[int, int]], last: float | None) -> None:
        """Go on from an earlier run."""
        self.counter = DayCounter(buckets)
        self.last = last

    @callback
    def pushed(self) -> None:
        """Note that an event was pushed: whatever was wrong with pushing is over."""
        self.last = time.time()
        self.counter.add(self.last)
        self._since_poll = True
        self._silent_polls = 0
        for kind in self._issues:
            withdraw_issue(self._hass, self._entry, kind)
        self._issues = frozenset()

    @callback
    def polled(self, *, reported: bool) -> None:
        """Note a poll; ``reported`` says that it found reports of which no push told.

        A few of those in a row become a repair issue, where the platform can reach this
        Home Assistant at all.
        """
        silent = reported and not self._since_poll
        self._since_poll = False
        self._silent_polls = self._silent_polls + 1 if silent else 0
        if self._silent_polls == SILENT_POLLS and known_callback_url(self._hass, self._entry):
            self._raise_issue(PUSH_SILENT)

    @callback
    def notice(self, message: SystemMessage) -> None:
        """Put what the platform says of its own pushing in plain words."""
        self._raise_issue(NOTICES.get(message.type.upper(), PUSH_NOTICE), message.info[:MAX_INFO])

    async def async_confirm(self) -> None:
        """Tell the user that the console's test has arrived."""
        texts = await async_get_translations(
            self._hass, self._hass.config.language, "common", [DOMAIN]
        )
        prefix = f"component.{DOMAIN}.common"
        persistent_notification.async_create(
            self._hass,
            texts[f"{prefix}.webhook_test_message"].format(application=self._entry.title),
            texts[f"{prefix}.webhook_test_title"],
            _confirmation_id(self._entry),
        )

    def _raise_issue(self, kind: str, info: str = "") -> None:
        self._issues |= {kind}
        raise_issue(self._hass, self._entry, kind, info=info or "-")
