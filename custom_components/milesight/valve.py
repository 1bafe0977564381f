"""Valves: opened and closed, or moved to a position."""

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
    """A valve with a state, a position, or both."""

    @override
    def _apply_description(self, description: ValveDescription) -> None:
        super()._apply_description(description)
        self._attr_device_class = description.device_class
        self._attr_supported_features = ValveEntityFeature(0)
        if self.has("set_state") or self.has("set_position"):
            self._attr_supported_features |= ValveEntityFeature.OPEN | ValveEntityFeature.CLOSE
        if self.has("set_position"):
            self._attr_supported_features |= ValveEntityFeature.SET_POSITION

    @override
    def _update_state(self) -> None:
        state = self.option("state") or self.option("set_state")
        self._attr_is_closed = None if state is None else state == CLOSED
        self._attr_current_valve_position = self.rounded("position")
        # without a position Home Assistant shows the state
        self._attr_reports_position = self._attr_current_valve_position is not None

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
        """Move the valve to a position in percent."""
        await self._set(set_position=position)

    async def _move(self, state: str, position: int) -> None:
        if self.has("set_state"):
            await self._set(set_state=state)
        else:
            await self._set(set_position=position)

    async def _set(self, **values: object) -> None:
        """Set a role, with the index of the valve if the command is for several."""
        if self.has("index"):
            values["index"] = next(iter(self.options("index")))
        await self.async_set(**values)
