"""One device as the integration knows it: its latest values, and who wants to hear of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from homeassistant.util.limited_size_dict import LimitedSizeDict

from ..api import ConnectStatus, Device, Item
from ..api.decode import Json
from ..api.specification import BRACKETS
from ..const import CLOCK_TOLERANCE_MS
from ..mapping import Description, Priority
from .capabilities import INDEX, NO_CAPABILITIES, Capabilities
from .pending_writes import PendingWrite, PendingWrites
from .size_limit import MAX_PATH_LENGTH, SHORT_TEXT_LENGTH, SizeLimit
from .timestamps import clamp_timestamp

SECOND_MS = 1000
MAX_FUTURE_TIMES = 128  # more than a page of the history

type Listener = Callable[[], None]
type ValueListener = Callable[[Json], None]
type ReportListener = Callable[[Json, int, bool], None]
type EventListener = Callable[[Mapping[str, Json]], None]


class Signal(Enum):
    """What can change about a device besides its values."""

    AVAILABILITY = "availability"
    LAST_REPORT = "last_report"
    INFORMATION = "information"


@dataclass(slots=True)
class PropertyState:
    """What is held of one path, and who wants to hear of a change: all that a reading touches.

    A path that is listened to and was never reported has no value yet. A value with the time 0 was
    written and never reported. ``text_length`` is the length of text for which there is room.
    """

    value: Json = None
    time: int = 0
    specified: bool = True
    text_length: int = SHORT_TEXT_LENGTH
    listeners: list[ValueListener] = field(default_factory=list)

    def notify(self, value: Json) -> None:
        """Call the listeners with the value to show."""
        for listener in self.listeners:
            listener(value)


class MilesightDevice:
    """A device's identity, flat state and listeners.

    Per path the newest device time wins, however it came. A value that was written is shown until
    the device reports that path, the write fails or expires. What is shown follows from the latest
    report and the pending writes alone.
    """

    def __init__(self, info: Device, capabilities: Capabilities = NO_CAPABILITIES) -> None:
        """Start without values."""
        self.info = info
        self.capabilities = capabilities
        self.shown_priority = Priority.SECONDARY
        self.last_report = info.last_update_time
        self.online = info.connect_status is ConnectStatus.ONLINE
        self.covered_until = 0
        self.is_new = True
        self.last_seen = 0
        self.offline_since = 0 if self.online else (info.last_update_time or 0) + 1
        self._heard = 0
        self._future_times: LimitedSizeDict[int, int] = LimitedSizeDict(size_limit=MAX_FUTURE_TIMES)
        self._pending = PendingWrites()
        self._size = SizeLimit()
        self._elements: dict[str, set[tuple[int, ...]]] = {}
        self._points: dict[str, PropertyState] = {}
        self._listeners: dict[Signal, list[Listener]] = {}
        self._report_listeners: dict[str, list[ReportListener]] = {}
        self._event_listeners: dict[str, list[EventListener]] = {}

    @property
    def sn(self) -> str:
        """Return the serial number, by which a device is known."""
        return self.info.sn

    @property
    def is_behind(self) -> bool:
        """Return whether the device list told of reports that are not held."""
        listed = self.info.last_update_time or 0
        return self.covered_until < listed or (self.is_new and listed > 0)

    @property
    def values(self) -> dict[str, Json]:
        """Return ``path -> value as reported``."""
        return {path: point.value for path, point in self._reported()}

    @property
    def times(self) -> dict[str, int]:
        """Return ``path -> epoch milliseconds`` of the values reported."""
        return {path: point.time for path, point in self._reported()}

    def _reported(self) -> Iterator[tuple[str, PropertyState]]:
        return ((path, point) for path, point in self._points.items() if point.value is not None)

    def value(self, path: str) -> Json:
        """Return the value to show: that of the latest pending write, else the one reported."""
        write = self._pending.latest(path)
        return self.reported(path) if write is None else write.value

    def reported(self, path: str) -> Json:
        """Return the value that was reported last, or written if none was ever reported."""
        point = self._points.get(path)
        return None if point is None else point.value

    def reported_at(self, path: str) -> int:
        """Return the device time of a value in epoch milliseconds, 0 if there is none."""
        point = self._points.get(path)
        return 0 if point is None else point.time

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

    def listen(self, signal: Signal, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` when something besides the values changes; return what ends that."""
        return _add(self._listeners.setdefault(signal, []), listener)

    def listen_values(self, path: str, listener: ValueListener) -> Callable[[], None]:
        """Call ``listener`` with the value to show at a path whenever that changes."""
        return _add(self._point(path).listeners, listener)

    def listen_reports(self, path: str, listener: ReportListener) -> Callable[[], None]:
        """Call ``listener`` with value, time and whether it was pushed, at every report.

        A pushed report counts in whatever order it arrives, one found by polling if it is new.
        """
        return _add(self._report_listeners.setdefault(path, []), listener)

    def listen_events(self, event_id: str, listener: EventListener) -> Callable[[], None]:
        """Call ``listener`` with the outputs of an event of the specification."""
        return _add(self._event_listeners.setdefault(event_id, []), listener)

    def tell(self, event_id: str, values: Mapping[str, Json]) -> None:
        """Take an event; its outputs may be prefixed by its id."""
        outputs = {path.removeprefix(f"{event_id}."): value for path, value in values.items()}
        for listener in tuple(self._event_listeners.get(event_id, ())):
            listener(outputs)

    def report_time(self, timestamp: int, now: int, *, pushed: bool) -> int:
        """Return the time of a report in epoch milliseconds.

        A time that is far ahead is replaced by that of arrival. Polling finds the same report
        again, which must not become a newer one by that.
        """
        if not pushed and timestamp in self._future_times:
            return self._future_times[timestamp]
        time = clamp_timestamp(timestamp, now)
        if time != timestamp:
            self._future_times[timestamp] = time
        return time

    def merge(self, time: int, values: Mapping[str, Json], *, pushed: bool) -> bool:
        """Take a report: epoch milliseconds and ``path -> value``; null says nothing.

        A report that is newer than the one held settles the writes that it can answer. Returns
        whether an element of an array was seen for the first time.
        """
        changed: dict[str, PropertyState] = {}
        heard: list[tuple[ReportListener, Json]] = []
        grown = False
        written = self._shown(self._pending) if self._pending else {}
        for path, value in values.items():
            point = self._points.get(path)
            if point is None:
                path, value, point = self._first(path, value)  # noqa: PLW2901
            if value is None or point is None:
                continue
            if type(value) is str and len(value) > point.text_length:
                value = self._bounded(point, value)  # noqa: PLW2901
            if path in self._report_listeners and (pushed or time > point.time):
                heard += [(listener, value) for listener in self._report_listeners[path]]
            if time >= point.time:
                grown = (point.value is None and self._discover(path)) or grown
                if value != point.value:
                    changed[path] = point
                if written and time > point.time:
                    self._settle(path, time, pushed=pushed)
                point.value, point.time = value, time
        self._note_report(time)
        self.covered_until = max(self.covered_until, time)
        self._notify(changed, written)
        for report_listener, value in heard:
            report_listener(value, time, pushed)
        return grown

    def _settle(self, path: str, time: int, *, pushed: bool) -> None:
        """End the writes that a report from a time answers: those that were sent before.

        A pushed report has just arrived, by a clock that may be behind; one found by polling may
        be much older than its arrival.
        """
        self._pending.settle(path, time + (CLOCK_TOLERANCE_MS if pushed else SECOND_MS))

    def _shown(self, writes: Iterable[PendingWrite]) -> dict[str, Json]:
        """Return the values to show at the paths of writes."""
        return {write.path: self.value(write.path) for write in writes}

    def _notify(self, changed: dict[str, PropertyState], written: Mapping[str, Json]) -> None:
        """Call the listeners of values that changed.

        ``changed`` are those reported, ``written`` what was shown where writes are pending.
        """
        for path, before in written.items():
            changed.pop(path, None)
            if self.value(path) != before:
                self._point(path).notify(self.value(path))
        for point in changed.values():
            point.notify(point.value)

    def restore(
        self, values: Mapping[str, Json], times: Mapping[str, int], last_report: int | None
    ) -> None:
        """Take the values of an earlier run, before anybody listens."""
        self.last_report = last_report
        self.last_seen = last_report or 0
        for held, stored in values.items():
            path, value, point = self._first(held, stored)
            if value is None or point is None:
                continue
            self._discover(path)
            point.value = self._bounded(point, value) if isinstance(value, str) else value
            point.time = times.get(held, 0)

    def _point(self, path: str) -> PropertyState:
        return self._points.setdefault(path, PropertyState())

    def _first(self, path: str, value: Json) -> tuple[str, Json, PropertyState | None]:
        """Return where a value goes whose path was not heard of before, as long as there is room.

        What is nested where the specification has a scalar is an object in place of that scalar;
        an empty object or array elsewhere says nothing.
        """
        if len(path) > MAX_PATH_LENGTH:
            return path, value, None
        specified = self.capabilities.is_scalar(path)
        if not specified:
            holder = self.capabilities.holder(path)
            if holder is not None:
                path, value, specified = holder, {}, True
            elif isinstance(value, dict | list):
                return path, value, None
        point = self._points.get(path)
        if point is None and self._size.reserve_path(path, specified=specified):
            point = self._points[path] = PropertyState(specified=specified)
        return path, value, point

    def _bounded(self, point: PropertyState, text: str) -> Json:
        """Return a text if there is room for it, else an object, which is no valid value."""
        if len(text) <= point.text_length:
            return text
        if not self._size.reserve_text(len(text), point.text_length, specified=point.specified):
            return {}
        point.text_length = len(text)
        return text

    def _discover(self, path: str) -> bool:
        """Note a path that was not reported before; return whether it is an element's."""
        if "[" not in path:
            return False
        indices = tuple(int(index) for index in INDEX.findall(path))
        self._elements.setdefault(INDEX.sub(BRACKETS, path), set()).add(indices)
        return True

    def begin_writes(self, values: Mapping[str, Json], now: int) -> list[PendingWrite]:
        """Show values that are being sent to the device; each must be accepted or ended."""
        writes = [PendingWrite(path, value, sent=now) for path, value in values.items()]
        self._change_pending(writes, self._pending.add)
        return writes

    def accept_writes(self, writes: Sequence[PendingWrite], expires: int) -> None:
        """Note that the platform accepted writes; they are shown until a time in epoch ms.

        A property that was never reported has the value written from now on.
        """
        for write in writes:
            point = self._point(write.path)
            if self._pending.accept(write, expires) and not point.time:
                if point.value is None:
                    self._discover(write.path)
                point.value = write.value

    def end_writes(self, writes: Sequence[PendingWrite]) -> None:
        """Stop showing writes that failed, were cancelled or expired."""
        self._change_pending(writes, self._pending.discard)

    def restore_writes(self, writes: Iterable[PendingWrite]) -> None:
        """Take the accepted writes of an earlier run, before anybody listens."""
        for write in writes:
            self._pending.add(write)

    def accepted_writes(self) -> list[PendingWrite]:
        """Return the writes that the platform accepted and the device did not report yet."""
        return [write for write in self._pending if write.expires is not None]

    def _change_pending(
        self, writes: Sequence[PendingWrite], change: Callable[[PendingWrite], None]
    ) -> None:
        written = self._shown(writes)
        for write in writes:
            change(write)
        self._notify({}, written)

    def seen(self, time: int, now: int) -> None:
        """Note a sign of life at a device time; one newer than the loss makes it available."""
        self._heard = now
        self.last_seen = max(self.last_seen, min(time, now))
        if time >= self.offline_since:
            self._set_online(online=True)

    def lost(self, time: int, now: int) -> None:
        """Note that the platform called the device offline, unless it was seen since.

        These events have a resolution of a second: within one, what arrives later counts.
        """
        self._heard = now
        second = time - time % SECOND_MS
        if second + SECOND_MS > self.last_seen:
            self.offline_since = max(self.offline_since, second)
            self._set_online(online=False)

    def update_information(self, info: Device, asked: int) -> None:
        """Take what the device list says, read at ``asked`` (epoch ms)."""
        previous, self.info = self.info, info
        listed = info.last_update_time or 0
        if self._heard < asked and self.last_seen <= listed + SECOND_MS:
            online = info.connect_status is ConnectStatus.ONLINE
            self.offline_since = 0 if online else max(self.offline_since, listed + 1)
            self._set_online(online=online)
        self._note_report(listed)
        if previous is not info and previous != info:
            self.notify(Signal.INFORMATION)

    def _note_report(self, time: int) -> None:
        if time > (self.last_report or 0):
            self.last_report = time
            self.notify(Signal.LAST_REPORT)

    def _set_online(self, *, online: bool) -> None:
        if online is not self.online:
            self.online = online
            self.notify(Signal.AVAILABILITY)

    def notify(self, signal: Signal) -> None:
        """Call those who listen to a signal."""
        for listener in self._listeners.get(signal, ()):
            listener()


def _add[Callback](listeners: list[Callback], listener: Callback) -> Callable[[], None]:
    listeners.append(listener)
    return lambda: listeners.remove(listener)
