"""Silence of devices: when the last report is too long ago."""

from datetime import timedelta
import time
from typing import Final, NamedTuple

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_FOR, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.util.unit_conversion import DurationConverter
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import MAX_SILENT_INTERVALS, MilesightCoordinator
from ..devices import registry
from ..devices.device import MilesightDevice
from ..mapping.units import fold

MISSED: Final = 2


def _positive(duration: timedelta) -> timedelta:
    if not duration:
        raise vol.Invalid("The duration must be longer than zero")
    return duration


SILENCE_OPTIONS: Final = {vol.Required(CONF_FOR): vol.All(cv.positive_time_period, _positive)}


class Silence(NamedTuple):
    """The silence of a device; times are epoch seconds.

    The device is silent from ``begins`` on. Its Application was loaded at ``loaded``, and saved in
    the previous run at ``saved``.
    """

    last_report: float
    begins: float
    loaded: float
    saved: float | None


@callback
def async_get_silence(hass: HomeAssistant, device_id: str, duration: timedelta) -> Silence | None:
    """Return the silence of a device without a report for a duration, ``None`` if unknown.

    It is unknown while the platform cannot be reached, and while there are neither polls nor
    pushes: the device may report all the same. A device that reports seldom is silent after it has
    missed two reports.
    """
    registered, entry = dr.async_get_device_and_config_entry_for_domain(
        hass, device_id, domain=DOMAIN
    )
    if registered is None or entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    coordinator: MilesightCoordinator = entry.runtime_data
    device = coordinator.data.get(registry.serial_number(registered) or "")
    if device is None or not device.last_report or not _is_up_to_date(coordinator):
        return None
    last_report = device.last_report / 1000
    seconds = max(
        duration.total_seconds(),
        MISSED * report_interval(device),
        0 if coordinator.pushes.healthy else MISSED * coordinator.poll_interval,
    )
    begins = last_report + seconds
    return Silence(last_report, begins, coordinator.loaded_at, coordinator.previous_save)


def _is_up_to_date(coordinator: MilesightCoordinator) -> bool:
    """Return if the last reports are known: by the latest poll, or by pushes if polling is paused.

    The latest poll is too old when this computer was suspended. Pushes that arrive before the next
    poll say nothing about those that were missed.
    """
    if (
        coordinator.last_poll is None
        or not coordinator.last_update_success
        or not coordinator.connected
    ):
        return False
    latest = coordinator.last_poll / 1000
    if coordinator.request_limit.exhausted:
        latest = max(latest, coordinator.pushes.last_push or 0)
    return time.time() - latest < MAX_SILENT_INTERVALS * coordinator.poll_interval


def report_interval(device: MilesightDevice) -> float:
    """Return how often a device reports in seconds, 0 if unknown.

    Of several settings, such as one in minutes and one in seconds, the longest counts. A value that
    is being written counts when the device reports it.
    """
    values = (
        (device.decode(item, device.reported_value(item.path)), fold(item.unit))
        for item in device.capabilities.report_intervals
    )
    return max(
        (
            DurationConverter.convert(value, unit, UnitOfTime.SECONDS)
            for value, unit in values
            if isinstance(value, int | float)
        ),
        default=0,
    )
