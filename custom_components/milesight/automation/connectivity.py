"""The connectivity sensors of devices as entities of triggers and conditions."""

from collections.abc import Mapping
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.automation import DomainSpec

from ..const import DOMAIN
from ..devices import registry

CONNECTIVITY: Final[Mapping[str, DomainSpec]] = {
    Platform.BINARY_SENSOR: DomainSpec(BinarySensorDeviceClass.CONNECTIVITY)
}


@callback
def async_connectivity_sensors(hass: HomeAssistant, entity_ids: set[str]) -> set[str]:
    """Return those of the entities that are the connectivity sensor of a device."""
    entities, devices = er.async_get(hass), dr.async_get(hass)
    entries = (entities.async_get(entity_id) for entity_id in entity_ids)
    return {
        entry.entity_id
        for entry in entries
        if entry is not None
        and entry.platform == DOMAIN
        and entry.domain in CONNECTIVITY
        and (device := devices.async_get(entry.device_id or "")) is not None
        and entry.unique_id == f"{registry.serial_number(device)}_connectivity"
    }
