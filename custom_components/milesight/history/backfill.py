"""Backfill: reading the reports that were not pushed from the property history."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
import time
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..api import AuthenticationError, MilesightClient, MilesightError, RateLimitError, Reading
from ..api.backoff import backoff_delay
from ..const import CONF_IMPORT_HISTORY, LOGGER
from ..devices.device import MilesightDevice
from ..devices.timestamps import FRESH_MS, now_ms
from ..devices.workers import process
from .gap_importer import GapImporter
from .importer import HistoryImporter, end_of_last_hour
from .statistics import HOUR_MS, start_of_hour

WORKERS: Final = 3
MAX_PAGES_OF_NEW_DEVICE: Final = 3
MAX_STORED_MS: Final = 7 * 24 * HOUR_MS


def without_superseded(readings: Sequence[Reading], fresh_from: int) -> list[Reading]:
    """Return ordered readings without the values that a later reading replaces.

    Else a door that was opened and closed hours ago would open and close now. Readings from
    ``fresh_from`` on, in epoch milliseconds, are kept whole.
    """
    latest: set[str] = set()
    kept: list[Reading] = []
    for reading in reversed(readings):
        values = {
            path: value
            for path, value in reading.values.items()
            if reading.time >= fresh_from or path not in latest
        }
        latest.update(path for path, value in reading.values.items() if value is not None)
        kept.append(replace(reading, values=values))
    return kept[::-1]


class Backfill:
    """Read the history of devices with unread reports, a few devices at a time.

    A gap is a time without pushes and polls. The next push would cover what was missed in it, so
    the history since its start is read, and imported into statistics if the option is on.

    Devices that were read longest ago are first, devices whose history could not be read are last.
    After a run that read nothing the next one is delayed, by more each time.

    ``devices`` has the present devices by serial number. ``has_quota`` is checked before each
    request, ``elements_found`` called for a device with new array elements, and ``finished`` after
    each run.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: MilesightClient,
        devices: Mapping[str, MilesightDevice],
        *,
        has_quota: Callable[[], bool],
        elements_found: Callable[[MilesightDevice], None],
        finished: Callable[[], None],
    ) -> None:
        """Initialize the backfill."""
        self.importer = HistoryImporter(hass)
        self._hass = hass
        self._entry = entry
        self._client = client
        self._devices = devices
        self._has_background_quota = has_quota
        self._elements_found = elements_found
        self._finished = finished
        self._gap_importer = GapImporter(
            hass, entry, self.importer, read_again=self._add_gap, finished=finished
        )
        self._gaps: dict[str, int] = {}
        self._unreadable: set[str] = set()
        self._failures = 0
        self._retry_at = 0.0
        self._task: asyncio.Task[MilesightError | None] | None = None
        self._user_requests = 0
        self._stopped = False

    @callback
    def restore(self, gaps: Mapping[str, int]) -> None:
        """Load the gaps of an earlier run, and mark the one since then."""
        self._gaps = {sn: int(start) for sn, start in gaps.items()}
        self.mark_gap()

    @callback
    def dump(self) -> dict[str, int]:
        """Return the gaps that are not read or not imported yet, for storage."""
        gaps = dict(self._gaps)
        for sn, start in self._gap_importer.starts():
            gaps[sn] = min(start, gaps.get(sn, start))
        return gaps

    @callback
    def stop(self) -> None:
        """Start no more runs; unloading the entry cancels the present one."""
        self._stopped = True

    @callback
    def mark_gap(self) -> None:
        """Mark the start of a time without pushes and polls."""
        for device in self._devices.values():
            if not device.is_new:
                self._gaps.setdefault(device.sn, device.covered_until)

    @callback
    def mark_stored_reading(self, device: MilesightDevice, time_of_reading: int) -> None:
        """Mark a reading that a device stored while it was offline, and sends now.

        ``time_of_reading`` is in epoch milliseconds. The present hour is left to the recorder, and
        what is older than ``MAX_STORED_MS`` is not looked for.
        """
        now = now_ms()
        if self._imports_history and time_of_reading < end_of_last_hour(now / 1000):
            self._add_gap(device.sn, max(time_of_reading, now - MAX_STORED_MS) - 1)

    def _add_gap(self, sn: str, start: int) -> None:
        self._gaps[sn] = min(start, self._gaps.get(sn, start))

    @property
    def _imports_history(self) -> bool:
        return self.importer.available and self._entry.options.get(CONF_IMPORT_HISTORY, True)

    @callback
    def pending(self) -> list[MilesightDevice]:
        """Return the devices whose history is to be read."""
        for sn, start in tuple(self._gaps.items()):
            device = self._devices.get(sn)
            if device is None or not device.has_reports_after(start):
                del self._gaps[sn]
        return [
            device
            for sn, device in self._devices.items()
            if device.has_unread_reports or sn in self._gaps
        ]

    def _is_pending(self, device: MilesightDevice) -> bool:
        return self._is_present(device) and (device.has_unread_reports or device.sn in self._gaps)

    def _is_present(self, device: MilesightDevice) -> bool:
        """Return if a device was not removed meanwhile, or removed and added again."""
        return self._devices.get(device.sn) is device

    @callback
    def start(self, devices: list[MilesightDevice]) -> None:
        """Read the history of pending devices in the background, unless a run is in progress."""
        if self._stopped or not devices or (self._task is not None and not self._task.done()):
            return
        if self._user_requests or time.monotonic() >= self._retry_at:
            self._unreadable &= self._devices.keys()
            ordered = sorted(
                devices, key=lambda device: (device.sn in self._unreadable, device.covered_until)
            )
            self._task = self._entry.async_create_background_task(
                self._hass, self._run(ordered), "Backfill from the property history"
            )

    async def async_finish(self) -> None:
        """Read the history of all pending devices now, whatever is left of the quota.

        Raises ``MilesightError`` if nothing could be read.
        """
        self._user_requests += 1
        try:
            await self._wait()
            error = None
            if pending := self.pending():
                self.start(pending)
                error = await self._wait()
        finally:
            self._user_requests -= 1
        if error is not None:
            raise error

    async def _wait(self) -> MilesightError | None:
        """Wait for the present run; return the error if it read nothing."""
        if self._task is None:
            return None
        await asyncio.wait([self._task])
        return None if self._task.cancelled() else self._task.result()

    def _has_quota(self) -> bool:
        return self._user_requests > 0 or self._has_background_quota()

    async def _run(self, devices: Iterable[MilesightDevice]) -> MilesightError | None:
        """Read the history of devices; return the first error if none could be read."""
        count = 0
        errors: list[MilesightError] = []

        async def read(device: MilesightDevice) -> bool:
            nonlocal count
            if not self._has_quota():
                return False
            if not self._is_pending(device):
                return True
            try:
                await self._read(device)
            except MilesightError as error:
                self._unreadable.add(device.sn)
                errors.append(error)
                return False
            self._unreadable.discard(device.sn)
            count += 1
            return True

        await process(devices, read, WORKERS)
        self._handle_result(count, errors)
        self._finished()
        return errors[0] if errors and not count else None

    @callback
    def _handle_result(self, count: int, errors: list[MilesightError]) -> None:
        """Delay the next run after failures, and log a change once."""
        if any(isinstance(error, AuthenticationError) for error in errors):
            self._entry.async_start_reauth(self._hass)
            return
        limits = [error.retry_after or 0 for error in errors if isinstance(error, RateLimitError)]
        if errors and (limits or not count):
            if limits or self._failures:
                delay = backoff_delay(self._failures + 1, max(limits, default=0))
                self._retry_at = time.monotonic() + delay
            if not self._failures:
                LOGGER.warning("The history of %s cannot be read: %s", self._entry.title, errors[0])
            self._failures += 1
        elif count and self._failures:
            self._failures = 0
            LOGGER.info("The history of %s can be read again", self._entry.title)

    async def _read(self, device: MilesightDevice) -> None:
        """Merge the reports of a device; those of a gap are also imported into statistics.

        Without an import one page of a gap is enough.
        """
        listed = device.info.last_update_time or 0
        gap_start = self._gaps.get(device.sn)
        start = 0 if device.is_new else device.covered_until
        if gap_start is not None:
            start = start_of_hour(gap_start)
        is_imported = gap_start is not None and self._imports_history
        all_pages = is_imported and self._gap_importer.has_room
        requested_at = now_ms()
        readings, complete = await self._readings(device, start, all_pages=all_pages)
        if not self._is_present(device):
            return
        has_new_elements = False
        for reading in without_superseded(readings, now_ms() - FRESH_MS):
            time_of_report = device.report_times.get(reading.time, now_ms(), pushed=False)
            has_new_elements |= device.merge(time_of_report, reading.values, pushed=False)
        device.mark_read(listed, requested_at)
        if has_new_elements:
            self._elements_found(device)
        if gap_start is not None and (complete or not all_pages):
            self._gaps.pop(device.sn, None)
            if is_imported:
                self._gap_importer.add(device, gap_start, readings if all_pages else None)

    async def _readings(
        self, device: MilesightDevice, start: int, *, all_pages: bool
    ) -> tuple[list[Reading], bool]:
        """Return the latest readings from ``start`` on in order, and if these are all.

        Without ``all_pages`` that is one page; of a new device it is a few, since rare reports may
        be further back.
        """
        readings: list[Reading] = []
        complete = True
        pages = MAX_PAGES_OF_NEW_DEVICE if device.is_new else 1
        history = self._client.iter_history_pages(
            device.info.device_id, start_time=start or None, order="desc", background=True
        )
        async with aclosing(history):
            async for page in history:
                readings += page.readings
                pages -= 1
                if not (all_pages or pages) or not self._has_quota():
                    complete = page.next_page_key is None
                    break
        return sorted(readings, key=lambda reading: reading.time), complete
