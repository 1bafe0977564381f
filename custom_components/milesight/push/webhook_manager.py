"""Manage the webhook of an Application from its registration to its removal."""

from collections.abc import Callable
from typing import Final

from aiohttp.hdrs import METH_GET, METH_HEAD, METH_POST
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback

from ..api.webhook import WebhookEvent, WebhookTest
from ..const import CONF_WEBHOOK_SECRET, DOMAIN
from ..devices import registry
from .callback_url import async_delete_cloudhook
from .monitor import PushMonitor
from .probe import async_answer_options
from .receiver import WebhookReceiver

EVENT_WEBHOOK_TEST: Final = f"{DOMAIN}_webhook_test"


class WebhookManager:
    """Own everything that belongs to the webhook of one Application."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize without registering anything."""
        self._hass = hass
        self._entry = entry
        self._webhook_id: str = entry.data[CONF_WEBHOOK_ID]

    @callback
    def async_register(
        self, monitor: PushMonitor, deliver: Callable[[list[WebhookEvent]], None]
    ) -> None:
        """Answer probes and deliveries until the entry is unloaded.

        ``deliver`` is called with the events of each delivery that ``monitor`` has not seen.
        """

        @callback
        def handle_events(events: list[WebhookEvent]) -> None:
            if any(isinstance(event, WebhookTest) for event in events):
                self._fire_test_event()
            deliver(events)

        receiver = WebhookReceiver(
            self._entry.data.get(CONF_WEBHOOK_SECRET),
            monitor.nonces,
            monitor.event_ids,
            handle_events,
        )
        webhook.async_register(
            self._hass,
            DOMAIN,
            self._entry.title,
            self._webhook_id,
            receiver.async_handle,
            allowed_methods=[METH_GET, METH_HEAD, METH_POST],
        )
        self._entry.async_on_unload(lambda: webhook.async_unregister(self._hass, self._webhook_id))
        self._entry.async_on_unload(async_answer_options(self._hass, self._webhook_id))

    async def async_remove(self) -> None:
        """Delete what remains of a removed entry: the cloudhook."""
        await async_delete_cloudhook(self._hass, self._webhook_id)

    def _fire_test_event(self) -> None:
        """Fire the event of a test delivery of the console, which the activity shows."""
        application = registry.async_register_application(self._hass, self._entry)
        self._hass.bus.async_fire(EVENT_WEBHOOK_TEST, {"device_id": application.id})
