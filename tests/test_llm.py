"""Tools for voice assistants, through Home Assistant's own LLM API."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.llm import async_get_tools
from homeassistant.components.llm.const import DOMAIN as LLM
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, llm
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.milesight.llm import MAX_NAMES
from tests.common import poll, settle
from tests.fleets import of_demo
from tests.simulator import Device, Simulator


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return of_demo("EM300-TH", "WS303", "WS523")


TOOLS = {"milesight__fleet_status", "milesight__get_readings"}
CONTEXT = llm.LLMContext("test", Context(), "en", "conversation", None)


@pytest.fixture(autouse=True)
async def tools(hass: HomeAssistant, custom_integrations: None) -> None:
    """Set up what provides the tools."""
    for component in ("homeassistant", LLM):
        assert await async_setup_component(hass, component, {})


async def names_of_tools(hass: HomeAssistant, api_id: str) -> set[str]:
    """Return the names of the integration's tools in an API."""
    tools = (await async_get_tools(hass, CONTEXT, api_id)).tools
    return {tool.name for tool in tools if tool.name.startswith("milesight")}


async def ask(hass: HomeAssistant, name: str, **arguments: Any) -> dict[str, Any]:
    """Return the answer of a tool."""
    tools = (await async_get_tools(hass, CONTEXT, llm.LLM_API_ASSIST)).tools
    (tool,) = (tool for tool in tools if tool.name == f"milesight__{name}")
    tool_input = llm.ToolInput(tool.name, arguments)
    answer: Any = await tool.async_call(hass, tool_input, CONTEXT)
    assert isinstance(answer, dict)
    return answer


async def test_status_counts_and_names_devices(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    leak, machine = simulator.device("WS303"), simulator.device("WS523")
    await simulator.report(leak.sn, {"leakage_status": True, "battery": 5})
    await simulator.offline(machine.sn)
    await simulator.settle()
    await settle(hass)
    answer = await ask(hass, "fleet_status")
    assert answer["devices"] == len(simulator.platform.devices)
    assert answer["offline_devices"] == [machine.name]
    assert answer["low_battery_devices"] == [leak.name]
    assert answer["alarm_devices"] == [leak.name]
    assert answer["silent"] == 0
    text = repr(answer)
    assert not any(device.sn in text for device in simulator.platform.devices)


async def test_status_of_areas(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    await simulator.offline(simulator.device("WS523").sn)
    await simulator.settle()
    kitchen = await ask(hass, "fleet_status", area="kitchen ")
    assert (kitchen["devices"], kitchen["offline"]) == (3, 1)
    areas = (await ask(hass, "fleet_status", by_area=True))["areas"]
    assert isinstance(areas, dict)
    assert areas.keys() == {"Building", "Kitchen", "Office"}
    assert "error" in await ask(hass, "fleet_status", area="Moon")


async def test_silent_devices_are_named(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    device = simulator.device("WS303")
    await simulator.report(device.sn)
    await simulator.settle()
    freezer.tick(timedelta(hours=40))
    await poll(hass, pushing)
    answer = await ask(hass, "fleet_status")
    assert device.name in answer["silent_devices"]


async def test_answer_about_a_large_fleet_is_short(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    for number in range(500):
        registered = dr.async_get(hass).async_get_or_create(
            config_entry_id=loaded.entry_id,
            identifiers={("milesight", f"many{number}")},
            name=f"Device {number}",
        )
        assert registered.id
    for device in loaded.runtime_data.data.values():
        device.availability.online = False
    answer = await ask(hass, "fleet_status", by_area=True)
    assert len(repr(answer)) < 3000
    assert all(len(v) <= MAX_NAMES + 1 for v in answer.values() if isinstance(v, list))


@pytest.mark.usefixtures("recorder_mock")
async def test_readings_have_statistics(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    device = simulator.device("EM300-TH")
    start = dt_util.utcnow().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    freezer.move_to(start)
    for value in (10, 20):
        await simulator.report(device.sn, {"temperature": value})
        await simulator.settle()
        await settle(hass)
        freezer.tick(timedelta(minutes=2))
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=start)
    await async_wait_recording_done(hass)
    answer = await ask(hass, "get_readings", device=device.name.upper(), reading="temperature")
    (reading,) = answer["readings"]
    assert isinstance(reading, dict)
    assert (reading["latest"], reading["unit"]) == (20, "°C")
    assert reading["minimum"] <= 10 < reading["mean"] < reading["maximum"] == 20


async def test_readings_without_a_recorder_are_the_latest(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    answer = await ask(hass, "get_readings", device=device.name, hours=1)
    readings = answer["readings"]
    assert isinstance(readings, list)
    assert {reading["name"] for reading in readings} >= {"Temperature", "Humidity"}
    assert "error" in await ask(hass, "get_readings", device="Nobody")
    assert "error" in await ask(hass, "get_readings", device=device.name, reading="radon")


async def test_tools_exist_with_devices_only(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    assert await names_of_tools(hass, llm.LLM_API_ASSIST) == TOOLS
    assert not await names_of_tools(hass, "other")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert not await names_of_tools(hass, llm.LLM_API_ASSIST)
