"""One device as the integration knows it: its latest values, and who wants to hear of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate
import re
from typing import Self

from .api import ConnectStatus, Device, Item, ThingSpecification
from .api.decode import Json
from .api.specification import BRACKETS
from .const import CLOCK_TOLERANCE_MS
from .mapping import Description, Grade, describe

INDEX = re.compile(r"\[(\d+)\]")
SECOND_MS = 1000

type Listener = Callable[[], None]
type ReportListener = Callable[[Json, int, bool], None]
type EventListener = Callable[[Mapping[str, Json]], None]


def believed(time: int, now: int) -> int:
    """Return a device's time; one that is far ahead of ours counts as the time of arrival."""
    return now if time > now + CLOCK_TOLERANCE_MS else time


class Signal(Enum):
    """What can change about a device besides its values."""

    AVAILABILITY = "availability"
    LAST_REPORT = "last_report"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model with a firmware can do, shared by all its devices."""

    specification: ThingSpecification
    descriptions: tuple[Description, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    enabled: Mapping[Grade, int] = field(default_factory=lambda: dict.fromkeys(Grade, 0))

    @classmethod
    def of(cls, specification: ThingSpecification) -> Self:
        """Return what a specification gives rise to.

        ``sizes`` is the greatest number of elements by the path of an array, ``enabled`` the number
        of entities up to a grade.
        """
        descriptions = describe(specification)
        items = (item for root in specification.properties for item in root.walk())
        return cls(
            specification,
            descriptions,
            {item.path: item.max_size for item in items if item.max_size is not None},
            {grade: sum(found.grade <= grade for found in descriptions) for grade in Grade},
        )

    def admits(self, template: str, indices: Iterable[int]) -> bool:
        """Return whether elements at these indices are within the sizes of their arrays."""
        arrays = accumulate(
            template.split(BRACKETS)[:-1], lambda path, rest: path + BRACKETS + rest
        )
        return all(
            index < self.sizes.get(array, index + 1)
            for array, index in zip(arrays, indices, strict=True)
        )


NO_CAPABILITIES = Capabilities(ThingSpecification())


class MilesightDevice:
    """A device's identity, flat state and listeners.

    ``values`` is ``path -> value as reported``. Per path the newest device time wins, however it
    came; a value that was written is shown until the device reports that path.
    """

    def __init__(self, info: Device, capabilities: Capabilities = NO_CAPABILITIES) -> None:
        """Start without values."""
        self.info = info
        self.capabilities = capabilities
        self.shown_grade = Grade.SECONDARY
        self.values: dict[str, Json] = {}
        self.times: dict[str, int] = {}
        self.last_report: int | None = None
        self.online = info.connect_status is ConnectStatus.ONLINE
        self.covered_until = 0
        self.is_new = True
        self._seen = 0
        self._heard = 0
        self._offline_since = 0 if self.online else info.last_update_time or 0
        self._written: dict[str, Json] = {}
        self._elements: dict[str, set[tuple[int, ...]]] = {}
        self._listeners: dict[str | Signal, list[Listener]] = {}
        self._report_listeners: dict[str, list[ReportListener]] = {}
        self._event_listeners: dict[str, list[EventListener]] = {}

    @property
    def sn(self) -> str:
        """Return the serial number, by which a device is known."""
        return self.info.sn

    @property
    def is_behind(self) -> bool:
        """Return whether the device list told of reports that are not held.

        That of a new device, whose history was never read, says nothing.
        """
        return not self.is_new and self.covered_until < (self.info.last_update_time or 0)

    def value(self, path: str) -> Json:
        """Return the value to show: the one written last if unanswered, else the one reported."""
        if path in self._written:
            return self._written[path]
        return self.values.get(path)

    def item(self, path: str) -> Item | None:
        """Return what the specification says of a path, whatever its indices."""
        template = INDEX.sub(BRACKETS, path)
        leaves = self.capabilities.specification.leaves()
        return next((item for item in leaves if item.path == template), None)

    def descriptions(self) -> Iterator[Description]:
        """Yield the entities that this device has: one per element of an array seen so far."""
        for description in self.capabilities.descriptions:
            if not description.is_template:
                yield description
                continue
            for indices in sorted(self._elements.get(description.path, ())):
                if self.capabilities.admits(description.path, indices):
                    yield description.element(*indices)

    def listen(self, key: str | Signal, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` when what is shown at a path changes; return what ends that."""
        return _add(self._listeners, key, listener)

    def listen_reports(self, path: str, listener: ReportListener) -> Callable[[], None]:
        """Call ``listener`` with value, time and whether it was pushed, at every report."""
        return _add(self._report_listeners, path, listener)

    def listen_events(self, event_id: str, listener: EventListener) -> Callable[[], None]:
        """Call ``listener`` with the outputs of an event of the specification."""
        return _add(self._event_listeners, event_id, listener)

    def tell(self, event_id: str, values: Mapping[str, Json]) -> None:
        """Take an event; its outputs may be prefixed by its id."""
        outputs = {path.removeprefix(f"{event_id}."): value for path, value in values.items()}
        for listener in tuple(self._event_listeners.get(event_id, ())):
            listener(outputs)

    def merge(self, time: int, values: Mapping[str, Json], *, pushed: bool) -> bool:
        """Take a report: epoch milliseconds and ``path -> value``; null says nothing.

        Returns whether an element of an array was seen for the first time.
        """
        changed: list[str] = []
        grown = False
        for path, value in values.items():
            held_time = self.times.get(path, 0)
            if value is None or time < held_time:
                continue
            shown = self.value(path)
            grown = self._hold(path, value, time) or grown
            if value != shown:
                changed.append(path)
            if time > held_time:
                for listener in self._report_listeners.get(path, ()):
                    listener(value, time, pushed)
        if time > (self.last_report or 0):
            self.last_report = time
            self.notify(Signal.LAST_REPORT)
        self.covered_until = max(self.covered_until, time)
        for path in changed:
            self.notify(path)
        return grown

    def restore(
        self, values: Mapping[str, Json], times: Mapping[str, int], last_report: int | None
    ) -> None:
        """Take the values of an earlier run, before anybody listens."""
        self.last_report = last_report
        self._seen = last_report or 0
        for path, value in values.items():
            self._hold(path, value, times.get(path, 0))

    def _hold(self, path: str, value: Json, time: int) -> bool:
        new = path not in self.values
        self.values[path] = value
        self.times[path] = time
        self._written.pop(path, None)
        if not new or "[" not in path:
            return False
        indices = tuple(int(index) for index in INDEX.findall(path))
        self._elements.setdefault(INDEX.sub(BRACKETS, path), set()).add(indices)
        return True

    def write(self, values: Mapping[str, Json]) -> None:
        """Show values that were sent to the device and not yet reported by it."""
        for path, value in values.items():
            changed = value != self.value(path)
            self._written[path] = value
            if changed:
                self.notify(path)

    def retract(self, values: Mapping[str, Json]) -> None:
        """Take back values whose sending failed."""
        for path, value in values.items():
            if self._written.get(path) != value:
                continue
            del self._written[path]
            if self.values.get(path) != value:
                self.notify(path)

    def settle(self, values: Mapping[str, Json]) -> None:
        """Stop waiting for the report of values written.

        A property that is never reported keeps the value written; any other shows what the device
        reported last.
        """
        for path, value in values.items():
            if path not in self.values and self._written.get(path) == value:
                self._hold(path, value, 0)
        self.retract(values)

    def seen(self, time: int, now: int) -> None:
        """Note a sign of life at a device time; one newer than the loss makes it available."""
        self._heard = now
        self._seen = max(self._seen, min(time, now))
        if time > self._offline_since:
            self._set_online(online=True)

    def lost(self, time: int, now: int) -> None:
        """Note that the platform called the device offline, unless it was seen since."""
        self._heard = now
        if time + SECOND_MS > self._seen:
            self._offline_since = max(self._offline_since, time)
            self._set_online(online=False)

    def update_information(self, info: Device, asked: int) -> None:
        """Take what the device list says, read at ``asked`` (epoch ms)."""
        previous, self.info = self.info, info
        listed = info.last_update_time or 0
        if self._heard < asked and self._seen <= listed + SECOND_MS:
            online = info.connect_status is ConnectStatus.ONLINE
            self._offline_since = 0 if online else max(self._offline_since, listed)
            self._set_online(online=online)
        if listed > (self.last_report or 0):
            self.last_report = listed
            self.notify(Signal.LAST_REPORT)
        if previous != info:
            self.notify(Signal.INFORMATION)

    def _set_online(self, *, online: bool) -> None:
        if online is not self.online:
            self.online = online
            self.notify(Signal.AVAILABILITY)

    def notify(self, key: str | Signal) -> None:
        """Call those who listen to a path or a signal."""
        for listener in self._listeners.get(key, ()):
            listener()


def _add[Key, Callback](
    registry: dict[Key, list[Callback]], key: Key, listener: Callback
) -> Callable[[], None]:
    registry.setdefault(key, []).append(listener)

    def remove() -> None:
        registry[key].remove(listener)
        if not registry[key]:
            del registry[key]

    return remove
