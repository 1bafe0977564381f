"""Buttons: what a device does when it is asked to."""

from typing import override

from homeassistant.components.button import ButtonDeviceClass, ButtonEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agentcraft.entities import AgentcraftButton, async_setup_agentcraft
from .coordinator import MilesightConfigEntry
from .entity import MilesightDescribedEntity, async_setup_platform
from .mapping import Description

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of an Application."""
    async_setup_platform(entry, async_add_entities, Platform.BUTTON, MilesightButton)
    async_setup_agentcraft(hass, entry, async_add_entities, AgentcraftButton)


class MilesightButton(MilesightDescribedEntity, ButtonEntity):
    """A service without inputs, or a flag that sets something off when it is written."""

    @override
    def _adopt(self, description: Description) -> None:
        """Take the class from the description."""
        device_class = description.device_class
        self._attr_device_class = ButtonDeviceClass(device_class) if device_class else None

    @override
    async def async_press(self) -> None:
        """Call the service, or write the key that sets it off."""
        item = self.description.item
        if item is None:
            await self.coordinator.commands.async_call_service(
                self.device, self.description.path, {}
            )
            return
        await self.async_send([(item, next(iter(self.description.on)))])
