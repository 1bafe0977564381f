"""The address at which the platform reaches this Home Assistant."""

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.network import NoURLAvailableError

from .const import CONF_CLOUDHOOK_URL, LOGGER


async def async_callback_url(hass: HomeAssistant, webhook_id: str) -> tuple[str | None, bool]:
    """Return the public address of a webhook, and whether Home Assistant Cloud provides it.

    The address is ``None`` when this Home Assistant cannot be reached from outside.
    """
    if "cloud" in hass.config.components:
        from homeassistant.components import cloud  # noqa: PLC0415

        if cloud.async_active_subscription(hass):
            try:
                return await cloud.async_get_or_create_cloudhook(hass, webhook_id), True
            except cloud.CloudNotAvailable as error:
                LOGGER.debug("Home Assistant Cloud gives no address: %s", error)
    try:
        address = webhook.async_generate_url(hass, webhook_id, allow_internal=False, allow_ip=True)
    except NoURLAvailableError:
        return None, False
    return address, False


async def async_give_back(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give back an address that Home Assistant Cloud provided."""
    if CONF_CLOUDHOOK_URL not in entry.data or "cloud" not in hass.config.components:
        return
    from homeassistant.components import cloud  # noqa: PLC0415

    try:
        await cloud.async_delete_cloudhook(hass, entry.data[CONF_WEBHOOK_ID])
    except (HomeAssistantError, ValueError) as error:
        LOGGER.debug("The cloud address was not given back: %s", error)
