"""Device trackers: devices that report their position."""

from typing import override

from homeassistant.components.device_tracker import SourceType, TrackerEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import MilesightConfigEntry
from .entity import MilesightCompositeEntity, async_setup_platform
from .mapping import TrackerDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the device trackers of an Application."""
    async_setup_platform(entry, async_add_entities, TrackerDescription, MilesightTracker)


class MilesightTracker(MilesightCompositeEntity[TrackerDescription], TrackerEntity):
    """A position."""

    _attr_source_type = SourceType.GPS

    @override
    def _update_state(self) -> None:
        self._attr_latitude = self.number("latitude")
        self._attr_longitude = self.number("longitude")
