"""Manage the webhook of an Application from its registration to its removal."""

from collections.abc import Callable

from aiohttp.hdrs import METH_GET, METH_HEAD, METH_POST
from homeassistant.components import persistent_notification, webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations

from ..api.webhook import WebhookEvent, WebhookTest
from ..const import CONF_WEBHOOK_SECRET, DOMAIN
from .callback_url import async_delete_cloudhook
from .monitor import PushMonitor
from .probe import async_answer_options
from .receiver import WebhookReceiver


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
                self._entry.async_create_background_task(
                    self._hass, self._async_confirm_test(), "confirm the webhook test"
                )
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
        """Delete what remains of a removed entry: the notification and the cloudhook."""
        persistent_notification.async_dismiss(self._hass, self._notification_id)
        await async_delete_cloudhook(self._hass, self._webhook_id)

    @property
    def _notification_id(self) -> str:
        return f"{DOMAIN}_webhook_test_{self._entry.entry_id}"

    async def _async_confirm_test(self) -> None:
        """Notify the user that the test delivery of the console has arrived."""
        texts = await async_get_translations(
            self._hass, self._hass.config.language, "common", [DOMAIN]
        )
        prefix = f"component.{DOMAIN}.common"
        persistent_notification.async_create(
            self._hass,
            texts[f"{prefix}.webhook_test_message"].format(application=self._entry.title),
            texts[f"{prefix}.webhook_test_title"],
            self._notification_id,
        )
