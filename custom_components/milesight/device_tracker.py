"""Trackers: devices that know where they are."""

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
    """Set up the trackers of an Application."""
    async_setup_platform(entry, async_add_entities, TrackerDescription, MilesightTracker)


class MilesightTracker(MilesightCompositeEntity[TrackerDescription], TrackerEntity):
    """A latitude and a longitude."""

    _attr_source_type = SourceType.GPS

    @property
    @override
    def latitude(self) -> float | None:
        """Return the latitude in degrees."""
        return self.number("latitude")

    @property
    @override
    def longitude(self) -> float | None:
        """Return the longitude in degrees."""
        return self.number("longitude")
