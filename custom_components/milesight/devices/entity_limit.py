"""Limit of enabled entities: Home Assistant allows 10,000 per config entry."""

from collections.abc import Iterable
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..api import Device
from ..issues import ENTITY_LIMIT, async_create_issue, async_delete_issue
from ..mapping import Priority
from .capabilities import Capabilities
from .device import MilesightDevice

MAX_ENABLED_ENTITIES: Final = 9_500


class EntityLimit:
    """Decide for each device which priorities of entities are enabled by default.

    Primary and secondary entities are enabled until the total comes near the limit. Further devices
    start with their primary entities only, and a repair issue explains it. Room for the primary
    entities of the devices that follow is reserved.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize without devices."""
        self._hass = hass
        self._entry = entry
        self._allocated: dict[str, int] = {}
        self._total_allocated = 0
        self._reserved: dict[str, int] = {}
        self._total_reserved = 0
        self._limited: set[str] = set()

    @callback
    def reserve(self, devices: Iterable[tuple[Device, Capabilities]]) -> None:
        """Reserve room for devices that are about to be added."""
        self._reserved = {
            info.sn: _entity_count(info, capabilities, Priority.PRIMARY)
            for info, capabilities in devices
        }
        self._total_reserved = sum(self._reserved.values())

    @callback
    def allocate(self, device: MilesightDevice) -> Priority:
        """Return the lowest priority of entities that are enabled by default on a device."""
        self._free(device.sn)
        self._total_reserved -= self._reserved.pop(device.sn, 0)
        priority = Priority.SECONDARY
        needed = _entity_count(device.info, device.capabilities, priority)
        if self._total_allocated + self._total_reserved + needed > MAX_ENABLED_ENTITIES:
            priority = Priority.PRIMARY
            self._limited.add(device.sn)
            async_create_issue(self._hass, self._entry, ENTITY_LIMIT)
        else:
            self._lift_limit(device.sn)
        self._allocated[device.sn] = _entity_count(device.info, device.capabilities, priority)
        self._total_allocated += self._allocated[device.sn]
        return priority

    @callback
    def release(self, sn: str) -> None:
        """Free the entities of a device that was removed."""
        self._free(sn)
        self._lift_limit(sn)

    def _free(self, sn: str) -> None:
        self._total_allocated -= self._allocated.pop(sn, 0)

    def _lift_limit(self, sn: str) -> None:
        """Mark a device as not limited; without limited devices there is no issue."""
        if sn in self._limited:
            self._limited.discard(sn)
            if not self._limited:
                async_delete_issue(self._hass, self._entry, ENTITY_LIMIT)


def _entity_count(info: Device, capabilities: Capabilities, priority: Priority) -> int:
    """Return the number of enabled entities, with connectivity and a listed battery level."""
    has_listed_battery = info.electricity is not None and not capabilities.reports_battery
    return capabilities.entity_counts[priority] + 1 + has_listed_battery
