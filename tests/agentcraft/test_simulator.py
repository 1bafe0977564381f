"""The simulated Agentcraft keeps what is known of the real one, and does what it is told."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.simulator import Simulator
from tests.simulator.agentcraft import VERBS

UNKNOWN = "00000000-0000-4000-8000-000000000000"


class Browser:
    """Asks the simulator, as a person with a browser could."""

    def __init__(self, session: aiohttp.ClientSession, simulator: Simulator) -> None:
        """Take a session."""
        self._session = session
        self._simulator = simulator

    async def ask(self, method: str, path: str, **query: str) -> tuple[int, Any]:
        """Make a request of the registration API."""
        url = self._simulator.agentcraft_url + path
        async with self._session.request(method, url, params=query) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def control(self, method: str, path: str) -> tuple[int, Any]:
        """Make a request of the control page."""
        url = f"{self._simulator.url}/control{path}"
        async with self._session.request(method, url, json={}) as response:
            return response.status, await response.json()


@pytest.fixture
async def browser(simulator: Simulator) -> AsyncIterator[Browser]:
    """Return a browser."""
    async with aiohttp.ClientSession() as session:
        yield Browser(session, simulator)


async def test_an_id_goes_its_way_as_the_reference_says(
    browser: Browser, simulator: Simulator
) -> None:
    secret = simulator.agentcraft.client_secret
    assert (await browser.ask("POST", "/devices", client_secret="wrong"))[0] == 401
    status, made = await browser.ask("POST", "/devices", client_secret=secret)
    assert status == 201
    device_id = made["device_id"]
    at = f"/devices/{device_id}"
    assert (await browser.ask("POST", "/devices/token", device_id=UNKNOWN))[0] == 404
    assert (await browser.ask("POST", "/devices/token", device_id=device_id))[0] == 404
    assert (await browser.ask("GET", at))[0] == 404
    assert (await browser.control("POST", f"/agentcraft/{device_id}/link"))[0] == 200
    status, pair = await browser.ask("POST", "/devices/token", device_id=device_id)
    assert (status, pair.keys()) == (201, {"device_token", "refresh_token"})
    assert (await browser.ask("POST", "/devices/token", device_id=device_id))[0] == 409
    assert await browser.ask("GET", at) == (200, pair)
    status, standing = await browser.ask(
        "GET", "/devices/token/status", device_token=pair["device_token"]
    )
    assert (status, standing["status"], standing.keys()) == (200, "valid", {"status", "shadow_id"})
    status, renewed = await browser.ask(
        "POST", "/devices/token/refresh", refresh_token=pair["refresh_token"]
    )
    assert status == 200
    assert not set(renewed.values()) & set(pair.values())
    for path, query in (
        ("/devices/token/refresh", {"refresh_token": pair["refresh_token"]}),
        ("/devices/token/refresh", {"refresh_token": UNKNOWN}),
    ):
        assert (await browser.ask("POST", path, **query))[0] == 401
    assert (await browser.ask("DELETE", at))[0] == 204
    assert (await browser.ask("DELETE", at))[0] == 400
    assert (await browser.ask("GET", "/devices/no-id"))[0] == 400
    assert (await browser.ask("GET", "/devices/token/status", device_token="x"))[0] == 400
    assert (await browser.ask("GET", "/elsewhere"))[0] == 404


@pytest.mark.parametrize(
    ("verb", "worth", "refresh", "read", "ask"),
    [
        ("expire", "expired", 200, 200, 409),
        ("invalidate", "invalid", 401, 200, 409),
        ("reject", "invalid", 401, 404, 201),
        ("rotate", "invalid", 401, 200, 409),
        ("delete", "invalid", 401, 404, 404),
    ],
)
async def test_what_a_command_does_to_the_tokens(
    browser: Browser,
    simulator: Simulator,
    verb: str,
    worth: str,
    refresh: int,
    read: int,
    ask: int,
) -> None:
    device_id = simulator.agentcraft.create().device_id
    simulator.agentcraft.command(device_id, "link")
    _, pair = await browser.ask("POST", "/devices/token", device_id=device_id)
    assert (await browser.control("POST", f"/agentcraft/{device_id}/{verb}"))[0] == 200
    token, refresh_token = pair["device_token"], pair["refresh_token"]
    _, standing = await browser.ask("GET", "/devices/token/status", device_token=token)
    assert standing["status"] == worth
    assert (await browser.ask("GET", f"/devices/{device_id}"))[0] == read
    assert (await browser.ask("POST", "/devices/token", device_id=device_id))[0] == ask
    answer = await browser.ask("POST", "/devices/token/refresh", refresh_token=refresh_token)
    assert answer[0] == refresh


async def test_commands_that_make_no_sense_are_refused_with_a_reason(
    browser: Browser, simulator: Simulator
) -> None:
    device_id = simulator.agentcraft.create().device_id
    for path, status in (
        (f"/agentcraft/{UNKNOWN}/link", 404),
        (f"/agentcraft/{device_id}/dance", 400),
        (f"/agentcraft/{device_id}/expire", 400),
    ):
        found, said = await browser.control("POST", path)
        assert found == status
        assert said["message"]


async def test_the_control_page_shows_ids_users_tokens_and_what_was_asked(
    browser: Browser, simulator: Simulator
) -> None:
    secret = simulator.agentcraft.client_secret
    await browser.ask("POST", "/devices", client_secret=secret)
    simulator.fault("/agentcraft", "reset", times=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await browser.ask("POST", "/devices", client_secret=secret)
    _, state = await browser.control("GET", "/state")
    (identity,) = simulator.agentcraft.identities
    assert state["agentcraft"] == {
        "url": simulator.agentcraft_url,
        "client_secret": secret,
        "identities": [{"device_id": identity, "shadow_id": None, "status": None}],
        "requests": [
            {"operation": "POST /devices", "query": {"client_secret": secret}, "status": status}
            for status in (201, 0)
        ],
    }
    assert state["agentcraft_verbs"] == list(VERBS)
    assert not simulator.requests
