"""The address at which the platform reaches this Home Assistant."""

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError

from ..const import CONF_CLOUDHOOK_URL, LOGGER


async def async_callback_url(hass: HomeAssistant, webhook_id: str) -> tuple[str | None, bool]:
    """Return a public address to offer for a webhook, and whether Home Assistant Cloud provides it.

    The address is ``None`` when this Home Assistant cannot be reached from outside.
    """
    if "cloud" in hass.config.components:
        from homeassistant.components import cloud  # noqa: PLC0415

        if cloud.async_active_subscription(hass):
            try:
                return await cloud.async_get_or_create_cloudhook(hass, webhook_id), True
            except Exception as error:  # noqa: BLE001 - its library has many of them
                LOGGER.debug("Home Assistant Cloud gives no address: %r", error)
    return _own_url(hass, webhook_id), False


@callback
def known_callback_url(hass: HomeAssistant, entry: ConfigEntry) -> str | None:
    """Return the public address of an entry's webhook as the user was told it, ``None`` without."""
    return entry.data.get(CONF_CLOUDHOOK_URL) or _own_url(hass, entry.data[CONF_WEBHOOK_ID])


def _own_url(hass: HomeAssistant, webhook_id: str) -> str | None:
    try:
        return webhook.async_generate_url(hass, webhook_id, allow_internal=False, allow_ip=True)
    except NoURLAvailableError:
        return None


async def async_give_back(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give back the address that Home Assistant Cloud provided, if it ever did."""
    if "cloud" not in hass.config.components:
        return
    from homeassistant.components import cloud  # noqa: PLC0415

    try:
        await cloud.async_delete_cloudhook(hass, entry.data[CONF_WEBHOOK_ID])
    except Exception as error:  # noqa: BLE001 - an entry is removed all the same
        LOGGER.debug("The cloud address was not given back: %r", error)
