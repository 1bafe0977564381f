"""Events: presses, and what devices say once."""

from collections.abc import Mapping
import time
from typing import Final, override

from homeassistant.components.event import EventDeviceClass, EventEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import InvalidValueError
from .api.decode import Json
from .api.values import decode
from .coordinator import MilesightConfigEntry, MilesightCoordinator
from .device import MilesightDevice
from .entity import MilesightDescribedEntity, async_setup_platform, state_key
from .mapping import Description

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events of an Application."""
    async_setup_platform(entry, async_add_entities, Platform.EVENT, _entity)


FRESH_MS: Final = 60_000


def _entity(
    coordinator: MilesightCoordinator, device: MilesightDevice, description: Description
) -> MilesightEvent:
    kind = MilesightThingEvent if description.item is None else MilesightPress
    return kind(coordinator, device, description)


class MilesightEvent(MilesightDescribedEntity, EventEntity):
    """Something that happens: it is told each time, whatever was told before."""

    @override
    def _adopt(self, description: Description) -> None:
        """Take class and types from the description."""
        device_class = description.device_class
        self._attr_device_class = EventDeviceClass(device_class) if device_class else None
        self._attr_event_types = list(description.states.values())

    @property
    @override
    def available(self) -> bool:
        """Stay available: what has happened has happened."""
        return True

    def _happen(self, kind: str, attributes: Mapping[str, Json] | None = None) -> None:
        self._trigger_event(kind, dict(attributes) if attributes else None)
        self.async_write_ha_state()


class MilesightPress(MilesightEvent):
    """A property of which every report is an event, such as a button pressed."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for reports of the property, also of the same value."""
        await super().async_added_to_hass()
        self.async_on_remove(self.device.listen_reports(self.description.path, self._reported))

    @callback
    def _reported(self, raw: Json, made: int, pushed: bool) -> None:
        item = self.description.item
        if item is None or not (pushed or time.time() * 1000 - made < FRESH_MS):
            return
        try:
            kind = self.description.states.get(state_key(decode(item, raw)))
        except InvalidValueError:
            return
        if kind is not None:
            self._happen(kind)


class MilesightThingEvent(MilesightEvent):
    """An event of the thing specification, with its outputs as attributes."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for the event."""
        await super().async_added_to_hass()
        self.async_on_remove(self.device.listen_events(self.description.path, self._reported))

    @callback
    def _reported(self, values: Mapping[str, Json]) -> None:
        kind = self.description.roles.get("type")
        key = str(values.get(kind.path, "")) if kind is not None else ""
        states = self.description.states
        self._happen(states.get(key) or states[""], values)
