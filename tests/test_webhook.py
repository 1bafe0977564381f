"""The edge: what is believed, what is answered, what changes."""

from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.const import CONF_WEBHOOK_SECRET
from tests.common import property_event, signed, state_of
from tests.conftest import WEBHOOK_ID
from tests.simulator import Simulator

ADDRESS = f"/api/webhook/{WEBHOOK_ID}"


@pytest.fixture
async def client(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return somebody on the internet."""
    assert await async_setup_component(hass, "http", {})
    return await hass_client_no_auth()


@pytest.fixture
def sn(simulator: Simulator) -> str:
    """Return the serial number of a thermometer."""
    return simulator.device("EM300-TH").sn


def _temperature(hass: HomeAssistant, sn: str) -> str:
    return state_of(hass, Platform.SENSOR, f"{sn}_temperature").state


async def _post(
    client: TestClient[Any, Any], body: Any, headers: dict[str, str] | None = None
) -> int:
    response = await client.post(ADDRESS, json=body, headers=headers)
    return response.status


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_address_answers_the_probe(client: TestClient[Any, Any], method: str) -> None:
    assert (await client.request(method, ADDRESS)).status == 200


async def test_a_signed_delivery_changes_the_state(
    hass: HomeAssistant, client: TestClient[Any, Any], simulator: Simulator, sn: str
) -> None:
    headers = signed(simulator.webhook_secret)
    assert await _post(client, [property_event(sn, {"temperature": 33.3})], headers) == 200
    assert _temperature(hass, sn) == "33.3"


async def test_a_single_event_is_accepted_and_so_is_an_empty_array(
    hass: HomeAssistant, client: TestClient[Any, Any], simulator: Simulator, sn: str
) -> None:
    body = property_event(sn, {"temperature": 33.4})
    assert await _post(client, body, signed(simulator.webhook_secret)) == 200
    assert _temperature(hass, sn) == "33.4"
    assert await _post(client, [], signed(simulator.webhook_secret)) == 200


async def test_nothing_unsigned_is_believed(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    simulator: Simulator,
    sn: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = _temperature(hass, sn)
    body = [property_event(sn, {"temperature": 44})]
    secret = simulator.webhook_secret
    for headers in (
        None,
        signed("another"),
        signed(secret, sent=0),
        signed(secret) | {"x-msc-request-nonce": "n"},
    ):
        assert await _post(client, body, headers) == 401
    assert _temperature(hass, sn) == before
    assert caplog.text.count("A delivery was refused") == 1


@pytest.mark.parametrize("body", [b"{", b"", b"1", b'"text"', b"null"])
async def test_what_is_no_delivery_is_answered_400(
    client: TestClient[Any, Any], simulator: Simulator, body: bytes
) -> None:
    response = await client.post(ADDRESS, data=body, headers=signed(simulator.webhook_secret))
    assert response.status == 400


async def test_a_body_that_is_too_large_is_not_read_whole(
    client: TestClient[Any, Any], simulator: Simulator
) -> None:
    large = b"[" + b" " * 1024 * 1024 + b"]"
    assert (await client.post(ADDRESS, data=large)).status == 413
    full = b"[" + b" " * (1024 * 1024 - 2) + b"]"
    headers = signed(simulator.webhook_secret)
    assert (await client.post(ADDRESS, data=full, headers=headers)).status == 200


async def test_a_nonce_seen_before_is_answered_and_ignored(
    hass: HomeAssistant, client: TestClient[Any, Any], simulator: Simulator, sn: str
) -> None:
    headers = signed(simulator.webhook_secret)
    assert await _post(client, [property_event(sn, {"temperature": 1})], headers) == 200
    assert await _post(client, [property_event(sn, {"temperature": 2})], headers) == 200
    assert _temperature(hass, sn) == "1"


async def test_an_event_seen_before_is_ignored(
    hass: HomeAssistant, client: TestClient[Any, Any], simulator: Simulator, sn: str
) -> None:
    event = property_event(sn, {"temperature": 1})
    await _post(client, [event], signed(simulator.webhook_secret))
    await _post(client, [property_event(sn, {"temperature": 2})], signed(simulator.webhook_secret))
    event["data"] = property_event(sn, {"temperature": 3})["data"]
    assert await _post(client, [event], signed(simulator.webhook_secret)) == 200
    assert _temperature(hass, sn) == "2"


async def test_bad_and_unknown_events_do_not_spoil_the_others(
    hass: HomeAssistant, client: TestClient[Any, Any], simulator: Simulator, sn: str
) -> None:
    body = [
        1,
        {"eventType": "SOMETHING_NEW"},
        {"eventType": "WEBHOOK_TEST", "data": "Test"},
        property_event("0000000000000000", {"temperature": 5}),
        property_event(sn, {"temperature": {"deeper": [1]}}),
        property_event(sn, {"temperature": 12.5}),
    ]
    assert await _post(client, body, signed(simulator.webhook_secret)) == 200
    assert _temperature(hass, sn) == "12.5"


async def test_without_a_secret_no_signature_is_asked_for(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    sn: str,
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_WEBHOOK_SECRET: ""})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    client = await hass_client_no_auth()
    assert await _post(client, [property_event(sn, {"temperature": 7})]) == 200
    assert _temperature(hass, sn) == "7"


async def test_the_address_is_given_up_with_the_entry(
    hass: HomeAssistant, client: TestClient[Any, Any], loaded: MockConfigEntry, sn: str
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    assert await _post(client, [property_event(sn, {"temperature": 7})]) == 200
    assert _temperature(hass, sn) == "unavailable"
