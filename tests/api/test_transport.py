"""Requests: tokens, concurrency, repeated requests, and the errors of failed ones."""

import asyncio
from contextlib import suppress

from aiohttp import ClientSession, ClientTimeout, web
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.milesight.api import (
    ApiError,
    AuthenticationError,
    BadResponseError,
    CannotConnectError,
    InvalidValueError,
    MilesightClient,
    MilesightError,
    RateLimitError,
)
from custom_components.milesight.api.parsing import Json
from tests.simulator import Simulator
from tests.simulator.faults import Kind

from .helpers import (
    DEVICES_PATH,
    SEARCH,
    SEARCH_PATH,
    TOKEN,
    TOKEN_PATH,
    Handler,
    client_of,
    failure,
    issue_token,
    request_counts,
    success,
)

EMPTY_LIST = {"content": [], "total": 0}


async def test_concurrent_callers_request_one_token(
    client: MilesightClient, simulator: Simulator
) -> None:
    await asyncio.gather(*(client.search_devices() for _ in range(20)))
    assert request_counts(simulator) == {TOKEN: 1, SEARCH: 20}


async def test_token_refused_before_it_expires_is_replaced_once(
    client: MilesightClient, simulator: Simulator
) -> None:
    await client.search_devices()
    simulator.application.configure(enabled=False)
    simulator.application.configure(enabled=True)
    await asyncio.gather(*(client.search_devices() for _ in range(3)))
    assert request_counts(simulator)[TOKEN] == 2


async def test_token_refused_with_status_200_is_replaced(socket_enabled: None) -> None:
    tokens = iter(["old", "new"])

    async def issue(_request: web.Request) -> web.Response:
        return success({"access_token": next(tokens), "expires_in": 3599})

    async def search(request: web.Request) -> web.Response:
        if request.headers["Authorization"] != "Bearer new":
            return failure(200, "token_not_found")
        return success(EMPTY_LIST)

    async with client_of({TOKEN_PATH: issue, SEARCH_PATH: search}) as client:
        assert (await client.search_devices()).devices == ()


class RefusingServer:
    """A server that refuses the first tokens it issued, with the status 401 and a body."""

    def __init__(self, refused: int, body: dict[str, str] | None) -> None:
        """Initialize with the number of tokens to refuse, and the body to refuse them with."""
        self.issued: list[str] = []
        self._refused = refused
        self._body = body

    async def issue(self, _request: web.Request) -> web.Response:
        """Issue the next token."""
        self.issued.append(f"token {len(self.issued)}")
        return success({"access_token": self.issued[-1], "expires_in": 3599})

    async def search(self, request: web.Request) -> web.Response:
        """Refuse the first tokens."""
        number = self.issued.index(request.headers["Authorization"].removeprefix("Bearer "))
        if number >= self._refused:
            return success(EMPTY_LIST)
        if self._body is None:
            return web.Response(status=401)
        return web.json_response(self._body, status=401)

    @property
    def routes(self) -> dict[str, Handler]:
        """Return the handlers by path."""
        return {TOKEN_PATH: self.issue, SEARCH_PATH: self.search}


UNKNOWN_TOKEN = {"status": "Failed", "errCode": "token_not_found", "errMsg": "Token not found"}


async def test_token_refused_without_explanation_is_replaced(socket_enabled: None) -> None:
    server = RefusingServer(1, None)
    async with client_of(server.routes) as client:
        assert (await client.search_devices()).devices == ()
    assert len(server.issued) == 2


@pytest.mark.parametrize(("body", "error"), [(UNKNOWN_TOKEN, ApiError), (None, BadResponseError)])
async def test_refusal_of_a_new_token_keeps_the_credentials(
    socket_enabled: None, body: dict[str, str] | None, error: type[MilesightError]
) -> None:
    server = RefusingServer(2, body)
    async with client_of(server.routes) as client:
        with pytest.raises(error) as refused:
            await client.search_devices()
        assert not isinstance(refused.value, AuthenticationError)
        assert len(server.issued) == 2
        assert (await client.search_devices()).devices == ()


async def test_wrong_secret_raises_authentication_error(
    session: ClientSession, simulator: Simulator
) -> None:
    client = MilesightClient(session, simulator.url, simulator.client_id, "wrong")
    with pytest.raises(AuthenticationError) as refused:
        await client.search_devices()
    assert refused.value.code == "authentication_failed"
    assert len(refused.value.request_id) == 32


async def test_disabled_application_raises_authentication_error(
    client: MilesightClient, simulator: Simulator
) -> None:
    await client.search_devices()
    simulator.application.configure(enabled=False)
    with pytest.raises(AuthenticationError):
        await client.search_devices()


@pytest.mark.parametrize("status", [200, 400, 401, 403])
async def test_error_code_of_refused_credentials_outranks_the_status(
    socket_enabled: None, status: int
) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return failure(status, "authentication_failed")

    async with client_of({TOKEN_PATH: refuse}) as client:
        with pytest.raises(AuthenticationError):
            await client.search_devices()


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("status", 500, ApiError),
        ("failed", None, ApiError),
        ("html", None, CannotConnectError),
        ("garbage", None, BadResponseError),
        ("half", None, CannotConnectError),
        ("reset", None, CannotConnectError),
        ("rate_limit", None, RateLimitError),
    ],
)
async def test_failure_raises_its_error_and_the_next_call_works(
    client: MilesightClient,
    simulator: Simulator,
    kind: Kind,
    status: int | None,
    error: type[MilesightError],
) -> None:
    times = 2 if kind == "reset" else 1  # a search is repeated once on a new connection
    simulator.fault("/devices/search", kind, status=status, times=times)
    with pytest.raises(error):
        await client.search_devices()
    assert (await client.search_devices()).devices


async def test_gateway_error_page_is_a_connection_error(socket_enabled: None) -> None:
    async def fail(_request: web.Request) -> web.Response:
        return web.Response(status=502, text="<h1>Bad Gateway</h1>", content_type="text/html")

    async with client_of({SEARCH_PATH: fail}) as client:
        with pytest.raises(CannotConnectError, match="502"):
            await client.search_devices()


async def test_unreachable_server_raises_connection_error(session: ClientSession) -> None:
    client = MilesightClient(session, "http://127.0.0.1:9", "id", "secret")
    with pytest.raises(CannotConnectError):
        await client.search_devices()


async def test_hanging_server_raises_connection_error(
    client: MilesightClient, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "custom_components.milesight.api.transport.TIMEOUT",
        ClientTimeout(total=0.2),
    )
    simulator.fault("/devices/search", "hang", times=1)
    with pytest.raises(CannotConnectError):
        await client.search_devices()


async def test_endless_answer_is_a_bad_response(socket_enabled: None) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_compression()
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b" " * 2**20)
        return response

    async with client_of({SEARCH_PATH: answer}) as client:
        with pytest.raises(BadResponseError):
            await client.search_devices()


async def test_rate_limit_has_a_delay(client: MilesightClient, simulator: Simulator) -> None:
    simulator.fault("/devices/search", "rate_limit", retry_after=17, times=1)
    with pytest.raises(RateLimitError) as limited:
        await client.search_devices()
    assert limited.value.retry_after == 17


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("17", 17),
        ("Sat, 22 Nov 2025 12:02:00 GMT", 120),
        ("Sat, 22 Nov 2025 11:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("٣", None),
    ],
)
async def test_retry_after_is_a_number_or_a_date(
    socket_enabled: None, freezer: FrozenDateTimeFactory, header: str, seconds: float | None
) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": header})

    freezer.move_to("2025-11-22 12:00:00")
    async with client_of({TOKEN_PATH: refuse}) as client:
        with pytest.raises(RateLimitError) as limited:
            await client.search_devices()
    assert limited.value.retry_after == seconds


@pytest.mark.parametrize("header", ["9" * 400, "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_huge_retry_after_is_limited_to_a_day(socket_enabled: None, header: str) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": header})

    async with client_of({TOKEN_PATH: refuse}) as client:
        with pytest.raises(RateLimitError) as limited:
            await client.search_devices()
    assert limited.value.retry_after == 24 * 3600


async def test_background_requests_leave_a_slot_to_commands(
    client: MilesightClient, simulator: Simulator
) -> None:
    await client.search_devices()
    before = len(simulator.requests)
    simulator.fault("/devices/search", "hang")
    waiting = [asyncio.create_task(client.search_devices(background=True)) for _ in range(10)]
    await asyncio.sleep(0.1)
    device = simulator.device("WS523")
    assert (await client.get_device(str(device.device_id))).sn == device.sn
    simulator.clear_faults()
    await asyncio.gather(*waiting, return_exceptions=True)
    repeated = 3  # those that ran when the simulator closed their connections
    assert len(simulator.requests) - before == 11 + repeated


class ClosingServer:
    """A server that closes a kept-alive connection instead of answering again on it."""

    def __init__(self) -> None:
        """Initialize without requests."""
        self.requests: list[str] = []
        self._used: set[object] = set()

    async def answer(self, request: web.Request) -> web.Response:
        """Answer the first request on a connection, close it at the second."""
        self.requests.append(f"{request.method} {request.path}")
        assert request.transport is not None
        if request.transport in self._used:
            request.transport.close()
            return web.Response()
        self._used.add(request.transport)
        if request.path == TOKEN_PATH:
            return await issue_token(request)
        return success(EMPTY_LIST)


async def test_search_is_repeated_on_a_new_connection(socket_enabled: None) -> None:
    server = ClosingServer()
    async with client_of({SEARCH_PATH: server.answer}) as client:
        for _ in range(3):
            assert (await client.search_devices()).devices == ()


async def test_token_request_is_repeated_on_a_new_connection(
    socket_enabled: None,
) -> None:
    server = ClosingServer()
    routes = {SEARCH_PATH: server.answer, TOKEN_PATH: server.answer}
    async with client_of(routes) as client:
        await client.search_devices()
        client.tokens.invalidate(await client.tokens.get_access_token())
        await client.search_devices()


async def test_service_call_is_never_sent_twice(socket_enabled: None) -> None:
    server = ClosingServer()
    path = f"{DEVICES_PATH}/1/services/call"
    async with client_of({SEARCH_PATH: server.answer, path: server.answer}) as client:
        await client.search_devices()
        with pytest.raises(CannotConnectError):
            await client.call_service("1", "toggle", {})
    assert server.requests.count(f"POST {path}") == 1


@pytest.mark.parametrize(
    "value", [10**30, "\ud800", object()], ids=["integer", "surrogate", "object"]
)
async def test_value_that_is_no_json_is_an_invalid_value(socket_enabled: None, value: Json) -> None:
    async with client_of({}) as client:
        with pytest.raises(InvalidValueError):
            await client.update_properties("1", {"property": value})
