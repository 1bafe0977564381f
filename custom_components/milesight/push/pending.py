"""The webhook that a dialog shows before its entry exists."""

from collections.abc import Mapping
import time
from typing import Final

from aiohttp.hdrs import METH_GET, METH_HEAD, METH_POST
from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..api.webhook import SignatureError, WebhookEvent, verify_signature
from ..const import DOMAIN
from .callback_url import CallbackUrl, async_callback_url, async_delete_cloudhook
from .probe import async_answer_options
from .receiver import WebhookReceiver
from .recent_ids import RecentIds


class PendingWebhook:
    """Own a webhook from the dialog that shows its callback URL until an entry takes it over.

    The dialogs of one Application share it. A dialog whose page is reloaded or closed stays open
    unseen, and its callback URL may already be in the console: the next dialog shows it again.

    The platform probes the URL as soon as it is entered in the console, and the user may test it
    there, which is before the dialog is submitted. Of a delivery nothing is kept but its headers.
    """

    def __init__(self, hass: HomeAssistant, unique_id: str) -> None:
        """Initialize a new webhook that answers the probe and deliveries."""
        self.webhook_id = webhook.async_generate_id()
        self.flow_ids: set[str] = set()  # the dialogs that show it
        self._hass = hass
        self._unique_id = unique_id
        self._delivery: tuple[Mapping[str, str], float] | None = None
        self._stop_answering = async_answer_options(hass, self.webhook_id)
        webhook.async_register(
            hass,
            DOMAIN,
            "Milesight",
            self.webhook_id,
            self._async_handle,
            allowed_methods=[METH_GET, METH_HEAD, METH_POST],
        )

    async def _async_handle(
        self, hass: HomeAssistant, webhook_id: str, request: Request
    ) -> Response:
        @callback
        def deliver(events: list[WebhookEvent]) -> None:
            if events:
                self._delivery = request.headers, time.time()

        receiver = WebhookReceiver(None, RecentIds(), RecentIds(), deliver)
        return await receiver.async_handle(hass, webhook_id, request)

    @property
    def has_received(self) -> bool:
        """Return if a delivery has arrived, such as the test of the console."""
        return self._delivery is not None

    def is_signed_with(self, secret: str) -> bool:
        """Return if the last delivery, if any, would be accepted with a webhook secret."""
        if not secret or self._delivery is None:
            return True
        headers, arrival = self._delivery
        try:
            verify_signature(headers, secret, arrival)
        except SignatureError:
            return False
        return True

    @callback
    def async_hand_over(self) -> None:
        """Let the entry that is about to be created register the webhook."""
        webhook.async_unregister(self._hass, self.webhook_id)

    async def async_callback_url(self) -> CallbackUrl:
        """Return the URL to show."""
        callback_url = await async_callback_url(self._hass, self.webhook_id)
        if not self.flow_ids:
            self._delete_unless_used()
        return callback_url

    @callback
    def async_release(self, flow_id: str) -> None:
        """Delete the webhook with its last dialog, unless an entry has taken it over."""
        self.flow_ids.discard(flow_id)
        if not self.flow_ids:
            self._hass.data[PENDING_WEBHOOKS].pop(self._unique_id)
            self._delete_unless_used()

    def _delete_unless_used(self) -> None:
        entries = self._hass.config_entries.async_entries(DOMAIN)
        if all(entry.data.get(CONF_WEBHOOK_ID) != self.webhook_id for entry in entries):
            self._stop_answering()
            webhook.async_unregister(self._hass, self.webhook_id)
            self._hass.async_create_task(
                async_delete_cloudhook(self._hass, self.webhook_id), "delete an unused cloudhook"
            )


PENDING_WEBHOOKS: Final[HassKey[dict[str, PendingWebhook]]] = HassKey(f"{DOMAIN}_pending_webhooks")


@callback
def async_pending_webhook(hass: HomeAssistant, unique_id: str, flow_id: str) -> PendingWebhook:
    """Return the webhook that the dialogs of an Application share, a new one for the first."""
    webhooks = hass.data.setdefault(PENDING_WEBHOOKS, {})
    if unique_id not in webhooks:
        webhooks[unique_id] = PendingWebhook(hass, unique_id)
    webhooks[unique_id].flow_ids.add(flow_id)
    return webhooks[unique_id]
