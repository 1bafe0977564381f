"""State of one device: its latest values, pending writes, availability and listeners."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from ..api import ConnectStatus, Device, InvalidValueError, Item
from ..api.codec import Value, decode
from ..api.parsing import Json
from ..api.paths import indices_of, template_of
from ..api.quota import RollingCounter
from ..const import CLOCK_TOLERANCE_MS
from ..mapping import Description, Priority
from .availability import SECOND_MS, Availability
from .capabilities import NO_CAPABILITIES, Capabilities
from .invalid_values import InvalidValues
from .pending_writes import PendingWrite, PendingWrites
from .property_state import PropertyState, ValueListener
from .size_limit import MAX_PATH_LENGTH, SizeLimit, limit_outputs
from .timestamps import ReportTimes, clamp_timestamp, now_ms

type Listener = Callable[[], None]
type ReportListener = Callable[[Json, int, bool], None]
type EventListener = Callable[[Mapping[str, Json]], None]


class Signal(StrEnum):
    """Changes of a device besides those of its values."""

    AVAILABILITY = "availability"
    ONLINE = "online"
    LAST_REPORT = "last_report"
    INFORMATION = "information"


class MilesightDevice:
    """A device of an Application.

    The latest report of a path by device time provides its value, in whatever order reports
    arrive. The value to show is that of the latest pending write, or else the reported one.
    """

    def __init__(self, info: Device, capabilities: Capabilities = NO_CAPABILITIES) -> None:
        """Initialize a device without values."""
        self.info = info
        self.capabilities = capabilities
        self.report_times = ReportTimes()
        self.last_report = self._listed_report(now_ms())
        self.availability = Availability(
            online=info.connect_status is ConnectStatus.ONLINE, last_report=self.last_report
        )
        self.shown_priority = Priority.SECONDARY
        self.covered_until = 0
        self.is_new = True
        self.pushes = RollingCounter()
        self.last_stated_time = 0
        self._pending = PendingWrites()
        self._size = SizeLimit()
        self._invalid = InvalidValues()
        self._elements: dict[str, set[tuple[int, ...]]] = {}
        self._properties: dict[str, PropertyState] = {}
        self._listeners: dict[Signal, list[Listener]] = {}
        self._report_listeners: dict[str, list[ReportListener]] = {}
        self._event_listeners: dict[str, list[EventListener]] = {}

    @property
    def sn(self) -> str:
        """Return the serial number, which identifies the device."""
        return self.info.sn

    @property
    def online(self) -> bool:
        """Return whether the device is online."""
        return self.availability.online

    @property
    def has_unread_reports(self) -> bool:
        """Return whether the device list knows of reports that were not received."""
        listed = self.info.last_update_time or 0
        if self.is_new:
            return listed > 0
        return self.covered_until < listed and listed != self.last_stated_time

    def has_reports_after(self, time: int) -> bool:
        """Return if there are later reports, merged or only listed (epoch milliseconds)."""
        return max(self.info.last_update_time or 0, self.covered_until) > time

    @property
    def values(self) -> dict[str, Json]:
        """Return ``path -> last reported value``."""
        return {path: state.value for path, state in self._reported()}

    @property
    def times(self) -> dict[str, int]:
        """Return ``path -> time of the last report`` in epoch milliseconds."""
        return {path: state.time for path, state in self._reported()}

    def _reported(self) -> Iterator[tuple[str, PropertyState]]:
        return (
            (path, state) for path, state in self._properties.items() if state.value is not None
        )

    def value(self, path: str) -> Json:
        """Return the value to show at a path."""
        write = self._pending.latest(path)
        return self.reported_value(path) if write is None else write.value

    def reported_value(self, path: str) -> Json:
        """Return the last reported value; the last written one if none was ever reported."""
        state = self._properties.get(path)
        return None if state is None else state.value

    def reported_at(self, path: str) -> int:
        """Return the time of the last report in epoch milliseconds, 0 before the first one."""
        state = self._properties.get(path)
        return 0 if state is None else state.time

    def decode(self, item: Item, raw: Json) -> Value:
        """Return a value of an item; an invalid one is ``None``, and logged once."""
        try:
            value = decode(item, raw)
        except InvalidValueError as error:
            self._invalid.begin(self.info.model, item, error)
            return None
        if self._invalid and value is not None:
            self._invalid.end(self.info.model, item)
        return value

    def find_item(self, path: str) -> Item | None:
        """Return the item of the thing specification that a path belongs to."""
        template = template_of(path)
        leaves = self.capabilities.specification.leaves()
        return next((item for item in leaves if item.path == template), None)

    def descriptions(self) -> Iterator[Description]:
        """Yield the entity descriptions, for arrays one per element reported so far."""
        for description in self.capabilities.descriptions:
            if not description.is_template:
                yield description
                continue
            for indices in sorted(self._elements.get(description.path, ())):
                if self.capabilities.allows_element(description.path, indices):
                    yield description.element(*indices)

    def listen(self, signal: Signal, listener: Listener) -> Callable[[], None]:
        """Call a listener on a change besides those of values; return a function to remove it."""
        return _add(self._listeners.setdefault(signal, []), listener)

    def listen_values(self, path: str, listener: ValueListener) -> Callable[[], None]:
        """Call a listener with the value to show at a path when it changes."""
        return self._property(path).listen(listener)

    def listen_reports(self, path: str, listener: ReportListener) -> Callable[[], None]:
        """Call a listener with value, time and ``pushed`` on every report of a path.

        Pushed reports count in whatever order they arrive, polled ones only if they are newer.
        """
        return _add(self._report_listeners.setdefault(path, []), listener)

    def has_report_listener(self, path: str) -> bool:
        """Return if each report of a path counts, such as that of a press."""
        return path in self._report_listeners

    def listen_events(self, event_id: str, listener: EventListener) -> Callable[[], None]:
        """Call a listener with the outputs of an event of the thing specification."""
        return _add(self._event_listeners.setdefault(event_id, []), listener)

    def deliver_event(self, event_id: str, values: Mapping[str, Json]) -> None:
        """Call the listeners of an event; its outputs may be prefixed by its id."""
        outputs = {
            path.removeprefix(f"{event_id}."): value
            for path, value in limit_outputs(values).items()
        }
        for listener in tuple(self._event_listeners.get(event_id, ())):
            listener(outputs)

    def merge(self, time: int, values: Mapping[str, Json], *, pushed: bool) -> bool:
        """Apply a report of ``path -> value`` and call the listeners of what changed.

        ``time`` is in epoch milliseconds; null values are ignored. A report that is newer than the
        last one of a path ends the pending writes that precede it. Returns whether the report has
        new array elements.
        """
        changed: dict[str, PropertyState] = {}
        reports: list[tuple[ReportListener, Json]] = []
        has_new_elements = False
        shown = self._shown_values(self._pending) if self._pending else {}
        for path, value in values.items():
            state = self._properties.get(path)
            if state is None:
                path, value, state = self._add_property(path, value)  # noqa: PLW2901
            if value is None or state is None:
                continue
            if type(value) is str and len(value) > state.text_length:
                value = self._limit_text(state, value)  # noqa: PLW2901
            if path in self._report_listeners and (pushed or time > state.time):
                reports += [(listener, value) for listener in self._report_listeners[path]]
            if time >= state.time:
                has_new_elements |= state.value is None and self._add_element(path)
                if value != state.value:
                    changed[path] = state
                if shown and time > state.time:
                    self._end_preceding_writes(path, time, pushed=pushed)
                state.value, state.time = value, time
        self._set_last_report(time)
        self.covered_until = max(self.covered_until, time)
        self._notify_values(changed, shown)
        for listener, value in reports:
            listener(value, time, pushed)
        return has_new_elements

    def _end_preceding_writes(self, path: str, time: int, *, pushed: bool) -> None:
        """End the writes that were sent before a report.

        A pushed report has just arrived, but the device's clock may be slow. A polled one may be
        much older than its arrival.
        """
        tolerance = CLOCK_TOLERANCE_MS if pushed else SECOND_MS
        self._pending.remove_sent_by(path, time + tolerance)

    def _shown_values(self, writes: Iterable[PendingWrite]) -> dict[str, Json]:
        """Return the values to show at the paths of writes."""
        return {write.path: self.value(write.path) for write in writes}

    def _notify_values(self, changed: dict[str, PropertyState], shown: Mapping[str, Json]) -> None:
        """Call the listeners of values that changed.

        ``changed`` has the reported values, ``shown`` the previous values to show of paths with
        pending writes.
        """
        for path, previous in shown.items():
            changed.pop(path, None)
            if self.value(path) != previous:
                self._property(path).notify(self.value(path))
        for state in changed.values():
            for listener in state.listeners:
                listener(state.value)

    def mark_pushed(self, stated_time: int, time: int, created: int) -> None:
        """Extend ``covered_until`` by a pushed report.

        ``stated_time`` is its time by the clock of the device, ``created`` that of the push event.
        The device list may use the clock of either, that of the platform with a resolution of a
        second. A report that was stored on the device for long covers only itself.
        """
        self.last_stated_time = stated_time
        if created - time <= CLOCK_TOLERANCE_MS:
            self.covered_until = max(self.covered_until, created + SECOND_MS)

    def mark_read(self, listed: int, requested_at: int) -> None:
        """Extend ``covered_until`` by the history up to the listed time of the last report."""
        self.last_stated_time = listed
        self.covered_until = max(self.covered_until, clamp_timestamp(listed, requested_at))
        self.is_new = False

    def restore(
        self, values: Mapping[str, Json], times: Mapping[str, int], last_report: int | None
    ) -> None:
        """Restore the values of an earlier run; called before there are listeners."""
        self.last_report = last_report
        for stored_path, stored_value in values.items():
            path, value, state = self._add_property(stored_path, stored_value)
            if value is None or state is None:
                continue
            self._add_element(path)
            state.value = self._limit_text(state, value) if isinstance(value, str) else value
            state.time = times.get(stored_path, 0)

    def _property(self, path: str) -> PropertyState:
        return self._properties.setdefault(path, PropertyState())

    def _add_property(self, path: str, value: Json) -> tuple[str, Json, PropertyState | None]:
        """Add a path that was not reported before; return path, value and state to use.

        A path nested in a scalar of the specification is reported as an empty object in place of
        that scalar. Other empty objects and arrays, and paths beyond the size limit, have no state.
        """
        if len(path) > MAX_PATH_LENGTH:
            return path, value, None
        specified = self.capabilities.is_scalar(path)
        if not specified:
            scalar = self.capabilities.enclosing_scalar(path)
            if scalar is not None:
                path, value, specified = scalar, {}, True
            elif isinstance(value, dict | list):
                return path, value, None
        state = self._properties.get(path)
        if state is None and self._size.reserve_path(path, specified=specified):
            state = self._properties[path] = PropertyState(specified=specified)
        return path, value, state

    def _limit_text(self, state: PropertyState, text: str) -> Json:
        """Return a text within the size limit, or an empty object, which is never valid."""
        if len(text) <= state.text_length:
            return text
        if not self._size.reserve_text(len(text), state.text_length, specified=state.specified):
            return {}
        state.text_length = len(text)
        return text

    def _add_element(self, path: str) -> bool:
        """Add the array element that a path belongs to; return whether there is one."""
        if "[" not in path:
            return False
        indices = indices_of(path)
        self._elements.setdefault(template_of(path), set()).add(indices)
        return True

    def begin_writes(self, values: Mapping[str, Json], now: int) -> list[PendingWrite]:
        """Show values while they are sent; every write has to be accepted or ended."""
        writes = [PendingWrite(path, value, sent=now) for path, value in values.items()]
        self._update_pending(writes, self._pending.add)
        return writes

    def accept_writes(self, writes: Iterable[PendingWrite], expires: int) -> None:
        """Mark writes as accepted by the platform; they end at ``expires`` in epoch milliseconds.

        The value of a property that is never reported is the one written last.
        """
        for write in writes:
            state = self._property(write.path)
            if self._pending.accept(write, expires) and not state.time:
                if state.value is None:
                    self._add_element(write.path)
                state.value = write.value

    def end_writes(self, writes: Sequence[PendingWrite]) -> None:
        """End writes that failed, were cancelled or expired."""
        self._update_pending(writes, self._pending.remove)

    def restore_writes(self, writes: Iterable[PendingWrite]) -> None:
        """Restore the accepted writes of an earlier run; called before there are listeners."""
        for write in writes:
            self._pending.add(write)

    def accepted_writes(self) -> list[PendingWrite]:
        """Return the pending writes that the platform accepted."""
        return [write for write in self._pending if write.expires is not None]

    def _update_pending(
        self, writes: Sequence[PendingWrite], update: Callable[[PendingWrite], None]
    ) -> None:
        shown = self._shown_values(writes)
        for write in writes:
            update(write)
        self._notify_values({}, shown)

    def mark_active(self, time: int, now: int) -> None:
        """Apply a sign of life at a device time."""
        if self.availability.mark_active(time, now):
            self._notify_availability()

    def mark_offline(self, time: int, now: int) -> None:
        """Apply an OFFLINE event."""
        if self.availability.mark_offline(time, now):
            self._notify_availability()

    def update_information(self, info: Device, requested_at: int) -> None:
        """Apply the device list, requested at a time in epoch milliseconds."""
        previous, self.info = self.info, info
        listed = self._listed_report(requested_at) or 0
        if self.availability.apply_listing(
            online=info.connect_status is ConnectStatus.ONLINE,
            last_report=listed,
            requested_at=requested_at,
            is_behind=(self.last_report or 0) > listed + SECOND_MS,
        ):
            self._notify_availability()
        self._set_last_report(listed)
        if info is not previous and info != previous:
            self.notify(Signal.INFORMATION)

    def _listed_report(self, now: int) -> int | None:
        """Return the time of the last report in the device list in epoch milliseconds."""
        listed = self.info.last_update_time
        return None if listed is None else self.report_times.get(listed, now, pushed=False)

    def _notify_availability(self) -> None:
        self.notify(Signal.AVAILABILITY)
        self.notify(Signal.ONLINE)

    def _set_last_report(self, time: int) -> None:
        if time > (self.last_report or 0):
            self.last_report = time
            self.notify(Signal.LAST_REPORT)

    def notify(self, signal: Signal) -> None:
        """Call the listeners of a signal."""
        for listener in self._listeners.get(signal, ()):
            listener()


def _add[Callback](listeners: list[Callback], listener: Callback) -> Callable[[], None]:
    listeners.append(listener)
    return lambda: listeners.remove(listener)
