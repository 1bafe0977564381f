"""Texts: settings that are strings."""

from typing import override

from homeassistant.components.text import TextEntity, TextMode
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api.codec import Value
from .coordinator import MilesightConfigEntry
from .entity import MilesightPropertyEntity, async_setup_platform
from .mapping import TextDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the texts of an Application."""
    async_setup_platform(entry, async_add_entities, TextDescription, MilesightText)


class MilesightText(MilesightPropertyEntity[TextDescription], TextEntity):
    """A string that is written."""

    _attr_native_value: str | None = None

    @override
    def _apply_description(self, description: TextDescription) -> None:
        super()._apply_description(description)
        self._attr_native_min = description.min_length
        self._attr_native_max = description.max_length
        self._attr_mode = TextMode.PASSWORD if description.secret else TextMode.TEXT

    @override
    def _convert(self, value: Value) -> str | None:
        if isinstance(value, str) and self.native_min <= len(value) <= self.native_max:
            return value
        return None

    @override
    async def async_set_value(self, value: str) -> None:
        """Write the text."""
        await self.async_write(value)
