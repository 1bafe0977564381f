"""Entities of each platform: states for reports, and commands."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import DOMAIN
from tests.common import (
    CALL,
    UPDATE,
    call_entity_action,
    enable_all,
    entity_id,
    request_counts,
    state_of,
)
from tests.fleets import model, new_devices
from tests.simulator import Simulator
from tests.simulator.device import Device
from tests.specifications import event, item, service

PERCENT = {"min": 0, "max": 100}
BYTE = {"min": 0, "max": 255}

# One device of everything that the simulated models leave out.
MODEL = model(
    "EVERYTHING",
    item(
        "reporting_interval",
        "int",
        "s",
        "RW",
        validator={"min": 60, "max": 64800},
        defaultValue=600,
    ),
    item("temperature_unit", "enum", None, "RW", "celsius/fahrenheit"),
    item("d2d_key", "text", None, "RW", validator={"maxSize": 16}, defaultValue="5572404c696e6b4c"),
    item("start_time", "time", None, "RW", defaultValue="420"),
    item("device_time", "date", None, "RW", defaultValue=1763007319),
    item("wake_up", "time", defaultValue=450),
    item("last_seen", "date", defaultValue=1763007319),
    item("snapshot", "image", defaultValue="https://example.com/1.png"),
    item("report_file", "file", defaultValue="https://example.com/1.csv"),
    item("clear_alarm", "enum", None, "W", "1=yes"),
    item("button_event", "enum", None, "R", "short press/long press"),
    item("position", "struct"),
    item("position.latitude", "float", "°", fractionDigits=6, defaultValue=48.1),
    item("position.longitude", "float", "°", fractionDigits=6, defaultValue=11.5),
    item("curtain", "struct"),
    item("curtain.action", "enum", None, "RW", "open/close/stop", defaultValue="1"),
    item("curtain.position", "int", "%", "RW", validator=PERCENT),
    item("lamp", "struct"),
    item("lamp.switch", "bool", None, "RW", "false=off/true=on"),
    item("lamp.brightness", "int", "%", "RW", validator=PERCENT),
    item("strip", "struct"),
    item("strip.red", "int", None, "RW", validator=BYTE),
    item("strip.green", "int", None, "RW", validator=BYTE),
    item("strip.blue", "int", None, "RW", validator=BYTE),
    item("white_lamp", "struct"),
    item("white_lamp.brightness", "int", None, "RW", validator=BYTE, defaultValue=100),
    item(
        "white_lamp.color_temperature",
        "int",
        "K",
        "RW",
        validator={"min": 2700, "max": 6500},
        defaultValue=4000,
    ),
    item("blind", "struct"),
    item("blind.position", "int", "%", "RW", validator=PERCENT, defaultValue=50),
    item("valve_1_opening", "int", "%", "RW", validator=PERCENT),
    item("valve_2", "bool", None, "R", "false=close/true=open"),
    item("valve_4", "bool", None, "RW", "false=close/true=open", defaultValue=True),
    item("valve_4_opening", "int", "%", validator=PERCENT),
    item("sound", "enum", None, "RW", "None=silent/1=loud"),
    item("valve_task", "struct", access="W"),
    item("valve_task.valve_index", "enum", None, "W", "2=valve 2/3=valve 3"),
    item("valve_task.valve_status", "bool", None, "W", "false=close/true=open"),
    item("button_status", "struct"),
    item("button_status.button1", "enum", None, "R", "off/on"),
    item("button_status_control", "struct", access="W"),
    item("button_status_control.button_status1", "enum", None, "W", "off/on"),
    item("socket_status", "struct"),
    item("socket_status.switch_status_1", "enum", None, "R", "off/on"),
    item("leak_alarm", "bool", None, "R", "false=normal/true=alarm"),
    item("leak_alarm_release", "bool", None, "R", "false=no/true=yes"),
    events=[
        event(
            "tilt_alarm",
            item("tilt_alarm.type", "enum", labels="1=tilted/0=upright"),
            item("tilt_alarm.angle", "int", "°"),
        )
    ],
    services=[
        service("reboot"),
        service("query_device_status"),
        service("set_socket", item("set_socket.status_1", "enum", labels="off/on")),
    ],
)
UNREPORTED = {"valve_4_opening", "sound"}


@pytest.fixture
def devices() -> list[Device]:
    """Return the one device."""
    values = {path: value for path, value in MODEL.values.items() if path not in UNREPORTED}
    return new_devices(replace(MODEL, values=values))


@pytest.fixture
def sn(simulator: Simulator) -> str:
    """Return the device's serial number."""
    return _device(simulator).sn


@pytest.fixture
async def everything(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> MockConfigEntry:
    """Return the entry with all its entities enabled."""
    await enable_all(hass, pushing)
    return pushing


def _device(simulator: Simulator) -> Device:
    return simulator.platform.devices[0]


async def _settled(
    hass: HomeAssistant, simulator: Simulator, platform: Platform, key: str
) -> State:
    await simulator.settle()
    await hass.async_block_till_done()
    return state_of(hass, platform, key)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("platform", "path", "before", "action", "data", "sent", "after"),
    [
        (Platform.NUMBER, "reporting_interval", "600", "set_value", {"value": 1200}, 1200, "1200"),
        (
            Platform.SELECT,
            "temperature_unit",
            "celsius",
            "select_option",
            {"option": "fahrenheit"},
            "1",
            "fahrenheit",
        ),
        (Platform.TEXT, "d2d_key", "5572404c696e6b4c", "set_value", {"value": "ab"}, "ab", "ab"),
        (
            Platform.TIME,
            "start_time",
            "07:00:00",
            "set_value",
            {"time": "08:30:00"},
            510,
            "08:30:00",
        ),
        (
            Platform.DATETIME,
            "device_time",
            "2025-11-13T04:15:19+00:00",
            "set_value",
            {"datetime": datetime(2026, 1, 1, tzinfo=UTC)},
            1767225600,
            "2026-01-01T00:00:00+00:00",
        ),
    ],
)
async def test_setting_is_written_and_confirmed_by_report(
    hass: HomeAssistant,
    simulator: Simulator,
    sn: str,
    platform: Platform,
    path: str,
    before: str,
    action: str,
    data: dict[str, Any],
    sent: Any,
    after: str,
) -> None:
    key = f"{sn}_{path}"
    assert state_of(hass, platform, key).state == before
    await call_entity_action(hass, platform, key, action, **data)
    assert state_of(hass, platform, key).state == after
    assert (await _settled(hass, simulator, platform, key)).state == after
    assert str(_device(simulator).values[path]) == str(sent)


@pytest.mark.usefixtures("everything")
async def test_number_out_of_range_is_refused_before_sending(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    simulator.requests.clear()
    with pytest.raises(ServiceValidationError):
        await call_entity_action(
            hass, Platform.NUMBER, f"{sn}_reporting_interval", "set_value", value=59
        )
    assert simulator.requests == []


@pytest.mark.usefixtures("everything")
async def test_read_only_properties_are_shown(hass: HomeAssistant, sn: str) -> None:
    assert state_of(hass, Platform.SENSOR, f"{sn}_wake_up").state == "07:30"
    assert state_of(hass, Platform.SENSOR, f"{sn}_last_seen").state == "2025-11-13T04:15:19+00:00"
    assert state_of(hass, Platform.SENSOR, f"{sn}_report_file").state == "https://example.com/1.csv"
    assert state_of(hass, Platform.IMAGE, f"{sn}_snapshot").state != "unknown"
    tracker = state_of(hass, Platform.DEVICE_TRACKER, f"{sn}_device_tracker_position.latitude")
    assert (tracker.attributes["latitude"], tracker.attributes["longitude"]) == (48.1, 11.5)


@pytest.mark.usefixtures("everything")
async def test_new_image_has_new_time(hass: HomeAssistant, simulator: Simulator, sn: str) -> None:
    before = state_of(hass, Platform.IMAGE, f"{sn}_snapshot").state
    await simulator.report(sn, {"snapshot": "https://example.com/2.png"})
    after = state_of(hass, Platform.IMAGE, f"{sn}_snapshot").state
    assert after > before
    await simulator.report(sn, {"snapshot": "file:///etc/passwd"})
    entity = hass.data["image"].get_entity(entity_id(hass, Platform.IMAGE, f"{sn}_snapshot"))
    assert entity.image_url is None


@pytest.mark.usefixtures("everything")
async def test_each_reported_press_fires_event(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_button_event"
    assert state_of(hass, Platform.EVENT, key).state == "unknown"
    times = []
    for raw, kind in (("1", "long_press"), ("1", "long_press"), ("0", "short_press")):
        freezer.tick()
        await simulator.report(sn, {"button_event": raw})
        shown = state_of(hass, Platform.EVENT, key)
        assert shown.attributes["event_type"] == kind
        times.append(shown.state)
    assert len(set(times)) == 3
    await simulator.report(sn, {"button_event": "7"})
    assert state_of(hass, Platform.EVENT, key).state == times[-1]


@pytest.mark.usefixtures("everything")
async def test_two_kinds_of_press_at_one_time_are_two_events(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, simulator: Simulator, sn: str
) -> None:
    freezer.tick()
    for raw, kind in (("1", "long_press"), ("0", "short_press")):
        await simulator.report(sn, {"button_event": raw})
        shown = state_of(hass, Platform.EVENT, f"{sn}_button_event")
        assert shown.attributes["event_type"] == kind


@pytest.mark.usefixtures("everything")
async def test_event_has_outputs_as_attributes(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    await simulator.event(sn, "tilt_alarm", {"type": "1", "angle": 30})
    shown = state_of(hass, Platform.EVENT, f"{sn}_event_tilt_alarm")
    assert shown.attributes["event_type"] == "tilted"
    assert shown.attributes["angle"] == 30
    await simulator.event(sn, "tilt_alarm", {"tilt_alarm": {"angle": 31}})
    shown = state_of(hass, Platform.EVENT, f"{sn}_event_tilt_alarm")
    assert (shown.attributes["event_type"], shown.attributes["angle"]) == ("tilt_alarm", 31)


@pytest.mark.usefixtures("everything")
async def test_buttons_call_services_and_write_flags(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    simulator.requests.clear()
    await call_entity_action(hass, Platform.BUTTON, f"{sn}_service_reboot", "press")
    await call_entity_action(hass, Platform.BUTTON, f"{sn}_clear_alarm", "press")
    assert request_counts(simulator) == {CALL: 1, UPDATE: 1}
    assert all(request.status == 200 for request in simulator.requests)


@pytest.mark.usefixtures("everything")
async def test_cover_opens_closes_stops_and_moves_to_position(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_cover_curtain.action"
    assert state_of(hass, Platform.COVER, key).state == "closed"
    await call_entity_action(hass, Platform.COVER, key, "set_cover_position", position=40)
    shown = await _settled(hass, simulator, Platform.COVER, key)
    assert (shown.state, shown.attributes["current_position"]) == ("open", 40)
    for action, sent in (("open_cover", "0"), ("close_cover", "1"), ("stop_cover", "2")):
        await call_entity_action(hass, Platform.COVER, key, action)
        await simulator.settle()
        assert _device(simulator).values["curtain.action"] == sent


@pytest.mark.usefixtures("everything")
async def test_light_is_dimmed_and_turned_off(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_light_lamp.brightness"
    assert state_of(hass, Platform.LIGHT, key).state == "off"
    await call_entity_action(hass, Platform.LIGHT, key, "turn_on", brightness=128)
    shown = await _settled(hass, simulator, Platform.LIGHT, key)
    assert shown.state == "on"
    assert _device(simulator).values["lamp.switch"] is True
    assert _device(simulator).values["lamp.brightness"] == 50
    assert shown.attributes["brightness"] == pytest.approx(128, abs=2)
    await call_entity_action(hass, Platform.LIGHT, key, "turn_off")
    assert (await _settled(hass, simulator, Platform.LIGHT, key)).state == "off"
    assert _device(simulator).values["lamp.brightness"] == 50


@pytest.mark.usefixtures("everything")
async def test_color_light_sets_color_and_brightness(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_light_strip.red"
    await call_entity_action(hass, Platform.LIGHT, key, "turn_on", rgb_color=(255, 100, 0))
    shown = await _settled(hass, simulator, Platform.LIGHT, key)
    assert (shown.state, shown.attributes["rgb_color"]) == ("on", (255, 100, 0))
    await call_entity_action(hass, Platform.LIGHT, key, "turn_on", brightness=51)
    shown = await _settled(hass, simulator, Platform.LIGHT, key)
    assert shown.attributes["rgb_color"] == (51, 20, 0)
    await call_entity_action(hass, Platform.LIGHT, key, "turn_off")
    assert (await _settled(hass, simulator, Platform.LIGHT, key)).state == "off"
    await call_entity_action(hass, Platform.LIGHT, key, "turn_on")
    assert (await _settled(hass, simulator, Platform.LIGHT, key)).state == "on"


@pytest.mark.usefixtures("everything")
async def test_valve_opens_closes_and_moves_to_position(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_valve_valve_1_opening"
    assert state_of(hass, Platform.VALVE, key).state == "closed"
    for action, data, position in (
        ("open_valve", {}, 100),
        ("set_valve_position", {"position": 30}, 30),
        ("close_valve", {}, 0),
    ):
        await call_entity_action(hass, Platform.VALVE, key, action, **data)
        shown = await _settled(hass, simulator, Platform.VALVE, key)
        assert shown.attributes["current_position"] == position
        assert _device(simulator).values["valve_1_opening"] == position


@pytest.mark.usefixtures("everything")
async def test_invalid_value_makes_entity_unknown_and_is_logged_once(
    hass: HomeAssistant, simulator: Simulator, sn: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        await simulator.report(sn, {"reporting_interval": [], "temperature_unit": "9"})
        await simulator.report(sn, {"reporting_interval": "soon", "temperature_unit": "8"})
        await simulator.report(sn, {"reporting_interval": 65535})
    assert state_of(hass, Platform.NUMBER, f"{sn}_reporting_interval").state == "unknown"
    assert state_of(hass, Platform.SELECT, f"{sn}_temperature_unit").state == "unknown"
    assert state_of(hass, Platform.TEXT, f"{sn}_d2d_key").state == "5572404c696e6b4c"
    assert caplog.text.count("(invalid_number)") == 1
    await simulator.report(sn, {"reporting_interval": 90})
    assert state_of(hass, Platform.NUMBER, f"{sn}_reporting_interval").state == "90"
    assert caplog.text.count("reports a valid value of reporting_interval again") == 1


async def test_rare_entity_is_disabled_by_default(
    hass: HomeAssistant, loaded: MockConfigEntry, sn: str
) -> None:
    registry = er.async_get(hass)
    found = registry.async_get_entity_id(Platform.TEXT, DOMAIN, f"{sn}_d2d_key")
    assert found is not None
    assert registry.entities[found].disabled_by is er.RegistryEntryDisabler.INTEGRATION


@pytest.mark.usefixtures("everything")
async def test_white_light_sets_color_temperature(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_light_white_lamp.brightness"
    shown = state_of(hass, Platform.LIGHT, key)
    assert (shown.state, shown.attributes["color_temp_kelvin"]) == ("on", 4000)
    await call_entity_action(hass, Platform.LIGHT, key, "turn_on", color_temp_kelvin=3000)
    shown = await _settled(hass, simulator, Platform.LIGHT, key)
    assert shown.attributes["color_temp_kelvin"] == 3000
    await call_entity_action(hass, Platform.LIGHT, key, "turn_off")
    assert (await _settled(hass, simulator, Platform.LIGHT, key)).state == "off"
    await call_entity_action(hass, Platform.LIGHT, key, "turn_on")
    shown = await _settled(hass, simulator, Platform.LIGHT, key)
    assert (shown.state, shown.attributes["brightness"]) == ("on", 255)


@pytest.mark.usefixtures("everything")
async def test_cover_with_position_only_opens_and_closes(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_cover_blind.position"
    for action, position in (("open_cover", 100), ("close_cover", 0)):
        await call_entity_action(hass, Platform.COVER, key, action)
        shown = await _settled(hass, simulator, Platform.COVER, key)
        assert shown.attributes["current_position"] == position


@pytest.mark.usefixtures("everything")
async def test_command_for_several_valves_includes_index(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_valve_valve_2"
    assert state_of(hass, Platform.VALVE, key).state == "closed"
    await call_entity_action(hass, Platform.VALVE, key, "open_valve")
    assert state_of(hass, Platform.VALVE, key).state == "open"
    await simulator.settle()
    values = _device(simulator).values
    assert (values["valve_task.valve_index"], values["valve_task.valve_status"]) == ("2", True)


@pytest.mark.usefixtures("everything")
async def test_write_only_switch_shows_state_of_other_property(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_button_status_control.button_status1"
    assert state_of(hass, Platform.SWITCH, key).state == "off"
    await call_entity_action(hass, Platform.SWITCH, key, "turn_on")
    assert state_of(hass, Platform.SWITCH, key).state == "on"
    await simulator.settle()
    assert _device(simulator).values["button_status_control.button_status1"] == "1"
    await simulator.report(sn, {"button_status": {"button1": "0"}})
    assert state_of(hass, Platform.SWITCH, key).state == "off"


@pytest.mark.usefixtures("everything")
async def test_read_only_switch_calls_service(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_socket_status.switch_status_1"
    simulator.requests.clear()
    await call_entity_action(hass, Platform.SWITCH, key, "turn_on")
    assert state_of(hass, Platform.SWITCH, key).state == "on"
    assert request_counts(simulator) == {CALL: 1}


@pytest.mark.usefixtures("everything")
async def test_alarm_is_off_after_its_release(
    hass: HomeAssistant, simulator: Simulator, sn: str, freezer: FrozenDateTimeFactory
) -> None:
    key = f"{sn}_leak_alarm"
    for report, expected in (
        ({"leak_alarm": True}, "on"),
        ({"leak_alarm_release": True}, "off"),
        ({"leak_alarm": True}, "on"),
    ):
        freezer.tick(5)
        await simulator.report(sn, report)
        assert state_of(hass, Platform.BINARY_SENSOR, key).state == expected


@pytest.mark.usefixtures("everything")
async def test_valve_without_reported_position_shows_state(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_valve_valve_4"
    assert state_of(hass, Platform.VALVE, key).state == "open"
    await simulator.report(sn, {"valve_4_opening": 0})
    shown = state_of(hass, Platform.VALVE, key)
    assert (shown.state, shown.attributes["current_position"]) == ("closed", 0)


@pytest.mark.usefixtures("everything")
async def test_unreported_option_with_key_none_is_unknown(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    assert state_of(hass, Platform.SELECT, f"{sn}_sound").state == "unknown"
    await simulator.report(sn, {"sound": "None"})
    assert state_of(hass, Platform.SELECT, f"{sn}_sound").state == "silent"
