"""How many entities a fleet may show: Home Assistant admits 10,000 enabled ones per entry."""

from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .device import MilesightDevice
from .mapping import Grade

MOST_ENABLED: Final = 9_500
OWN: Final = 2  # connectivity, and the battery that the device list knows


class EntityAllowance:
    """Decides for each device of a fleet how far down the grades its entities start enabled.

    Until the fleet comes near the limit that is all but the rare ones; the devices after that
    start with their primary entities, and a repair issue says so.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Start with an empty fleet."""
        self._hass = hass
        self._entry = entry
        self._taken: dict[str, int] = {}
        self._total = 0

    @callback
    def admit(self, device: MilesightDevice) -> Grade:
        """Return the last grade whose entities start enabled on this device."""
        self.dismiss(device.sn)
        grade = Grade.SECONDARY
        if self._total + self._count(device, grade) > MOST_ENABLED:
            grade = Grade.PRIMARY
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                f"entity_limit_{self._entry.entry_id}",
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key="entity_limit",
                translation_placeholders={"application": self._entry.title},
            )
        self._taken[device.sn] = self._count(device, grade)
        self._total += self._taken[device.sn]
        return grade

    @callback
    def dismiss(self, sn: str) -> None:
        """Give back what a device took."""
        self._total -= self._taken.pop(sn, 0)

    @staticmethod
    def _count(device: MilesightDevice, grade: Grade) -> int:
        return OWN + device.capabilities.enabled[grade]
