"""The websocket command of the dashboard: data that no entity has."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
import time
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.limited_size_dict import LimitedSizeDict
import voluptuous as vol

from ..automation.silence import async_get_silence
from ..commands.responses import EVENT_TASK, SUCCESS
from ..const import DOMAIN
from ..coordinator import MilesightConfigEntry
from ..devices import registry
from ..devices.device import MilesightDevice

MAX_FAILED_TASKS: Final = 100
MAX_AGE: Final = timedelta(days=1)
GATEWAY: Final = "GATEWAY"


@dataclass(frozen=True, kw_only=True)
class FailedTask:
    """The failure of a device's latest task; ``time`` is in epoch milliseconds."""

    device_id: str
    error: str
    time: int


type FailedTasks = LimitedSizeDict[str, FailedTask]

FAILED_TASKS: Final[HassKey[FailedTasks]] = HassKey(f"{DOMAIN}_failed_tasks")


@callback
def async_setup_status(hass: HomeAssistant) -> None:
    """Register the command, and record failed tasks from now on."""
    failed: FailedTasks = LimitedSizeDict(size_limit=MAX_FAILED_TASKS)
    hass.data[FAILED_TASKS] = failed

    @callback
    def record(event: Event) -> None:
        device_id = event.data["device_id"]
        if device_id is None:
            return
        failed.pop(device_id, None)
        if event.data["status"].upper() != SUCCESS:
            failed[device_id] = FailedTask(
                device_id=device_id, error=event.data["error"], time=round(time.time() * 1000)
            )

    hass.bus.async_listen(EVENT_TASK, record)
    websocket_api.async_register_command(hass, websocket_dashboard)


@callback
@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/dashboard",
        vol.Optional("silent_hours", default=24): vol.All(vol.Coerce(float), vol.Range(min=0)),
    }
)
def websocket_dashboard(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]
) -> None:
    """Send the limits of loaded Applications, and what is known of their devices.

    Devices are named by their ID in Home Assistant; times are in epoch milliseconds. A device
    without a report for ``silent_hours`` is silent, as in triggers and conditions.
    """
    entries: list[MilesightConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    now = time.time()
    oldest = (now - MAX_AGE.total_seconds()) * 1000
    duration = timedelta(hours=msg["silent_hours"])
    connection.send_result(
        msg["id"],
        {
            "applications": {
                entry.entry_id: {"request_limit": entry.runtime_data.quota.limit}
                for entry in entries
            },
            "last_reports": {
                device_id: device.last_report
                for entry in entries
                for device_id, device in _devices(hass, entry)
                if device.last_report
            },
            "silent": [
                device_id
                for entry in entries
                for device_id, _ in _devices(hass, entry)
                if (silence := async_get_silence(hass, device_id, duration)) is not None
                and silence.begins <= now
            ],
            "gateways": [
                device_id
                for entry in entries
                for device_id, device in _devices(hass, entry)
                if device.info.device_type == GATEWAY
            ],
            "failed_tasks": [
                asdict(task) for task in hass.data[FAILED_TASKS].values() if task.time >= oldest
            ],
        },
    )


def _devices(
    hass: HomeAssistant, entry: MilesightConfigEntry
) -> Iterator[tuple[str, MilesightDevice]]:
    """Yield the devices of an Application with their IDs in Home Assistant."""
    for registered in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
        device = entry.runtime_data.data.get(registry.serial_number(registered) or "")
        if device is not None:
            yield registered.id, device
