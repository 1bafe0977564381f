"""Texts: the settings that are words."""

from typing import override

from homeassistant.components.text import TextEntity, TextMode
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api.values import Value
from .coordinator import MilesightConfigEntry
from .entity import MilesightValueEntity, async_setup_platform
from .mapping import Description

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the texts of an Application."""
    async_setup_platform(entry, async_add_entities, Platform.TEXT, MilesightText)


MAX_TEXT = 255


class MilesightText(MilesightValueEntity, TextEntity):
    """A text that is written."""

    _attr_native_value: str | None = None

    @override
    def _adopt(self, description: Description) -> None:
        """Take the limits from the description."""
        item = description.item
        self._attr_native_max = min(MAX_TEXT, (item and item.max_size) or MAX_TEXT)
        self._attr_native_min = min(self._attr_native_max, (item and item.min_size) or 0)
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
