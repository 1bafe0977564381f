"""Tests of properties whose ids are like the keys of other entities of the device."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.automation.connectivity import async_connectivity_sensors
from tests.common import enable_all, entity_id, state_of
from tests.fleets import model, new_devices
from tests.simulator import Device, Simulator
from tests.specifications import event, item, service

FLAG = "false=no/true=yes"
MODEL = model(
    "ALIKE",
    item("connectivity", "bool", labels=FLAG, defaultValue=False),
    item("cloud_connectivity", "bool", labels=FLAG, defaultValue=False),
    item("last_report", "date", defaultValue=1763007319),
    item("event_door", "text", defaultValue="ajar"),
    item("service_reboot", "bool", labels=FLAG, defaultValue=False),
    events=[event("door")],
    services=[service("reboot")],
)


@pytest.fixture
def devices() -> list[Device]:
    """Return a device with such properties."""
    return new_devices(MODEL)


async def test_entities_with_alike_ids_are_all_there(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    sn = simulator.platform.devices[0].sn
    await enable_all(hass, pushing)

    states = {
        (platform, key): state_of(hass, platform, f"{sn}_{key}").state
        for platform, key in (
            (Platform.BINARY_SENSOR, "connectivity"),
            (Platform.BINARY_SENSOR, "binary_sensor_connectivity"),
            (Platform.BINARY_SENSOR, "binary_sensor_service_reboot"),
            (Platform.SENSOR, "last_report"),
            (Platform.SENSOR, "sensor_last_report"),
            (Platform.SENSOR, "sensor_event_door"),
            (Platform.EVENT, "event_door"),
            (Platform.BUTTON, "service_reboot"),
        )
    }

    assert states[Platform.BINARY_SENSOR, "connectivity"] == "on"
    assert states[Platform.BINARY_SENSOR, "binary_sensor_connectivity"] == "off"
    assert states[Platform.SENSOR, "sensor_last_report"] == "2025-11-13T04:15:19+00:00"
    assert states[Platform.SENSOR, "sensor_event_door"] == "ajar"
    assert states[Platform.SENSOR, "last_report"] != states[Platform.SENSOR, "sensor_last_report"]


async def test_connectivity_of_a_device_is_no_property(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    sn = simulator.platform.devices[0].sn
    entries = er.async_entries_for_config_entry(er.async_get(hass), pushing.entry_id)

    found = async_connectivity_sensors(hass, {entry.entity_id for entry in entries})

    assert found == {entity_id(hass, Platform.BINARY_SENSOR, f"{sn}_connectivity")}
