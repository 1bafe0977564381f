"""Pushed reports on their way to the devices."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeGuard

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..api.parsing import Json, as_milliseconds
from ..api.webhook import DeviceReport, ReportType, TaskReport, WebhookEvent
from ..commands.responses import ResponseWaiter, async_fire_task_event
from ..devices import registry
from ..devices.device import MilesightDevice
from ..devices.device_manager import DeviceManager
from ..devices.timestamps import FRESH_MS, clamp_timestamp, now_ms
from ..devices.unlisted_reports import UnlistedReports
from ..mapping.properties import is_history


def stored_reading_time(event_id: str, values: Mapping[str, Json]) -> int | None:
    """Return the time of the oldest reading that a device had stored, in epoch milliseconds.

    Such readings are events whose id begins with "history" or "historical". Each reading has a
    ``timestamp`` in seconds; some events contain a list of readings.
    """
    if not is_history(event_id):
        return None
    times = (
        as_milliseconds(value)
        for path, value in values.items()
        if path.rpartition(".")[2] == "timestamp"
    )
    return min(filter(None, times), default=None)


def _is_property_report(event: WebhookEvent) -> TypeGuard[DeviceReport]:
    return isinstance(event, DeviceReport) and event.type is ReportType.PROPERTY


def _has_value(report: DeviceReport) -> bool:
    """Return if a report has a value; one without does not replace a report that was lost."""
    return any(value is not None for value in report.values.values())


class ReportHandler:
    """Merge pushed reports into the devices, and deliver responses to commands.

    ``elements_found`` is called with a device that has new array elements, ``stored_found`` with a
    device that sends readings which it stored and the time of the oldest one in epoch milliseconds,
    ``search`` to read the device list because of an unlisted device.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        manager: DeviceManager,
        responses: ResponseWaiter,
        *,
        elements_found: Callable[[MilesightDevice], None],
        stored_found: Callable[[MilesightDevice, int], None],
        search: Callable[[], None],
    ) -> None:
        """Initialize the handler."""
        self._hass = hass
        self._entry = entry
        self._manager = manager
        self._responses = responses
        self._elements_found = elements_found
        self._stored_found = stored_found
        self._search = search
        self._unlisted = UnlistedReports()

    @callback
    def skip_superseded(self, events: Sequence[WebhookEvent]) -> None:
        """Take the values from old reports that a later one of the same events replaces.

        After an outage the platform pushes all reports since then. Else a door that was opened and
        closed hours ago would open and close now. Presses stay: each of them is an event.
        """
        if len(events) < 2:  # noqa: PLR2004 - one report replaces nothing
            return
        fresh_from = now_ms() - FRESH_MS
        reports = [event for event in events if _is_property_report(event)]
        old = [report for report in reports if (report.time or fresh_from) < fresh_from]
        if not old:
            return
        latest: dict[tuple[str, str], int] = {}
        for report in reports:
            if (device := self._find_sender(report)) is not None:
                for path, value in report.values.items():
                    if value is not None:
                        key = device.sn, path
                        latest[key] = max(report.time or fresh_from, latest.get(key, 0))
        for report in old:
            if (device := self._find_sender(report)) is not None:
                report.values = {
                    path: value
                    for path, value in report.values.items()
                    if latest.get((device.sn, path), 0) <= (report.time or 0)
                    or device.has_report_listener(path)
                }

    @callback
    def handle_report(self, report: DeviceReport) -> None:
        """Handle a report of a device."""
        now = now_ms()
        device = self._manager.find(report.device_id, report.sn, report.dev_eui)
        if device is None:
            self._handle_unlisted(report, now)
            return
        device.pushes.add(now / 1000)
        timestamp = device.report_times.get(report.time or now, now, pushed=True)
        if report.type is ReportType.OFFLINE:
            device.mark_offline(timestamp, now)
            return
        device.mark_active(timestamp, now)
        self._responses.deliver(device, report)
        if report.type is ReportType.EVENT and report.tsl_id is not None:
            device.deliver_event(report.tsl_id, report.values)
            stored = stored_reading_time(report.tsl_id, report.values)
            if stored is not None:
                self._stored_found(device, stored)
        if report.type is ReportType.PROPERTY and _has_value(report):
            if device.merge(timestamp, report.values, pushed=True):
                self._elements_found(device)
            created = clamp_timestamp(report.created or timestamp, now)
            device.mark_pushed(report.time or timestamp, timestamp, created)

    @callback
    def handle_task(self, report: TaskReport) -> None:
        """Handle the result of a configuration task, also of a device that is not listed."""
        device = self._manager.find(report.device_id)
        registered = None
        if device is not None:
            self._responses.deliver(device, report)
            registered = registry.async_get_device(self._hass, self._entry, device.sn)
        async_fire_task_event(self._hass, registered.id if registered else None, report)

    @callback
    def handle_device_list(self, requested_at: int) -> None:
        """Handle the earlier reports of devices that the device list contains now.

        ``requested_at`` is the time of the request in epoch milliseconds.
        """
        for report in self._unlisted.take_known(requested_at, self._find_sender):
            self.handle_report(report)

    def _find_sender(self, report: DeviceReport) -> MilesightDevice | None:
        return self._manager.find(report.device_id, report.sn, report.dev_eui)

    def _handle_unlisted(self, report: DeviceReport, now: int) -> None:
        if self._manager.belongs_to_other_entry(report.device_id, report.sn, report.dev_eui):
            return
        self._unlisted.add(report, now)
        if self._unlisted.should_search(report):
            self._search()
