"""Switches: sockets, relays and outputs, and the settings that are on or off."""

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
    """A property of two states that is read and written."""

    @override
    def _adopt(self, description: SwitchDescription) -> None:
        """Take the class from the description."""
        self._attr_device_class = description.device_class
        self._seen = description.state_options

    @property
    @override
    def source(self) -> Item:
        """Return what tells the state: another property, where the switch is only written."""
        return self.description.state or self.item

    @override
    def _convert(self, value: Value) -> bool | None:
        if value is None or self.source is self.item:
            return super()._convert(value)
        return self._seen.get(state_key(value)) == ON

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch on."""
        await self._switch(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch off."""
        await self._switch(on=False)

    async def _switch(self, *, on: bool) -> None:
        key = next(key for key in self.description.labels if (key in self.description.on) is on)
        setter = self.description.setter
        if setter is not None:
            await self._call_request(setter, key, self.item)()
        elif self.source is self.item:
            await self.async_write(key)
        else:
            seen = next(key for key, state in self._seen.items() if (state == ON) is on)
            await self._write_request([(self.item, key)], [(self.source, seen)])()
