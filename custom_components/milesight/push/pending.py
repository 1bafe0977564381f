"""The webhook that a dialog shows before its entry exists."""

from homeassistant.components import webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN
from .callback_url import CallbackUrl, async_callback_url, async_delete_cloudhook
from .probe import async_answer_options


class PendingWebhook:
    """Own a webhook from the dialog that shows its callback URL until an entry takes it over.

    The platform probes the URL as soon as it is entered in the console, which is before the dialog
    is submitted.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize a new webhook that answers the probe."""
        self.webhook_id = webhook.async_generate_id()
        self._hass = hass
        self._is_released = False
        self._stop_answering = async_answer_options(hass, self.webhook_id)

    async def async_callback_url(self) -> CallbackUrl:
        """Return the URL to show."""
        callback_url = await async_callback_url(self._hass, self.webhook_id)
        if self._is_released:
            self._delete_unless_used()
        return callback_url

    @callback
    def async_release(self) -> None:
        """Delete the webhook, unless an entry has taken it over."""
        self._is_released = True
        self._delete_unless_used()

    def _delete_unless_used(self) -> None:
        entries = self._hass.config_entries.async_entries(DOMAIN)
        if all(entry.data.get(CONF_WEBHOOK_ID) != self.webhook_id for entry in entries):
            self._stop_answering()
            self._hass.async_create_task(
                async_delete_cloudhook(self._hass, self.webhook_id), "delete an unused cloudhook"
            )
