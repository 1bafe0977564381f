"""The webhook's life: what its address answers before, during and after it."""

import logging
from typing import Any
from unittest.mock import Mock

from aiohttp.test_utils import TestClient
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_get_persistent_notifications,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.common import ADDRESS, entry_of, push_to, set_up, settle, signed
from tests.simulator import Simulator

OTHER_ID = "ab" * 32
OTHER_ADDRESS = f"/api/webhook/{OTHER_ID}"
PREFLIGHT = {"Origin": "https://example.com", "Access-Control-Request-Method": "POST"}


async def _options(
    http_client: TestClient[Any, Any], address: str = ADDRESS, **headers: str
) -> int:
    return (await http_client.options(address, headers=headers)).status


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_probe_is_answered(http_client: TestClient[Any, Any], method: str) -> None:
    response = await http_client.request(method, ADDRESS)
    assert (response.status, await response.read()) == (200, b"")


async def test_options_names_the_allowed_methods(http_client: TestClient[Any, Any]) -> None:
    response = await http_client.options(ADDRESS)
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_preflight_request_is_left_to_home_assistant(
    http_client: TestClient[Any, Any],
) -> None:
    own, other = [
        await http_client.options(address, headers=PREFLIGHT)
        for address in (ADDRESS, OTHER_ADDRESS)
    ]
    assert (own.status, other.status) == (200, 200)
    for header in ("Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Allow"):
        assert own.headers.get(header) == other.headers.get(header)
    assert await _options(http_client, Origin="https://example.com") == 403


async def test_options_at_other_addresses_is_left_to_home_assistant(
    http_client: TestClient[Any, Any],
) -> None:
    assert await _options(http_client, OTHER_ADDRESS) == 403
    assert await _options(http_client, f"{ADDRESS}/") == 404
    assert await _options(http_client, "/api/webhook") == 404


async def test_unloaded_address_looks_like_an_unknown_one(
    hass: HomeAssistant, http_client: TestClient[Any, Any], loaded: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    for method in ("GET", "HEAD", "OPTIONS", "POST", "DELETE"):
        own, other = [
            await http_client.request(method, address) for address in (ADDRESS, OTHER_ADDRESS)
        ]
        assert (method, own.status, await own.read()) == (method, other.status, await other.read())


async def test_reloads_add_one_route(
    hass: HomeAssistant, http_client: TestClient[Any, Any], loaded: MockConfigEntry
) -> None:
    routes = len(hass.http.app.router.resources())
    for _ in range(3):
        assert await hass.config_entries.async_reload(loaded.entry_id)
        assert await _options(http_client) == 200
    assert len(hass.http.app.router.resources()) == routes


async def test_removed_application_leaves_the_others_answering(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    other = entry_of(simulator, {"webhook_id": OTHER_ID}, unique_id="other")
    other.add_to_hass(hass)
    await set_up(hass, other)
    http_client = await hass_client_no_auth()
    assert [await _options(http_client, path) for path in (ADDRESS, OTHER_ADDRESS)] == [200, 200]
    await hass.config_entries.async_remove(loaded.entry_id)
    assert [await _options(http_client, path) for path in (ADDRESS, OTHER_ADDRESS)] == [403, 200]


async def test_application_works_where_no_route_can_be_added(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for component in ("webhook", "image"):
        assert await async_setup_component(hass, component, {})
    http_client = await hass_client_no_auth()
    refuse = Mock(side_effect=RuntimeError("Cannot register a resource into frozen router."))
    monkeypatch.setattr(hass.http.app.router, "register_resource", refuse)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert (await http_client.get(ADDRESS)).status == 200
    assert await _options(http_client) == 403
    assert "Cannot answer OPTIONS requests to the callback URL" in caplog.text
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_platform_accepts_the_address(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    await push_to(simulator, http_client)
    await simulator.report(simulator.device("EM300-TH").sn)
    assert {delivery.status for delivery in simulator.push.deliveries} == {200}


async def test_flood_of_options_reads_and_logs_nothing(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.clear()
    for _ in range(500):
        assert await _options(http_client) == 200
    assert [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("custom_components", "homeassistant"))
        and record.levelno >= logging.INFO
    ] == []
    assert loaded.runtime_data.pushes.last_push is None


async def _press_test(
    hass: HomeAssistant, http_client: TestClient[Any, Any], simulator: Simulator
) -> None:
    event = {"eventType": "WEBHOOK_TEST", "data": "Test"}
    headers = signed(simulator.webhook_secret)
    assert (await http_client.post(ADDRESS, json=[event], headers=headers)).status == 200
    await settle(hass)


async def test_console_test_fires_an_event(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    events = async_capture_events(hass, "milesight_webhook_test")
    await _press_test(hass, http_client, simulator)
    (event,) = events
    application = dr.async_get(hass).async_get(event.data["device_id"])
    assert application is not None
    assert application.name == "Home"
    assert loaded.runtime_data.pushes.healthy
    assert not async_get_persistent_notifications(hass)
