"""One device as the integration knows it: its latest values, and who wants to hear of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate
import re
from typing import Self

from homeassistant.components.sensor.const import SensorDeviceClass

from .api import ConnectStatus, DataType, Device, Item, ThingSpecification
from .api.decode import Json
from .api.specification import BRACKETS
from .const import CLOCK_TOLERANCE_MS
from .mapping import Description, Priority, SensorDescription, describe, expected_entities

INDEX = re.compile(r"\[(\d+)\]")
STEP = re.compile(r"[.\[]")
SECOND_MS = 1000
CONTAINERS = frozenset({DataType.STRUCT, DataType.ARRAY, DataType.UNKNOWN})
MOST_PATHS = 4096  # no device has so many; who sends more does not speak for one

type Listener = Callable[[], None]
type ValueListener = Callable[[Json], None]
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
    scalars: frozenset[str] = frozenset()
    enabled: Mapping[Priority, int] = field(default_factory=lambda: dict.fromkeys(Priority, 0))
    reports_battery: bool = False

    @classmethod
    def of(cls, specification: ThingSpecification) -> Self:
        """Return what a specification gives rise to.

        ``sizes`` is the greatest number of elements by the path of an array, ``scalars`` the paths
        below which there is nothing, ``enabled`` the number of entities to expect up to a priority.
        """
        descriptions = describe(specification)
        items = (item for root in specification.properties for item in root.walk())
        return cls(
            specification,
            descriptions,
            {item.path: item.max_size for item in items if item.max_size is not None},
            frozenset(
                leaf.path for leaf in specification.leaves() if leaf.data_type not in CONTAINERS
            ),
            {
                priority: sum(
                    expected_entities(found) for found in descriptions if found.priority <= priority
                )
                for priority in Priority
            },
            any(
                isinstance(found, SensorDescription)
                and found.device_class is SensorDeviceClass.BATTERY
                for found in descriptions
            ),
        )

    def is_scalar(self, path: str) -> bool:
        """Return whether there is a value at a path, and nothing below it."""
        return INDEX.sub(BRACKETS, path) in self.scalars

    def holder(self, path: str) -> str | None:
        """Return the path of the scalar below which a report nests more, if it does."""
        above = (path[: step.start()] for step in STEP.finditer(path))
        return next((found for found in above if self.is_scalar(found)), None)

    def admits(self, template: str, indices: Iterable[int]) -> bool:
        """Return whether elements at these indices are within the sizes of their arrays."""
        arrays = accumulate(
            template.split(BRACKETS)[:-1], lambda path, rest: path + BRACKETS + rest
        )
        return all(
            index < self.sizes.get(array, index + 1)
            for array, index in zip(arrays, indices, strict=True)
        )


@dataclass(slots=True)
class Point:
    """What is held of one path, and who wants to hear of a change: all that a reading touches.

    A path that is listened to and was never reported has no value yet.
    """

    value: Json = None
    time: int = 0
    listeners: list[ValueListener] = field(default_factory=list)


NO_CAPABILITIES = Capabilities(ThingSpecification())


class MilesightDevice:
    """A device's identity, flat state and listeners.

    Per path the newest device time wins, however it came; a value that was written is shown until
    the device reports that path.
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
        self._seen = 0
        self._heard = 0
        self._offline_since = 0 if self.online else info.last_update_time or 0
        self._written: dict[str, Json] = {}
        self._elements: dict[str, set[tuple[int, ...]]] = {}
        self._points: dict[str, Point] = {}
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

    def _reported(self) -> Iterator[tuple[str, Point]]:
        return ((path, point) for path, point in self._points.items() if point.value is not None)

    def value(self, path: str) -> Json:
        """Return the value to show: the one written last if unanswered, else the one reported."""
        if self._written and path in self._written:
            return self._written[path]
        return self.reported(path)

    def reported(self, path: str) -> Json:
        """Return the value that was reported last, whatever was written since."""
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
        """Call ``listener`` with value, time and whether it was pushed, at every report."""
        return _add(self._report_listeners.setdefault(path, []), listener)

    def listen_events(self, event_id: str, listener: EventListener) -> Callable[[], None]:
        """Call ``listener`` with the outputs of an event of the specification."""
        return _add(self._event_listeners.setdefault(event_id, []), listener)

    def tell(self, event_id: str, values: Mapping[str, Json]) -> None:
        """Take an event; its outputs may be prefixed by its id."""
        outputs = {path.removeprefix(f"{event_id}."): value for path, value in values.items()}
        for listener in tuple(self._event_listeners.get(event_id, ())):
            listener(outputs)

    def merge(self, time: int, values: Mapping[str, Json], *, pushed: bool) -> bool:
        """Take a report: epoch milliseconds and ``path -> value``; null says nothing.

        Returns whether an element of an array was seen for the first time.
        """
        changed: list[Point] = []
        grown = False
        for path, value in values.items():
            point = self._points.get(path)
            if point is None:
                path, value, point = self._first(path, value)  # noqa: PLW2901
            if value is None or point is None or time < point.time:
                continue
            if value != (self._written.pop(path, point.value) if self._written else point.value):
                changed.append(point)
            if point.value is None:
                grown = self._discover(path) or grown
            is_newer = time > point.time
            point.value, point.time = value, time
            if is_newer and self._report_listeners:
                for tell in self._report_listeners.get(path, ()):
                    tell(value, time, pushed)
        self._note_report(time)
        self.covered_until = max(self.covered_until, time)
        for point in changed:
            value = point.value
            for listener in point.listeners:
                listener(value)
        return grown

    def restore(
        self, values: Mapping[str, Json], times: Mapping[str, int], last_report: int | None
    ) -> None:
        """Take the values of an earlier run, before anybody listens."""
        self.last_report = last_report
        self._seen = last_report or 0
        for path, value in values.items():
            self._discover(path)
            self._points[path] = Point(value, times.get(path, 0))

    def _point(self, path: str) -> Point:
        return self._points.setdefault(path, Point())

    def _first(self, path: str, value: Json) -> tuple[str, Json, Point | None]:
        """Return where a value goes whose path was not heard of before, as long as there is room.

        What is nested where the specification has a scalar is an object in place of that scalar;
        an empty object or array elsewhere says nothing.
        """
        if not self.capabilities.is_scalar(path):
            holder = self.capabilities.holder(path)
            if holder is not None:
                path, value = holder, {}
            elif isinstance(value, dict | list):
                return path, value, None
        point = self._points.get(path)
        if point is None and len(self._points) < MOST_PATHS:
            point = self._point(path)
        return path, value, point

    def _discover(self, path: str) -> bool:
        """Note a path that was not reported before; return whether it is an element's."""
        if "[" not in path:
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
                self._show(path)

    def retract(self, values: Mapping[str, Json]) -> None:
        """Take back values whose sending failed."""
        for path, value in values.items():
            if self._written.get(path) != value:
                continue
            del self._written[path]
            if self.reported(path) != value:
                self._show(path)

    def settle(self, values: Mapping[str, Json]) -> None:
        """Stop waiting for the report of values written.

        A property that is never reported keeps the value written; any other shows what the device
        reported last.
        """
        for path, value in values.items():
            point = self._point(path)
            if point.value is None and self._written.get(path) == value:
                self._discover(path)
                point.value = value
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

    def _show(self, path: str) -> None:
        value = self.value(path)
        for listener in self._point(path).listeners:
            listener(value)


def _add[Callback](listeners: list[Callback], listener: Callback) -> Callable[[], None]:
    listeners.append(listener)
    return lambda: listeners.remove(listener)
