"""Events: presses, and what devices say once."""

from collections.abc import Mapping
from typing import Final, override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.limited_size_dict import LimitedSizeDict

from .api import InvalidValueError
from .api.decode import Json
from .api.values import decode
from .coordinator import MilesightConfigEntry
from .devices.timestamps import now_ms
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


FRESH_MS: Final = 60_000
MAX_POLLED: Final = 64


class MilesightEvent[D: EventDescription](MilesightDescribedEntity[D], EventEntity):
    """An event entity that fires on every report, also of the same value."""

    @override
    def _adopt(self, description: D) -> None:
        """Take class and types from the description."""
        self._attr_device_class = description.device_class
        self._attr_event_types = list(description.event_types.values())

    @property
    @override
    def available(self) -> bool:
        """Stay available: what has happened has happened."""
        return True

    def _happen(self, kind: str, attributes: Mapping[str, Json] | None = None) -> None:
        self._trigger_event(kind, dict(attributes) if attributes else None)
        self.async_write_ha_state()


class MilesightReportEvent(MilesightEvent[ReportEventDescription]):
    """A property of which every report is an event, such as the press of a button."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for reports of the property, also of the same value."""
        await super().async_added_to_hass()
        self._polled: LimitedSizeDict[int, None] = LimitedSizeDict(size_limit=MAX_POLLED)
        self.async_on_remove(self.device.listen_reports(self.description.path, self._reported))

    @callback
    def _reported(self, raw: Json, made: int, pushed: bool) -> None:
        if not self._is_event(made, pushed=pushed):
            return
        try:
            kind = self.description.event_types.get(state_key(decode(self.description.item, raw)))
        except InvalidValueError:
            return
        if kind is not None:
            self._happen(kind)

    def _is_event(self, made: int, *, pushed: bool) -> bool:
        """Return whether a report is an event, and not one that polling found before its push."""
        if pushed:
            return made not in self._polled
        if now_ms() - made >= FRESH_MS:
            return False
        self._polled[made] = None
        return True


class MilesightThingEvent(MilesightEvent[ThingEventDescription]):
    """An event of the thing specification, with its outputs as attributes."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for the event."""
        await super().async_added_to_hass()
        self.async_on_remove(self.device.listen_events(self.description.path, self._reported))

    @callback
    def _reported(self, values: Mapping[str, Json]) -> None:
        output = self.description.type_output
        key = str(values.get(output.path, "")) if output is not None else ""
        event_types = self.description.event_types
        self._happen(event_types.get(key) or event_types[""], values)
