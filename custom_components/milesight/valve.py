"""Valves: opened and closed, or set to a position."""

from typing import override

from homeassistant.components.valve import ValveEntity, ValveEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import MilesightConfigEntry
from .entity import MilesightCompositeEntity, async_setup_platform
from .mapping import ValveDescription

OPEN, CLOSED = "open", "closed"
PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the valves of an Application."""
    async_setup_platform(entry, async_add_entities, ValveDescription, MilesightValve)


class MilesightValve(MilesightCompositeEntity[ValveDescription], ValveEntity):
    """A valve, by its state, its position, or both."""

    @override
    def _adopt(self, description: ValveDescription) -> None:
        """Offer what the device can do."""
        self._attr_device_class = description.device_class
        self._attr_reports_position = self.has("position")
        self._attr_supported_features = ValveEntityFeature(0)
        if self.has("set_state") or self.has("set_position"):
            self._attr_supported_features |= ValveEntityFeature.OPEN | ValveEntityFeature.CLOSE
        if self.has("set_position"):
            self._attr_supported_features |= ValveEntityFeature.SET_POSITION

    @property
    @override
    def is_closed(self) -> bool | None:
        """Return whether the valve is closed."""
        state = self.option("state") or self.option("set_state")
        return None if state is None else state == CLOSED

    @property
    @override
    def current_valve_position(self) -> int | None:
        """Return how far the valve is open, in percent."""
        position = self.number("position")
        return None if position is None else round(position)

    @override
    async def async_open_valve(self) -> None:
        """Open the valve."""
        await self._move(OPEN, 100)

    @override
    async def async_close_valve(self) -> None:
        """Close the valve."""
        await self._move(CLOSED, 0)

    @override
    async def async_set_valve_position(self, position: int) -> None:
        """Open the valve so far, in percent."""
        await self._set(set_position=position)

    async def _move(self, state: str, position: int) -> None:
        if self.has("set_state"):
            await self._set(set_state=state)
        else:
            await self._set(set_position=position)

    async def _set(self, **values: object) -> None:
        """Set a role, and say which valve is meant where the command is for several."""
        if self.has("index"):
            values["index"] = next(iter(self.options("index")))
        await self.async_set(**values)
