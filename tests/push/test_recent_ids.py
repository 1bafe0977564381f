"""Recognition of ids that were received before, and what a restart keeps of them."""

from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import DOMAIN
from custom_components.milesight.push.recent_ids import (
    MAX_ID_LENGTH,
    MAX_IDS,
    STORED_SECONDS,
    RecentIds,
)
from tests.common import ADDRESS, property_event, signed
from tests.simulator import Device, Simulator


def test_number_and_length_of_ids_are_bounded() -> None:
    recent = RecentIds()
    for number in range(MAX_IDS + 1):
        recent.add(str(number), now=0)
    recent.add("x" * (MAX_ID_LENGTH + 1), now=0)
    assert "0" not in recent
    assert str(MAX_IDS) in recent
    assert "x" * (MAX_ID_LENGTH + 1) not in recent
    assert len(recent.to_store(now=0)) == MAX_IDS


def test_stored_ids_are_those_that_can_be_replayed() -> None:
    recent = RecentIds({"old": 1, "recent": 2})
    stored = recent.to_store(now=STORED_SECONDS + 2)
    assert stored == {"recent": 2}
    assert "recent" in RecentIds(stored)
    assert "old" not in RecentIds(stored)


@pytest.mark.parametrize("stored", [{"a": "x"}, {"a": None}, {"a": [1]}, [("a", 1)], 7])
def test_malformed_stored_ids_raise(stored: Any) -> None:
    with pytest.raises((AttributeError, TypeError, ValueError)):
        RecentIds(stored)


async def test_store_holds_the_ids_of_the_last_ten_minutes(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
    device: Device,
    hass_storage: dict[str, Any],
) -> None:
    delivered = []
    for seconds in (0, STORED_SECONDS - 60, 120):
        freezer.tick(seconds)
        event = property_event(device.sn, {"temperature": seconds})
        nonce = f"nonce {seconds}"
        headers = signed(simulator.webhook_secret, nonce=nonce)
        assert (await http_client.post(ADDRESS, json=[event], headers=headers)).status == 200
        delivered.append((nonce, event["eventId"]))
    await loaded.runtime_data.async_save()
    stored = hass_storage[f"{DOMAIN}.{loaded.entry_id}"]["data"]["recent_ids"]
    nonces, event_ids = zip(*delivered[1:], strict=True)
    assert list(stored["nonces"]) == list(nonces)
    assert list(stored["event_ids"]) == list(event_ids)


@pytest.mark.parametrize("length", [101, 20_000])
async def test_huge_nonce_is_verified_and_not_remembered(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
    length: int,
) -> None:
    nonce = "n" * length
    headers = signed(simulator.webhook_secret, nonce=nonce)
    assert (await http_client.post(ADDRESS, json=[], headers=headers)).status == 200
    assert loaded.runtime_data.pushes.recent_ids_to_store() == {"nonces": {}, "event_ids": {}}
    refused = signed("wrong", nonce=nonce)
    assert (await http_client.post(ADDRESS, json=[], headers=refused)).status == 401


async def test_oversized_headers_are_refused(http_client: TestClient[Any, Any]) -> None:
    for method in ("OPTIONS", "GET", "POST"):
        response = await http_client.request(method, ADDRESS, headers={"X-Large": "x" * 100_000})
        assert response.status == 400
