"""Tests of the Agentcraft client over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
import logging
from typing import Any
from unittest.mock import patch

import aiohttp
from aiohttp import ClientTimeout, web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.milesight.agentcraft import client as module
from custom_components.milesight.agentcraft.client import (
    AgentcraftClient,
    AgentcraftError,
    OutcomeUnknownError,
    RefusedError,
    TokenInfo,
    TokenStatus,
    UnreachableError,
)
from tests.simulator import Simulator
from tests.simulator.agentcraft import Agentcraft, Identity
from tests.simulator.faults import Kind

type Call = Callable[[AgentcraftClient], Awaitable[object]]

CALLS: dict[str, Call] = {
    "add_device": lambda client: client.add_device("a-secret"),
    "delete_device": lambda client: client.delete_device("an-id"),
    "issue_token": lambda client: client.issue_token("an-id"),
    "read_device": lambda client: client.read_device("an-id"),
    "token_status": lambda client: client.token_status("a-token"),
    "refresh_token": lambda client: client.refresh_token("a-token"),
}


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client session."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(session: aiohttp.ClientSession, simulator: Simulator) -> AgentcraftClient:
    """Return a client of the simulated Agentcraft."""
    return AgentcraftClient(session, simulator.agentcraft_url)


@pytest.fixture
def agentcraft(simulator: Simulator) -> Agentcraft:
    """Return the simulated Agentcraft."""
    return simulator.agentcraft


async def test_client_operations_return_documented_results(
    client: AgentcraftClient, agentcraft: Agentcraft
) -> None:
    device_id = await client.add_device(agentcraft.client_secret)
    identity = agentcraft.identities[device_id]
    assert await client.read_device(device_id) is None
    agentcraft.command(device_id, "link")
    tokens = await client.issue_token(device_id)
    assert await client.read_device(device_id) == tokens
    info = await client.token_status(tokens.device_token)
    assert info == TokenInfo(TokenStatus.VALID, identity.shadow_id)
    agentcraft.command(device_id, "expire")
    info = await client.token_status(tokens.device_token)
    assert info == TokenInfo(TokenStatus.EXPIRED)
    refreshed = await client.refresh_token(tokens.refresh_token)
    assert refreshed != tokens
    assert await client.read_device(device_id) == refreshed
    info = await client.token_status(tokens.device_token)
    assert info == TokenInfo(TokenStatus.INVALID)
    await client.delete_device(device_id)
    assert not agentcraft.identities
    await client.delete_device(device_id)
    assert await client.read_device(device_id) is None
    assert [request.query.keys() for request in agentcraft.requests[:4]] == [
        {"client_secret"},
        set(),
        {"device_id"},
        set(),
    ]


async def test_requests_have_json_type_and_no_body(
    session: aiohttp.ClientSession,
    socket_enabled: None,
    aiohttp_server: Callable[..., Awaitable[TestServer]],
) -> None:
    requests: list[tuple[str | None, bytes]] = []

    async def handle(request: web.Request) -> web.Response:
        requests.append((request.headers.get("Content-Type"), await request.read()))
        return web.json_response({"id": 17, "device_token": "t", "refresh_token": "r"})

    app = web.Application()
    app.router.add_route("*", "/base/{path:.*}", handle)
    server = await aiohttp_server(app)
    client = AgentcraftClient(session, f"{server.make_url('/base')}/")
    assert await client.add_device("a-secret") == "17"
    await client.issue_token("an-id")
    await client.delete_device("an-id")
    assert requests == [("application/json", b"")] * 3


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("status", 429, UnreachableError),
        ("status", 503, UnreachableError),
        ("status", 500, OutcomeUnknownError),
        ("html", 502, OutcomeUnknownError),
        ("html", 200, OutcomeUnknownError),
        ("garbage", 200, OutcomeUnknownError),
        ("reset", None, OutcomeUnknownError),
        ("status", 302, RefusedError),
        ("status", 403, RefusedError),
        ("status", 418, RefusedError),
    ],
)
async def test_error_class_follows_status_and_hides_secrets(
    simulator: Simulator,
    client: AgentcraftClient,
    name: str,
    kind: Kind,
    status: int | None,
    error: type[AgentcraftError],
) -> None:
    simulator.fault("/agentcraft", kind, status=status)
    with pytest.raises(error) as raised:
        await CALLS[name](client)
    traceback_text = logging.Formatter().formatException(
        (type(raised.value), raised.value, raised.value.__traceback__)
    )
    assert not any(secret in traceback_text.rsplit("\n", 1)[-1] for secret in ("a-secret", "an-id"))
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize("name", CALLS)
async def test_refused_connection_is_unreachable(
    session: aiohttp.ClientSession, socket_enabled: None, name: str
) -> None:
    with pytest.raises(UnreachableError, match="ClientConnectorError"):
        await CALLS[name](AgentcraftClient(session, "http://127.0.0.1:9"))


async def test_timeout_leaves_outcome_unknown(
    simulator: Simulator, client: AgentcraftClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", ClientTimeout(total=0.2))
    simulator.fault("/agentcraft", "hang")
    with pytest.raises(OutcomeUnknownError, match="TimeoutError"):
        await client.add_device("a-secret")
    simulator.clear_faults()


@pytest.mark.parametrize("invalid_id", [None, "", "../token", "a b", [], {}, "x" * 129])
async def test_invalid_id_in_response_is_unknown_outcome(
    client: AgentcraftClient, agentcraft: Agentcraft, invalid_id: Any
) -> None:
    identity = Identity("", invalid_id)
    with (
        patch.object(agentcraft, "create", return_value=identity),
        pytest.raises(OutcomeUnknownError),
    ):
        await client.add_device(agentcraft.client_secret)
