"""Tests that import and run the blueprints."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, Platform
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.common import entity_id, pass_time, state_of, until
from tests.files import ROOT
from tests.fleets import of_demo
from tests.simulator import Device, Simulator

BLUEPRINTS = ROOT / "blueprints/automation/milesight"

type Automate = Callable[[str, dict[str, Any]], Awaitable[None]]


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return of_demo("AM319", "EM300-TH", "UC511", "VS340", "WS101", "WS303", "WS523")


@pytest.fixture
async def editor(
    hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> HomeAssistant:
    """Return Home Assistant with a temporary config folder and automations set up."""
    monkeypatch.setattr(hass.config, "config_dir", str(tmp_path))
    for component in ("homeassistant", "websocket_api", automation.DOMAIN):
        assert await async_setup_component(hass, component, {})
    return hass


@pytest.fixture
async def automate(
    editor: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Automate]:
    """Yield a function that imports a blueprint and creates an automation from it."""
    hass = editor

    async def automate(name: str, inputs: dict[str, Any]) -> None:
        client = await hass_ws_client()
        path = f"milesight/{name}"
        await client.send_json_auto_id(
            {
                "type": "blueprint/save",
                "domain": automation.DOMAIN,
                "path": path,
                "yaml": (BLUEPRINTS / f"{name}.yaml").read_text(),
            }
        )
        assert (await client.receive_json())["success"]
        await client.send_json_auto_id({"type": "blueprint/list", "domain": automation.DOMAIN})
        listed = (await client.receive_json())["result"]
        assert listed[f"{path}.yaml"]["metadata"]["name"]
        config = {"use_blueprint": {"path": f"{path}.yaml", "input": inputs}}
        monkeypatch.setattr(
            "homeassistant.config.load_yaml_config_file",
            lambda *_: {automation.DOMAIN: [{"alias": "it", **config}]},
        )
        await hass.services.async_call(automation.DOMAIN, "reload", blocking=True)
        await client.close()
        state = hass.states.get("automation.it")
        assert state is not None
        assert state.state == "on"

    simulator.platform.command_delay = 0  # the clock is frozen
    yield automate
    await hass.services.async_call(
        automation.DOMAIN, "turn_off", {"entity_id": "automation.it"}, blocking=True
    )


def _note(**data: str) -> list[dict[str, Any]]:
    return [{"action": "test.note", "data": data}]


async def _run_ready(rounds: int = 100) -> None:
    """Let an automation run until it waits; `async_block_till_done` would not return then."""
    for _ in range(rounds):
        await asyncio.sleep(0)


def test_blueprint_has_its_source_url() -> None:
    paths = list(BLUEPRINTS.glob("*.yaml"))
    assert len(paths) == 3
    for path in paths:
        assert f"/blueprints/automation/milesight/{path.name}\n" in path.read_text()


async def test_low_batteries_are_reported_daily(
    hass: HomeAssistant,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    inputs = {
        "time": "09:00:00",
        "silent_for": {"days": 30},
        "notify": _note(report="{{ report }}", low="{{ low }}", silent="{{ silent }}"),
    }
    nine = dt_util.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    await automate("low_battery_and_silent_devices", inputs)
    freezer.move_to(nine - timedelta(minutes=1))
    await pass_time(hass, freezer, minutes=2)
    assert not recorded_calls
    await pass_time(hass, freezer, hours=23, minutes=58)
    await simulator.report(simulator.device("EM300-TH").sn, {"battery": 20})
    await pass_time(hass, freezer, minutes=2)
    assert [call.data for call in recorded_calls] == [
        {"report": "Low battery: Cold store (20 %)", "low": ["Cold store (20 %)"], "silent": []}
    ]


async def test_silent_devices_are_reported_once(
    hass: HomeAssistant,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
) -> None:
    lost = simulator.device("EM300-TH")
    await simulator.report(lost.sn)
    await hass.async_block_till_done()
    inputs = {"notify": _note(report="{{ report }}", low="{{ low }}", silent="{{ silent }}")}
    await automate("low_battery_and_silent_devices", {"silent_for": {"hours": 3}, **inputs})
    for _ in range(5):
        for device in simulator.platform.devices:
            if device is not lost:
                await simulator.report(device.sn)
        await pass_time(hass, freezer, hours=1)
        await pass_time(hass, freezer, minutes=1)
    assert [call.data for call in recorded_calls] == [
        {"report": "No report from: Cold store", "low": [], "silent": ["Cold store"]}
    ]


async def test_ventilation_follows_co2_and_occupancy(
    hass: HomeAssistant,
    simulator: Simulator,
    automate: Automate,
    freezer: FrozenDateTimeFactory,
) -> None:
    air, desk, fan = (simulator.device(model) for model in ("AM319-HCHO", "VS340", "WS523"))
    occupancy = entity_id(hass, Platform.BINARY_SENSOR, f"{desk.sn}_occupancy")
    socket = f"{fan.sn}_set_socket.status"
    labels = {label: key for key, label in desk.model.specification.leaves["occupancy"].labels}
    empty, occupied = labels["vacant"], labels["occupied"]
    await simulator.report(fan.sn, {"set_socket": {"status": "0"}})
    await simulator.report(desk.sn, {"occupancy": empty})
    freezer.tick(timedelta(minutes=11))
    await automate(
        "ventilation_on_demand",
        {
            "ventilation": [entity_id(hass, Platform.SWITCH, socket)],
            "co2_sensors": [entity_id(hass, Platform.SENSOR, f"{air.sn}_co2")],
            "occupancy_sensors": [occupancy],
        },
    )

    async def settled() -> None:
        await _run_ready(1000)
        await simulator.settle()
        await _run_ready(1000)

    async def reported(sn: str, values: dict[str, Any], state: str) -> None:
        freezer.tick(30)
        await simulator.report(sn, values)
        await settled()
        assert state_of(hass, Platform.SWITCH, socket).state == state

    await reported(air.sn, {"co2": 700}, "off")
    await reported(air.sn, {"co2": 1200}, "on")
    await reported(air.sn, {"co2": 900}, "on")
    await reported(air.sn, {"co2": 750}, "off")
    await reported(desk.sn, {"occupancy": occupied}, "on")
    await reported(air.sn, {"co2": 850}, "on")
    await reported(air.sn, {"co2": 700}, "on")
    await reported(desk.sn, {"occupancy": empty}, "on")
    freezer.tick(timedelta(minutes=11))
    async_fire_time_changed(hass)
    await settled()
    assert state_of(hass, Platform.SWITCH, socket).state == "off"


async def test_ventilation_works_with_occupancy_only(
    hass: HomeAssistant, simulator: Simulator, automate: Automate
) -> None:
    desk, fan = simulator.device("VS340"), simulator.device("WS523")
    socket = f"{fan.sn}_set_socket.status"
    labels = {label: key for key, label in desk.model.specification.leaves["occupancy"].labels}
    await simulator.report(fan.sn, {"set_socket": {"status": "0"}})
    await simulator.report(desk.sn, {"occupancy": labels["vacant"]})
    await automate(
        "ventilation_on_demand",
        {
            "ventilation": [entity_id(hass, Platform.SWITCH, socket)],
            "occupancy_sensors": [entity_id(hass, Platform.BINARY_SENSOR, f"{desk.sn}_occupancy")],
        },
    )
    await simulator.report(desk.sn, {"occupancy": labels["occupied"]})
    await until(lambda: state_of(hass, Platform.SWITCH, socket).state == "on")


async def test_leak_closes_valves_and_notifies_of_open_ones(
    hass: HomeAssistant,
    simulator: Simulator,
    automate: Automate,
    recorded_calls: list[ServiceCall],
) -> None:
    leak, water = simulator.device("WS303"), simulator.device("UC511")
    names = {
        state.entity_id: state.name
        for state in hass.states.async_all(Platform.VALVE)
        if state.name.startswith(water.name)
    }

    async def open_valve(*valves: str) -> None:
        await hass.services.async_call(
            "valve", "open_valve", {"entity_id": list(valves)}, blocking=True
        )
        await simulator.settle()

    await open_valve(*names)
    await automate(
        "leak_closes_valve",
        {
            "leak_sensors": [entity_id(hass, Platform.BINARY_SENSOR, f"{leak.sn}_leakage_status")],
            "valves": list(names),
            "patience": 5,
            "notify": _note(text="{{ place }}"),
            "alarm": _note(text="{{ still_open }}"),
        },
    )
    dry, wet = (key for key, _ in leak.model.specification.leaves["leakage_status"].labels)
    await simulator.report(leak.sn, {"leakage_status": dry})
    await simulator.report(leak.sn, {"leakage_status": wet})
    await until(lambda: all(hass.states.is_state(valve, "closed") for valve in names))
    await until(lambda: hass.states.get("automation.it").attributes["current"] == 0)  # type: ignore[union-attr]
    assert [call.data["text"] for call in recorded_calls] == ["Washing machine leak"]

    stuck = next(iter(names))
    await open_valve(stuck)
    simulator.fault(f"/devices/{water.device_id}", "failed")
    await simulator.report(leak.sn, {"leakage_status": dry})
    await simulator.report(leak.sn, {"leakage_status": wet})
    await until(lambda: len(recorded_calls) == 2)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=4))
    await asyncio.sleep(0.05)
    assert len(recorded_calls) == 2
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=6))
    await until(lambda: len(recorded_calls) == 3)
    assert recorded_calls[2].data["text"] == [names[stuck]]


class Ventilation:
    """An automation of the blueprint for two rooms and one CO₂ sensor, with recorded actions."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        """Start with good air and nobody there."""
        self._hass, self._freezer = hass, freezer
        self._on = async_mock_service(hass, "homeassistant", "turn_on")
        self._off = async_mock_service(hass, "homeassistant", "turn_off")
        for entity, state in (("switch.fan", "off"), ("binary_sensor.a", "off")):
            hass.states.async_set(entity, state)
        hass.states.async_set("binary_sensor.b", "off")
        hass.states.async_set("sensor.co2", "700")

    inputs: ClassVar = {
        "ventilation": ["switch.fan"],
        "co2_sensors": ["sensor.co2"],
        "occupancy_sensors": ["binary_sensor.a", "binary_sensor.b"],
    }

    async def change(self, entity: str, state: str) -> tuple[int, int]:
        """Set a state and return how often ventilation was switched on and off."""
        self._hass.states.async_set(entity, state)
        return await self._settled()

    async def wait(self, minutes: int) -> tuple[int, int]:
        """Let minutes pass and return how often ventilation was switched on and off."""
        for _ in range(minutes):
            self._freezer.tick(timedelta(minutes=1))
            async_fire_time_changed(self._hass)
            await self._settled()
        return await self._settled()

    async def start(self) -> tuple[int, int]:
        """Let Home Assistant start and return how often ventilation was switched on and off."""
        self._hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        return await self._settled()

    async def _settled(self) -> tuple[int, int]:
        await _run_ready()
        return len(self._on), len(self._off)


@pytest.fixture
async def ventilation(
    hass: HomeAssistant, automate: Automate, freezer: FrozenDateTimeFactory
) -> Ventilation:
    """Return the automation, a quarter of an hour after the last change."""
    ventilation = Ventilation(hass, freezer)
    await automate("ventilation_on_demand", ventilation.inputs)
    await ventilation.wait(15)
    return ventilation


async def test_ventilation_runs_until_all_rooms_are_empty_a_while(
    ventilation: Ventilation,
) -> None:
    await ventilation.change("binary_sensor.b", "on")
    on, off = await ventilation.change("binary_sensor.a", "on")
    await ventilation.change("binary_sensor.a", "off")
    await ventilation.wait(9)
    await ventilation.change("binary_sensor.b", "off")
    assert await ventilation.wait(9) == (on + 1, off)
    assert await ventilation.wait(2) == (on + 1, off + 1)


async def test_ventilation_goes_on_after_a_visit_with_good_air(
    ventilation: Ventilation,
) -> None:
    await ventilation.change("sensor.co2", "900")
    on, off = await ventilation.change("binary_sensor.a", "on")
    await ventilation.change("binary_sensor.a", "off")
    await ventilation.wait(1)
    assert await ventilation.change("sensor.co2", "750") == (on, off)
    assert await ventilation.wait(8) == (on, off)
    assert await ventilation.wait(2) == (on, off + 1)


async def test_ventilation_stops_after_a_restart_in_an_empty_room(
    ventilation: Ventilation,
) -> None:
    on, off = await ventilation.start()
    assert (on, off) == (0, 2)


async def test_ventilation_is_not_stopped_by_missing_readings(
    ventilation: Ventilation,
) -> None:
    before = await ventilation.change("sensor.co2", "unavailable")
    assert await ventilation.start() == before


async def test_leak_is_handled_while_another_sensor_flaps(
    hass: HomeAssistant, automate: Automate
) -> None:
    hass.states.async_set("valve.stuck", "open")
    close = async_mock_service(hass, "valve", "close_valve")
    inputs = {"leak_sensors": ["binary_sensor.a", "binary_sensor.b"], "valves": ["valve.stuck"]}
    await automate("leak_closes_valve", inputs)
    for _ in range(20):
        for state in ("off", "on"):
            hass.states.async_set("binary_sensor.a", state)
            await _run_ready()
    await until(lambda: len(close) == 20)
    hass.states.async_set("binary_sensor.b", "on")
    await until(lambda: len(close) == 21)


@pytest.mark.parametrize(("valve", "closed"), [("open", 1), ("closed", 0)])
async def test_leak_at_start_closes_open_valves(
    hass: HomeAssistant,
    automate: Automate,
    recorded_calls: list[ServiceCall],
    valve: str,
    closed: int,
) -> None:
    for sensor, state in (("a", "on"), ("b", "on"), ("c", "off")):
        hass.states.async_set(f"binary_sensor.{sensor}", state, {"friendly_name": sensor.upper()})
    hass.states.async_set("valve.main", valve)
    close = async_mock_service(hass, "valve", "close_valve")
    inputs = {
        "leak_sensors": [f"binary_sensor.{sensor}" for sensor in "abc"],
        "valves": ["valve.main"],
        "notify": _note(text="{{ place }}"),
    }
    await automate("leak_closes_valve", inputs)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await _run_ready()
    assert len(close) == closed
    assert [call.data["text"] for call in recorded_calls] == ["A, B"] * closed
