"""Tests of system health over the WebSocket API."""

from datetime import timedelta
import json
from typing import Any

from homeassistant.components import system_health
from homeassistant.const import CONF_URL, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.milesight.const import DOMAIN
from tests.common import entry_of, quota_requests, settle
from tests.files import SOURCE
from tests.fleets import household, probes
from tests.simulator import Device, Simulator


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return household()


@pytest.fixture
async def component_loaded(hass: HomeAssistant) -> None:
    """Set up system health before the HTTP server starts, after which no view can be added."""
    for component in ("websocket_api", system_health.DOMAIN):
        assert await async_setup_component(hass, component, {})


async def _info(hass_ws_client: WebSocketGenerator) -> tuple[dict[str, Any], str]:
    """Return the final information about the integration, and all messages as JSON."""
    client = await hass_ws_client()
    await client.send_json_auto_id({"type": "system_health/info"})
    assert (await client.receive_json())["success"]
    first = await client.receive_json()
    integration_info = first["event"]["data"][DOMAIN]
    assert integration_info["manage_url"].endswith(f"/{DOMAIN}")
    messages = [integration_info]
    while (message := (await client.receive_json())["event"])["type"] != "finish":
        if message["domain"] == DOMAIN:
            messages.append(message)
            integration_info["info"][message["key"]] = message.get("data", message.get("error"))
    return integration_info["info"], json.dumps(messages)


async def test_system_health_of_one_application(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    component_loaded: None,
    pushing: MockConfigEntry,
    simulator: Simulator,
) -> None:
    await simulator.report(simulator.device("EM300-TH").sn, {"temperature": 20})
    requests = quota_requests(simulator)
    info, messages = await _info(hass_ws_client)
    until = dt_util.parse_datetime(info.pop("token_valid_until")["value"])
    assert until is not None
    assert timedelta(minutes=50) < until - dt_util.utcnow() < timedelta(minutes=60)
    assert info == {
        "applications": "1 / 1",
        "can_reach_server": "ok",
        "requests": f"{len(requests)} / 1000",
        "pushes": "2",
        "pushes_healthy": "1 / 1",
    }
    for secret in (pushing.title, simulator.client_id, simulator.client_secret):
        assert secret not in messages
    assert info.keys() | {"token_valid_until"} == SOURCE["system_health"]["info"].keys()


async def test_system_health_of_several_applications(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    component_loaded: None,
    loaded: MockConfigEntry,
) -> None:
    async with Simulator(probes(1)) as other:
        second = entry_of(other, {CONF_WEBHOOK_ID: "6a" * 32})
        third = entry_of(
            other, {CONF_WEBHOOK_ID: "7b" * 32, CONF_URL: "http://127.0.0.1:9"}, unique_id="third"
        )
        for entry in (second, third):
            entry.add_to_hass(hass)
            await hass.config_entries.async_setup(entry.entry_id)
        await settle(hass)
        info, _ = await _info(hass_ws_client)
    assert info["applications"] == "2 / 3"
    assert info["can_reach_server"] == {"type": "failed", "error": "unreachable"}
    assert info["requests"].count(" / 1000") == 2
    assert info["pushes"] == "0, 0"
    assert info["pushes_healthy"] == "0 / 2"


async def test_system_health_without_a_token(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    component_loaded: None,
    loaded: MockConfigEntry,
) -> None:
    tokens = loaded.runtime_data.client.tokens
    tokens.invalidate(await tokens.get_access_token())
    info, _ = await _info(hass_ws_client)
    assert info["token_valid_until"] is None
