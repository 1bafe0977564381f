"""The devices in a target of Home Assistant."""

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.typing import ConfigType

from ..const import DOMAIN


@callback
def async_devices_in_target(hass: HomeAssistant, target: ConfigType | None) -> dict[str, bool]:
    """Return the ids of the devices in a target, and if the target names them directly.

    A device is in the target if the device or one of its entities is, and all devices are without
    a target. One that is disabled has to be named. The device of an Application is none of these.
    """
    registered = {
        device.id: device
        for entry in hass.config_entries.async_entries(DOMAIN)
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        if device.entry_type is not dr.DeviceEntryType.SERVICE
    }
    if target is None:
        return {device_id: False for device_id, device in registered.items() if not device.disabled}
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(target))
    named = cv.ensure_list(target.get(ATTR_DEVICE_ID))
    direct = (*named, *_devices_of(hass, selected.referenced))
    indirect = selected.referenced_devices.union(_devices_of(hass, selected.indirectly_referenced))
    device_ids = dict.fromkeys(filter(registered.__contains__, direct), True)
    for device_id, device in registered.items():
        if device_id in indirect and not device.disabled:
            device_ids.setdefault(device_id, False)
    return device_ids


def _devices_of(hass: HomeAssistant, entity_ids: set[str]) -> list[str]:
    entities = er.async_get(hass).entities
    entries = (entities.get(entity_id) for entity_id in sorted(entity_ids))
    return [entry.device_id for entry in entries if entry is not None and entry.device_id]
