"""Import of the readings of gaps into statistics, whenever the recorder has time."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..api import Reading
from ..devices.device import MilesightDevice
from .importer import HistoryImporter
from .statistics import start_of_hour

MAX_WAITING_READINGS: Final = 20_000


class WaitingGap(NamedTuple):
    """A gap of a device: its start in epoch milliseconds, and the readings unless too many wait."""

    device: MilesightDevice
    start: int
    readings: Sequence[Reading] | None


class GapImporter:
    """Import gaps one after the other in the background.

    Before Home Assistant has started, and during a migration, the recorder does not work through
    its queue. Values must not wait for it.

    ``read_again`` is called with serial number and start of a gap whose readings were too many to
    wait, as soon as there is room, and ``finished`` when no gap waits any more.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        importer: HistoryImporter,
        *,
        read_again: Callable[[str, int], None],
        finished: Callable[[], None],
    ) -> None:
        """Initialize without a gap."""
        self._hass = hass
        self._entry = entry
        self._importer = importer
        self._read_again = read_again
        self._finished = finished
        self._waiting: deque[WaitingGap] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def has_room(self) -> bool:
        """Return if the readings of another gap may wait."""
        return sum(len(gap.readings or ()) for gap in self._waiting) < MAX_WAITING_READINGS

    @callback
    def starts(self) -> Iterator[tuple[str, int]]:
        """Yield serial number and start of each gap that is not imported yet."""
        return ((gap.device.sn, gap.start) for gap in self._waiting)

    @callback
    def add(self, device: MilesightDevice, start: int, readings: Sequence[Reading] | None) -> None:
        """Import the ordered readings of a gap; ``None`` if they have to be read again."""
        self._waiting.append(WaitingGap(device, start, readings))
        if self._task is None or self._task.done():
            self._task = self._entry.async_create_background_task(
                self._hass, self._run(), "Import of gaps into statistics"
            )

    async def _run(self) -> None:
        while self._waiting:
            gap = self._waiting[0]
            if gap.readings is None:
                self._read_again(gap.device.sn, gap.start)
            else:
                await self._import(gap.device, gap.start, gap.readings)
            self._waiting.popleft()
        self._finished()

    async def _import(
        self, device: MilesightDevice, start: int, readings: Sequence[Reading]
    ) -> None:
        """Import the whole hours from the first missed reading on."""
        missed = next((reading.time for reading in readings if reading.time > start), None)
        if missed is not None:
            first = start_of_hour(missed)
            await self._importer.async_import(
                device, [reading for reading in readings if reading.time >= first]
            )
