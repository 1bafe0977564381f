"""Entities of a linked device.

They belong to the device and to no subentry, so that removing the subentry keeps the device.
"""

from typing import ClassVar, override

from homeassistant.components.button import ButtonEntity
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..coordinator import MilesightConfigEntry, MilesightCoordinator
from ..devices.device import MilesightDevice
from ..entity import MilesightEntity
from .actions import async_run, refresh
from .manager import AgentcraftManager, get_manager
from .registration import State


class AgentcraftEntity(MilesightEntity):
    """An entity of a device's registration, available whether or not the device is online."""

    registration_key: ClassVar[str]
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(
        self,
        coordinator: MilesightCoordinator,
        device: MilesightDevice,
        manager: AgentcraftManager,
    ) -> None:
        """Initialize with the device and the manager of its registration."""
        super().__init__(coordinator, device, self.registration_key)
        self._attr_translation_key = self.registration_key
        self.manager = manager

    @property
    @override
    def available(self) -> bool:
        """Return True: the registration does not depend on the device."""
        return True


class AgentcraftSensor(AgentcraftEntity, SensorEntity):
    """State of a device's registration."""

    registration_key = "agentcraft"
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

    registration_key = "agentcraft_renew"

    @override
    async def async_press(self) -> None:
        """Replace the tokens."""
        await async_run(self.manager, self.device.sn, refresh)


@callback
def async_setup_agentcraft(
    hass: HomeAssistant,
    entry: MilesightConfigEntry,
    add: AddConfigEntryEntitiesCallback,
    entity_class: type[AgentcraftEntity],
) -> None:
    """Add an entity for each linked device, and remove those of unlinked devices."""
    coordinator, manager = entry.runtime_data, get_manager(hass, entry)
    key = entity_class.registration_key
    entities = er.async_get(hass)
    added: dict[str, MilesightDevice] = {}

    @callback
    def update(_device: MilesightDevice | None = None) -> None:
        devices = {sn: coordinator.data[sn] for sn in manager.accesses if sn in coordinator.data}
        add(
            entity_class(coordinator, device, manager)
            for sn, device in devices.items()
            if added.get(sn) is not device
        )
        added.clear()
        added.update(devices)

    @callback
    def links_changed() -> None:
        update()
        linked = {f"{sn}_{key}" for sn in manager.accesses}
        for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
            if entity.translation_key == key and entity.unique_id not in linked:
                entities.async_remove(entity.entity_id)

    links_changed()
    entry.async_on_unload(async_dispatcher_connect(hass, manager.signal(), links_changed))
    entry.async_on_unload(coordinator.async_listen_devices(update))
