"""What the platform's refusals mean, also where they come in an unusual form."""

from contextlib import suppress

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.milesight.api import (
    AuthenticationError,
    BadResponseError,
    CannotConnectError,
    InvalidValueError,
    MilesightClient,
    RateLimitError,
)
from custom_components.milesight.api.parsing import Json

from .helpers import DEVICES_PATH, SEARCH_PATH, TOKEN_PATH, client_of, issue_token, success

EMPTY_LIST = {"content": [], "total": 0}


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
async def test_a_wait_is_a_number_of_seconds_or_a_date(
    socket_enabled: None, freezer: FrozenDateTimeFactory, header: str, seconds: float | None
) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": header})

    freezer.move_to("2025-11-22 12:00:00")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    async with TestServer(app) as server, ClientSession() as session:
        client = MilesightClient(session, str(server.make_url("/")), "id", "secret")
        with pytest.raises(RateLimitError) as limited:
            await client.search_devices()
    assert limited.value.retry_after == seconds


@pytest.mark.parametrize("status", [200, 400, 401, 403])
async def test_credentials_are_refused_by_the_code_of_an_answer_whatever_its_status(
    socket_enabled: None, status: int
) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        failure = {"status": "Failed", "errCode": "authentication_failed", "requestId": "1" * 32}
        return web.json_response(failure, status=status)

    app = web.Application()
    app.router.add_post("/oauth/token", refuse)
    async with TestServer(app) as server, ClientSession() as session:
        client = MilesightClient(session, str(server.make_url("/")), "id", "secret")
        with pytest.raises(AuthenticationError):
            await client.search_devices()


async def test_a_token_that_is_refused_with_the_status_of_a_success_is_replaced(
    socket_enabled: None,
) -> None:
    tokens = iter(["old", "new"])

    async def issue(_request: web.Request) -> web.Response:
        data = {"access_token": next(tokens), "expires_in": 3599}
        return web.json_response({"status": "Success", "data": data})

    async def search(request: web.Request) -> web.Response:
        if request.headers["Authorization"] != "Bearer new":
            return web.json_response({"status": "Failed", "errCode": "token_not_found"})
        return web.json_response({"status": "Success", "data": {"content": [], "total": 0}})

    app = web.Application()
    app.router.add_post("/oauth/token", issue)
    app.router.add_post("/device/openapi/v1/devices/search", search)
    async with TestServer(app) as server, ClientSession() as session:
        client = MilesightClient(session, str(server.make_url("/")), "id", "secret")
        assert (await client.search_devices()).devices == ()


@pytest.mark.parametrize("header", ["9" * 400, "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_huge_retry_after_is_limited_to_a_day(socket_enabled: None, header: str) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": header})

    async with client_of({TOKEN_PATH: refuse}) as client:
        with pytest.raises(RateLimitError) as limited:
            await client.search_devices()
    assert limited.value.retry_after == 24 * 3600


async def test_gateway_error_page_is_a_connection_error(socket_enabled: None) -> None:
    async def fail(_request: web.Request) -> web.Response:
        return web.Response(status=502, text="<h1>Bad Gateway</h1>", content_type="text/html")

    async with client_of({SEARCH_PATH: fail}) as client:
        with pytest.raises(CannotConnectError, match="502"):
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


async def test_search_is_repeated_when_the_connection_was_closed(socket_enabled: None) -> None:
    server = ClosingServer()
    async with client_of({SEARCH_PATH: server.answer}) as client:
        for _ in range(3):
            assert (await client.search_devices()).devices == ()


async def test_token_request_is_repeated_when_the_connection_was_closed(
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
