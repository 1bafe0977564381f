"""The actions, called as automations and people call them."""

import asyncio
from datetime import datetime, timedelta
import json
from pathlib import Path
import time
from typing import Any

from homeassistant.auth.models import User
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import selector
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components.milesight import registry, services
from custom_components.milesight.api import Device as Listed, RateLimitError
from custom_components.milesight.const import DOMAIN
from custom_components.milesight.coordinator import MilesightCoordinator
from custom_components.milesight.services import ACTIONS
from custom_components.milesight.services.queries import FILTERS
from tests.common import asked, state_of
from tests.simulator import Device, Simulator
from tests.simulator.events import device_data

INTEGRATION = Path(services.__file__).parent.parent
NAMES = {
    "call_service",
    "set_properties",
    "get_thing_specification",
    "get_history",
    "import_history",
    "get_device",
    "get_device_config",
    "refresh",
    "search_devices",
    "add_device",
    "update_device",
    "delete_device",
    "remove_from_application",
    "set_rps_profile_url",
    "list_rps_profile_urls",
    "delete_rps_record",
    "create_config_task",
    "agentcraft_get_token",
    "agentcraft_register",
    "agentcraft_unregister",
    "agentcraft_refresh",
}
ADMIN = {
    action.name
    for action in ACTIONS
    if action.admin and not action.name.startswith("agentcraft_")  # proved in tests/agentcraft
}
CALL = "POST /devices/{deviceId}/services/call"
HISTORY = "GET /devices/{deviceId}/properties/history"
RADIATOR = "set_target_temperature"


def device_id(hass: HomeAssistant, entry: MockConfigEntry, device: Device) -> str:
    """Return Home Assistant's id of a simulated device."""
    found = registry.registered(hass, entry, device.sn)
    assert found is not None
    return found.id


async def act(hass: HomeAssistant, name: str, /, **data: Any) -> Any:
    """Call an action and return its response."""
    return await hass.services.async_call(DOMAIN, name, data, blocking=True, return_response=True)


async def act_silently(hass: HomeAssistant, name: str, /, **data: Any) -> None:
    """Call an action without asking for a response."""
    await hass.services.async_call(DOMAIN, name, data, blocking=True)


async def _called(simulator: Simulator) -> None:
    async with asyncio.timeout(10):
        while not asked(simulator)[CALL]:  # noqa: ASYNC110 - the record of requests is a list
            await asyncio.sleep(0.01)


def _value_of(device: Device, path: str) -> object:
    return device.values[path]


# What there is


async def test_every_action_of_the_contract_exists_whether_or_not_an_entry_is_loaded(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert hass.services.async_services_for_domain(DOMAIN).keys() == NAMES


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_and_field_is_described_has_a_selector_and_an_icon(
    action: services.Action,
) -> None:
    fields = {str(field) for field in action.schema.schema}
    if action.name == "search_devices":
        fields -= {spelling for field, spelling, _ in FILTERS if field != spelling}
    described = load_yaml_dict(str(INTEGRATION / "services.yaml"))[action.name]["fields"]
    texts = json.loads((INTEGRATION / "translations/en.json").read_text())["services"]
    icons = json.loads((INTEGRATION / "icons.json").read_text())["services"]
    assert described.keys() == fields == texts[action.name]["fields"].keys()
    for field in described.values():
        selector(field["selector"])
    assert all(
        text["name"] and text["description"]
        for text in [texts[action.name], *texts[action.name]["fields"].values()]
    )
    assert icons[action.name]["service"].startswith("mdi:")
    required = {str(f) for f in action.schema.schema if isinstance(f, vol.Required)}
    assert required == {name for name, field in described.items() if field.get("required")}


# Services of devices


async def test_a_service_call_is_over_when_the_platform_has_taken_it(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WT101")
    target = device_id(hass, pushing, device)
    response = await act(
        hass, "call_service", device_id=target, service_id=RADIATOR, inputs={"value": "21.5"}
    )
    assert len(response[target].pop("request_id")) == 32
    assert response == {target: {"delivery": "when the device next reports"}}
    await simulator.settle()
    assert _value_of(device, "target_temperature") == 21.5


async def test_with_a_time_to_wait_the_outputs_of_the_service_are_returned(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WT101")
    target = device_id(hass, pushing, device)
    simulator.platform.command_delay = 60
    calling = hass.async_create_task(
        act(hass, "call_service", device_id=target, service_id="reboot", timeout=20)
    )
    await _called(simulator)
    for tsl_id, payload in (
        ("query_device_status", {"cause": 1}),
        ("reboot", {"reboot.cause": 2, "reboot.took.seconds": 3}),
    ):
        simulator.platform._publish(
            [device_data(device, "SERVICE", time.time(), payload, tsl_id=tsl_id)]
        )
    assert (await calling)[target]["outputs"] == {"cause": 2, "took": {"seconds": 3}}


async def test_the_report_of_the_property_that_a_service_sets_is_an_outcome_too(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WT101")
    target = device_id(hass, pushing, device)
    simulator.platform.command_delay = 60
    calling = hass.async_create_task(
        act(
            hass,
            "call_service",
            device_id=target,
            service_id=RADIATOR,
            inputs={"value": 23},
            timeout=20,
        )
    )
    await _called(simulator)
    simulator.platform.report(device, {"battery": 50})
    simulator.platform.report(device, {"target_temperature": 23, "battery": 50})
    assert (await calling)[target]["outputs"] == {"target_temperature": 23}


async def test_a_device_that_does_not_answer_in_time_is_no_failure(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, pushing, simulator.device("WS523"))
    simulator.platform.command_delay = 60
    response = await act(hass, "call_service", device_id=target, service_id="reboot", timeout=0.1)
    assert response[target].keys() == {"request_id"}
    assert not pushing.runtime_data.outcomes._queues


async def test_one_device_that_fails_does_not_hide_the_others(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    first, second, *_ = (d for d in simulator.platform.devices if d.model.name == "WS523")
    targets = [device_id(hass, pushing, device) for device in (first, second)]
    simulator.fault(f"/devices/{first.device_id}/services", "failed")
    response = await act(hass, "call_service", device_id=targets, service_id="reboot")
    assert "refused the command to Coffee machine" in response[targets[0]]["error"]
    assert "request_id" in response[targets[1]]

    with pytest.raises(HomeAssistantError) as failed:
        await act_silently(hass, "call_service", device_id=targets, service_id="reboot")
    assert failed.value.translation_key == "several_failed"
    assert (failed.value.translation_placeholders or {})["failed"] == "1"
    with pytest.raises(HomeAssistantError) as failed:
        await act_silently(hass, "call_service", device_id=targets[0], service_id="reboot")
    assert failed.value.translation_key == "command_failed"
    assert len((failed.value.translation_placeholders or {})["request_id"]) == 32


async def test_a_command_to_a_device_that_is_offline_waits_for_its_next_report(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    target = device_id(hass, pushing, device)
    await simulator.report(device.sn, {"set_socket": {"status": "1"}})
    response = await act(
        hass, "set_properties", device_id=target, properties={"set_socket": {"status": "off"}}
    )
    assert "delivery" not in response[target]
    await simulator.settle()
    await asyncio.sleep(1.1)  # a loss counts when it is a second younger than the last report
    await simulator.offline(device.sn)
    response = await act(
        hass, "set_properties", device_id=target, properties={"set_socket.status": "on"}
    )
    assert response[target] == {
        "properties": {"set_socket": {"status": "1"}},
        "delivery": "when the device next reports",
    }
    await simulator.settle()
    assert _value_of(device, "set_socket.status") == "0"
    await simulator.report(device.sn, {"voltage": 230})
    await simulator.settle()
    assert _value_of(device, "set_socket.status") == "1"


async def _admit_many(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, number: int
) -> list[str]:
    """Put devices like a socket into the fleet, as a big account has them."""
    coordinator: MilesightCoordinator = entry.runtime_data
    like = coordinator.devices[simulator.device("WS523").sn].info.to_json()
    infos = [
        info
        for serial in range(number)
        if (info := Listed.from_json(like | {"sn": f"60000000{serial:08}", "deviceId": serial + 1}))
    ]
    registry.register_devices(hass, entry, infos, {})
    for info in infos:
        coordinator._admit(info)
    return [
        device.id
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        if (device.serial_number or "").startswith("60000000")
    ]


async def test_five_thousand_devices_in_one_call_are_asked_a_few_at_a_time(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    targets = await _admit_many(hass, loaded, simulator, 5000)
    running: list[int] = [0, 0]

    async def call_service(*_: object) -> str:
        running[0] += 1
        running[1] = max(running)
        await asyncio.sleep(0)
        running[0] -= 1
        return "taken"

    monkeypatch.setattr(loaded.runtime_data.client, "call_service", call_service)
    response = await act(hass, "call_service", device_id=targets, service_id="reboot")
    assert list(response) == targets
    assert len(targets) == 5000
    assert all(answer == {"request_id": "taken"} for answer in response.values())
    assert running == [0, 4]


async def test_when_the_platform_wants_no_more_requests_it_gets_no_more(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    targets = await _admit_many(hass, loaded, simulator, 100)
    calls: list[str] = []

    async def call_service(address: str, *_: object) -> str:
        calls.append(address)
        if len(calls) > 10:
            raise RateLimitError(429, message="Too many")
        return "taken"

    monkeypatch.setattr(loaded.runtime_data.client, "call_service", call_service)
    response = await act(hass, "call_service", device_id=targets, service_id="reboot")
    assert len(calls) < 20
    assert sum("error" in answer for answer in response.values()) == 90


# What is refused


REFUSALS: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("call_service", {"service_id": "Reboot"}, "unknown_service", "reboot"),
    ("call_service", {"service_id": "set_delay_work", "inputs": "5"}, "not_an_object", "inputs"),
    ("call_service", {"service_id": "set_delay_work"}, "invalid_missing", "delay_time"),
    (
        "call_service",
        {"service_id": "set_delay_work", "inputs": {"delay_time": 5}},
        "invalid_missing",
        "status1",
    ),
    (
        "call_service",
        {"service_id": "set_delay_work", "inputs": {"delay_time": 5, "status1": 1, "x": 2}},
        "invalid_unknown",
        "delay_time, status1",
    ),
    (
        "call_service",
        {"service_id": "set_delay_work", "inputs": {"delay_time": 65536, "status1": 1}},
        "invalid_number",
        "65535",
    ),
    (
        "call_service",
        {"service_id": "set_delay_work", "inputs": {"delay_time": 1, "status1": "sideways"}},
        "invalid_option",
        "1 (on)",
    ),
    ("set_properties", {"properties": {"set_socket": ["1"]}}, "invalid_object", "status"),
    ("set_properties", {"properties": {"reporting_interval": {}}}, "invalid_number", "reporting"),
    ("set_properties", {"properties": {}}, "not_an_object", "properties"),
    ("set_properties", {"properties": ["a"]}, "not_an_object", "properties"),
    ("set_properties", {"properties": {"voltage": 1}}, "invalid_read_only", "set_socket.status"),
    ("set_properties", {"properties": {"nothing": 1}}, "invalid_unknown", "reporting_interval"),
    (
        "set_properties",
        {"properties": {"set_socket.status": 1, "set_socket": {"status": 0}}},
        "invalid_twice",
        "set_socket.status",
    ),
    (
        "get_history",
        {"start_time": "2026-02-01", "end_time": "2026-01-01"},
        "invalid_range",
        "2026-02-01",
    ),
    (
        "get_history",
        {"start_time": "2026-02-01", "properties": ["Voltage"]},
        "invalid_unknown",
        "voltage",
    ),
    (
        "import_history",
        {"start_time": "2026-02-01", "end_time": "2026-01-01"},
        "invalid_range",
        "2026-01-01",
    ),
    ("import_history", {"start_time": "2026-01-01"}, "no_recorder", ""),
    ("create_config_task", {}, "properties_or_values", ""),
    ("create_config_task", {"values": {"a": 1}}, "not_pairs", ""),
    ("create_config_task", {"values": []}, "not_pairs", ""),
    (
        "create_config_task",
        {"properties": {"reporting_interval": 60}, "values": []},
        "properties_or_values",
        "",
    ),
    ("update_device", {}, "nothing_to_change", ""),
)


async def test_a_caller_s_mistake_is_named_and_nothing_is_sent(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    target = device_id(hass, loaded, simulator.device("WS523"))
    simulator.requests.clear()
    for name, data, key, told in REFUSALS:
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, name, device_id=target, **data)
        assert refused.value.translation_key == key, (name, data)
        assert told in str(refused.value), (name, data)
        assert str(refused.value) != key
    assert not simulator.requests


async def test_one_device_that_cannot_do_it_stops_the_call_before_anything_is_sent(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    targets = [device_id(hass, loaded, simulator.device(model)) for model in ("WS523", "EM300-TH")]
    simulator.requests.clear()
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "call_service", device_id=targets, service_id="del_delay_work")
    assert refused.value.translation_key == "unknown_service"
    assert not simulator.requests


async def test_only_devices_of_a_loaded_application_can_be_meant(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    devices = dr.async_get(hass)
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    foreign = devices.async_get_or_create(config_entry_id=other.entry_id, identifiers={("x", "y")})
    itself = devices.async_get_device_by_identifier(
        (DOMAIN, loaded.unique_id or ""), loaded.entry_id
    )
    assert itself is not None
    good = device_id(hass, loaded, simulator.device("WS523"))
    simulator.requests.clear()
    for bad, key in (
        ("0" * 32, "service_device_not_found"),
        (foreign.id, "service_device_wrong_domain"),
        (itself.id, "not_a_device"),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, "call_service", device_id=[good, bad], service_id="reboot")
        assert refused.value.translation_key == key
    assert not simulator.requests
    assert await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "get_device", device_id=good)
    assert refused.value.translation_key == "service_config_entry_not_loaded"
    with pytest.raises(ServiceValidationError):
        await act_silently(hass, "refresh", config_entry_id=loaded.entry_id)


async def test_what_has_not_the_form_of_a_call_is_refused(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    for name, data in (
        ("call_service", {"device_id": [], "service_id": "reboot"}),
        ("call_service", {"device_id": "x", "service_id": "reboot", "timeout": -1}),
        ("call_service", {"device_id": "x", "service_id": "reboot", "timeout": "soon"}),
        ("import_history", {"device_id": "x", "start_time": "yesterday"}),
        ("add_device", {"serial_number": "6723D38552440001", "name": " "}),
        ("add_device", {"serial_number": "6723D38552440001", "name": "x", "tags": ["t"] * 21}),
        ("set_rps_profile_url", {"serial_number": "1", "profile_url": "ftp"}),
    ):
        with pytest.raises(vol.Invalid):
            await act_silently(hass, name, **data)


async def test_a_device_whose_specification_is_not_known_takes_no_command(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    simulator.fault(f"/devices/{device.device_id}/thing-specification", "status", status=500)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    with pytest.raises(ServiceValidationError) as refused:
        await act(
            hass,
            "set_properties",
            device_id=device_id(hass, entry, device),
            properties={"reporting_interval": 600},
        )
    assert refused.value.translation_key == "no_specification"


# Properties


async def test_properties_are_written_dotted_or_nested_by_key_or_label(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    response = await act(
        hass,
        "set_properties",
        device_id=device_id(hass, pushing, device),
        properties={
            "set_socket.status": "OFF",
            "button_lock_config": {"enable": "yes"},
            "reporting_interval": "900",
        },
    )
    assert response[device_id(hass, pushing, device)]["properties"] == {
        "set_socket": {"status": "0"},
        "button_lock_config": {"enable": True},
        "reporting_interval": 900,
    }
    assert asked(simulator)["PATCH /devices/{deviceId}/properties"] == 1
    assert state_of(hass, Platform.SWITCH, f"{device.sn}_set_socket.status").state == "off"


# Reading


async def test_a_specification_tells_types_units_and_ranges_without_a_request(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, loaded, simulator.device("WS523"))
    simulator.requests.clear()
    response = await act(hass, "get_thing_specification", device_id=target)
    assert not simulator.requests
    found = response[target]
    properties = {leaf["path"]: leaf for leaf in found["properties"]}
    assert properties["voltage"]["unit"] == "V"
    assert properties["set_socket.status"]["options"] == {"0": "off", "1": "on"}
    assert properties["set_socket.status"]["writable"]
    inputs = {s["id"]: s["inputs"] for s in found["services"]}["set_delay_work"]
    assert inputs[0] == {
        "path": "delay_time",
        "name": "Delay Time",
        "type": "INT",
        "unit": "s",
        "minimum": 0,
        "maximum": 65535,
    }
    assert [event["id"] for event in found["events"]] == ["overcurrent_event", "outage_event"]


async def test_history_is_read_to_the_end_in_the_order_of_time(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    now = int(time.time() * 1000)
    for index in range(250):
        device.history.add(now - index * 1000, {"temperature": index, "humidity": 50})
    simulator.requests.clear()
    target = device_id(hass, loaded, device)
    response = await act(
        hass,
        "get_history",
        device_id=target,
        start_time=dt_util.now() - timedelta(seconds=239.5),
        properties=["temperature"],
    )
    readings = response[target]
    assert [reading["properties"] for reading in readings] == [
        {"temperature": index} for index in range(239, -1, -1)
    ]
    times = [datetime.fromisoformat(reading["time"]) for reading in readings]
    assert times == sorted(times)
    assert times[-1].timestamp() * 1000 == now
    assert times[0].utcoffset() == dt_util.now().utcoffset()
    assert asked(simulator)[HISTORY] == 3


async def test_times_without_a_zone_are_those_of_the_home(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    noon = datetime(2026, 3, 1, 12, tzinfo=dt_util.get_default_time_zone())
    device.history.add(int(noon.timestamp() * 1000), {"temperature": 1})
    target = device_id(hass, loaded, device)
    response = await act(
        hass,
        "get_history",
        device_id=target,
        start_time="2026-03-01 11:59:59",
        end_time="2026-03-01 12:00:00",
    )
    assert response == {target: [{"time": noon.isoformat(), "properties": {"temperature": 1}}]}


async def test_ten_years_of_history_are_what_the_platform_has_of_them(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    target = device_id(hass, loaded, device)
    response = await act(
        hass,
        "get_history",
        device_id=target,
        start_time=dt_util.now() - timedelta(days=3653),
        end_time=dt_util.now() + timedelta(days=1),
    )
    assert len(response[target]) == len(device.history)


async def test_a_history_that_fails_is_told_for_that_device_alone(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    failing, good = simulator.device("EM300-TH"), simulator.device("WS523")
    simulator.fault(f"/devices/{failing.device_id}/properties/history", "failed")
    targets = [device_id(hass, loaded, device) for device in (failing, good)]
    response = await act(
        hass, "get_history", device_id=targets, start_time=dt_util.now() - timedelta(days=1)
    )
    assert response[targets[0]].keys() == {"error"}
    assert isinstance(response[targets[1]], list)


async def test_what_the_platform_knows_of_a_device_is_returned_in_its_words(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    target = device_id(hass, loaded, device)
    response = await act(hass, "get_device", device_id=target)
    assert response[target]["deviceId"] == str(device.device_id)
    assert response[target]["rpsStatus"] == "UNACTIVATED"
    settings = await act(hass, "get_device_config", device_id=target)
    assert settings[target]["properties"]["set_socket"] == {
        "status": _value_of(device, "set_socket.status")
    }


async def test_a_refresh_reads_the_list_and_what_changed_whatever_is_left_of_the_allowance(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn, {"temperature": 33.5})
    for _ in range(2000):
        loaded.runtime_data.budget.spend(time.time())
    simulator.requests.clear()
    await act_silently(hass, "refresh")
    assert asked(simulator) == {"POST /devices/search": 1, HISTORY: 1}
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_temperature").state == "33.5"


async def test_a_refresh_that_fails_says_so(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/devices/search", "failed", times=1)
    with pytest.raises(HomeAssistantError) as failed:
        await act_silently(hass, "refresh", config_entry_id=loaded.entry_id)
    assert failed.value.translation_key == "cannot_connect"


SEARCHES: tuple[tuple[dict[str, Any], set[str]], ...] = (
    ({"model": "EM300-TH"}, {"Cold store", "Wine cellar"}),
    ({"connect_status": "DISCONNECT"}, {"Spare button"}),
    ({"connectStatus": ["DISCONNECT"]}, {"Spare button"}),
    ({"tags": ["Garden"], "name": "tom"}, {"Tomato bed"}),
    ({"device_type": ["GATEWAY"], "electricity_min": 1}, set()),
    (
        {"keyword": "cellar", "sorts": [{"property": "name", "direction": "desc"}]},
        {"Wine cellar"},
    ),
)


async def test_devices_are_searched_by_any_filter_of_the_platform(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    for filters, names in SEARCHES:
        response = await act(hass, "search_devices", **filters)
        assert {device["name"] for device in response["devices"]} == names, filters
    with pytest.raises(vol.Invalid):
        await act(hass, "search_devices", electricity_min=101)


async def test_a_search_that_the_platform_refuses_is_told_with_its_words(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, "search_devices", sorts=[{"property": "colour"}])
    assert failed.value.translation_key == "request_failed"
    assert "colour" in str(failed.value)
    assert len((failed.value.translation_placeholders or {})["request_id"]) == 32


# The account


async def test_a_device_is_added_and_appears(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    response = await act(
        hass,
        "add_device",
        serial_number="6723d38552440001",
        name="Attic",
        description="under the roof",
        tags=["A", "B"],
    )
    added = simulator.platform.by_sn("6723D38552440001")
    assert response == {
        "sn": added.sn,
        "device_id": str(added.device_id),
        "dev_eui": added.dev_eui,
        "imei": None,
    }
    assert (added.description, added.tags) == ("under the roof", ["A", "B"])
    await simulator.settle()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert registry.registered(hass, pushing, added.sn) is not None
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "add_device", serial_number=added.sn, name="Attic")
    assert "already been added" in str(refused.value)


async def test_changing_one_fact_of_a_device_keeps_the_others(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    device.description = "behind the door"
    await act_silently(
        hass, "update_device", device_id=device_id(hass, loaded, device), name="Larder"
    )
    assert (device.name, device.description) == ("Larder", "behind the door")
    assert (device.project, device.tags) == ("Kitchen", ["Kitchen"])
    await hass.async_block_till_done(wait_background_tasks=True)
    found = registry.registered(hass, loaded, device.sn)
    assert found is not None
    assert found.name == "Larder"


async def test_a_device_that_is_deleted_leaves_home_assistant_too(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    target = device_id(hass, loaded, device)
    assert await act(hass, "delete_device", device_id=target) == {target: {}}
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not simulator.platform.has(device.sn)
    assert registry.registered(hass, loaded, device.sn) is None


async def test_removal_from_the_application_asks_at_the_inferred_path(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    target = device_id(hass, loaded, device)
    response = await act(hass, "remove_from_application", device_id=target)
    assert "No matching handler" in response[target]["error"]
    request = next(r for r in simulator.requests if r.method == "DELETE")
    assert request.path.endswith(f"/devices/{device.device_id}/application")
    assert simulator.platform.has(device.sn)


async def test_rps_profile_urls_are_set_listed_and_deleted(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    serial_number, url = "6757D3317995", "https://example.com/profile"
    await act_silently(hass, "set_rps_profile_url", serial_number=serial_number, profile_url=url)
    listed = await act(hass, "list_rps_profile_urls", config_entry_id=loaded.entry_id)
    assert listed == {"profile_urls": [{"sn": serial_number, "profileUrl": url}]}
    await act_silently(hass, "delete_rps_record", serial_number=serial_number)
    assert await act(hass, "list_rps_profile_urls") == {"profile_urls": []}
    with pytest.raises(HomeAssistantError) as refused:
        await act_silently(hass, "delete_rps_record", serial_number=serial_number)
    assert "No RPS record" in str(refused.value)


async def test_a_serial_number_cannot_be_the_path_to_something_else(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.requests.clear()
    for serial_number in ("../devices/1", "a/b", "?", "", "6" * 65, "\u0661\u0662"):
        with pytest.raises(ServiceValidationError) as refused:
            await act_silently(hass, "delete_rps_record", serial_number=serial_number)
        assert refused.value.translation_key == "invalid_serial_number"
    assert not simulator.requests


def _anything(name: str, target: str) -> dict[str, Any]:
    """Return data that an action of administrators takes."""
    sn = {"serial_number": "6757D3317995"}
    data: dict[str, dict[str, Any]] = {
        "create_config_task": {"device_id": target, "properties": {"reporting_interval": 600}},
        "add_device": {**sn, "name": "x"},
        "update_device": {"device_id": target, "name": "x"},
        "delete_device": {"device_id": target},
        "remove_from_application": {"device_id": target},
        "set_rps_profile_url": {**sn, "profile_url": "https://example.com"},
        "delete_rps_record": sn,
    }
    return data[name]


async def test_who_is_no_administrator_cannot_change_the_account(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_read_only_user: User,
) -> None:
    target = device_id(hass, loaded, simulator.device("WS523"))
    user = Context(user_id=hass_read_only_user.id)
    simulator.requests.clear()
    for name in ADMIN:
        data = _anything(name, target)
        with pytest.raises(Unauthorized):
            await hass.services.async_call(DOMAIN, name, data, blocking=True, context=user)
    assert not simulator.requests


async def test_over_the_websocket_a_user_may_command_but_not_delete(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    hass_read_only_user: User,
    hass_admin_user: User,
) -> None:
    hass_read_only_user.groups = [
        group for group in await hass.auth._store.async_get_groups() if group.id == "system-users"
    ]
    client = await hass_ws_client(hass, hass_read_only_access_token)
    device = simulator.device("WS523")
    target = {"device_id": device_id(hass, loaded, device)}
    request = {"type": "call_service", "domain": DOMAIN, "return_response": True}
    await client.send_json_auto_id(
        {**request, "service": "call_service", "service_data": {**target, "service_id": "reboot"}}
    )
    answer = await client.receive_json()
    assert answer["success"]
    assert "request_id" in answer["result"]["response"][target["device_id"]]
    await client.send_json_auto_id({**request, "service": "delete_device", "service_data": target})
    answer = await client.receive_json()
    assert not answer["success"]
    assert answer["error"]["message"] == "Unauthorized"
    assert simulator.platform.has(device.sn)


# Tasks


async def test_a_task_configures_many_devices_by_one_request_and_tells_how_it_ended(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    devices = [d for d in simulator.platform.devices if d.model.name == "WS523"]
    targets = [device_id(hass, pushing, device) for device in devices]
    events = async_capture_events(hass, "milesight_task")
    response = await act(
        hass,
        "create_config_task",
        device_id=targets,
        properties={"reporting_interval": "1800"},
        timeout=20,
    )
    await simulator.settle()
    assert [response[target]["status"] for target in targets] == ["SUCCESS", "SUCCESS"]
    assert asked(simulator)["POST /tasks"] == 1
    assert all(_value_of(device, "reporting_interval") == 1800 for device in devices)
    assert [event.data for event in events] == [
        {
            "device_id": target,
            "task_id": response[target]["task_id"],
            "type": "CONFIG",
            "status": "SUCCESS",
            "error": "",
        }
        for target in targets
    ]


async def test_a_task_that_fails_on_the_device_names_the_error(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, pushing, simulator.device("UG65"))
    response = await act(
        hass,
        "create_config_task",
        device_id=target,
        values=[{"key": "no.such.key", "value": 1}],
        timeout=20,
    )
    assert response[target]["status"] == "FAILED"
    assert response[target]["error"] == "property_not_found"


async def test_without_a_time_to_wait_a_task_is_known_by_its_id(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, loaded, simulator.device("EM300-TH"))
    response = await act(
        hass, "create_config_task", device_id=target, properties={"reporting_interval": 600}
    )
    assert response[target].pop("task_id").isdecimal()
    assert response[target] == {"delivery": "when the device next reports"}


async def test_a_task_that_the_platform_refuses_is_an_error_of_every_device(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, loaded, simulator.device("EM300-TH"))
    data = {"device_id": target, "properties": {"reporting_interval": 600}}
    simulator.fault("/tasks", "failed", times=2)
    response = await act(hass, "create_config_task", **data)
    assert response[target].keys() == {"error"}
    with pytest.raises(HomeAssistantError):
        await act_silently(hass, "create_config_task", **data)


async def test_a_device_for_which_no_task_was_made_has_an_error(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        simulator.platform, "create_task", lambda _body: {"deviceTaskRelations": []}
    )
    target = device_id(hass, loaded, simulator.device("EM300-TH"))
    response = await act(
        hass, "create_config_task", device_id=target, properties={"reporting_interval": 600}
    )
    assert response == {target: {"error": "The platform made no task for Cold store"}}


async def test_devices_that_spell_a_setting_differently_need_tasks_of_their_own(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    flag, option = (device_id(hass, loaded, simulator.device(m)) for m in ("TS302", "WT101"))
    task = {"properties": {"child_lock": "enable"}}
    simulator.requests.clear()
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "create_config_task", device_id=[flag, option], **task)
    assert refused.value.translation_key == "differing_devices"
    assert not simulator.requests
    for target in (flag, option):
        response = await act(hass, "create_config_task", device_id=target, **task)
        assert "task_id" in response[target]
