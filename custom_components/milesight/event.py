"""Events: presses of buttons, and events of the thing specification."""

from collections.abc import Iterator, Mapping
from typing import Final, override

from homeassistant.components.event import EventEntity
from homeassistant.components.event.const import (
    EventEntityCapabilityAttribute,
    EventEntityStateAttribute,
)
from homeassistant.const import ATTR_ENTITY_ID, EntityCapabilityAttribute, EntityStateAttribute
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.limited_size_dict import LimitedSizeDict

from .api import InvalidValueError, Item
from .api.codec import decode
from .api.parsing import Json
from .coordinator import MilesightConfigEntry, MilesightCoordinator
from .devices.device import MilesightDevice
from .devices.timestamps import FRESH_MS, now_ms
from .entity import MilesightDescribedEntity, async_setup_platform, state_key
from .mapping import EventDescription, ReportEventDescription, ThingEventDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events of an Application."""
    async_setup_platform(entry, async_add_entities, ReportEventDescription, MilesightReportEvent)
    async_setup_platform(entry, async_add_entities, ThingEventDescription, MilesightThingEvent)


MAX_FIRED: Final = 64
PREFIX: Final = "output_"
# Attributes with a meaning in Home Assistant. A position means the same there.
RESERVED: Final = frozenset(
    {
        *EntityStateAttribute,
        *EntityCapabilityAttribute,
        *EventEntityStateAttribute,
        *EventEntityCapabilityAttribute,
        ATTR_ENTITY_ID,
    }
) - {EntityStateAttribute.LATITUDE, EntityStateAttribute.LONGITUDE}


class MilesightEvent[D: EventDescription](MilesightDescribedEntity[D], EventEntity):
    """An event entity."""

    @override
    def _apply_description(self, description: D) -> None:
        super()._apply_description(description)
        self._attr_device_class = description.device_class
        self._attr_event_types = list(description.event_types.values())

    @property
    @override
    def available(self) -> bool:
        """Return True: events are historical."""
        return True

    def _event_type(self, item: Item | None, raw: Json) -> str | None:
        """Return the event type for a value of an item."""
        if item is None or raw is None:
            return None
        try:
            return self.description.event_types.get(state_key(decode(item, raw)))
        except InvalidValueError:
            return None

    def _fire(self, event_type: str, attributes: Mapping[str, Json] | None = None) -> None:
        self._trigger_event(event_type, dict(attributes) if attributes else None)
        self.async_write_ha_state()


class MilesightReportEvent(MilesightEvent[ReportEventDescription]):
    """An event entity that fires on each report of a property, such as the press of a button."""

    def __init__(
        self,
        coordinator: MilesightCoordinator,
        device: MilesightDevice,
        description: ReportEventDescription,
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator, device, description)
        self._fired: LimitedSizeDict[tuple[int, str], None] = LimitedSizeDict(size_limit=MAX_FIRED)

    @override
    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Subscribe to all reports, also of the same value."""
        yield self.device.listen_reports(self.description.path, self._reported)

    @callback
    def _reported(self, raw: Json, time: int, pushed: bool) -> None:
        event_type = self._event_type(self.description.item, raw)
        if event_type is not None and self._is_event(event_type, time, pushed=pushed):
            self._fire(event_type)

    def _is_event(self, event_type: str, time: int, *, pushed: bool) -> bool:
        """Return if a report is an event: pushed or recent, and only once per type and time.

        Polling may find a press before its push arrives.
        """
        if (time, event_type) in self._fired or not (pushed or now_ms() - time < FRESH_MS):
            return False
        self._fired[time, event_type] = None
        return True


class MilesightThingEvent(MilesightEvent[ThingEventDescription]):
    """An event of the thing specification, with its outputs as attributes."""

    @override
    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Subscribe to the event."""
        yield self.device.listen_events(self.description.path, self._received)

    @callback
    def _received(self, outputs: Mapping[str, Json]) -> None:
        item = self.description.type_output
        event_type = self._event_type(item, outputs.get(item.path)) if item is not None else None
        self._fire(event_type or self.description.event_types[""], event_attributes(outputs))


def event_attributes(outputs: Mapping[str, Json]) -> dict[str, Json]:
    """Return the attributes for the outputs of an event: a reserved name gets a prefix."""
    attributes = {name: value for name, value in outputs.items() if name not in RESERVED}
    for name in outputs.keys() & RESERVED:
        attribute = f"{PREFIX}{name}"
        while attribute in attributes:
            attribute = f"{PREFIX}{attribute}"
        attributes[attribute] = outputs[name]
    return attributes
