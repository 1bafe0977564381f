"""What the platform's refusals mean, also where they come in an unusual form."""

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.milesight.api import AuthenticationError, MilesightClient, RateLimitError


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
