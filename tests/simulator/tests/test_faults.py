"""Tests of configured faults."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.patience import PATIENCE
from tests.simulator import Simulator, fleet
from tests.simulator.faults import KINDS
from tests.traffic import Traffic

from .helpers import API, Client, at, connected


async def _seen(client: Client, seconds: float = PATIENCE) -> str:
    """Return the outcome of one search, for which the client waits so long."""
    url = f"{client.simulator.url}{API}/devices/search"
    headers = {"Authorization": f"Bearer {client.token}"}
    body = {"pageSize": 50, "pageNumber": 1}
    try:
        async with (
            asyncio.timeout(seconds),
            client.session.post(url, json=body, headers=headers) as r,
        ):
            text = await r.text(errors="replace")
    except TimeoutError:
        return "timeout"
    except aiohttp.ClientPayloadError:
        return "cut"
    except aiohttp.ClientError:
        return "disconnected"
    try:
        return f"{r.status} {json.loads(text)['status']}"
    except ValueError:
        return f"{r.status} {r.content_type} no JSON"


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ({"kind": "status"}, "500 Failed"),
        ({"kind": "status", "status": 503}, "503 Failed"),
        ({"kind": "html"}, "502 text/html no JSON"),
        ({"kind": "half"}, "cut"),
        ({"kind": "reset"}, "disconnected"),
        ({"kind": "hang"}, "timeout"),
        ({"kind": "failed"}, "200 Failed"),
        ({"kind": "rate_limit", "retry_after": 7}, "429 Failed"),
        ({"kind": "garbage"}, "200 application/json no JSON"),
    ],
)
async def test_fault_fails_requests(client: Client, fault: dict[str, Any], seen: str) -> None:
    assert await client.control("POST", "/faults", {"path": "search", **fault}) == (200, {})
    for _ in range(2):
        assert await _seen(client, 0.2 if seen == "timeout" else PATIENCE) == seen
    assert (await client("GET", at(client.simulator, "WS523"))).status == 200
    assert await client.control("DELETE", "/faults") == (200, {})
    assert await _seen(client) == "200 Success"


async def test_fault_ends_after_given_times(client: Client) -> None:
    client.simulator.fault("search", "status", times=2)
    assert [await _seen(client) for _ in range(3)] == ["500 Failed"] * 2 + ["200 Success"]


async def test_rate_limit_has_retry_after(client: Client) -> None:
    client.simulator.fault("devices", "rate_limit", retry_after=7)
    answer = await client("GET", at(client.simulator, "WS523"))
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


async def test_stop_ends_hanging_request(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Simulator(fleet(1)) as simulator, connected(simulator) as client:
        simulator.fault("", "hang")
        traffic = Traffic(simulator, monkeypatch)
        hanging = asyncio.create_task(_seen(client))
        await traffic.wait_for(1)
        async with asyncio.timeout(PATIENCE):
            await simulator.stop()
            assert await hanging == "disconnected"


def test_control_page_knows_every_fault() -> None:
    assert set(KINDS) == {
        "status",
        "html",
        "half",
        "reset",
        "hang",
        "failed",
        "rate_limit",
        "garbage",
    }
