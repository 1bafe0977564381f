"""What was reported while nobody listened: the latest values, and the statistics of a gap."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
import time
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .api import (
    AuthenticationError,
    MilesightClient,
    MilesightError,
    RateLimitError,
    Reading,
)
from .api.backoff import backoff_delay
from .const import CONF_IMPORT_HISTORY, LOGGER
from .devices.device import MilesightDevice
from .devices.timestamps import now_ms
from .history import HistoryImporter
from .hourly import hour_of

READERS: Final = 3
FIRST_PAGES: Final = 3


class CatchUp:
    """Reads the history of devices that reported more than is held, a few at a time.

    Those that were read longest ago come first, and those that could not be read last. Rounds in
    which nothing could be read make the next ones wait, the longer the more of them there were.

    ``devices`` are those of the fleet by serial number, now and later; ``may_go_on`` says whether
    the account can spare a request, ``grown`` is told of devices that turn out to have more than
    was known, ``done`` is called at the end of a round.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: MilesightClient,
        devices: Mapping[str, MilesightDevice],
        *,
        may_go_on: Callable[[], bool],
        grown: Callable[[MilesightDevice], None],
        done: Callable[[], None],
    ) -> None:
        """Take the client, and whom to ask and to tell."""
        self.importer = HistoryImporter(hass)
        self._hass = hass
        self._entry = entry
        self._client = client
        self._devices = devices
        self._can_spare = may_go_on
        self._grown = grown
        self._done = done
        self._missing: dict[str, int] = {}
        self._unreadable: set[str] = set()
        self._failures = 0
        self._resume = 0.0
        self._task: asyncio.Task[None] | None = None
        self._urgent = 0
        self._stopped = False
        self._error: MilesightError | None = None

    @callback
    def stop(self) -> None:
        """Begin nothing any more: the entry is unloaded, which ends what runs."""
        self._stopped = True

    @callback
    def miss(self) -> None:
        """Note that reports of all devices may be lost from now on, until they are read."""
        if not self._entry.options.get(CONF_IMPORT_HISTORY, True) or not self.importer.available:
            return
        for device in self._devices.values():
            if not device.is_new:
                self._missing.setdefault(device.sn, device.covered_until)

    @callback
    def behind(self) -> list[MilesightDevice]:
        """Return the devices whose history is to be read."""
        for sn, since in tuple(self._missing.items()):
            device = self._devices.get(sn)
            if device is None or (device.info.last_update_time or 0) <= since:
                del self._missing[sn]
        return [device for device in self._devices.values() if self._is_behind(device)]

    def _is_behind(self, device: MilesightDevice) -> bool:
        """Return whether a device of the fleet has something to read."""
        return self._is_ours(device) and (device.has_unread_reports or device.sn in self._missing)

    def _is_ours(self, device: MilesightDevice) -> bool:
        """Return whether a device is in the fleet; it may leave it while its history is read."""
        return self._devices.get(device.sn) is device

    @callback
    def start(self, behind: list[MilesightDevice]) -> None:
        """Read on in the background what the device list says is newer than what is held."""
        if self._stopped or not behind or (self._task is not None and not self._task.done()):
            return
        if self._urgent or time.monotonic() >= self._resume:
            self._unreadable &= self._devices.keys()
            in_turn = sorted(
                behind, key=lambda device: (device.sn in self._unreadable, device.covered_until)
            )
            self._task = self._entry.async_create_background_task(
                self._hass, self._read_all(in_turn), "read what was reported meanwhile"
            )

    async def finish(self) -> None:
        """Read now, whatever the account can spare, and wait for the end.

        Raises ``MilesightError`` when there was something to read and nothing could be read.
        """
        self._urgent += 1
        try:
            await self._wait()
            self._error = None
            self.start(self.behind())
            await self._wait()
        finally:
            self._urgent -= 1
        if self._error is not None:
            raise self._error

    async def _wait(self) -> None:
        if self._task is not None:
            await asyncio.wait([self._task])

    def _may_go_on(self) -> bool:
        return self._urgent > 0 or self._can_spare()

    async def _read_all(self, devices: Iterable[MilesightDevice]) -> None:
        waiting = iter(devices)
        read = 0
        errors: list[MilesightError] = []

        async def read_on() -> None:
            nonlocal read
            for device in waiting:
                if not self._may_go_on():
                    return
                if not self._is_behind(device):
                    continue
                try:
                    await self._read(device)
                except MilesightError as error:
                    self._unreadable.add(device.sn)
                    errors.append(error)
                    return
                self._unreadable.discard(device.sn)
                read += 1

        await asyncio.gather(*(read_on() for _ in range(READERS)))
        self._judge(read, errors)
        self._done()

    @callback
    def _judge(self, read: int, errors: list[MilesightError]) -> None:
        """Decide from a round when the next may begin, and tell of a change once."""
        self._error = errors[0] if errors and not read else None
        if any(isinstance(error, AuthenticationError) for error in errors):
            self._entry.async_start_reauth(self._hass)
            return
        limits = [error.retry_after or 0 for error in errors if isinstance(error, RateLimitError)]
        if errors and (limits or not read):
            if limits or self._failures:
                delay = backoff_delay(self._failures + 1, max(limits, default=0))
                self._resume = time.monotonic() + delay
            if not self._failures:
                LOGGER.warning("The history of %s cannot be read: %s", self._entry.title, errors[0])
            self._failures += 1
        elif read and self._failures:
            self._failures = 0
            LOGGER.info("The history of %s can be read again", self._entry.title)

    async def _read(self, device: MilesightDevice) -> None:
        """Merge what a device reported; what was missed goes into statistics as well."""
        listed = device.info.last_update_time or 0
        since = self._missing.get(device.sn)
        start = 0 if device.is_new else device.covered_until
        if since is not None:
            start = hour_of(since)
        readings, complete = await self._readings(device, start, whole=since is not None)
        if not self._is_ours(device):
            return
        grown = False
        for reading in readings:
            made = device.report_time(reading.time, now_ms(), pushed=False)
            grown = device.merge(made, reading.values, pushed=False) or grown
        device.covered_until = max(device.covered_until, listed)
        device.is_new = False
        if grown:
            self._grown(device)
        if since is not None and complete:
            self._missing.pop(device.sn, None)
            await self._import(device, readings, since)

    async def _readings(
        self, device: MilesightDevice, start: int, *, whole: bool
    ) -> tuple[list[Reading], bool]:
        """Return the latest reports from ``start`` on in order, and whether these are all.

        Unless the ``whole`` is wanted that is one page, and for a new device a few, since what it
        reports seldom may stand further back.
        """
        readings: list[Reading] = []
        complete = True
        pages = FIRST_PAGES if device.is_new else 1
        history = self._client.iter_history_pages(
            device.info.device_id, start_time=start or None, order="desc", background=True
        )
        async with aclosing(history):
            async for page in history:
                readings += page.readings
                pages -= 1
                if not (whole or pages) or not self._may_go_on():
                    complete = page.next_page_key is None
                    break
        return sorted(readings, key=lambda reading: reading.time), complete

    async def _import(self, device: MilesightDevice, readings: list[Reading], since: int) -> None:
        missed = next((reading.time for reading in readings if reading.time > since), None)
        if missed is not None:
            first = hour_of(missed)
            whole_hours = [reading for reading in readings if reading.time >= first]
            await self.importer.async_import(device, whole_hours)
