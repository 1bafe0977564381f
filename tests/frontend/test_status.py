"""The websocket command of the dashboard: data that no entity has."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.milesight.commands.responses import EVENT_TASK
from custom_components.milesight.const import CONF_DAILY_API_LIMIT
from tests.common import device_id, entity_id, set_up
from tests.frontend.fleets import CONNECTIVITY
from tests.simulator import Simulator

type Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def ask(
    hass: HomeAssistant,
    socket_enabled: None,
    loaded: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> Ask:
    """Return what asks for the status."""
    client = await hass_ws_client(hass)

    async def ask(**options: float) -> dict[str, Any]:
        await client.send_json_auto_id({"type": "milesight/dashboard", **options})
        reply = await client.receive_json()
        assert reply["success"], reply
        status: dict[str, Any] = reply["result"]
        return status

    return ask


def _finish_task(hass: HomeAssistant, device: str | None, status: str) -> None:
    event = {"device_id": device, "task_id": "1", "type": "CONFIG", "status": status}
    hass.bus.async_fire(EVENT_TASK, {**event, "error": "" if status == "SUCCESS" else "timeout"})


async def test_request_limit_and_last_reports_are_sent(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, ask: Ask
) -> None:
    status = await ask()
    assert status["applications"] == {loaded.entry_id: {"request_limit": 1000}}
    device = simulator.device("EM300-TH")
    assert status["last_reports"][device_id(hass, loaded, device)] == device.last_update
    registered = dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id)
    assert status["last_reports"].keys() < {entry.id for entry in registered}


async def test_connectivity_sensor_has_key_that_dashboard_looks_for(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    sensor = entity_id(hass, Platform.BINARY_SENSOR, f"{simulator.device('WS523').sn}_connectivity")
    registered = er.async_get(hass).async_get(sensor)
    assert registered is not None
    assert (registered.domain, registered.translation_key) == CONNECTIVITY[:2]


async def test_gateways_are_sent(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, ask: Ask
) -> None:
    gateway = device_id(hass, loaded, simulator.device("UG65"))
    assert (await ask())["gateways"] == [gateway]


@pytest.mark.parametrize(("hours", "is_silent"), [(29, True), (31, False)])
async def test_device_is_silent_after_given_hours(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    socket_enabled: None,
    hass_ws_client: WebSocketGenerator,
    hours: float,
    is_silent: bool,
) -> None:
    device = simulator.device("EM300-TH")
    simulator.platform.silence(device, 30)
    await set_up(hass, entry)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "milesight/dashboard", "silent_hours": hours})
    silent = (await client.receive_json())["result"]["silent"]
    assert (device_id(hass, entry, device) in silent) is is_silent


async def test_changed_limit_is_sent(
    hass: HomeAssistant, loaded: MockConfigEntry, ask: Ask
) -> None:
    hass.config_entries.async_update_entry(loaded, options={CONF_DAILY_API_LIMIT: 5000})
    await hass.config_entries.async_reload(loaded.entry_id)
    assert (await ask())["applications"][loaded.entry_id] == {"request_limit": 5000}


async def test_unloaded_application_is_left_out(
    hass: HomeAssistant, loaded: MockConfigEntry, ask: Ask
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    status = await ask()
    assert (status["applications"], status["last_reports"]) == ({}, {})


async def test_failed_task_is_sent_until_next_success(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, ask: Ask
) -> None:
    assert (await ask())["failed_tasks"] == []
    device = device_id(hass, loaded, simulator.device("WS523"))
    other = device_id(hass, loaded, simulator.device("WT101"))
    for failed in (device, other, device, None):
        _finish_task(hass, failed, "FAILED")
    tasks = (await ask())["failed_tasks"]
    assert [(task["device_id"], task["error"]) for task in tasks] == [
        (other, "timeout"),
        (device, "timeout"),
    ]
    _finish_task(hass, device, "SUCCESS")
    (task,) = (await ask())["failed_tasks"]
    assert task["device_id"] == other


async def test_failed_task_is_forgotten_after_a_day(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    ask: Ask,
    freezer: FrozenDateTimeFactory,
) -> None:
    _finish_task(hass, device_id(hass, loaded, simulator.device("WS523")), "FAILED")
    freezer.tick(timedelta(hours=23))
    assert len((await ask())["failed_tasks"]) == 1
    freezer.tick(timedelta(hours=2))
    assert (await ask())["failed_tasks"] == []


async def test_user_without_rights_gets_status(hass_admin_user: MockUser, ask: Ask) -> None:
    hass_admin_user.groups = []
    assert (await ask())["applications"]
