"""The callback URL at which the platform reaches the webhook."""

from typing import NamedTuple

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError

from ..const import CONF_CLOUDHOOK_URL, LOGGER


class CallbackUrl(NamedTuple):
    """The public URL of a webhook, ``None`` when this Home Assistant has no public address."""

    url: str | None
    is_cloudhook: bool


async def async_callback_url(hass: HomeAssistant, webhook_id: str) -> CallbackUrl:
    """Return the public URL of a webhook.

    With an active Home Assistant Cloud subscription a cloudhook is created where none exists.
    """
    if "cloud" in hass.config.components:
        from homeassistant.components import cloud  # noqa: PLC0415

        if cloud.async_active_subscription(hass):
            try:
                url = await cloud.async_get_or_create_cloudhook(hass, webhook_id)
                return CallbackUrl(url, is_cloudhook=True)
            except Exception as error:  # noqa: BLE001 - the cloud library raises many types
                LOGGER.debug("Cannot create a cloudhook: %r", error)
    return CallbackUrl(_external_url(hass, webhook_id), is_cloudhook=False)


@callback
def known_callback_url(hass: HomeAssistant, entry: ConfigEntry) -> str | None:
    """Return the public URL of an entry's webhook without creating a cloudhook."""
    return entry.data.get(CONF_CLOUDHOOK_URL) or _external_url(hass, entry.data[CONF_WEBHOOK_ID])


async def async_delete_cloudhook(hass: HomeAssistant, webhook_id: str) -> None:
    """Delete the cloudhook of a webhook, if there is one; a failure is only logged."""
    if "cloud" not in hass.config.components:
        return
    from homeassistant.components import cloud  # noqa: PLC0415

    try:
        await cloud.async_delete_cloudhook(hass, webhook_id)
    except Exception as error:  # noqa: BLE001 - the cloud library raises many types
        LOGGER.debug("Cannot delete the cloudhook: %r", error)


def _external_url(hass: HomeAssistant, webhook_id: str) -> str | None:
    try:
        return webhook.async_generate_url(hass, webhook_id, allow_internal=False, allow_ip=True)
    except NoURLAvailableError:
        return None
