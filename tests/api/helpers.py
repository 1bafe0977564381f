"""Servers with prepared answers, for what the simulated platform never does."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from custom_components.milesight.api import MilesightClient
from tests.simulator import Simulator

TOKEN_PATH: Final = "/oauth/token"
DEVICES_PATH: Final = "/device/openapi/v1/devices"
SEARCH_PATH: Final = f"{DEVICES_PATH}/search"

# Operations, as `request_counts` names them.
TOKEN: Final = f"POST {TOKEN_PATH}"
SEARCH: Final = f"POST {SEARCH_PATH}"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def success(data: object) -> web.Response:
    """Return an answer with this data."""
    return web.json_response({"status": "Success", "data": data})


def failure(status: int, code: str) -> web.Response:
    """Return a refusal with this code."""
    answer = {"status": "Failed", "errCode": code, "requestId": "1" * 32}
    return web.json_response(answer, status=status)


async def issue_token(_request: web.Request) -> web.Response:
    """Answer a token request."""
    return success({"access_token": "token", "expires_in": 3599})


@asynccontextmanager
async def client_of(routes: Mapping[str, Handler]) -> AsyncIterator[MilesightClient]:
    """Serve ``path -> handler``, tokens included, and yield a client of that server."""
    app = web.Application()
    for path, handler in ({TOKEN_PATH: issue_token} | dict(routes)).items():
        app.router.add_route("*", path, handler)
    async with TestServer(app) as server, ClientSession() as session:
        yield MilesightClient(session, str(server.make_url("/")), "id", "secret")


def request_counts(simulator: Simulator) -> Counter[str]:
    """Return the number of requests to the simulator by method and path."""
    return Counter(f"{request.method} {request.template}" for request in simulator.requests)
