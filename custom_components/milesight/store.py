"""What survives a restart: the inventory, the specifications, the latest values."""

from collections.abc import Callable
from typing import TypedDict

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .api.decode import Json
from .const import DOMAIN, LOGGER
from .counter import Buckets

VERSION = 1
SAVE_DELAY = 60


class StoredDevice(TypedDict):
    """A device: the platform's own words, ``path -> value`` and ``path -> epoch ms``."""

    info: dict[str, Json]
    values: dict[str, Json]
    times: dict[str, int]
    last_report: int | None
    online: bool
    covered_until: int
    is_new: bool


class StoredFleet(TypedDict):
    """All of an Application."""

    devices: list[StoredDevice]
    specifications: dict[str, dict[str, Json]]
    requests: Buckets
    pushes: Buckets
    last_push: float | None


class FleetStore:
    """Keeps one Application's fleet in Home Assistant's storage."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the config entry."""
        self._store: Store[StoredFleet] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )

    async def async_load(self) -> StoredFleet | None:
        """Return the fleet of an earlier run; one that cannot be read counts as none."""
        try:
            return await self._store.async_load()
        except (HomeAssistantError, NotImplementedError, KeyError, TypeError, ValueError) as error:
            LOGGER.warning("The stored devices cannot be read and are fetched anew: %s", error)
            return None

    def async_delay_save(self, fleet: Callable[[], StoredFleet]) -> None:
        """Save within a minute."""
        self._store.async_delay_save(fleet, SAVE_DELAY)

    async def async_save(self, fleet: StoredFleet) -> None:
        """Save now."""
        await self._store.async_save(fleet)

    async def async_remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()
