"""Polling, pushed updates, and the requests that they take."""

from datetime import timedelta
import time
from typing import Any

from aiohttp import ClientTimeout
from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
    Platform,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.const import DOMAIN
from tests.common import (
    ADDRESS,
    HISTORY,
    SEARCH,
    SPECIFICATION,
    TOKEN,
    call_entity_action,
    entity_id,
    entry_of,
    next_poll,
    pass_time,
    poll,
    property_event,
    push_to,
    quota_requests,
    request_counts,
    set_up,
    settle,
    signed,
    state_of,
    store,
    temperature,
)
from tests.fleets import of_demo, probes
from tests.simulator import Device, Simulator
from tests.simulator.faults import Kind


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return of_demo("EM300-TH", "WS101", "WS523", "WT101")


async def test_first_setup_sends_one_request_per_page_and_model(
    loaded: MockConfigEntry, simulator: Simulator
) -> None:
    devices = simulator.platform.devices
    models = {(device.model.name, device.firmware) for device in devices}
    assert request_counts(simulator) == {
        TOKEN: 1,
        SEARCH: 1,
        SPECIFICATION: len(models),
        HISTORY: sum(device.last_update is not None for device in devices),
    }


async def test_values_reported_before_the_setup_are_shown(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    shown = state_of(hass, Platform.SENSOR, f"{device.sn}_temperature")
    assert float(shown.state) == device.values["temperature"]


async def test_poll_without_changes_is_one_request_per_page(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.requests.clear()
    await poll(hass, loaded)
    assert request_counts(simulator) == {SEARCH: 1}


async def test_poll_reads_only_the_device_with_unread_reports(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn, {"temperature": 31.5})
    simulator.requests.clear()
    await poll(hass, loaded)
    assert request_counts(simulator) == {SEARCH: 1, HISTORY: 1}
    assert temperature(hass, device) == "31.5"


async def test_pushed_report_is_not_read_again(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn, {"temperature": 31.5})
    assert temperature(hass, device) == "31.5"
    simulator.requests.clear()
    await poll(hass, pushing)
    assert request_counts(simulator) == {SEARCH: 1}


async def test_push_writes_only_changed_states(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn, {"temperature": 20.5, "humidity": 40})
    changes: list[Event[Any]] = async_capture_events(hass, EVENT_STATE_CHANGED)
    written: list[str] = []
    unsubscribe = hass.bus.async_listen(
        EVENT_STATE_REPORTED,
        lambda event: written.append(event.data["entity_id"]),
        event_filter=callback(lambda _data: True),
    )
    await simulator.report(device.sn, {"temperature": 20.5, "humidity": 41})
    await hass.async_block_till_done()
    assert [event.data["entity_id"] for event in changes] == [
        entity_id(hass, Platform.SENSOR, f"{device.sn}_humidity")
    ]
    assert written == []
    unsubscribe()


async def test_new_device_gets_its_entities_without_a_reload(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = await simulator.add_device("EM300-TH", "Attic")
    await settle(hass)
    await poll(hass, pushing)
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_temperature").name.startswith("Attic")


async def test_removed_device_leaves_the_registry_and_may_return(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    device = simulator.device("EM300-TH")
    key = (DOMAIN, device.sn)
    shown = entity_id(hass, Platform.SENSOR, f"{device.sn}_temperature")
    simulator.remove_device(device.sn)
    await poll(hass, loaded)
    assert device_registry.async_get_device_by_identifier(key, loaded.entry_id) is None
    assert hass.states.get(shown) is None

    simulator.platform._take(device)
    await poll(hass, loaded)
    assert device_registry.async_get_device_by_identifier(key, loaded.entry_id) is not None
    assert hass.states.get(shown) is not None


async def test_incomplete_device_list_removes_nothing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    before = len(dr.async_entries_for_config_entry(device_registry, loaded.entry_id))
    simulator.fault("/devices/search", "half", times=1)
    await poll(hass, loaded)
    assert not loaded.runtime_data.last_update_success
    assert len(dr.async_entries_for_config_entry(device_registry, loaded.entry_id)) == before


async def test_failed_specification_is_retried_and_affects_no_other(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = simulator.device("EM300-TH")
    simulator.fault(f"/devices/{device.device_id}/thing-specification", "status", status=500)
    await set_up(hass, entry)
    assert state_of(hass, Platform.BINARY_SENSOR, f"{device.sn}_connectivity").state == "on"
    await poll(hass, entry)
    assert caplog.text.count("The thing specification of EM300-TH") == 1
    simulator.clear_faults()
    await poll(hass, entry)
    assert temperature(hass, device) != "unknown"


async def test_offline_device_is_unavailable_until_its_next_report(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn, {"temperature": 20})
    freezer.tick(60)
    await simulator.offline(device.sn)
    assert temperature(hass, device) == "unavailable"
    assert state_of(hass, Platform.BINARY_SENSOR, f"{device.sn}_connectivity").state == "off"
    freezer.tick(60)
    await simulator.report(device.sn, {"humidity": 50})
    assert temperature(hass, device) == "20"
    assert state_of(hass, Platform.BINARY_SENSOR, f"{device.sn}_connectivity").state == "on"


async def test_backlog_does_not_change_the_state(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn, {"temperature": 25.5, "humidity": 44.0})
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await simulator.backlog(device.sn, 60)
    await hass.async_block_till_done()
    assert changes == []


async def test_report_from_the_future_has_the_time_of_arrival(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
) -> None:
    device = simulator.device("EM300-TH")
    event = property_event(device.sn, {"temperature": 1}, ts=(time.time() + 600) * 1000)
    headers = signed(simulator.webhook_secret)
    assert (await http_client.post(ADDRESS, json=event, headers=headers)).status == 200
    assert temperature(hass, device) == "1"
    known = pushing.runtime_data.data[device.sn]
    assert known.times["temperature"] <= time.time() * 1000
    await simulator.report(device.sn, {"temperature": 2})
    assert temperature(hass, device) == "2"


async def test_command_is_sent_and_confirmed_by_a_report(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    key = f"{device.sn}_set_socket.status"
    for action, expected in (("turn_off", "off"), ("turn_on", "on")):
        await call_entity_action(hass, Platform.SWITCH, key, action)
        assert state_of(hass, Platform.SWITCH, key).state == expected
        await simulator.settle()
        assert device.values["set_socket.status"] == ("1" if expected == "on" else "0")
        known = pushing.runtime_data.data[device.sn]
        assert known.values["set_socket.status"] == known.value("set_socket.status")


async def test_refused_command_raises_and_is_reverted(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    key = f"{device.sn}_set_socket.status"
    before = state_of(hass, Platform.SWITCH, key).state
    action = "turn_off" if before == "on" else "turn_on"
    simulator.fault("/properties", "failed", times=1)
    with pytest.raises(HomeAssistantError) as refused:
        await call_entity_action(hass, Platform.SWITCH, key, action)
    assert refused.value.translation_key == "command_failed"
    assert state_of(hass, Platform.SWITCH, key).state == before


@pytest.mark.parametrize(
    ("kind", "path", "platform", "key", "action"),
    [
        ("hang", "/properties", Platform.SWITCH, "set_socket.status", "toggle"),
        ("html", "/properties", Platform.SWITCH, "set_socket.status", "toggle"),
        ("garbage", "/properties", Platform.SWITCH, "set_socket.status", "toggle"),
        ("hang", "/services/call", Platform.BUTTON, "service_reboot", "press"),
    ],
)
async def test_unanswered_command_is_not_called_refused(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    kind: Kind,
    path: str,
    platform: Platform,
    key: str,
    action: str,
) -> None:
    monkeypatch.setattr(
        "custom_components.milesight.api.transport.TIMEOUT", ClientTimeout(total=0.2)
    )
    device = simulator.device("WS523")
    simulator.fault(path, kind, times=1)
    with pytest.raises(HomeAssistantError) as failed:
        await call_entity_action(hass, platform, f"{device.sn}_{key}", action)
    assert failed.value.translation_key == "command_unanswered"
    assert device.name in str(failed.value)
    if kind == "hang":
        assert "no answer within" in str(failed.value)


async def test_unconfirmed_command_is_reverted_after_a_minute(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    key = f"{device.sn}_set_socket.status"
    before = state_of(hass, Platform.SWITCH, key).state
    action = "turn_off" if before == "on" else "turn_on"
    await call_entity_action(hass, Platform.SWITCH, key, action)
    assert state_of(hass, Platform.SWITCH, key).state != before
    await next_poll(hass, timedelta(seconds=61))
    assert state_of(hass, Platform.SWITCH, key).state == before


async def test_restart_shows_the_last_values_without_a_request(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    key = f"{device.sn}_temperature"
    before = state_of(hass, Platform.SENSOR, key).state
    assert await hass.config_entries.async_unload(loaded.entry_id)
    simulator.fault("/", "status", status=503)
    simulator.requests.clear()
    assert await hass.config_entries.async_setup(loaded.entry_id)
    assert loaded.state is ConfigEntryState.LOADED
    assert simulator.requests == []
    assert state_of(hass, Platform.SENSOR, key).state == before
    await settle(hass)


async def test_restart_without_changes_is_one_request_per_page(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    simulator.requests.clear()
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await settle(hass)
    assert request_counts(simulator) == {TOKEN: 1, SEARCH: 1}


@pytest.mark.parametrize(
    "stored", [{"devices": 1}, {"devices": [{}], "specifications": {}, "requests": []}, {}]
)
async def test_malformed_store_is_ignored(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    stored: dict[str, Any],
) -> None:
    store(hass_storage, entry, stored)
    await set_up(hass, entry)
    assert len(entry.runtime_data.data) == len(simulator.platform.devices)


async def test_outage_without_pushes_makes_devices_unavailable(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    device = simulator.device("EM300-TH")
    key = f"{device.sn}_temperature"
    before = state_of(hass, Platform.SENSOR, key).state
    simulator.fault("/", "status", status=503)
    interval = loaded.runtime_data.update_interval
    for polls in range(1, 5):
        await pass_time(hass, freezer, seconds=interval.total_seconds() + 1)
        expected = before if polls < 3 else "unavailable"
        assert (polls, state_of(hass, Platform.SENSOR, key).state) == (polls, expected)
    simulator.clear_faults()
    await poll(hass, loaded)
    assert state_of(hass, Platform.SENSOR, key).state == before


async def test_first_setup_is_retried_if_the_platform_is_unreachable(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/", "reset")
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    simulator.clear_faults()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)


async def test_refused_credentials_start_a_reauthentication(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.application.configure(client_secret="another")
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"


async def test_device_of_two_applications_belongs_to_the_first(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    second = entry_of(simulator, {"webhook_id": "ab" * 32}, unique_id="second")
    second.add_to_hass(hass)
    await set_up(hass, second)
    registered = dr.async_entries_for_config_entry(device_registry, second.entry_id)
    assert [device.entry_type for device in registered] == [dr.DeviceEntryType.SERVICE]


async def test_device_offline_at_setup_is_unavailable_with_values(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.offline(device.sn)
    await set_up(hass, entry)
    assert temperature(hass, device) == "unavailable"
    assert entry.runtime_data.data[device.sn].values["temperature"] is not None
    await simulator.online(device.sn)
    await poll(hass, entry)
    assert temperature(hass, device) != "unavailable"


async def test_devices_without_reports_are_saved(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
) -> None:
    for device in simulator.platform.devices:
        device.last_update = None
    await set_up(hass, entry)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await settle(hass)
    stored = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["devices"]
    assert len(stored) == len(simulator.platform.devices)


async def test_continuous_pushes_are_saved_within_a_minute(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
) -> None:
    device = simulator.device("EM300-TH")
    for second in range(70):
        freezer.tick(1)
        await simulator.report(device.sn, {"temperature": second / 10})
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
    (stored,) = [
        stored
        for stored in hass_storage[f"{DOMAIN}.{pushing.entry_id}"]["data"]["devices"]
        if stored["info"]["sn"] == device.sn
    ]
    assert stored["values"]["temperature"] > 0.5


async def test_old_values_of_a_new_device_are_read_from_its_history(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WT101")
    for _ in range(120):
        await simulator.report(device.sn, {"temperature": 20})
    await set_up(hass, entry)
    assert "target_temperature" in entry.runtime_data.data[device.sn].values
    assert "child_lock" in entry.runtime_data.data[device.sn].values


async def test_used_up_quota_pauses_polling_but_not_user_requests(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    coordinator = loaded.runtime_data
    while not coordinator.quota.is_exhausted(time.time()):
        coordinator.quota.record(time.time())
    simulator.requests.clear()
    await poll(hass, loaded)
    await poll(hass, loaded)
    assert simulator.requests == []
    assert caplog.text.count("Polling of Home is paused") == 1
    assert timedelta(minutes=20) <= coordinator.update_interval <= timedelta(minutes=22)

    key = f"{simulator.device('WS523').sn}_set_socket.status"
    await call_entity_action(hass, Platform.SWITCH, key, "turn_off")
    await coordinator.async_refresh_now()
    assert request_counts(simulator)[SEARCH] == 1


@pytest.mark.parametrize("devices", [probes(100)], ids=["100 devices"])
async def test_history_is_not_read_without_background_quota(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    hass.config_entries.async_update_entry(entry, options={"daily_api_limit": 100})
    await set_up(hass, entry)
    assert request_counts(simulator)[HISTORY] > 50
    assert len(quota_requests(simulator)) <= 82


async def test_push_before_the_first_backfill_does_not_replace_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    device = simulator.device("EM300-TH")
    simulator.fault("/properties/history", "status", status=503)
    await set_up(hass, entry)
    await push_to(simulator, await hass_client_no_auth())
    await simulator.report(device.sn, {"temperature": 20})
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_humidity").state == "unknown"
    simulator.clear_faults()
    await poll(hass, entry)
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_humidity").state != "unknown"
    assert temperature(hass, device) == "20"


async def test_history_from_the_future_does_not_block_pushes(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    simulator.application.configure(clock_offset=3600)
    await simulator.report(device.sn, {"temperature": 1})
    simulator.application.configure(clock_offset=0)
    await set_up(hass, entry)
    known = entry.runtime_data.data[device.sn]
    assert known.values["temperature"] == 1
    assert known.times["temperature"] <= time.time() * 1000
