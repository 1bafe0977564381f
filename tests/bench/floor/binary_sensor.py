"""A bare connectivity entity for each device."""

from homeassistant.components.binary_sensor import BinarySensorDeviceClass, BinarySensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback


async def async_setup_entry(
    _hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add one entity for each device."""
    enabled = "connectivity" not in entry.data["disabled"]
    async_add_entities(BareBinarySensor(sn, enabled=enabled) for sn in entry.data["devices"])


class BareBinarySensor(BinarySensorEntity):
    """An entity with nothing behind it."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_has_entity_name = True
    _attr_is_on = True
    _attr_should_poll = False

    def __init__(self, sn: str, *, enabled: bool) -> None:
        """Belong to a device."""
        self._attr_entity_registry_enabled_default = enabled
        self._attr_unique_id = f"{sn}_connectivity"
        self._attr_device_info = DeviceInfo(identifiers={("floor", sn)}, name=sn)
