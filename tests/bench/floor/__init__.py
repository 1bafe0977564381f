"""The least that any integration does: a bare webhook handler, and bare entities that it writes."""

from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import orjson

PLATFORMS = ["binary_sensor", "sensor"]


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Add the entities of the devices, and listen at the webhook ``floor``.

    The entry's data are the serial numbers of the ``devices``, and what is ``disabled`` of each.
    """
    sensors = entry.runtime_data = {}
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)

    async def handle(_hass: HomeAssistant, _webhook_id: str, request: Request) -> Response:
        for event in orjson.loads(await request.read()):
            data = event["data"]
            own = sensors[data["deviceProfile"]["sn"]]
            for path, value in data["payload"].items():
                sensor = own[path]
                sensor._attr_native_value = value
                sensor.async_write_ha_state()
        return Response()

    webhook.async_register(hass, "floor", "Floor", "floor", handle)
    entry.async_on_unload(lambda: webhook.async_unregister(hass, "floor"))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Remove the entities."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
