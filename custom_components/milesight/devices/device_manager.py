"""The devices of one Application."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..api import Device
from ..const import DOMAIN
from . import registry
from .capabilities import Capabilities
from .correction_subentries import Corrections, async_update_enabled
from .device import MilesightDevice, Signal
from .entity_limit import EntityLimit
from .specifications import Specifications
from .storage import StoredDevice, dump_device, restore_device

EVENT_AVAILABILITY: Final = f"{DOMAIN}_availability"


class DeviceManager:
    """Keep the devices in step with the device list and the device registry.

    ``devices`` has the devices by serial number. A device belongs to one Application: devices that
    another config entry registered first are left out.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, specifications: Specifications
    ) -> None:
        """Initialize without devices."""
        self.devices: dict[str, MilesightDevice] = {}
        self._by_id: dict[str, MilesightDevice] = {}
        self._ids_of_others: set[str] = set()
        self._gateways: dict[str, str | None] = {}
        self._settled: Mapping[str, Device] | None = None
        self._hass = hass
        self._entry = entry
        self._specifications = specifications
        self._entity_limit = EntityLimit(hass, entry)

    @callback
    def find(
        self, device_id: str | None, sn: str | None = None, dev_eui: str | None = None
    ) -> MilesightDevice | None:
        """Return the device with this id, else with this serial number, else with this DevEUI.

        A report without a DevEUI may have it in place of the serial number.
        """
        return (
            self._by_id.get(device_id or "")
            or self.devices.get(sn or dev_eui or "")
            or self._by_id.get((dev_eui or sn or "").upper())
        )

    @callback
    def belongs_to_other_entry(
        self, device_id: str | None, sn: str | None, dev_eui: str | None
    ) -> bool:
        """Return if the device list contains a device that another config entry has."""
        ids = (device_id, sn, (dev_eui or sn or "").upper())
        return not self._ids_of_others.isdisjoint(filter(None, ids))

    @callback
    def own_devices(self, listed: Mapping[str, Device]) -> list[Device]:
        """Return the listed devices that belong to this config entry."""
        return [info for sn, info in listed.items() if sn in self.devices or self._is_own(sn)]

    @callback
    def is_settled(self, listed: Mapping[str, Device]) -> bool:
        """Return if the last sync was with the same device list and left nothing to do."""
        return listed == self._settled

    @callback
    def sync(self, listed: Mapping[str, Device], requested_at: int) -> list[MilesightDevice]:
        """Add, update and remove devices according to the complete device list.

        ``listed`` is by serial number, ``requested_at`` in epoch milliseconds. Returns the devices
        that are new, or whose registry entry or capabilities changed.
        """
        if self.is_settled(listed):
            for device in self.devices.values():
                if not device.availability.is_as_listed:
                    device.update_information(device.info, requested_at)
            return []
        for sn in self.devices.keys() - listed.keys():
            self.remove(sn)
        registry.async_remove_unlisted(self._hass, self._entry, listed)
        new = [info for sn, info in listed.items() if sn not in self.devices and self._is_own(sn)]
        self._entity_limit.reserve((info, self._specifications.get(info)) for info in new)
        changed = [
            device
            for sn, device in self.devices.items()
            if self._update(device, listed[sn], requested_at)
        ]
        changed += [self.add(info) for info in new]
        self._by_id = {key: device for device in self.devices.values() for key in _ids(device.info)}
        self._ids_of_others = {
            key
            for sn, info in listed.items()
            if sn not in self.devices
            for key in (sn, *_ids(info))
        }
        self._register(changed)
        is_complete = len(self.devices) == len(listed) and all(
            self._specifications.get(info).is_known for info in listed.values()
        )
        self._settled = listed if is_complete else None
        return changed

    @callback
    def restore(self, stored: Iterable[StoredDevice]) -> None:
        """Load the devices of an earlier run.

        Malformed data raise any exception and leave some of the devices loaded.
        """
        devices = [
            (info, self._specifications.get_closest(info), data)
            for data in stored
            if (info := Device.from_json(data["info"])) is not None and self._is_own(info.sn)
        ]
        self._entity_limit.reserve((info, capabilities) for info, capabilities, _ in devices)
        for info, capabilities, data in devices:
            restore_device(self._add(info, capabilities), data)
        self._register(self.devices.values())

    @callback
    def clear(self) -> None:
        """Forget all devices, but keep their registry entries."""
        for sn in self.devices:
            self._entity_limit.release(sn)
        self.devices.clear()
        self._by_id.clear()
        self._gateways.clear()

    @callback
    def dump(self) -> list[StoredDevice]:
        """Return the devices for storage."""
        return [dump_device(device) for device in self.devices.values()]

    @callback
    def add(self, info: Device) -> MilesightDevice:
        """Add a device."""
        return self._add(info, self._specifications.get(info))

    @callback
    def remove(self, sn: str) -> None:
        """Remove a device."""
        del self.devices[sn]
        self._entity_limit.release(sn)

    def _add(self, info: Device, capabilities: Capabilities) -> MilesightDevice:
        device = MilesightDevice(info, capabilities)
        device.listen(Signal.ONLINE, partial(self._fire_availability_event, device))
        device.shown_priority = self._entity_limit.allocate(device)
        self.devices[info.sn] = device
        self._by_id |= dict.fromkeys(_ids(info), device)
        return device

    def _update(self, device: MilesightDevice, info: Device, requested_at: int) -> bool:
        """Update a device from the device list; return if registry or capabilities changed.

        Until the specification of new firmware is read, the device keeps its capabilities.
        """
        before = device.info
        device.update_information(info, requested_at)
        capabilities = self._specifications.get(info)
        if not capabilities.is_known:
            capabilities = device.capabilities
        has_changes = registry.has_registry_changes(before, info)
        if capabilities == device.capabilities and not has_changes:
            return False
        device.capabilities = capabilities
        device.shown_priority = self._entity_limit.allocate(device)
        return True

    @callback
    def correct(self, corrections: Corrections) -> list[MilesightDevice]:
        """Apply changed corrections; return the devices whose capabilities changed."""
        replaced = self._specifications.correct(corrections)
        changed = [
            device for device in self.devices.values() if id(device.capabilities) in replaced
        ]
        for device in changed:
            before = list(device.descriptions())
            device.capabilities = replaced[id(device.capabilities)]
            device.shown_priority = self._entity_limit.allocate(device)
            async_update_enabled(self._hass, device, before)
        return changed

    def _fire_availability_event(self, device: MilesightDevice) -> None:
        """Fire the event of a device that went offline or came online."""
        if self.devices.get(device.sn) is not device:
            return
        registered = registry.async_get_device(self._hass, self._entry, device.sn)
        if registered is not None:
            self._hass.bus.async_fire(
                EVENT_AVAILABILITY, {"device_id": registered.id, "online": device.online}
            )

    def _is_own(self, sn: str) -> bool:
        return not registry.async_has_other_entry(self._hass, self._entry, sn)

    def _register(self, devices: Iterable[MilesightDevice]) -> None:
        """Register devices, and update the gateway links of all devices.

        The device list may name a gateway by any of its ids.
        """
        registry.async_register_devices(
            self._hass, self._entry, (device.info for device in devices)
        )
        sn_by_id = {
            key.upper(): device.sn
            for device in self.devices.values()
            for key in (*_ids(device.info), device.sn)
        }
        gateways = {
            sn: sn_by_id.get((device.info.gateway or "").upper())
            for sn, device in self.devices.items()
        }
        changed = {
            sn: gateway
            for sn, gateway in gateways.items()
            if sn not in self._gateways or gateway != self._gateways[sn]
        }
        registry.async_link_gateways(self._hass, self._entry, changed)
        self._gateways = gateways


def _ids(info: Device) -> tuple[str, ...]:
    """Return the ids besides the serial number by which a report may name a device."""
    return tuple(filter(None, (info.device_id, (info.dev_eui or "").upper())))
