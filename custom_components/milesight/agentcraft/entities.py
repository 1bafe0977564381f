"""The entities of a device that is linked to Agentcraft, on the device's own page."""

from typing import override

from homeassistant.components.button import ButtonEntity
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..coordinator import MilesightConfigEntry, MilesightCoordinator
from ..device import MilesightDevice
from ..entity import MilesightEntity
from .commands import async_refresh
from .link import AgentcraftLink
from .registration import State
from .setup import link_of


class AgentcraftEntity(MilesightEntity):
    """An entity of a device's identity, there whether or not the device is online.

    It belongs to the device and, as the device does, to no subentry: taking a subentry away must
    not take the device along.
    """

    kind: str
    platform_domain: Platform
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(
        self, coordinator: MilesightCoordinator, device: MilesightDevice, link: AgentcraftLink
    ) -> None:
        """Attach to the device."""
        super().__init__(coordinator, device, self.kind)
        self._attr_translation_key = self.kind
        self.link = link

    @property
    @override
    def available(self) -> bool:
        """Stay available: this tells of the link, not of the device."""
        return True


class AgentcraftSensor(AgentcraftEntity, SensorEntity):
    """How far the device's identity has come."""

    kind = "agentcraft"
    platform_domain = Platform.SENSOR
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = list(State)  # noqa: RUF012 - Home Assistant annotates it as it is

    @property
    @override
    def native_value(self) -> str:
        """Return the present state."""
        return self.link.state(self.device.sn)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for what becomes of the identity."""
        await super().async_added_to_hass()
        self.async_on_remove(self.link.async_listen(self.device.sn, self.async_write_ha_state))


class AgentcraftButton(AgentcraftEntity, ButtonEntity):
    """Replaces the device token."""

    kind = "agentcraft_renew"
    platform_domain = Platform.BUTTON

    @override
    async def async_press(self) -> None:
        """Ask for new tokens."""
        await async_refresh(self.link, self.device.sn)


@callback
def async_setup_agentcraft(
    hass: HomeAssistant,
    entry: MilesightConfigEntry,
    add: AddConfigEntryEntitiesCallback,
    entity_class: type[AgentcraftEntity],
) -> None:
    """Keep one entity for each device that is linked, today and later."""
    coordinator, link = entry.runtime_data, link_of(hass, entry)
    entities = er.async_get(hass)
    shown: dict[str, MilesightDevice] = {}

    @callback
    def update(_device: MilesightDevice | None = None) -> None:
        linked = {
            sn: coordinator.devices[sn] for sn in link.subentries if sn in coordinator.devices
        }
        add(
            entity_class(coordinator, device, link)
            for sn, device in linked.items()
            if shown.get(sn) is not device
        )
        shown.clear()
        shown.update(linked)

    @callback
    def chosen_changed() -> None:
        update()
        for known in er.async_entries_for_config_entry(entities, entry.entry_id):
            sn = known.unique_id.removesuffix(f"_{entity_class.kind}")
            if (
                known.domain == entity_class.platform_domain
                and known.translation_key == entity_class.kind
                and sn not in link.subentries
            ):
                entities.async_remove(known.entity_id)

    chosen_changed()
    entry.async_on_unload(link.async_listen(None, chosen_changed))
    entry.async_on_unload(coordinator.async_listen_devices(update))
