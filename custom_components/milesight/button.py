"""Buttons: services without inputs, and properties that trigger something."""

from functools import partial
from typing import override

from homeassistant.components.button import ButtonEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agentcraft.entities import AgentcraftButton, agentcraft_entities
from .coordinator import MilesightConfigEntry
from .entity import MilesightDescribedEntity, async_setup_platform
from .mapping import ButtonDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of an Application."""
    linked = partial(agentcraft_entities, AgentcraftButton)
    async_setup_platform(entry, async_add_entities, ButtonDescription, MilesightButton, linked)


class MilesightButton(MilesightDescribedEntity[ButtonDescription], ButtonEntity):
    """A service without inputs, or a property that triggers something when it is written."""

    @override
    def _apply_description(self, description: ButtonDescription) -> None:
        super()._apply_description(description)
        self._attr_device_class = description.device_class

    @override
    async def async_press(self) -> None:
        """Call the service, or write the key that triggers the property."""
        commands, description = self.coordinator.commands, self.description
        if description.item is None:
            await commands.async_call_service(self.device, description.path, {})
        else:
            press = [(description.item, description.press_key)]
            await commands.write_request(self.device, press)()
