"""How many entities a fleet may show: Home Assistant admits 10,000 enabled ones per entry."""

from collections.abc import Iterable
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .api import Device
from .devices.capabilities import Capabilities
from .devices.device import MilesightDevice
from .issues import ENTITY_LIMIT, raise_issue, withdraw_issue
from .mapping import Priority

MOST_ENABLED: Final = 9_500


class EntityAllowance:
    """Decides for each device of a fleet how far down the priorities its entities start enabled.

    Until the fleet comes near the limit that is all but the rare ones; the devices after that
    start with their primary entities, and a repair issue says so. Room for the primary entities of
    devices that are known to follow is kept free.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Start with an empty fleet."""
        self._hass = hass
        self._entry = entry
        self._taken: dict[str, int] = {}
        self._total = 0
        self._limited: set[str] = set()
        self._reserved: dict[str, int] = {}
        self._total_reserved = 0

    @callback
    def reserve(self, devices: Iterable[tuple[Device, Capabilities]]) -> None:
        """Keep room for devices that will be admitted one by one."""
        self._reserved = {
            info.sn: _count(info, capabilities, Priority.PRIMARY) for info, capabilities in devices
        }
        self._total_reserved = sum(self._reserved.values())

    @callback
    def admit(self, device: MilesightDevice) -> Priority:
        """Return the last priority whose entities start enabled on this device."""
        self._give_back(device.sn)
        self._total_reserved -= self._reserved.pop(device.sn, 0)
        priority = Priority.SECONDARY
        needed = _count(device.info, device.capabilities, priority)
        if self._total + self._total_reserved + needed > MOST_ENABLED:
            priority = Priority.PRIMARY
            self._limited.add(device.sn)
            raise_issue(self._hass, self._entry, ENTITY_LIMIT)
        else:
            self._lift(device.sn)
        self._taken[device.sn] = _count(device.info, device.capabilities, priority)
        self._total += self._taken[device.sn]
        return priority

    @callback
    def dismiss(self, sn: str) -> None:
        """Give back what a device took that is gone."""
        self._give_back(sn)
        self._lift(sn)

    def _give_back(self, sn: str) -> None:
        self._total -= self._taken.pop(sn, 0)

    def _lift(self, sn: str) -> None:
        """Note that a device is not limited; after the last one the issue is over."""
        if sn in self._limited:
            self._limited.discard(sn)
            if not self._limited:
                withdraw_issue(self._hass, self._entry, ENTITY_LIMIT)


def _count(info: Device, capabilities: Capabilities, priority: Priority) -> int:
    """Return the number of enabled entities: connectivity and a listed battery are among them."""
    has_listed_battery = info.electricity is not None and not capabilities.reports_battery
    return capabilities.entity_counts[priority] + 1 + has_listed_battery
