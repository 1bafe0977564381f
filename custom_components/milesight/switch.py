"""Switches: sockets, relays and outputs, and settings that are on or off."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import Item
from .api.codec import Value
from .coordinator import MilesightConfigEntry
from .entity import MilesightFlagEntity, async_setup_platform, state_key
from .mapping import SwitchDescription

PARALLEL_UPDATES = 0
ON = "on"


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of an Application."""
    async_setup_platform(entry, async_add_entities, SwitchDescription, MilesightSwitch)


class MilesightSwitch(MilesightFlagEntity[SwitchDescription], SwitchEntity):
    """A property with two states that is written, and read there or from another property."""

    @override
    def _apply_description(self, description: SwitchDescription) -> None:
        super()._apply_description(description)
        self._attr_device_class = description.device_class

    @property
    @override
    def reported_item(self) -> Item:
        """Return the item that reports the state."""
        return self.description.state or self.description.item

    @override
    def _convert(self, value: Value) -> bool | None:
        if value is None or self.description.state is None:
            return super()._convert(value)
        return self.description.state_options.get(state_key(value)) == ON

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch on."""
        await self._switch(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch off."""
        await self._switch(on=False)

    async def _switch(self, *, on: bool) -> None:
        commands, description = self.coordinator.commands, self.description
        key = next(key for key in description.labels if (key in description.on) is on)
        expected: list[tuple[Item, object]] = []
        if description.state is not None:
            states = description.state_options.items()
            reported = next(key for key, state in states if (state == ON) is on)
            expected = [(description.state, reported)]
        if description.setter is not None:
            request = commands.call_request(self.device, description.setter, key, expected)
        else:
            request = commands.write_request(self.device, [(description.item, key)], expected)
        await request()
