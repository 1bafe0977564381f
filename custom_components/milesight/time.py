"""Times: settings that are a local time of day."""

from datetime import time
from typing import override

from homeassistant.components.time import TimeEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api.codec import Value
from .coordinator import MilesightConfigEntry
from .entity import MilesightPropertyEntity, async_setup_platform
from .mapping import TimeDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the times of an Application."""
    async_setup_platform(entry, async_add_entities, TimeDescription, MilesightTime)


class MilesightTime(MilesightPropertyEntity[TimeDescription], TimeEntity):
    """A local time of day that is written."""

    _attr_native_value: time | None = None

    @override
    def _convert(self, value: Value) -> time | None:
        return value if isinstance(value, time) else None

    @override
    async def async_set_value(self, value: time) -> None:
        """Write the time of day, to the minute."""
        await self.async_write(value)
