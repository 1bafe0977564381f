"""The edge: what is believed, what is answered, what changes."""

from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.const import CONF_WEBHOOK_SECRET
from custom_components.milesight.push.receiver import MAX_ID, REMEMBERED, Recent
from tests.common import ADDRESS, property_event, set_up, signed, temperature
from tests.fleets import household
from tests.simulator import Device, Simulator


@pytest.fixture
def devices() -> list[Device]:
    """Return what is on the platform."""
    return household()


@pytest.fixture
def device(simulator: Simulator) -> Device:
    """Return a thermometer."""
    return simulator.device("EM300-TH")


async def _post(
    visitor: TestClient[Any, Any], body: Any, headers: dict[str, str] | None = None
) -> int:
    response = await visitor.post(ADDRESS, json=body, headers=headers)
    return response.status


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_address_answers_the_probe(visitor: TestClient[Any, Any], method: str) -> None:
    assert (await visitor.request(method, ADDRESS)).status == 200


async def test_a_signed_delivery_changes_the_state(
    hass: HomeAssistant, visitor: TestClient[Any, Any], simulator: Simulator, device: Device
) -> None:
    headers = signed(simulator.webhook_secret)
    assert await _post(visitor, [property_event(device.sn, {"temperature": 33.3})], headers) == 200
    assert temperature(hass, device) == "33.3"


async def test_a_single_event_is_accepted_and_so_is_an_empty_array(
    hass: HomeAssistant, visitor: TestClient[Any, Any], simulator: Simulator, device: Device
) -> None:
    body = property_event(device.sn, {"temperature": 33.4})
    assert await _post(visitor, body, signed(simulator.webhook_secret)) == 200
    assert temperature(hass, device) == "33.4"
    assert await _post(visitor, [], signed(simulator.webhook_secret)) == 200


async def test_nothing_unsigned_is_believed(
    hass: HomeAssistant,
    visitor: TestClient[Any, Any],
    simulator: Simulator,
    device: Device,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = temperature(hass, device)
    body = [property_event(device.sn, {"temperature": 44})]
    secret = simulator.webhook_secret
    for headers in (
        None,
        signed("another"),
        signed(secret, sent=0),
        signed(secret) | {"x-msc-request-nonce": "n"},
    ):
        assert await _post(visitor, body, headers) == 401
    assert temperature(hass, device) == before
    assert caplog.text.count("A delivery was refused") == 1


@pytest.mark.parametrize("body", [b"{", b"", b"1", b'"text"', b"null"])
async def test_what_is_no_delivery_is_answered_400(
    visitor: TestClient[Any, Any], simulator: Simulator, body: bytes
) -> None:
    response = await visitor.post(ADDRESS, data=body, headers=signed(simulator.webhook_secret))
    assert response.status == 400


async def test_a_body_that_is_too_large_is_not_read_whole(
    visitor: TestClient[Any, Any], simulator: Simulator
) -> None:
    large = b"[" + b" " * 1024 * 1024 + b"]"
    assert (await visitor.post(ADDRESS, data=large)).status == 413
    full = b"[" + b" " * (1024 * 1024 - 2) + b"]"
    headers = signed(simulator.webhook_secret)
    assert (await visitor.post(ADDRESS, data=full, headers=headers)).status == 200


async def test_a_nonce_seen_before_is_answered_and_ignored(
    hass: HomeAssistant, visitor: TestClient[Any, Any], simulator: Simulator, device: Device
) -> None:
    headers = signed(simulator.webhook_secret)
    assert await _post(visitor, [property_event(device.sn, {"temperature": 1})], headers) == 200
    assert await _post(visitor, [property_event(device.sn, {"temperature": 2})], headers) == 200
    assert temperature(hass, device) == "1"


async def test_an_event_seen_before_is_ignored(
    hass: HomeAssistant, visitor: TestClient[Any, Any], simulator: Simulator, device: Device
) -> None:
    event = property_event(device.sn, {"temperature": 1})
    await _post(visitor, [event], signed(simulator.webhook_secret))
    await _post(
        visitor, [property_event(device.sn, {"temperature": 2})], signed(simulator.webhook_secret)
    )
    event["data"] = property_event(device.sn, {"temperature": 3})["data"]
    assert await _post(visitor, [event], signed(simulator.webhook_secret)) == 200
    assert temperature(hass, device) == "2"


async def test_bad_and_unknown_events_do_not_spoil_the_others(
    hass: HomeAssistant, visitor: TestClient[Any, Any], simulator: Simulator, device: Device
) -> None:
    body = [
        1,
        {"eventType": "SOMETHING_NEW"},
        {"eventType": "WEBHOOK_TEST", "data": "Test"},
        property_event("0000000000000000", {"temperature": 5}),
        property_event(device.sn, {"temperature": {"deeper": [1]}}),
        property_event(device.sn, {"temperature": 12.5}),
    ]
    assert await _post(visitor, body, signed(simulator.webhook_secret)) == 200
    assert temperature(hass, device) == "12.5"


async def test_without_a_secret_no_signature_is_asked_for(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    device: Device,
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_WEBHOOK_SECRET: ""})
    await set_up(hass, entry)
    visitor = await hass_client_no_auth()
    assert await _post(visitor, [property_event(device.sn, {"temperature": 7})]) == 200
    assert temperature(hass, device) == "7"


async def test_the_address_is_given_up_with_the_entry(
    hass: HomeAssistant, visitor: TestClient[Any, Any], loaded: MockConfigEntry, device: Device
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    assert await _post(visitor, [property_event(device.sn, {"temperature": 7})]) == 200
    assert temperature(hass, device) == "unavailable"


def test_the_memory_for_ids_is_bounded() -> None:
    recent = Recent()
    for number in range(REMEMBERED + 1):
        recent.add(str(number))
    assert "0" not in recent
    assert str(REMEMBERED) in recent
    recent.add("x" * (MAX_ID + 1))
    assert "x" * (MAX_ID + 1) not in recent
