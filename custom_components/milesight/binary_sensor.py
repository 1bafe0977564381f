"""Binary sensors: contacts, leaks, alarms, presence, and the connectivity of devices."""

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
    async_add_entities(
        [
            PushHealthSensor(entry.runtime_data, "push_healthy"),
            RequestLimitSensor(entry.runtime_data, "request_limit"),
        ]
    )
    async_setup_platform(
        entry,
        async_add_entities,
        BinarySensorDescription,
        MilesightBinarySensor,
        _connectivity_sensors,
    )


def _connectivity_sensors(
    coordinator: MilesightCoordinator, device: MilesightDevice
) -> Iterator[MilesightEntity]:
    yield ConnectivitySensor(coordinator, device)


class MilesightBinarySensor(MilesightFlagEntity[BinarySensorDescription], BinarySensorEntity):
    """A property with two states that is read.

    An alarm with a release is on until the release is reported.
    """

    @override
    def _apply_description(self, description: BinarySensorDescription) -> None:
        super()._apply_description(description)
        self._attr_device_class = description.device_class

    @override
    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Subscribe to all reports of an alarm and its release: the later one counts."""
        yield from super()._subscribe()
        if (release := self.description.release) is not None:
            for item in (self.description.item, release):
                yield self.device.listen_reports(item.path, self._reported)

    @callback
    def _reported(self, _raw: Json, _time: int, _pushed: bool) -> None:
        self._value_changed(self._raw)

    @override
    def _convert(self, value: Value) -> bool | None:
        is_on = super()._convert(value)
        release = self.description.release
        if not is_on or release is None:
            return is_on
        if self.device.decode(release, self.device.value(release.path)) is not True:
            return True
        item = self.description.item
        return self.device.reported_at(item.path) > self.device.reported_at(release.path)


class ConnectivitySensor(MilesightEntity, BinarySensorEntity):
    """The connection between the device and the platform.

    The dashboard tells it from other sensors of this device class by its translation key.
    """

    _attr_translation_key = "connectivity"
    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: MilesightCoordinator, device: MilesightDevice) -> None:
        """Initialize the sensor."""
        super().__init__(coordinator, device, "connectivity")

    @property
    @override
    def available(self) -> bool:
        """Return if the platform is reachable, also while the device is offline."""
        return self.coordinator.connected

    @property
    @override
    def is_on(self) -> bool:
        """Return if the device is online."""
        return self.device.online


class PushHealthSensor(MilesightApplicationEntity, BinarySensorEntity):
    """Arrival of the pushes of the platform."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY

    @property
    @override
    def is_on(self) -> bool:
        """Return if pushes arrive."""
        return self.coordinator.pushes.healthy


class RequestLimitSensor(MilesightApplicationEntity, BinarySensorEntity):
    """Pause of polling because the requests of the day are used up."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM

    @property
    @override
    def is_on(self) -> bool:
        """Return if polling is paused."""
        return self.coordinator.request_limit.exhausted
