"""Backfill of reports that were not pushed, and changes during a backfill."""

import asyncio
import time
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED, Platform
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.milesight.const import DOMAIN
from tests.common import (
    ADDRESS,
    HISTORY,
    poll,
    property_event,
    request_counts,
    set_up,
    settle,
    signed,
    state_of,
    temperature,
)
from tests.fleets import of_demo
from tests.simulator import Device, Simulator
from tests.traffic import HeldAnswers, Traffic

MINUTE_MS = 60_000


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return of_demo("EM300-TH", "WS523", "WT101", "UC300", "WS101")


@pytest.fixture
def device(simulator: Simulator) -> Device:
    """Return a thermometer."""
    return simulator.device("EM300-TH")


def now_ms() -> int:
    """Return the present in epoch milliseconds."""
    return int(time.time() * 1000)


async def push_signed(
    simulator: Simulator, http_client: TestClient[Any, Any], event: dict[str, object]
) -> None:
    """Deliver an event as the platform does."""
    headers = signed(simulator.webhook_secret)
    response = await http_client.post(ADDRESS, json=[event], headers=headers)
    assert response.status == 200


def report_unpushed(device: Device, value: float, *, ago: int = 0) -> None:
    """Let the platform hold a report whose push was lost, ``ago`` milliseconds old."""
    time_of_report = now_ms() - ago
    device.history.add(time_of_report, {"temperature": value})
    device.last_update = time_of_report


@pytest.mark.parametrize(("age", "shown"), [(70, ["30"]), (0, ["10", "30"])])
async def test_old_values_between_two_polls_are_not_shown(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    device: Device,
    age: int,
    shown: list[str],
) -> None:
    states: list[str] = []

    @callback
    def record(event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None:
            states.append(state.state)

    entity_id = state_of(hass, Platform.SENSOR, f"{device.sn}_temperature").entity_id
    async_track_state_change_event(hass, entity_id, record)
    freezer.tick(3600)
    report_unpushed(device, 10)
    freezer.tick(1)
    report_unpushed(device, 30)
    freezer.tick(age)
    await poll(hass, loaded)
    assert states == shown


async def test_heartbeat_does_not_cover_a_lost_report(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, device: Device
) -> None:
    report_unpushed(device, 31.5)
    await simulator.online(device.sn)
    await poll(hass, pushing)
    assert temperature(hass, device) == "31.5"


async def test_event_does_not_cover_a_lost_report(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, device: Device
) -> None:
    report_unpushed(device, 31.5)
    await simulator.event(device.sn, "low_battery", {})
    await poll(hass, pushing)
    assert temperature(hass, device) == "31.5"


@pytest.mark.parametrize("payload", [None, {}, [1], "text", {"temperature": None}])
async def test_report_without_value_does_not_cover_a_lost_one(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    device: Device,
    payload: object,
) -> None:
    report_unpushed(device, 31.5)
    await push_signed(simulator, http_client, property_event(device.sn, payload))
    await poll(hass, pushing)
    assert temperature(hass, device) == "31.5"


@pytest.mark.parametrize("interruption", ["restart", "outage"])
async def test_push_after_interruption_covers_no_lost_report(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    device: Device,
    interruption: str,
) -> None:
    if interruption == "restart":
        assert await hass.config_entries.async_unload(loaded.entry_id)
    simulator.fault("/devices/search", "status", status=503)
    freezer.tick(3600)
    report_unpushed(device, 31.5)
    freezer.tick(60)
    if interruption == "restart":
        await set_up(hass, loaded)
    else:
        await poll(hass, loaded)
    event = property_event(device.sn, {"humidity": 40})
    device.last_update = event["data"]["ts"]  # type: ignore[index]
    await push_signed(simulator, http_client, event)
    simulator.clear_faults()
    simulator.requests.clear()
    await poll(hass, loaded)
    assert temperature(hass, device) == "31.5"
    await poll(hass, loaded)
    assert request_counts(simulator)[HISTORY] == 1


async def test_backlog_does_not_cover_a_lost_report(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    device: Device,
) -> None:
    report_unpushed(device, 31.5, ago=1000)
    event = property_event(device.sn, {"humidity": 40}, ts=now_ms() - 30 * MINUTE_MS)
    await push_signed(simulator, http_client, event)
    await poll(hass, pushing)
    assert temperature(hass, device) == "31.5"


async def test_event_from_the_far_future_does_not_stop_reading(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    device: Device,
) -> None:
    event = property_event(device.sn, {"temperature": 20})
    await push_signed(simulator, http_client, {**event, "eventCreatedTime": 4102444800})
    report_unpushed(device, 31.5, ago=-2000)
    await poll(hass, pushing)
    assert temperature(hass, device) == "31.5"


async def test_report_after_a_fast_device_clock_is_read(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, device: Device
) -> None:
    report_unpushed(device, 20, ago=-24 * 60 * MINUTE_MS)
    await poll(hass, loaded)
    simulator.requests.clear()
    await poll(hass, loaded)
    assert HISTORY not in request_counts(simulator), "a report is read once, whatever its time"
    report_unpushed(device, 31.5, ago=-1)  # later than the read, also within its millisecond
    await poll(hass, loaded)
    assert temperature(hass, device) == "31.5"


async def test_report_during_a_read_of_a_fast_clock_is_read(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    device: Device,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report_unpushed(device, 20, ago=-24 * 60 * MINUTE_MS)
    answers = HeldAnswers(simulator, monkeypatch, "/history")
    await loaded.runtime_data.async_refresh()
    await answers.made.wait()
    await asyncio.sleep(0.01)
    report_unpushed(device, 31.5)
    await asyncio.sleep(0.01)
    answers.released.set()
    await settle(hass)
    await poll(hass, loaded)
    assert temperature(hass, device) == "31.5"


async def test_push_of_a_fast_device_clock_is_not_read_again(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    device: Device,
) -> None:
    device.last_update = now_ms() + 60 * MINUTE_MS
    event = property_event(device.sn, {"temperature": 31.5}, ts=device.last_update)
    await push_signed(simulator, http_client, event)
    assert temperature(hass, device) == "31.5"
    simulator.requests.clear()
    await poll(hass, pushing)
    assert HISTORY not in request_counts(simulator)


async def test_reload_repeats_nothing_of_a_fast_device_clock(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    device: Device,
) -> None:
    button = simulator.device("WS101")
    event_key = f"{button.sn}_button_event.status"
    for value in (10, 11):
        for each, payload in (
            (device, {"temperature": value}),
            (button, {"button_event": {"status": "2"}}),
        ):
            each.last_update = now_ms() + 7 * MINUTE_MS
            each.history.add(each.last_update, payload)
            event = property_event(each.sn, payload, ts=each.last_update)
            await push_signed(simulator, http_client, event)
        freezer.tick(10)
    pressed = state_of(hass, Platform.EVENT, event_key).state
    entity_id = state_of(hass, Platform.SENSOR, f"{device.sn}_temperature").entity_id
    for seconds in (10, 180):
        freezer.tick(seconds)
        changes = async_capture_events(hass, EVENT_STATE_CHANGED)
        await hass.config_entries.async_reload(pushing.entry_id)
        await settle(hass)
        assert state_of(hass, Platform.EVENT, event_key).state == pressed
        states = {
            state.state
            for change in changes
            if change.data["entity_id"] == entity_id and (state := change.data["new_state"])
        }
        assert states == {"unavailable", "11"}


async def test_push_with_slow_device_clock_is_not_read_again(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    device: Device,
) -> None:
    event = property_event(device.sn, {"temperature": 31.5}, ts=now_ms() - 2 * MINUTE_MS)
    await push_signed(simulator, http_client, event)
    device.last_update = event["eventCreatedTime"] * 1000 + 500  # type: ignore[operator]
    simulator.requests.clear()
    await poll(hass, pushing)
    assert HISTORY not in request_counts(simulator)


async def test_push_during_backfill_saves_the_request(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coordinator = pushing.runtime_data
    for each in simulator.platform.devices:
        report_unpushed(each, 31.5)
    traffic = Traffic(simulator, monkeypatch)
    simulator.requests.clear()
    await coordinator.async_refresh()
    traffic.hold()
    await traffic.wait_for(3)
    for each in simulator.platform.devices:
        simulator.platform.report(each, {"temperature": 32.5})
    await simulator.push.delivered()
    traffic.release()
    await settle(hass)
    assert len(simulator.platform.devices) > 3
    assert request_counts(simulator)[HISTORY] == 3


async def test_device_removed_during_backfill_stays_removed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    device_registry: dr.DeviceRegistry,
) -> None:
    controller = simulator.device("UC300")
    channels = [{"channel_id": number, "value": 1} for number in range(6)]
    controller.history.add(now_ms(), {"modbus_channel": channels})
    controller.last_update = now_ms()
    answers = HeldAnswers(simulator, monkeypatch, "/history")
    await loaded.runtime_data.async_refresh()
    await answers.made.wait()
    simulator.remove_device(controller.sn)
    await loaded.runtime_data.async_refresh()
    answers.released.set()
    await settle(hass)
    identifier = (DOMAIN, controller.sn)
    assert device_registry.async_get_device_by_identifier(identifier, loaded.entry_id) is None
    entities = er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
    assert not any(entity.unique_id.startswith(controller.sn) for entity in entities)


async def test_backfill_stops_when_the_entry_is_unloaded(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    device: Device,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report_unpushed(device, 31.5)
    traffic = Traffic(simulator, monkeypatch)
    coordinator = loaded.runtime_data
    await coordinator.async_refresh()
    traffic.hold()
    await traffic.wait_for(1)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert loaded.state is ConfigEntryState.NOT_LOADED
    traffic.release()
    total = traffic.total
    await coordinator.backfill.async_finish()
    assert traffic.total == total
