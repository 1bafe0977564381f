"""Date/times: settings that are a date and time."""

from datetime import datetime
from typing import override

from homeassistant.components.datetime import DateTimeEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api.codec import Value
from .coordinator import MilesightConfigEntry
from .entity import MilesightPropertyEntity, async_setup_platform
from .mapping import DateTimeDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the date/times of an Application."""
    async_setup_platform(entry, async_add_entities, DateTimeDescription, MilesightDateTime)


class MilesightDateTime(MilesightPropertyEntity[DateTimeDescription], DateTimeEntity):
    """A date and time that is written."""

    _attr_native_value: datetime | None = None

    @override
    def _convert(self, value: Value) -> datetime | None:
        return value if isinstance(value, datetime) else None

    @override
    async def async_set_value(self, value: datetime) -> None:
        """Write the date and time, to the second."""
        await self.async_write(value)
