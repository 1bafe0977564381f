"""Tests of the targets of actions, and of responses for several devices."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.api import Device as Listed, RateLimitError
from custom_components.milesight.const import DOMAIN
from custom_components.milesight.coordinator import MilesightCoordinator
from custom_components.milesight.devices import registry
from tests.common import call_action, call_action_without_response, device_id, set_up
from tests.simulator import Device, Simulator


@pytest.fixture
def rooms(hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator) -> dict[str, Device]:
    """Put two sensors and a socket into rooms of one floor, and label one of the sensors."""
    floor = fr.async_get(hass).async_create("Second floor")
    label = lr.async_get(hass).async_create("Fragile")
    areas = {
        name: ar.async_get(hass).async_create(name, floor_id=floor.floor_id)
        for name in ("Lab", "Studio")
    }
    devices = {
        "thermometer": simulator.device("EM300-TH"),
        "probe": simulator.device("TS302"),
        "socket": simulator.device("WS523"),
    }
    for name, area, labels in (
        ("thermometer", "Lab", {label.label_id}),
        ("probe", "Studio", set[str]()),
        ("socket", "Studio", set[str]()),
    ):
        dr.async_get(hass).async_update_device(
            device_id(hass, loaded, devices[name]), area_id=areas[area].id, labels=labels
        )
    return devices


@pytest.fixture
def foreign_id(hass: HomeAssistant) -> str:
    """Return the id of a device of another integration in the lab."""
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    devices = dr.async_get(hass)
    foreign = devices.async_get_or_create(config_entry_id=other.entry_id, identifiers={("x", "y")})
    devices.async_update_device(foreign.id, area_id="lab")
    return foreign.id


def application_id(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id of the Application's service device."""
    registered = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, entry.unique_id or ""), entry.entry_id
    )
    assert registered is not None
    return registered.id


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"area_id": "lab"}, {"thermometer"}),
        ({"area_id": ["lab", "studio"]}, {"thermometer", "probe", "socket"}),
        ({"floor_id": "second_floor"}, {"thermometer", "probe", "socket"}),
        ({"label_id": "fragile"}, {"thermometer"}),
        ({"label_id": "fragile", "area_id": ["studio"]}, {"thermometer", "probe", "socket"}),
        ({"area_id": ["lab", "missing"]}, {"thermometer"}),
    ],
)
async def test_target_includes_areas_floors_and_labels(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    rooms: dict[str, Device],
    foreign_id: str,
    target: dict[str, Any],
    expected: set[str],
) -> None:
    response = await call_action(hass, "get_device", **target)
    assert response.keys() == {device_id(hass, loaded, rooms[name]) for name in expected}
    assert all(answer["sn"] for answer in response.values())


async def test_target_includes_entities_and_devices(
    hass: HomeAssistant, loaded: MockConfigEntry, rooms: dict[str, Device], foreign_id: str
) -> None:
    thermometer, socket = (device_id(hass, loaded, rooms[n]) for n in ("thermometer", "socket"))
    entities = er.async_get(hass)
    entity, *_ = er.async_entries_for_device(entities, thermometer)
    response = await call_action(
        hass,
        "get_device",
        entity_id=[entity.entity_id, "light.of_another_integration"],
        device_id=[socket, foreign_id, application_id(hass, loaded), "0" * 32],
    )
    assert list(response) == [socket, thermometer]


async def test_label_of_an_entity_includes_its_device(
    hass: HomeAssistant, loaded: MockConfigEntry, rooms: dict[str, Device]
) -> None:
    probe = device_id(hass, loaded, rooms["probe"])
    entities = er.async_get(hass)
    entity, *_ = er.async_entries_for_device(entities, probe)
    label = lr.async_get(hass).async_create("Cold")
    entities.async_update_entity(entity.entity_id, labels={label.label_id})
    assert (await call_action(hass, "get_device", label_id="cold")).keys() == {probe}


async def test_disabled_device_of_an_area_is_left_out(
    hass: HomeAssistant, loaded: MockConfigEntry, rooms: dict[str, Device]
) -> None:
    probe = device_id(hass, loaded, rooms["probe"])
    dr.async_get(hass).async_update_device(probe, disabled_by=dr.DeviceEntryDisabler.USER)
    assert probe not in await call_action(hass, "get_device", area_id="studio")
    assert probe in await call_action(hass, "get_device", device_id=probe)


async def test_target_without_our_devices_is_an_error(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, foreign_id: str
) -> None:
    ar.async_get(hass).async_create("Empty room")
    simulator.requests.clear()
    targets: tuple[dict[str, Any], ...] = (
        {"device_id": "0" * 32},
        {"device_id": []},
        {"device_id": foreign_id},
        {"device_id": application_id(hass, loaded)},
        {"entity_id": "light.of_another_integration"},
        {"entity_id": "all"},
        {"area_id": "empty_room"},
        {"floor_id": "missing"},
    )
    for target in targets:
        with pytest.raises(ServiceValidationError) as raised:
            await call_action(hass, "call_service", service_id="reboot", **target)
        assert raised.value.translation_key == "no_devices_in_target"
    assert not simulator.requests


async def test_device_of_an_unloaded_entry_has_an_error(
    hass: HomeAssistant, loaded: MockConfigEntry, rooms: dict[str, Device]
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    ids = {device_id(hass, loaded, device) for device in rooms.values()}
    response = await call_action(hass, "get_device", floor_id="second_floor")
    assert response.keys() == ids
    assert all("not loaded" in answer["error"] for answer in response.values())
    with pytest.raises(HomeAssistantError) as raised:
        await call_action_without_response(
            hass, "call_service", service_id="reboot", device_id=list(ids)
        )
    assert raised.value.translation_key == "several_failed"
    with pytest.raises(ServiceValidationError) as raised:
        await call_action_without_response(
            hass, "call_service", service_id="reboot", device_id=ids.pop()
        )
    assert raised.value.translation_key == "service_config_entry_not_loaded"
    with pytest.raises(ServiceValidationError):
        await call_action_without_response(hass, "refresh", config_entry_id=loaded.entry_id)


async def test_device_of_an_area_without_the_service_is_left_out(
    hass: HomeAssistant, pushing: MockConfigEntry, rooms: dict[str, Device]
) -> None:
    probe, socket = (device_id(hass, pushing, rooms[name]) for name in ("probe", "socket"))
    values = {"delay_time": 5, "status1": 1}
    call = {"service_id": "set_delay_work", "inputs": values}
    response = await call_action(hass, "call_service", area_id="studio", **call)
    assert "request_id" in response[socket]
    assert "set_delay_work" in response[probe]["error"]
    await call_action_without_response(hass, "call_service", area_id="studio", **call)
    with pytest.raises(ServiceValidationError) as raised:
        await call_action_without_response(
            hass, "call_service", area_id="studio", device_id=probe, **call
        )
    assert raised.value.translation_key == "unknown_service"
    with pytest.raises(ServiceValidationError) as raised:
        await call_action_without_response(hass, "call_service", area_id="lab", **call)
    assert raised.value.translation_key == "unknown_service"


async def test_floor_takes_a_setting_where_it_exists(
    hass: HomeAssistant, pushing: MockConfigEntry, rooms: dict[str, Device]
) -> None:
    thermometer, probe, socket = (device_id(hass, pushing, device) for device in rooms.values())
    call = {"floor_id": "second_floor", "properties": {"button_lock_config.enable": True}}
    response = await call_action(hass, "set_properties", **call)
    assert "properties" in response[socket]
    assert "error" in response[thermometer]
    assert "error" in response[probe]
    await call_action_without_response(hass, "set_properties", **call)


async def test_invalid_value_for_a_device_of_a_floor_is_an_error(
    hass: HomeAssistant, pushing: MockConfigEntry, rooms: dict[str, Device]
) -> None:
    with pytest.raises(HomeAssistantError) as raised:
        await call_action_without_response(
            hass,
            "set_properties",
            floor_id="second_floor",
            properties={"reporting_interval": "soon"},
        )
    assert raised.value.translation_key == "several_failed"


async def test_device_without_specification_refuses_commands(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    simulator.fault(f"/devices/{device.device_id}/thing-specification", "status", status=500)
    await set_up(hass, entry)
    with pytest.raises(ServiceValidationError) as raised:
        await call_action(
            hass,
            "set_properties",
            device_id=device_id(hass, entry, device),
            properties={"reporting_interval": 600},
        )
    assert raised.value.translation_key == "no_specification"


async def test_failure_of_one_device_keeps_results_of_others(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    first, second, *_ = (d for d in simulator.platform.devices if d.model.name == "WS523")
    targets = [device_id(hass, pushing, device) for device in (first, second)]
    simulator.fault(f"/devices/{first.device_id}/services", "failed")
    response = await call_action(hass, "call_service", device_id=targets, service_id="reboot")
    assert "refused the command to Coffee machine" in response[targets[0]]["error"]
    assert "request_id" in response[targets[1]]

    with pytest.raises(HomeAssistantError) as raised:
        await call_action_without_response(
            hass, "call_service", device_id=targets, service_id="reboot"
        )
    assert raised.value.translation_key == "several_failed"
    assert (raised.value.translation_placeholders or {})["failed"] == "1"
    with pytest.raises(HomeAssistantError) as raised:
        await call_action_without_response(
            hass, "call_service", device_id=targets[0], service_id="reboot"
        )
    assert raised.value.translation_key == "command_failed"
    assert len((raised.value.translation_placeholders or {})["request_id"]) == 32


async def _add_devices(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, number: int
) -> list[str]:
    """Put devices like a socket into the fleet, as a big account has them."""
    coordinator: MilesightCoordinator = entry.runtime_data
    like = coordinator.data[simulator.device("WS523").sn].info.to_json()
    infos = [
        info
        for serial in range(number)
        if (info := Listed.from_json(like | {"sn": f"60000000{serial:08}", "deviceId": serial + 1}))
    ]
    registry.async_register_devices(hass, entry, infos)
    for info in infos:
        coordinator.device_manager.add(info)
    return [
        device.id
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        if (device.serial_number or "").startswith("60000000")
    ]


async def test_call_for_5000_devices_is_limited_in_concurrency(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hass.loop.set_debug(False)  # of which most of the time would go into tracebacks
    targets = await _add_devices(hass, loaded, simulator, 5000)
    running: list[int] = [0, 0]

    async def call_service(*_: object) -> str:
        running[0] += 1
        running[1] = max(running)
        await asyncio.sleep(0)
        running[0] -= 1
        return "taken"

    monkeypatch.setattr(loaded.runtime_data.client, "call_service", call_service)
    response = await call_action(hass, "call_service", device_id=targets, service_id="reboot")
    assert list(response) == targets
    assert len(targets) == 5000
    assert all(answer == {"request_id": "taken"} for answer in response.values())
    assert running == [0, 4]


async def test_rate_limit_stops_remaining_requests(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    targets = await _add_devices(hass, loaded, simulator, 100)
    calls: list[str] = []

    async def call_service(address: str, *_: object) -> str:
        calls.append(address)
        if len(calls) > 10:
            raise RateLimitError(429, message="Too many")
        return "taken"

    monkeypatch.setattr(loaded.runtime_data.client, "call_service", call_service)
    response = await call_action(hass, "call_service", device_id=targets, service_id="reboot")
    assert len(calls) < 20
    assert sum("error" in answer for answer in response.values()) == 90
