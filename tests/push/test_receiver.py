"""Deliveries: which are accepted, what is answered, and what changes."""

import asyncio
from collections.abc import AsyncIterator, Callable
import gzip
import json
import logging
from typing import Any, Final
import zlib

from aiohttp.test_utils import TestClient
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.const import CONF_WEBHOOK_SECRET
from custom_components.milesight.push import receiver
from tests.common import ADDRESS, property_event, set_up, settle, signed, state_of, temperature
from tests.simulator import Device, Simulator

GARBAGE: Final = b"garbage!" * 1000


async def _post(
    http_client: TestClient[Any, Any], body: Any, headers: dict[str, str] | None = None
) -> int:
    response = await http_client.post(ADDRESS, json=body, headers=headers)
    return response.status


async def test_signed_delivery_changes_the_state(
    hass: HomeAssistant, http_client: TestClient[Any, Any], simulator: Simulator, device: Device
) -> None:
    headers = signed(simulator.webhook_secret)
    assert (
        await _post(http_client, [property_event(device.sn, {"temperature": 33.3})], headers) == 200
    )
    assert temperature(hass, device) == "33.3"


@pytest.mark.parametrize(
    "ids",
    [
        lambda device: {"devEUI": device.dev_eui},
        lambda device: {"devEUI": device.dev_eui.lower()},
        lambda device: {"snDevEUI": device.sn},
        lambda device: {"deviceId": device.device_id},
        lambda device: {"deviceId": str(device.device_id)},
    ],
)
async def test_delivery_finds_the_device_by_any_of_its_ids(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    simulator: Simulator,
    device: Device,
    ids: Callable[[Device], dict[str, object]],
) -> None:
    body: Any = property_event("", {"temperature": 33.3})
    body["data"]["deviceProfile"] = ids(device)
    assert await _post(http_client, body, signed(simulator.webhook_secret)) == 200
    assert temperature(hass, device) == "33.3"


async def test_single_event_and_empty_array_are_accepted(
    hass: HomeAssistant, http_client: TestClient[Any, Any], simulator: Simulator, device: Device
) -> None:
    body = property_event(device.sn, {"temperature": 33.4})
    assert await _post(http_client, body, signed(simulator.webhook_secret)) == 200
    assert temperature(hass, device) == "33.4"
    assert await _post(http_client, [], signed(simulator.webhook_secret)) == 200


async def test_unsigned_delivery_is_refused_and_logged_once(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
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
        assert await _post(http_client, body, headers) == 401
    assert temperature(hass, device) == before
    assert caplog.text.count("A delivery was refused") == 1


@pytest.mark.parametrize("body", [b"{", b"", b"1", b'"text"', b"null"])
async def test_body_without_delivery_is_400(
    http_client: TestClient[Any, Any], simulator: Simulator, body: bytes
) -> None:
    response = await http_client.post(ADDRESS, data=body, headers=signed(simulator.webhook_secret))
    assert response.status == 400


async def test_body_above_the_limit_is_413(
    http_client: TestClient[Any, Any], simulator: Simulator
) -> None:
    large = b"[" + b" " * 1024 * 1024 + b"]"
    assert (await http_client.post(ADDRESS, data=large)).status == 413
    full = b"[" + b" " * (1024 * 1024 - 2) + b"]"
    headers = signed(simulator.webhook_secret)
    assert (await http_client.post(ADDRESS, data=full, headers=headers)).status == 200


async def test_known_nonce_is_answered_and_ignored(
    hass: HomeAssistant, http_client: TestClient[Any, Any], simulator: Simulator, device: Device
) -> None:
    headers = signed(simulator.webhook_secret)
    assert await _post(http_client, [property_event(device.sn, {"temperature": 1})], headers) == 200
    assert await _post(http_client, [property_event(device.sn, {"temperature": 2})], headers) == 200
    assert temperature(hass, device) == "1"


async def test_known_event_id_is_ignored(
    hass: HomeAssistant, http_client: TestClient[Any, Any], simulator: Simulator, device: Device
) -> None:
    event = property_event(device.sn, {"temperature": 1})
    await _post(http_client, [event], signed(simulator.webhook_secret))
    await _post(
        http_client,
        [property_event(device.sn, {"temperature": 2})],
        signed(simulator.webhook_secret),
    )
    event["data"] = property_event(device.sn, {"temperature": 3})["data"]
    assert await _post(http_client, [event], signed(simulator.webhook_secret)) == 200
    assert temperature(hass, device) == "2"


async def test_invalid_events_do_not_affect_the_others(
    hass: HomeAssistant, http_client: TestClient[Any, Any], simulator: Simulator, device: Device
) -> None:
    body = [
        1,
        {"eventType": "SOMETHING_NEW"},
        {"eventType": "WEBHOOK_TEST", "data": "Test"},
        property_event("0000000000000000", {"temperature": 5}),
        property_event(device.sn, {"temperature": {"deeper": [1]}}),
        property_event(device.sn, {"temperature": 12.5}),
    ]
    assert await _post(http_client, body, signed(simulator.webhook_secret)) == 200
    assert temperature(hass, device) == "12.5"


async def test_unsigned_delivery_without_secret_is_accepted(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    device: Device,
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_WEBHOOK_SECRET: ""})
    await set_up(hass, entry)
    http_client = await hass_client_no_auth()
    assert await _post(http_client, [property_event(device.sn, {"temperature": 7})]) == 200
    assert temperature(hass, device) == "7"


def _problems(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the logged errors and warnings, but for the slowness of this machine."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name not in ("asyncio", "aiohttp_fast_zlib")
    ]


@pytest.mark.parametrize("signing", [True, False], ids=["signed", "unsigned"])
@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", GARBAGE),
        ("deflate", GARBAGE),
        ("zstd", GARBAGE),
        ("gzip", gzip.compress(b"[]") + GARBAGE),
        ("gzip", gzip.compress(bytes(range(256)))[:200] + GARBAGE),
        ("deflate", zlib.compress(b"[]") + GARBAGE),
    ],
)
async def test_body_that_cannot_be_decompressed_is_400(
    http_client: TestClient[Any, Any],
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    encoding: str,
    body: bytes,
    signing: bool,
) -> None:
    headers = signed(simulator.webhook_secret) if signing else {}
    caplog.clear()
    for _ in range(3):
        response = await http_client.post(
            ADDRESS, data=body, headers={**headers, "Content-Encoding": encoding}
        )
        assert response.status == 400
    assert _problems(caplog) == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_compressed_body_is_read(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    simulator: Simulator,
    device: Device,
    encoding: str,
) -> None:
    event = json.dumps(property_event(device.sn, {"temperature": 33.3})).encode()
    body = gzip.compress(event) if encoding == "gzip" else zlib.compress(event)
    headers = {**signed(simulator.webhook_secret), "Content-Encoding": encoding}
    assert (await http_client.post(ADDRESS, data=body, headers=headers)).status == 200
    assert temperature(hass, device) == "33.3"


async def test_decompressed_body_above_the_limit_is_413(
    http_client: TestClient[Any, Any], simulator: Simulator
) -> None:
    bomb = gzip.compress(b" " * 100_000_000)
    headers = {**signed(simulator.webhook_secret), "Content-Encoding": "gzip"}
    assert (await http_client.post(ADDRESS, data=bomb, headers=headers)).status == 413


async def test_connection_lost_within_a_body_is_no_error(
    http_client: TestClient[Any, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    for head in ("Transfer-Encoding: chunked\r\n\r\n5\r\n[]", "Content-Length: 50\r\n\r\n[]"):
        url = http_client.make_url(ADDRESS)
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f"POST {ADDRESS} HTTP/1.1\r\nHost: home\r\n{head}".encode())
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await writer.wait_closed()
    assert (await http_client.get(ADDRESS)).status == 200
    assert _problems(caplog) == []


async def test_body_that_never_ends_is_400(
    http_client: TestClient[Any, Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiver, "BODY_TIMEOUT", 0.1)
    answered = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"["
        await answered.wait()

    caplog.clear()
    response = await http_client.post(ADDRESS, data=endless())
    answered.set()
    assert response.status == 400
    assert _problems(caplog) == []


@pytest.mark.parametrize("keep", ["nonce", "event id"])
async def test_replay_after_a_reload_is_ignored(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
    device: Device,
    keep: str,
) -> None:
    headers = signed(simulator.webhook_secret)
    event = property_event(device.sn, {"temperature": 1})
    assert await _post(http_client, [event], headers) == 200
    for value in (2, 3):
        assert await hass.config_entries.async_reload(loaded.entry_id)
        replay = property_event(device.sn, {"temperature": value})
        if keep == "event id":
            replay["eventId"] = event["eventId"]
            headers = signed(simulator.webhook_secret)
        assert await _post(http_client, [replay], headers) == 200
        assert temperature(hass, device) == "1"


async def test_replayed_press_after_a_reload_fires_no_event(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    button = simulator.device("WS101")
    key = f"{button.sn}_button_event.status"
    headers = signed(simulator.webhook_secret)
    press = [property_event(button.sn, {"button_event": {"status": "1"}})]
    assert await _post(http_client, press, headers) == 200
    fired = state_of(hass, Platform.EVENT, key).state
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await settle(hass)
    for replay in (headers, signed(simulator.webhook_secret)):
        assert await _post(http_client, press, replay) == 200
        assert state_of(hass, Platform.EVENT, key).state == fired
