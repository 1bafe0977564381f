"""Selects: settings with several options."""

from typing import override

from homeassistant.components.select import SelectEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api.codec import Value
from .coordinator import MilesightConfigEntry
from .entity import MilesightPropertyEntity, async_setup_platform, state_key
from .mapping import SelectDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the selects of an Application."""
    async_setup_platform(entry, async_add_entities, SelectDescription, MilesightSelect)


class MilesightSelect(MilesightPropertyEntity[SelectDescription], SelectEntity):
    """An enumeration that is written."""

    _value_attribute = "_attr_current_option"
    _attr_current_option: str | None = None

    @override
    def _apply_description(self, description: SelectDescription) -> None:
        super()._apply_description(description)
        self._attr_options = list(description.options.values())

    @override
    def _convert(self, value: Value) -> str | None:
        return None if value is None else self.description.options.get(state_key(value))

    @override
    async def async_select_option(self, option: str) -> None:
        """Write the key of the option."""
        options = self.description.options.items()
        await self.async_write(next(key for key, name in options if name == option))
