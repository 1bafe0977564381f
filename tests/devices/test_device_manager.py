"""Devices according to the device list of the platform."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import DOMAIN
from custom_components.milesight.devices import registry
from tests.common import device_id, poll, set_up, state_of, temperature
from tests.fleets import of_demo
from tests.simulator import Device, Simulator


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return of_demo("EM300-TH", "UG65", "WS523")


async def test_battery_level_of_the_device_list_is_shown(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    socket, thermometer = simulator.device("WS523"), simulator.device("EM300-TH")
    with pytest.raises(AssertionError, match="no sensor"):
        state_of(hass, Platform.SENSOR, f"{socket.sn}_battery")
    for level in (80, 79):
        socket.listed["electricity"] = level
        await poll(hass, loaded)
        assert state_of(hass, Platform.SENSOR, f"{socket.sn}_battery").state == str(level)
    shown = state_of(hass, Platform.SENSOR, f"{thermometer.sn}_battery")
    assert float(shown.state) == thermometer.values["battery"]


async def test_log_does_not_name_a_device_without_model(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = simulator.device("EM300-TH")
    device.listed["model"] = None
    simulator.fault(f"/{device.device_id}/thing-specification", "html", times=1)
    await set_up(hass, entry)
    assert "The thing specification of a device without model cannot be read" in caplog.text
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("custom_")]
    assert not any(str(device.device_id) in line or device.sn in line for line in lines)
    await poll(hass, entry)
    assert "can be read again" in caplog.text
    assert temperature(hass, device) != "unknown"


async def test_device_with_a_new_id_keeps_its_entities(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    simulator.remove_device(device.sn)
    device.device_id += 1
    simulator.platform._take(device)
    await poll(hass, pushing)
    await simulator.report(device.sn, {"temperature": 12})
    assert temperature(hass, device) == "12"


async def test_devices_that_swap_ids_are_both_found(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    first, second = simulator.device("EM300-TH"), simulator.device("WS523")
    manager = loaded.runtime_data.device_manager
    simulator.remove_device(first.sn)
    simulator.remove_device(second.sn)
    first.device_id, second.device_id = second.device_id, first.device_id
    for device in (first, second):
        simulator.platform._take(device)
    await poll(hass, loaded)
    found = [manager.find(str(device.device_id)) for device in (first, second)]
    assert [device and device.sn for device in found] == [first.sn, second.sn]


async def test_device_is_linked_to_its_gateway(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    gateway, node, other = (simulator.device(model) for model in ("UG65", "EM300-TH", "WS523"))
    node.listed["gatewaySn"] = gateway.sn
    await set_up(hass, entry)
    via = {
        device.sn: registered.via_device_id
        for device in (gateway, node, other)
        if (registered := registry.async_get_device(hass, entry, device.sn))
    }
    assert via == {gateway.sn: None, node.sn: device_id(hass, entry, gateway), other.sn: None}


async def test_unlisted_device_of_earlier_run_is_removed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    stale = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "6000000000000000")}
    )
    await set_up(hass, entry)
    assert device_registry.async_get(stale.id) is None
    kept = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert len(kept) == len(simulator.platform.devices) + 1
