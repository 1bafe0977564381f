"""Binary sensors: contacts, leaks, alarms, presence, and whether a device is connected."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass, BinarySensorEntity
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api.codec import Value
from .api.parsing import Json
from .coordinator import MilesightConfigEntry, MilesightCoordinator
from .devices.device import MilesightDevice
from .entity import (
    MilesightApplicationEntity,
    MilesightEntity,
    MilesightFlagEntity,
    async_setup_platform,
)
from .mapping import BinarySensorDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of an Application."""
    async_add_entities([PushHealthSensor(entry.runtime_data, "push_healthy")])
    async_setup_platform(
        entry, async_add_entities, BinarySensorDescription, MilesightBinarySensor, _own_sensors
    )


def _own_sensors(
    coordinator: MilesightCoordinator, device: MilesightDevice
) -> Iterator[MilesightEntity]:
    yield ConnectivitySensor(coordinator, device)


class MilesightBinarySensor(MilesightFlagEntity[BinarySensorDescription], BinarySensorEntity):
    """A property of two states that is read."""

    @override
    def _adopt(self, description: BinarySensorDescription) -> None:
        """Take the class from the description."""
        self._attr_device_class = description.device_class
        self._release = description.release

    @override
    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Listen for every report where a release is told apart: which came last is what counts."""
        yield from super()._subscribe()
        if self._release is not None:
            for item in (self.item, self._release):
                yield self.device.listen_reports(item.path, self._reported)

    @callback
    def _reported(self, _raw: Json, _made: int, _pushed: bool) -> None:
        self._changed(self._raw)

    @override
    def _convert(self, value: Value) -> bool | None:
        """Return whether it is on; where a release is told apart, until it is told."""
        is_on = super()._convert(value)
        if not is_on or self._release is None or self.read(self._release) is not True:
            return is_on
        made, released = map(self.device.reported_at, (self.item.path, self._release.path))
        return made > released


class ConnectivitySensor(MilesightEntity, BinarySensorEntity):
    """Whether the platform is in touch with the device."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: MilesightCoordinator, device: MilesightDevice) -> None:
        """Name the sensor."""
        super().__init__(coordinator, device, "connectivity")

    @property
    @override
    def available(self) -> bool:
        """Tell also when the device is gone, as long as the platform can be asked."""
        return self.coordinator.in_touch

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the device is connected."""
        return self.device.online


class PushHealthSensor(MilesightApplicationEntity, BinarySensorEntity):
    """Whether the platform pushes."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY

    @property
    @override
    def is_on(self) -> bool:
        """Return whether pushes come."""
        return self.coordinator.pushes.healthy
