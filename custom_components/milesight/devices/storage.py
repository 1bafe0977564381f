"""Storage of an Application: inventory, specifications, values and counters."""

from collections.abc import Callable
from typing import Final, NotRequired, TypedDict

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..api.parsing import Json
from ..api.quota import Buckets
from ..const import DOMAIN, LOGGER
from .device import MilesightDevice
from .pending_writes import PendingWrite
from .timestamps import clamp_timestamp, now_ms

VERSION: Final = 1
SAVE_DELAY = 60


class StoredWrite(TypedDict):
    """A pending write that the platform accepted."""

    path: str
    value: Json
    sent: int
    expires: int | None


class StoredDevice(TypedDict):
    """A device: the JSON of the device list, ``path -> value`` and ``path -> epoch milliseconds``.

    Keys that are not required are missing in files of earlier versions.
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
    last_stated_time: NotRequired[int]
    future_times: NotRequired[dict[str, int]]
    is_new: bool


class StoredApplication(TypedDict):
    """The content of the file of an Application."""

    devices: list[StoredDevice]
    specifications: dict[str, dict[str, Json]]
    requests: Buckets
    pushes: Buckets
    last_push: float | None
    recent_ids: NotRequired[dict[str, dict[str, int]]]
    gaps: NotRequired[dict[str, int]]
    saved_at: NotRequired[float]


def dump_device(device: MilesightDevice) -> StoredDevice:
    """Return the data to store of a device."""
    return {
        "info": device.info.to_json(),
        "values": device.values,
        "times": device.times,
        "last_report": device.last_report,
        "online": device.online,
        "offline_since": device.availability.offline_since,
        "last_seen": device.availability.last_seen,
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
        "last_stated_time": device.last_stated_time,
        "future_times": device.report_times.dump(),
        "is_new": device.is_new,
    }


def restore_device(device: MilesightDevice, data: StoredDevice) -> None:
    """Restore a device; raises an exception if the data is malformed.

    Earlier versions stored times of the device list that are too far ahead.
    """
    now = now_ms()
    times = {path: int(time) for path, time in data["times"].items()}
    last_report = (
        None if data["last_report"] is None else clamp_timestamp(int(data["last_report"]), now)
    )
    device.restore(data["values"], times, last_report)
    availability = device.availability
    availability.online = bool(data["online"])
    after_last_report = 0 if device.online else (last_report or 0) + 1
    offline_since = int(data.get("offline_since", after_last_report))
    availability.offline_since = clamp_timestamp(offline_since, now)
    availability.last_seen = clamp_timestamp(int(data.get("last_seen", last_report or 0)), now)
    device.covered_until = int(data["covered_until"])
    device.last_stated_time = int(data.get("last_stated_time", 0))
    device.report_times.restore(data.get("future_times", {}))
    device.is_new = bool(data["is_new"])
    device.restore_writes(
        PendingWrite(write["path"], write["value"], int(write["sent"]), expires)
        for write in data.get("pending", ())
        if (expires := int(write["expires"] or 0)) > now
    )


class ApplicationStore:
    """Load and save the file of one Application."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize the store of a config entry."""
        self._store: Store[StoredApplication] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )

    async def async_load(self) -> StoredApplication | None:
        """Return the stored data, ``None`` if there is none or it cannot be read."""
        try:
            return await self._store.async_load()
        except (HomeAssistantError, NotImplementedError, KeyError, TypeError, ValueError) as error:
            LOGGER.warning("The stored devices cannot be read and are fetched anew: %s", error)
            return None

    def async_delay_save(self, data: Callable[[], StoredApplication]) -> None:
        """Save after a delay."""
        self._store.async_delay_save(data, SAVE_DELAY)

    async def async_save(self, data: StoredApplication) -> None:
        """Save immediately."""
        await self._store.async_save(data)

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
