"""Tests of the actions that read: specification, history, configuration, device list."""

from datetime import datetime, timedelta
import time
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from tests.common import (
    HISTORY,
    SEARCH,
    call_action,
    call_action_without_response,
    device_id,
    request_counts,
    temperature,
)
from tests.simulator import Simulator
from tests.simulator.history import History


async def test_get_thing_specification_sends_no_request(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, loaded, simulator.device("WS523"))
    simulator.requests.clear()
    response = await call_action(hass, "get_thing_specification", device_id=target)
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


async def test_get_history_returns_all_pages_in_order_of_time(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    device.history = History()
    now = int(time.time() * 1000)
    for index in range(250):
        device.history.add(now - index * 1000, {"temperature": index, "humidity": 50})
    simulator.requests.clear()
    target = device_id(hass, loaded, device)
    response = await call_action(
        hass,
        "get_history",
        device_id=target,
        start_time=dt_util.utc_from_timestamp(now / 1000 - 239.5),
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
    assert request_counts(simulator)[HISTORY] == 3


async def test_times_without_time_zone_are_local(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    noon = datetime(2026, 3, 1, 12, tzinfo=dt_util.get_default_time_zone())
    device.history.add(int(noon.timestamp() * 1000), {"temperature": 1})
    target = device_id(hass, loaded, device)
    response = await call_action(
        hass,
        "get_history",
        device_id=target,
        start_time="2026-03-01 11:59:59",
        end_time="2026-03-01 12:00:00",
    )
    assert response == {target: [{"time": noon.isoformat(), "properties": {"temperature": 1}}]}


async def test_get_history_of_ten_years_returns_stored_reports(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    target = device_id(hass, loaded, device)
    response = await call_action(
        hass,
        "get_history",
        device_id=target,
        start_time=dt_util.now() - timedelta(days=3653),
        end_time=dt_util.now() + timedelta(days=1),
    )
    assert len(response[target]) == len(device.history)


async def test_failed_history_is_an_error_of_one_device(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    failing, good = simulator.device("EM300-TH"), simulator.device("WS523")
    simulator.fault(f"/devices/{failing.device_id}/properties/history", "failed")
    targets = [device_id(hass, loaded, device) for device in (failing, good)]
    response = await call_action(
        hass, "get_history", device_id=targets, start_time=dt_util.now() - timedelta(days=1)
    )
    assert response[targets[0]].keys() == {"error"}
    assert isinstance(response[targets[1]], list)


async def test_get_device_returns_response_of_platform(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    target = device_id(hass, loaded, device)
    response = await call_action(hass, "get_device", device_id=target)
    assert response[target]["deviceId"] == str(device.device_id)
    assert response[target]["rpsStatus"] == "UNACTIVATED"
    settings = await call_action(hass, "get_device_config", device_id=target)
    assert settings[target]["properties"]["set_socket"] == {
        "status": device.values["set_socket.status"]
    }


async def test_refresh_is_not_limited_by_the_quota(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn, {"temperature": 33.5})
    for _ in range(2000):
        loaded.runtime_data.quota.record(time.time())
    simulator.requests.clear()
    await call_action_without_response(hass, "refresh")
    assert request_counts(simulator) == {SEARCH: 1, HISTORY: 1}
    assert temperature(hass, device) == "33.5"


async def test_failed_refresh_raises(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/devices/search", "failed", times=1)
    with pytest.raises(HomeAssistantError) as raised:
        await call_action_without_response(hass, "refresh", config_entry_id=loaded.entry_id)
    assert raised.value.translation_key == "request_failed"


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


async def test_search_devices_applies_filters(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    for filters, names in SEARCHES:
        response = await call_action(hass, "search_devices", **filters)
        assert {device["name"] for device in response["devices"]} == names, filters
    with pytest.raises(vol.Invalid):
        await call_action(hass, "search_devices", electricity_min=101)


async def test_unanswered_search_is_not_called_refused(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/devices/search", "garbage", times=1)
    with pytest.raises(HomeAssistantError) as raised:
        await call_action(hass, "search_devices")
    assert raised.value.translation_key == "request_unanswered"


async def test_unanswered_history_is_not_called_refused(
    recorder_mock: Recorder, hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, loaded, simulator.device("WS523"))
    simulator.fault("/properties/history", "html", times=1)
    start = dt_util.now() - timedelta(hours=1)
    with pytest.raises(HomeAssistantError) as raised:
        await call_action_without_response(
            hass, "import_history", device_id=target, start_time=start
        )
    assert raised.value.translation_key == "request_unanswered"
    simulator.fault("/properties/history", "failed", times=1)
    with pytest.raises(HomeAssistantError) as raised:
        await call_action_without_response(
            hass, "import_history", device_id=target, start_time=start
        )
    assert raised.value.translation_key == "request_failed"


async def test_refused_search_raises_with_message_of_platform(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    with pytest.raises(HomeAssistantError) as raised:
        await call_action(hass, "search_devices", sorts=[{"property": "colour"}])
    assert raised.value.translation_key == "request_failed"
    assert "colour" in str(raised.value)
    assert len((raised.value.translation_placeholders or {})["request_id"]) == 32
