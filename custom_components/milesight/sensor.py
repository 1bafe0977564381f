"""Sensors: measurements, counters and states of devices, and diagnostics of the Application."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
import time as clock
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agentcraft.entities import AgentcraftSensor, agentcraft_entities
from .api.codec import Value
from .const import DOMAIN
from .coordinator import MilesightConfigEntry, MilesightCoordinator
from .devices.device import MilesightDevice, Signal
from .entity import (
    MilesightApplicationEntity,
    MilesightEntity,
    MilesightPropertyEntity,
    async_setup_platform,
    state_key,
)
from .mapping import SensorDescription

PARALLEL_UPDATES = 0
MAX_STATE = 255


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of an Application."""
    async_add_entities(
        ApplicationSensor(entry.runtime_data, description) for description in APPLICATION_SENSORS
    )
    async_setup_platform(
        entry, async_add_entities, SensorDescription, MilesightSensor, _device_sensors
    )


def _device_sensors(
    coordinator: MilesightCoordinator, device: MilesightDevice
) -> Iterator[MilesightEntity]:
    """Yield the sensors of the device list and of the link to Agentcraft.

    The battery level of a disconnected device is not listed: a battery in the entity registry stays
    there unless a property reports the level.
    """
    yield LastReportSensor(coordinator, device)
    yield from agentcraft_entities(AgentcraftSensor, coordinator, device)
    if device.capabilities.reports_battery:
        return
    battery = BatterySensor(coordinator, device)
    registry = er.async_get(coordinator.hass)
    if device.info.electricity is not None or registry.async_get_entity_id(
        Platform.SENSOR, DOMAIN, f"{device.sn}_{battery.key}"
    ):
        yield battery


class MilesightSensor(MilesightPropertyEntity[SensorDescription], SensorEntity):
    """A property that is read."""

    _attr_native_value: str | float | datetime | None = None

    @override
    def _apply_description(self, description: SensorDescription) -> None:
        super()._apply_description(description)
        self._attr_device_class = description.device_class
        self._attr_state_class = description.state_class
        self._attr_native_unit_of_measurement = description.unit
        self._attr_suggested_unit_of_measurement = description.suggested_unit
        self._attr_suggested_display_precision = description.precision
        is_enum = self._attr_device_class is SensorDeviceClass.ENUM
        self._attr_options = list(description.options.values()) if is_enum else None

    @override
    def _convert(self, value: Value) -> str | float | datetime | None:
        if isinstance(value, (str, bool)):
            key = state_key(value)
            return self.description.options.get(key, key)[:MAX_STATE]
        return value.isoformat("minutes") if isinstance(value, time) else value


@dataclass(frozen=True, kw_only=True)
class ApplicationSensorDescription(SensorEntityDescription):
    """A sensor of the Application; ``value_fn`` returns its value."""

    value_fn: Callable[[MilesightCoordinator], int | datetime | None]


def _as_datetime(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


APPLICATION_SENSORS = (
    ApplicationSensorDescription(
        key="requests_24h",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda coordinator: coordinator.quota.used(clock.time()),
    ),
    ApplicationSensorDescription(
        key="pushes_24h",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda coordinator: coordinator.pushes.counter.count(clock.time()),
    ),
    ApplicationSensorDescription(
        key="last_push",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda coordinator: _as_datetime(coordinator.pushes.last_push),
    ),
    ApplicationSensorDescription(
        key="next_poll",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda coordinator: _as_datetime(coordinator.next_poll),
    ),
)


class ApplicationSensor(MilesightApplicationEntity, SensorEntity):
    """A diagnostic of the integration's own work."""

    entity_description: ApplicationSensorDescription

    def __init__(
        self, coordinator: MilesightCoordinator, description: ApplicationSensorDescription
    ) -> None:
        """Initialize the sensor."""
        super().__init__(coordinator, description.key)
        self.entity_description = description

    @property
    @override
    def native_value(self) -> int | datetime | None:
        """Return the present value."""
        return self.entity_description.value_fn(self.coordinator)


class LastReportSensor(MilesightEntity, SensorEntity):
    """The time of the last report of a device."""

    _attr_device_class = SensorDeviceClass.TIMESTAMP
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_entity_registry_enabled_default = False
    _attr_translation_key = "last_report"

    def __init__(self, coordinator: MilesightCoordinator, device: MilesightDevice) -> None:
        """Initialize the sensor."""
        super().__init__(coordinator, device, "last_report")

    @property
    @override
    def available(self) -> bool:
        """Return True: the time stays valid while the device is offline."""
        return True

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the time of the last report."""
        last = self.device.last_report
        return datetime.fromtimestamp(last / 1000, UTC) if last else None

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to reports."""
        await super().async_added_to_hass()
        self.listen(Signal.LAST_REPORT, self.async_write_ha_state)


class BatterySensor(MilesightEntity, SensorEntity):
    """The battery level in the device list, for devices that do not report it."""

    _attr_device_class = SensorDeviceClass.BATTERY
    _attr_state_class = SensorStateClass.MEASUREMENT
    _attr_native_unit_of_measurement = PERCENTAGE
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: MilesightCoordinator, device: MilesightDevice) -> None:
        """Initialize the sensor."""
        super().__init__(coordinator, device, "battery")
        self._attr_native_value = device.info.electricity

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to changes of the device list."""
        await super().async_added_to_hass()
        self.listen(Signal.INFORMATION, self._changed)

    @callback
    def _changed(self) -> None:
        if self._attr_native_value != self.device.info.electricity:
            self._attr_native_value = self.device.info.electricity
            self.async_write_ha_state()
