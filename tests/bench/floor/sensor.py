"""Bare sensors for each device: as many enabled and disabled ones, of the kinds that ours are."""

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorStateClass
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

READINGS = {
    "battery": (SensorDeviceClass.BATTERY, "%", 0),
    "temperature": (SensorDeviceClass.TEMPERATURE, "°C", 1),
    "humidity": (SensorDeviceClass.HUMIDITY, "%", 1),
    "light_level": (None, None, 0),
    "co2": (SensorDeviceClass.CO2, "ppm", 0),
    "tvoc": (None, None, 2),
    "pressure": (SensorDeviceClass.ATMOSPHERIC_PRESSURE, "hPa", 1),
    "pm2_5": (SensorDeviceClass.PM25, "μg/m³", 0),
    "pm10": (SensorDeviceClass.PM10, "μg/m³", 0),
    "hcho": (None, "mg/m³", 2),
    **{f"raw_{index}": (None, None, 0) for index in range(8)},
    "last_report": (SensorDeviceClass.TIMESTAMP, None, None),
}


async def async_setup_entry(
    _hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of each device, the ``disabled`` ones disabled."""
    sensors, disabled = entry.runtime_data, set(entry.data["disabled"])
    for sn in entry.data["devices"]:
        sensors[sn] = {
            path: BareSensor(sn, path, enabled=path not in disabled) for path in READINGS
        }
    async_add_entities(sensor for own in sensors.values() for sensor in own.values())


class BareSensor(SensorEntity):
    """An entity with nothing behind it."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, sn: str, path: str, *, enabled: bool) -> None:
        """Belong to a device."""
        self._attr_unique_id = f"{sn}_{path}"
        self._attr_device_info = DeviceInfo(identifiers={("floor", sn)})
        self._attr_entity_registry_enabled_default = enabled
        device_class, unit, precision = READINGS[path]
        self._attr_device_class = device_class
        self._attr_native_unit_of_measurement = unit
        self._attr_suggested_display_precision = precision
        self._attr_name = path
        if device_class is not SensorDeviceClass.TIMESTAMP:
            self._attr_state_class = SensorStateClass.MEASUREMENT
