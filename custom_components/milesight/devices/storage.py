"""What survives a restart: the inventory, the specifications, the latest values."""

from collections.abc import Callable
from typing import NotRequired, TypedDict

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..api.decode import Json
from ..const import DOMAIN, LOGGER
from ..counter import Buckets
from .device import MilesightDevice
from .pending_writes import PendingWrite
from .timestamps import now_ms

VERSION = 1
SAVE_DELAY = 60


class StoredWrite(TypedDict):
    """A write that the platform accepted and the device did not report yet."""

    path: str
    value: Json
    sent: int
    expires: int | None


class StoredDevice(TypedDict):
    """A device: the platform's own words, ``path -> value`` and ``path -> epoch ms``.

    What is not required is missing from stores of earlier versions.
    """

    info: dict[str, Json]
    values: dict[str, Json]
    times: dict[str, int]
    last_report: int | None
    online: bool
    offline_since: NotRequired[int]
    last_seen: NotRequired[int]
    pending: NotRequired[list[StoredWrite]]
    covered_until: int
    is_new: bool


class StoredApplication(TypedDict):
    """All of an Application."""

    devices: list[StoredDevice]
    specifications: dict[str, dict[str, Json]]
    requests: Buckets
    pushes: Buckets
    last_push: float | None
    recent_ids: NotRequired[dict[str, dict[str, int]]]


def dump_device(device: MilesightDevice) -> StoredDevice:
    """Return what is kept of a device."""
    return {
        "info": device.info.to_json(),
        "values": device.values,
        "times": device.times,
        "last_report": device.last_report,
        "online": device.online,
        "offline_since": device.offline_since,
        "last_seen": device.last_seen,
        "pending": [
            {
                "path": write.path,
                "value": write.value,
                "sent": write.sent,
                "expires": write.expires,
            }
            for write in device.accepted_writes()
        ],
        "covered_until": device.covered_until,
        "is_new": device.is_new,
    }


def restore_device(device: MilesightDevice, data: StoredDevice) -> None:
    """Give a device what was kept of it; raises what malformed data lead to."""
    times = {path: int(time) for path, time in data["times"].items()}
    last_report = None if data["last_report"] is None else int(data["last_report"])
    device.restore(data["values"], times, last_report)
    device.online = bool(data["online"])
    after_last_report = 0 if device.online else (last_report or 0) + 1
    device.offline_since = int(data.get("offline_since", after_last_report))
    device.last_seen = int(data.get("last_seen", device.last_seen))
    device.covered_until = int(data["covered_until"])
    device.is_new = bool(data["is_new"])
    now = now_ms()
    device.restore_writes(
        PendingWrite(write["path"], write["value"], int(write["sent"]), expires)
        for write in data.get("pending", ())
        if (expires := int(write["expires"] or 0)) > now
    )


class ApplicationStore:
    """Keeps one Application's fleet in Home Assistant's storage."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the config entry."""
        self._store: Store[StoredApplication] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )

    async def async_load(self) -> StoredApplication | None:
        """Return the fleet of an earlier run; one that cannot be read counts as none."""
        try:
            return await self._store.async_load()
        except (HomeAssistantError, NotImplementedError, KeyError, TypeError, ValueError) as error:
            LOGGER.warning("The stored devices cannot be read and are fetched anew: %s", error)
            return None

    def async_delay_save(self, fleet: Callable[[], StoredApplication]) -> None:
        """Save within a minute."""
        self._store.async_delay_save(fleet, SAVE_DELAY)

    async def async_save(self, fleet: StoredApplication) -> None:
        """Save now."""
        await self._store.async_save(fleet)

    async def async_remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()
