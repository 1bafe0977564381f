"""Numbers: numeric settings and set-points."""

from typing import override

from homeassistant.components.number import NumberEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api.codec import Value
from .coordinator import MilesightConfigEntry
from .entity import MilesightPropertyEntity, async_setup_platform
from .mapping import NumberDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the numbers of an Application."""
    async_setup_platform(entry, async_add_entities, NumberDescription, MilesightNumber)


class MilesightNumber(MilesightPropertyEntity[NumberDescription], NumberEntity):
    """A numeric property that is written."""

    _attr_native_value: float | None = None

    @override
    def _apply_description(self, description: NumberDescription) -> None:
        super()._apply_description(description)
        self._attr_device_class = description.device_class
        self._attr_native_unit_of_measurement = description.unit
        self._attr_native_min_value = description.minimum
        self._attr_native_max_value = description.maximum
        self._attr_native_step = description.step

    @override
    def _convert(self, value: Value) -> float | None:
        return value if isinstance(value, int | float) else None

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Write the number."""
        await self.async_write(value)
