"""The devices of one Application: who comes, who goes, and by which ids each is known."""

from collections.abc import Iterable, Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from . import registry
from .allowance import EntityAllowance
from .api import Device
from .devices.capabilities import Capabilities
from .devices.device import MilesightDevice
from .devices.storage import StoredDevice, dump_device, restore_device
from .specifications import Specifications


class Fleet:
    """The devices by serial number, in step with the device list and the device registry.

    A device belongs to one Application: what another one showed first is left out.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, specifications: Specifications
    ) -> None:
        """Start without devices; ``specifications`` tells what each of them can do."""
        self.devices: dict[str, MilesightDevice] = {}
        self._by_id: dict[str, MilesightDevice] = {}
        self._elsewhere: set[str] = set()
        self._linked: dict[str, str | None] = {}
        self._hass = hass
        self._entry = entry
        self._specifications = specifications
        self._allowance = EntityAllowance(hass, entry)

    @callback
    def find(
        self, device_id: str | None, sn: str | None = None, dev_eui: str | None = None
    ) -> MilesightDevice | None:
        """Return the device of this id, else of this serial number, else of this DevEUI."""
        return (
            self._by_id.get(device_id or "")
            or self.devices.get(sn or dev_eui or "")
            or self._by_id.get((dev_eui or "").upper())
        )

    @callback
    def is_elsewhere(self, device_id: str | None, sn: str | None, dev_eui: str | None) -> bool:
        """Return whether the list names a device that another Application showed first."""
        return not self._elsewhere.isdisjoint(
            filter(None, (device_id, sn, (dev_eui or "").upper()))
        )

    @callback
    def ours(self, listed: Mapping[str, Device]) -> list[Device]:
        """Return the listed devices that belong to this Application."""
        return [info for sn, info in listed.items() if sn in self.devices or self._is_ours(sn)]

    @callback
    def take(self, listed: Mapping[str, Device], asked: int) -> list[MilesightDevice]:
        """Make the fleet what the complete device list says, which was asked for then (epoch ms).

        Returns the devices that are new, or can do something new.
        """
        for sn in self.devices.keys() - listed.keys():
            self._dismiss(self.devices[sn])
        new = [info for sn, info in listed.items() if sn not in self.devices and self._is_ours(sn)]
        self._allowance.reserve((info, self._specifications.get(info)) for info in new)
        renewed = [
            device for sn, device in self.devices.items() if self._update(device, listed[sn], asked)
        ]
        renewed += [self.admit(info) for info in new]
        self._by_id = {key: device for device in self.devices.values() for key in _ids(device.info)}
        self._elsewhere = {
            key
            for sn, info in listed.items()
            if sn not in self.devices
            for key in (sn, *_ids(info))
        }
        self._register(renewed)
        return renewed

    @callback
    def restore(self, known: Iterable[StoredDevice]) -> None:
        """Take the devices of an earlier run.

        Raises what malformed data lead to, part of them taken.
        """
        found = [
            (info, self._specifications.closest(info), data)
            for data in known
            if (info := Device.from_json(data["info"])) is not None and self._is_ours(info.sn)
        ]
        self._allowance.reserve((info, capabilities) for info, capabilities, _ in found)
        for info, capabilities, data in found:
            restore_device(self._admit(info, capabilities), data)
        self._register(self.devices.values())

    @callback
    def clear(self) -> None:
        """Forget all devices; the registry keeps them."""
        for sn in self.devices:
            self._allowance.dismiss(sn)
        self.devices.clear()
        self._by_id.clear()
        self._linked.clear()

    @callback
    def stored(self) -> list[StoredDevice]:
        """Return what a later run needs to know of the devices."""
        return [dump_device(device) for device in self.devices.values()]

    @callback
    def admit(self, info: Device) -> MilesightDevice:
        """Take a device into the fleet."""
        return self._admit(info, self._specifications.get(info))

    def _admit(self, info: Device, capabilities: Capabilities) -> MilesightDevice:
        device = MilesightDevice(info, capabilities)
        device.shown_priority = self._allowance.admit(device)
        self.devices[info.sn] = device
        self._by_id |= dict.fromkeys(_ids(info), device)
        return device

    def _update(self, device: MilesightDevice, info: Device, asked: int) -> bool:
        """Take what the list says of a device; return whether it is renewed by that.

        Until the specification of new firmware is read, the device keeps its capabilities.
        """
        before = device.info
        device.update_information(info, asked)
        capabilities = self._specifications.get(info)
        if not capabilities.is_known:
            capabilities = device.capabilities
        if capabilities == device.capabilities and not registry.differs(before, info):
            return False
        device.capabilities = capabilities
        device.shown_priority = self._allowance.admit(device)
        return True

    def _dismiss(self, device: MilesightDevice) -> None:
        """Forget a device that a complete list no longer holds."""
        del self.devices[device.sn]
        self._allowance.dismiss(device.sn)
        registry.remove_device(self._hass, self._entry, device.sn)

    def _is_ours(self, sn: str) -> bool:
        return not registry.belongs_elsewhere(self._hass, self._entry, sn)

    def _register(self, devices: Iterable[MilesightDevice]) -> None:
        """Write devices to the registry, and link all that are behind another gateway now.

        It is not told which id of a gateway names it.
        """
        infos = (device.info for device in devices)
        registry.register_devices(self._hass, self._entry, infos)
        gateways = {
            key: device.sn
            for device in self.devices.values()
            for key in (device.info.device_id, device.info.dev_eui, device.sn)
            if key is not None
        }
        links = {sn: gateways.get(device.info.gateway or "") for sn, device in self.devices.items()}
        changed = {
            sn: gateway
            for sn, gateway in links.items()
            if sn not in self._linked or gateway != self._linked[sn]
        }
        registry.link_devices(self._hass, self._entry, changed)
        self._linked = links


def _ids(info: Device) -> tuple[str, ...]:
    """Return the ids besides the serial number by which a report may name a device."""
    return tuple(filter(None, (info.device_id, (info.dev_eui or "").upper())))
