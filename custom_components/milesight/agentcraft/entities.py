"""Entities of a linked device.

They belong to the device and to no subentry, so that removing the subentry keeps the device.
"""

from collections.abc import Iterator
from typing import ClassVar, override

from homeassistant.components.button import ButtonEntity
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory, Platform
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOMAIN
from ..coordinator import MilesightCoordinator
from ..devices.device import MilesightDevice
from ..entity import MilesightEntity
from .actions import async_run, refresh
from .manager import AgentcraftManager, get_manager
from .registration import State


class AgentcraftEntity(MilesightEntity):
    """An entity of a device's registration, available whether or not the device is online."""

    platform_domain: ClassVar[Platform]
    registration_key: ClassVar[str]
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @property
    def manager(self) -> AgentcraftManager:
        """Return the manager of the registration."""
        return get_manager(self.hass, self.coordinator.config_entry)

    @property
    @override
    def available(self) -> bool:
        """Return True: the registration does not depend on the device."""
        return True


class AgentcraftSensor(AgentcraftEntity, SensorEntity):
    """State of a device's registration."""

    platform_domain = Platform.SENSOR
    registration_key = _attr_translation_key = "agentcraft"
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = list(State)  # noqa: RUF012 - Home Assistant annotates it as it is

    @property
    @override
    def native_value(self) -> str:
        """Return the state."""
        return self.manager.registration(self.device.sn).state

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to changes of the registration."""
        await super().async_added_to_hass()
        signal = self.manager.signal(self.device.sn)
        self.async_on_remove(async_dispatcher_connect(self.hass, signal, self.async_write_ha_state))


class AgentcraftButton(AgentcraftEntity, ButtonEntity):
    """Button that replaces the tokens."""

    platform_domain = Platform.BUTTON
    registration_key = _attr_translation_key = "agentcraft_renew"

    @override
    async def async_press(self) -> None:
        """Replace the tokens."""
        await async_run(self.manager, self.device.sn, refresh)


def agentcraft_entities(
    entity_class: type[AgentcraftEntity],
    coordinator: MilesightCoordinator,
    device: MilesightDevice,
) -> Iterator[AgentcraftEntity]:
    """Yield the entity of a linked device; that of another one is removed from the registry."""
    hass, key = coordinator.hass, entity_class.registration_key
    entities = er.async_get(hass)
    if device.sn in get_manager(hass, coordinator.config_entry).accesses:
        yield entity_class(coordinator, device, key)
    elif entity_id := entities.async_get_entity_id(
        entity_class.platform_domain, DOMAIN, f"{device.sn}_{key}"
    ):
        entities.async_remove(entity_id)
