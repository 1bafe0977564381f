"""Entity descriptions: what the rules decide about each entity, one type for each platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, ClassVar, Self, override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.button import ButtonDeviceClass
from homeassistant.components.cover.const import CoverDeviceClass
from homeassistant.components.event import EventDeviceClass
from homeassistant.components.number.const import NumberDeviceClass
from homeassistant.components.sensor.const import SensorDeviceClass, SensorStateClass
from homeassistant.components.switch import SwitchDeviceClass
from homeassistant.components.valve.const import ValveDeviceClass
from homeassistant.const import EntityCategory, Platform

from ..api import Item, ThingService
from ..api.paths import ANY_INDEX


class Priority(IntEnum):
    """Importance of an entity to the owner of the device.

    Primary is what the device is for; secondary is useful to many; rare is for installers, noisy,
    dangerous or unknown, and is disabled by default.
    """

    PRIMARY = 1
    SECONDARY = 2
    RARE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Setter:
    """A service that sets what no property can; ``input`` takes the value."""

    service: ThingService
    input: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One entity of a device.

    ``key`` ends the unique id (``<sn>_<key>``) and never depends on order, language or names.
    ``path`` is where its value is reported, with ``[]`` in place of an array's index; such a
    template is completed by ``element``. ``name`` is the specification's own wording, used where
    there is no ``translation_key``; without either, the entity has the device's name.
    """

    platform: ClassVar[Platform]

    key: str
    path: str
    name: str | None = None
    translation_key: str | None = None
    placeholders: Mapping[str, str] = field(default_factory=dict)
    category: EntityCategory | None = None
    priority: Priority = Priority.SECONDARY

    @property
    def is_template(self) -> bool:
        """Return whether this stands for the elements of an array."""
        return ANY_INDEX in self.path

    def element(self, *indices: int) -> Self:
        """Return the description of one element: ``relay[].state`` with 0 is ``relay[0].state``.

        Takes one index for each ``[]`` of the path, from the left. Names count from 1.
        """
        description = self
        for index in indices:
            description = description._at(index)
        return description

    def _at(self, index: int) -> Self:
        def numbered(text: str) -> str:
            return text.replace(ANY_INDEX, str(index + 1), 1)

        return replace(
            self,
            key=path_at(self.key, index),
            path=path_at(self.path, index),
            name=self.name and numbered(self.name),
            placeholders={name: numbered(value) for name, value in self.placeholders.items()},
            **self._items_at(index),
        )

    def _items_at(self, index: int) -> dict[str, Any]:  # noqa: ARG002
        """Return the fields that hold items, for one element."""
        return {}


def path_at(path: str, index: int) -> str:
    """Return a path with its first ``[]`` replaced by an index."""
    return path.replace(ANY_INDEX, f"[{index}]", 1)


def item_at[T: Item | None](item: T, index: int) -> T:
    """Return an item of a template, for one element."""
    return replace(item, path=path_at(item.path, index)) if item is not None else item


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyDescription(Description):
    """An entity that shows the value of one property."""

    item: Item

    @override
    def _items_at(self, index: int) -> dict[str, Any]:
        return {"item": item_at(self.item, index)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorDescription(PropertyDescription):
    """A sensor; ``options`` maps the keys of an enumeration to its states.

    ``suggested_unit`` is the one in which Home Assistant shows the value, if not in ``unit``.
    """

    platform = Platform.SENSOR

    device_class: SensorDeviceClass | None = None
    state_class: SensorStateClass | None = None
    unit: str | None = None
    suggested_unit: str | None = None
    precision: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagDescription(PropertyDescription):
    """An entity that is on or off: ``labels`` by key, and the keys that mean *on*."""

    labels: Mapping[str, str]
    on: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BinarySensorDescription(FlagDescription):
    """A binary sensor; ``release`` is the flag that ends the alarm, where a device has one."""

    platform = Platform.BINARY_SENSOR

    device_class: BinarySensorDeviceClass | None = None
    release: Item | None = None

    @override
    def _items_at(self, index: int) -> dict[str, Any]:
        return {"item": item_at(self.item, index), "release": item_at(self.release, index)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchDescription(FlagDescription):
    """A switch.

    ``state`` is the property that shows the state if ``item`` only takes it, ``state_options``
    maps its keys to ``on`` and ``off``. ``item`` is an input of a service where no property can be
    written; ``setter`` is that service.
    """

    platform = Platform.SWITCH

    device_class: SwitchDeviceClass | None = None
    state: Item | None = None
    state_options: Mapping[str, str] = field(default_factory=dict)
    setter: Setter | None = None

    @override
    def _items_at(self, index: int) -> dict[str, Any]:
        return {"item": item_at(self.item, index), "state": item_at(self.state, index)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberDescription(PropertyDescription):
    """A number with the values that it takes."""

    platform = Platform.NUMBER

    device_class: NumberDeviceClass | None = None
    unit: str | None = None
    minimum: float
    maximum: float
    step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectDescription(PropertyDescription):
    """A select; ``options`` by key."""

    platform = Platform.SELECT

    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDescription(PropertyDescription):
    """A text with the lengths that it takes; a ``secret`` one is shown as a password."""

    platform = Platform.TEXT

    min_length: int
    max_length: int
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTimeDescription(PropertyDescription):
    """A date and time that is written."""

    platform = Platform.DATETIME


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeDescription(PropertyDescription):
    """A time of day that is written."""

    platform = Platform.TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDescription(PropertyDescription):
    """An image at the address that is reported."""

    platform = Platform.IMAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonDescription(Description):
    """A button: a service without inputs, or a property and the key that triggers it."""

    platform = Platform.BUTTON

    device_class: ButtonDeviceClass | None = None
    item: Item | None = None
    press_key: str | None = None

    @override
    def _items_at(self, index: int) -> dict[str, Any]:
        return {"item": item_at(self.item, index)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDescription(Description):
    """An event entity; ``event_types`` by key."""

    platform = Platform.EVENT

    device_class: EventDeviceClass | None = None
    event_types: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEventDescription(EventDescription):
    """An event entity that fires on each report of a property."""

    item: Item

    @override
    def _items_at(self, index: int) -> dict[str, Any]:
        return {"item": item_at(self.item, index)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingEventDescription(EventDescription):
    """An event of the thing specification; ``type_output`` is the output that holds its type."""

    type_output: Item | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeDescription(Description):
    """An entity of several properties, by the role of each.

    ``options`` maps the keys of a role to Home Assistant's words, ``setters`` are the services of
    the roles that no property can set.
    """

    roles: Mapping[str, Item] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    setters: Mapping[str, Setter] = field(default_factory=dict)

    @override
    def _items_at(self, index: int) -> dict[str, Any]:
        return {"roles": {role: item_at(item, index) for role, item in self.roles.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimateDescription(CompositeDescription):
    """A thermostat with the range and the step of its set-points."""

    platform = Platform.CLIMATE

    unit: str
    minimum: float
    maximum: float
    step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ValveDescription(CompositeDescription):
    """A valve."""

    platform = Platform.VALVE

    device_class: ValveDeviceClass


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverDescription(CompositeDescription):
    """A cover."""

    platform = Platform.COVER

    device_class: CoverDeviceClass | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LightDescription(CompositeDescription):
    """A light with the range of its brightness, and the highest level of its color channels."""

    platform = Platform.LIGHT

    minimum: float = 0.0
    maximum: float = 255.0
    color_maximum: float = 255.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerDescription(CompositeDescription):
    """A device tracker."""

    platform = Platform.DEVICE_TRACKER


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite entity and what becomes of the properties that it uses.

    ``absorbed`` are the paths that get no entity of their own. What ``repeated`` paths show is
    shown by the composite as well, so that their own entities are rare.
    """

    description: CompositeDescription
    absorbed: frozenset[str]
    repeated: frozenset[str] = frozenset()
