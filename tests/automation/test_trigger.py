"""Triggers: offline, online, silent, finished tasks."""

from datetime import timedelta
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.trigger import async_get_all_descriptions
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import DOMAIN
from custom_components.milesight.trigger import TRIGGERS
from tests.automation.conftest import Automate
from tests.common import device_id, pass_time, poll, set_up, settle
from tests.files import ICONS, SOURCE
from tests.fleets import probes
from tests.simulator import Simulator

KITCHEN = {"area_id": "kitchen"}


def devices_of(calls: list[ServiceCall]) -> list[str]:
    """Return the devices of calls."""
    return [call.data["device"] for call in calls]


def silent(target: dict[str, Any] = KITCHEN, **options: Any) -> dict[str, Any]:
    """Return a trigger of silent devices."""
    options = {"for": {"hours": 2}, **options}
    return {"trigger": "milesight.device_silent", "target": target, "options": options}


async def pass_time_with_polls(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, **delta: float
) -> None:
    """Advance the frozen time in steps with a poll at the end of each."""
    remaining = timedelta(**delta)
    while remaining > timedelta(0):
        step = min(remaining, timedelta(minutes=10))
        await pass_time(hass, freezer, seconds=step.total_seconds())
        remaining -= step


async def test_triggers_have_texts_icons_and_fields(
    hass: HomeAssistant, loaded: MockConfigEntry, automate: Automate
) -> None:
    await automate(silent())
    descriptions = await async_get_all_descriptions(hass)
    for key in TRIGGERS:
        description = descriptions[f"{DOMAIN}.{key}"]
        texts = SOURCE["triggers"][key]
        assert description is not None
        assert description["target"]
        assert description["fields"].keys() == texts["fields"].keys()
        assert ICONS["triggers"][key]["trigger"].startswith("mdi:")


async def test_devices_of_an_area_go_offline_and_come_online(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
) -> None:
    trigger = {"target": KITCHEN, "options": {"behavior": "each"}}
    await automate(
        [
            {"trigger": "milesight.device_went_offline", **trigger},
            {"trigger": "milesight.device_came_online", **trigger},
        ]
    )
    thermometer = simulator.device("EM300-TH")
    lamp = simulator.platform.devices[-1]
    assert lamp.project == "Office"
    for device in (thermometer, lamp):
        await simulator.offline(device.sn)
        await simulator.settle()
        await settle(hass)
    assert devices_of(recorded_calls) == [device_id(hass, pushing, thermometer)]
    await simulator.report(thermometer.sn, {"temperature": 20})
    await simulator.settle()
    await settle(hass)
    assert devices_of(recorded_calls) == [device_id(hass, pushing, thermometer)] * 2


async def test_silence_counts_from_the_last_report(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    thermometer = simulator.device("EM300-TH")
    await simulator.report(thermometer.sn, {"temperature": 20})
    await simulator.settle()
    await pass_time_with_polls(hass, freezer, minutes=90)
    await automate(silent({"device_id": device_id(hass, pushing, thermometer)}))
    await pass_time_with_polls(hass, freezer, minutes=20)
    assert not recorded_calls
    await pass_time_with_polls(hass, freezer, minutes=11)
    assert devices_of(recorded_calls) == [device_id(hass, pushing, thermometer)]
    await pass_time_with_polls(hass, freezer, minutes=11)
    assert len(recorded_calls) == 1
    await simulator.report(thermometer.sn, {"temperature": 20})
    await simulator.settle()
    await pass_time_with_polls(hass, freezer, minutes=90)
    assert len(recorded_calls) == 1
    await pass_time_with_polls(hass, freezer, minutes=31)
    assert len(recorded_calls) == 2


async def test_device_that_reports_seldom_may_miss_one_report(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    thermometer = simulator.device("EM300-TH")
    await simulator.report(thermometer.sn, {"reporting_interval": 4 * 60 * 60})
    await simulator.settle()
    await automate(silent({"device_id": device_id(hass, pushing, thermometer)}))
    await pass_time(hass, freezer, hours=7, minutes=58)
    await pass_time(hass, freezer, minutes=1)
    assert not recorded_calls
    await pass_time(hass, freezer, minutes=2)
    await poll(hass, pushing)
    await pass_time(hass, freezer, minutes=2)
    assert len(recorded_calls) == 1


@pytest.mark.parametrize(("behavior", "count"), [("each", 3), ("first", 1), ("all", 1)])
async def test_behavior_counts_the_silent_devices(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
    behavior: str,
    count: int,
) -> None:
    kitchen = [device for device in simulator.platform.devices if device.project == "Kitchen"]
    for device in kitchen:
        await simulator.report(device.sn)
        await simulator.settle()
    await automate(silent(behavior=behavior))
    await pass_time_with_polls(hass, freezer, hours=3)
    assert len(kitchen) == 3
    assert len(recorded_calls) == count


async def test_device_that_is_removed_does_not_become_silent(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    thermometer = simulator.device("EM300-TH")
    target = device_id(hass, pushing, thermometer)
    await simulator.report(thermometer.sn)
    await simulator.settle()
    await automate(silent({"device_id": target}))
    simulator.remove_device(thermometer.sn)
    await poll(hass, pushing)
    assert dr.async_get(hass).async_get(target) is None
    await pass_time(hass, freezer, hours=3)
    assert not recorded_calls


def offline(target: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Return a trigger of devices that go offline."""
    return {"trigger": "milesight.device_went_offline", "target": target, "options": options}


async def test_removed_device_ends_a_waiting_trigger(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    thermometer = simulator.device("EM300-TH")
    target = {"device_id": device_id(hass, pushing, thermometer)}
    await automate(offline(target, **{"for": {"minutes": 5}}))
    await simulator.offline(thermometer.sn)
    await settle(hass)
    simulator.remove_device(thermometer.sn)
    await poll(hass, pushing)
    await pass_time(hass, freezer, minutes=6)
    assert not recorded_calls


@pytest.mark.parametrize(
    "target",
    [
        {"area_id": "missing"},
        {"device_id": "0" * 32},
        {"entity_id": ["light.of_another_integration", "sensor.missing"]},
        {},
    ],
)
async def test_target_without_our_devices_never_triggers(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
    target: dict[str, Any],
) -> None:
    await automate([silent(target), offline(target)])
    for device in simulator.platform.devices:
        await simulator.report(device.sn)
        await simulator.offline(device.sn)
    await pass_time(hass, freezer, hours=3)
    assert not recorded_calls


async def test_devices_of_an_unloaded_entry_do_not_trigger(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    await simulator.report(simulator.device("EM300-TH").sn)
    await automate([silent(), offline(KITCHEN)])
    assert await hass.config_entries.async_unload(pushing.entry_id)
    await pass_time(hass, freezer, hours=3)
    assert not recorded_calls


@pytest.mark.slow
@pytest.mark.parametrize("devices", [probes(2000)], ids=["2000 devices"])
@pytest.mark.parametrize(("behavior", "count"), [("first", 1), ("all", 1)])
async def test_thousands_of_devices_become_silent(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
    behavior: str,
    count: int,
) -> None:
    hass.loop.set_debug(False)  # of which most of the time would go into tracebacks
    for device in simulator.platform.devices:
        device.project = "Kitchen"
    await set_up(hass, entry)
    for device in entry.runtime_data.data.values():
        device.last_report = int(time.time() * 1000)
    await automate(silent(behavior=behavior))
    await pass_time(hass, freezer, hours=3)
    assert len(recorded_calls) == count


async def test_silence_counts_after_an_outage_not_during_it(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    thermometer = simulator.device("EM300-TH")
    await simulator.report(thermometer.sn)
    await simulator.settle()
    await automate(silent({"device_id": device_id(hass, pushing, thermometer)}))
    simulator.fault("/devices/search", "status", status=500)
    await pass_time(hass, freezer, minutes=30)
    await poll(hass, pushing)
    assert not pushing.runtime_data.last_update_success
    await pass_time(hass, freezer, hours=3)
    assert not recorded_calls
    simulator.clear_faults()
    await poll(hass, pushing)
    await pass_time(hass, freezer, minutes=1)
    assert len(recorded_calls) == 1


async def test_reports_unread_for_want_of_requests_are_no_silence(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    thermometer = simulator.device("EM300-TH")
    await simulator.report(thermometer.sn)
    await poll(hass, loaded)
    await automate(silent({"device_id": device_id(hass, loaded, thermometer)}))
    quota = loaded.runtime_data.quota
    while not quota.is_exhausted(time.time()):
        quota.record(time.time())
    for _ in range(10):
        await simulator.report(thermometer.sn)
        await pass_time(hass, freezer, minutes=15)
    assert loaded.runtime_data.request_limit.exhausted
    assert not recorded_calls


async def test_pushes_show_silence_while_polling_is_paused(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    thermometer, other = simulator.device("EM300-TH"), simulator.device("WS523")
    for device in (thermometer, other):
        await simulator.report(device.sn)
        await simulator.settle()
    await automate(silent({"device_id": device_id(hass, pushing, thermometer)}))
    quota = pushing.runtime_data.quota
    while not quota.is_exhausted(time.time()):
        quota.record(time.time())
    for _ in range(9):
        await simulator.report(other.sn)
        await simulator.settle()
        await pass_time(hass, freezer, minutes=15)
    assert pushing.runtime_data.request_limit.exhausted
    assert len(recorded_calls) == 1


async def test_reports_during_suspend_are_no_silence(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    thermometer, other = simulator.device("EM300-TH"), simulator.device("WS523")
    await simulator.report(thermometer.sn)
    await simulator.settle()
    await automate(silent({"device_id": device_id(hass, pushing, thermometer)}))
    freezer.tick(timedelta(hours=13))
    thermometer.last_update = round(time.time() * 1000)
    await simulator.report(other.sn)
    await simulator.settle()
    await pass_time(hass, freezer, seconds=1)
    await pass_time(hass, freezer, minutes=2)
    assert pushing.runtime_data.data[thermometer.sn].last_report == thermometer.last_update
    assert not recorded_calls


async def test_written_interval_counts_when_it_is_reported(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    thermometer = simulator.device("EM300-TH")
    target = device_id(hass, pushing, thermometer)
    await simulator.report(thermometer.sn, {"reporting_interval": 4 * 60 * 60})
    await simulator.settle()
    await automate(silent({"device_id": target}))
    await pass_time_with_polls(hass, freezer, hours=3)
    await pass_time(hass, freezer, seconds=20)
    simulator.platform.command_delay = 60 * 60
    await hass.services.async_call(
        DOMAIN,
        "set_properties",
        {"device_id": target, "properties": {"reporting_interval": 600}},
        blocking=True,
    )
    device = pushing.runtime_data.data[thermometer.sn]
    await pass_time(hass, freezer, seconds=45)
    assert device.value("reporting_interval") == 600
    await pass_time(hass, freezer, minutes=2)
    assert device.value("reporting_interval") == 4 * 60 * 60
    assert not recorded_calls


async def automate_kitchen(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    options: dict[str, Any],
    action: dict[str, Any],
) -> list[str]:
    """Set up an automation for two devices that have just reported; return their IDs."""
    devices = [simulator.device(model) for model in ("EM300-TH", "WS523")]
    for device in devices:
        await simulator.report(device.sn)
        await simulator.settle()
    targets = [device_id(hass, entry, device) for device in devices]
    note = {"action": "test.note", "data": {"device": "{{ trigger.device_id }}"}}
    config = {
        "alias": "it",
        "mode": "parallel",
        "triggers": {**silent({"device_id": targets}), **options},
        "actions": [note, action],
    }
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: config})
    await hass.async_block_till_done()
    return targets


async def test_trigger_stops_when_its_action_turns_it_off(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    it = {"entity_id": "automation.it"}
    turn_off = {"action": "automation.turn_off", "target": it}
    await automate_kitchen(hass, pushing, simulator, {}, turn_off)
    await pass_time_with_polls(hass, freezer, minutes=121)
    assert len(recorded_calls) == 1
    checks: list[str] = []
    monkeypatch.setattr(
        "custom_components.milesight.trigger.async_get_silence",
        lambda _hass, device, _duration: checks.append(device),
    )
    await pass_time(hass, freezer, minutes=2)
    assert not checks


async def test_failed_action_leaves_trigger_of_other_devices(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    thermometer = device_id(hass, pushing, simulator.device("EM300-TH"))
    failing = {"x": "{{ 1 / (trigger.device_id != '" + thermometer + "') }}"}
    targets = await automate_kitchen(hass, pushing, simulator, {"variables": failing}, {"delay": 0})
    await pass_time_with_polls(hass, freezer, minutes=121)
    assert devices_of(recorded_calls) == targets[1:]
    assert f"The action for the silence of {thermometer} failed" in caplog.text
    await simulator.report(simulator.device("WS523").sn)
    await simulator.settle()
    await pass_time_with_polls(hass, freezer, minutes=121)
    assert devices_of(recorded_calls) == targets[1:] * 2


@pytest.mark.parametrize(("hours_down", "count"), [(0.5, 0), (3, 1)])
async def test_silence_survives_a_restart(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
    hours_down: float,
    count: int,
) -> None:
    thermometer = simulator.device("EM300-TH")
    await simulator.report(thermometer.sn)
    await simulator.settle()
    await settle(hass)
    target = device_id(hass, pushing, thermometer)
    assert await hass.config_entries.async_unload(pushing.entry_id)
    freezer.tick(timedelta(hours=hours_down))
    await automate(silent({"device_id": target}))
    await set_up(hass, pushing)
    await pass_time(hass, freezer, minutes=2)
    assert len(recorded_calls) == count
    await pass_time_with_polls(hass, freezer, hours=2)
    assert len(recorded_calls) == 1


@pytest.mark.parametrize("duration", [{"hours": 0}, {"days": -1}, "soon", None])
async def test_silent_time_must_be_positive(
    hass: HomeAssistant, loaded: MockConfigEntry, duration: Any
) -> None:
    config = {"alias": "it", "triggers": silent(**{"for": duration}), "actions": []}
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: config})
    state = hass.states.get("automation.it")
    assert state is not None
    assert state.state == "unavailable"


async def test_silent_time_may_be_a_year(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    await automate(silent(**{"for": {"days": 365}}))
    await pass_time(hass, freezer, days=300)
    assert not recorded_calls


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({}, 1),
        ({"type": "config"}, 1),
        ({"type": ["CONFIG", "ota"], "status": ["success"]}, 1),
        ({"type": "ota"}, 0),
        ({"status": "failure"}, 0),
    ],
)
async def test_finished_task_triggers(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    options: dict[str, Any],
    count: int,
) -> None:
    await automate({"trigger": "milesight.task_finished", "target": KITCHEN, "options": options})
    machine = simulator.device("WS523")
    for device in (machine, simulator.platform.devices[-1]):
        await hass.services.async_call(
            DOMAIN,
            "create_config_task",
            {
                "device_id": device_id(hass, pushing, device),
                "properties": {"reporting_interval": 1800},
                "timeout": 20,
            },
            blocking=True,
            return_response=True,
        )
    await settle(hass)
    assert devices_of(recorded_calls) == [device_id(hass, pushing, machine)] * count


async def test_finished_task_of_any_device_triggers(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    automate: Automate,
    recorded_calls: list[ServiceCall],
) -> None:
    await automate({"trigger": "milesight.task_finished", "options": {"status": "failure"}})
    task = {"device_id": None, "task_id": "1", "type": "OTA", "status": "BUSY", "error": "busy"}
    hass.bus.async_fire("milesight_task", task)
    await settle(hass)
    assert [call.data["status"] for call in recorded_calls] == ["BUSY"]
