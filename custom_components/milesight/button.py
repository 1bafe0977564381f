"""Buttons: what a device does when it is asked to."""

from typing import override

from homeassistant.components.button import ButtonEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agentcraft.entities import AgentcraftButton, async_setup_agentcraft
from .coordinator import MilesightConfigEntry
from .entity import MilesightDescribedEntity, async_setup_platform
from .mapping import ButtonDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of an Application."""
    async_setup_platform(entry, async_add_entities, ButtonDescription, MilesightButton)
    async_setup_agentcraft(hass, entry, async_add_entities, AgentcraftButton)


class MilesightButton(MilesightDescribedEntity[ButtonDescription], ButtonEntity):
    """A service without inputs, or a flag that sets something off when it is written."""

    @override
    def _adopt(self, description: ButtonDescription) -> None:
        """Take the class from the description."""
        self._attr_device_class = description.device_class

    @override
    async def async_press(self) -> None:
        """Call the service, or write the key that sets it off."""
        item, key = self.description.item, self.description.press_key
        if item is None or key is None:
            await self.coordinator.commands.async_call_service(
                self.device, self.description.path, {}
            )
            return
        await self._write_request([(item, key)])()
