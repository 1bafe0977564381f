"""Access tokens: issued, renewed, rejected, and what a hostile server may answer."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.milesight.api import (
    AuthenticationError,
    BadResponseError,
    CannotConnectError,
    MilesightClient,
    MilesightError,
)
from custom_components.milesight.api.auth import TokenManager
from tests.simulator import Simulator
from tests.simulator.application import Application

from .helpers import SEARCH_PATH, TOKEN_PATH, client_of, failure, success

EMPTY_LIST = {"content": [], "total": 0}
LIFETIME = 3599
TOKEN = {"access_token": "token", "expires_in": LIFETIME}


class TokenEndpoint:
    """A token endpoint that keeps the forms and gives prepared answers."""

    def __init__(self, *answers: Mapping[str, Any] | MilesightError) -> None:
        """Prepare the answers, in order."""
        self.answers = list(answers)
        self.forms: list[dict[str, str]] = []
        self.answering = asyncio.Event()
        self.answering.set()

    async def request(self, form: dict[str, str]) -> object:
        """Answer a token request, as soon as `answering` is set."""
        self.forms.append(form)
        await self.answering.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, MilesightError):
            raise answer
        return answer

    @property
    def grants(self) -> list[str]:
        """Return the grant types that were asked for."""
        return [form["grant_type"] for form in self.forms]


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Return the forms of all token requests to the simulator."""
    forms: list[dict[str, str]] = []
    issue = Application.issue_tokens

    def note(application: Application, form: dict[str, str]) -> dict[str, object]:
        forms.append(dict(form))
        return issue(application, form)

    monkeypatch.setattr(Application, "issue_tokens", note)
    return forms


def _pair(number: int) -> dict[str, object]:
    return {
        "access_token": f"access {number}",
        "refresh_token": f"refresh {number}",
        "expires_in": LIFETIME,
    }


async def test_refresh_sends_the_latest_token_and_nothing_else(
    client: MilesightClient,
    simulator: Simulator,
    forms: list[dict[str, str]],
    freezer: FrozenDateTimeFactory,
) -> None:
    for _ in range(3):
        await client.search_devices()
        freezer.tick(LIFETIME - 30)
    assert [form["grant_type"] for form in forms] == [
        "client_credentials",
        "refresh_token",
        "refresh_token",
    ]
    assert all(form.keys() == {"grant_type", "refresh_token"} for form in forms[1:])
    assert forms[1]["refresh_token"] != forms[2]["refresh_token"]
    assert all(request.status == 200 for request in simulator.requests)


async def test_expired_refresh_token_falls_back_to_credentials(
    client: MilesightClient,
    simulator: Simulator,
    forms: list[dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    freezer: FrozenDateTimeFactory,
) -> None:
    monkeypatch.setattr("tests.simulator.application._REFRESH_LIFETIME", 60)
    await client.search_devices()
    freezer.tick(LIFETIME - 30)
    assert (await client.search_devices()).devices
    assert [form["grant_type"] for form in forms] == [
        "client_credentials",
        "refresh_token",
        "client_credentials",
    ]


async def test_unanswered_refresh_token_is_not_sent_again(freezer: FrozenDateTimeFactory) -> None:
    endpoint = TokenEndpoint(_pair(1), CannotConnectError("lost"), _pair(2))
    tokens = TokenManager("id", "secret", endpoint.request)
    await tokens.get_access_token()
    freezer.tick(LIFETIME)
    with pytest.raises(CannotConnectError):
        await tokens.get_access_token()
    assert await tokens.get_access_token() == "access 2"
    assert endpoint.grants == ["client_credentials", "refresh_token", "client_credentials"]


async def test_waiting_callers_share_a_failed_renewal() -> None:
    endpoint = TokenEndpoint(CannotConnectError("hang"), TOKEN)
    endpoint.answering.clear()
    tokens = TokenManager("id", "secret", endpoint.request)
    callers = [asyncio.create_task(tokens.get_access_token()) for _ in range(5)]
    await asyncio.sleep(0)
    endpoint.answering.set()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert all(isinstance(result, CannotConnectError) for result in results)
    assert len(endpoint.forms) == 1
    assert await tokens.get_access_token() == "token"


async def test_cancelled_renewal_is_repeated_by_the_next_caller() -> None:
    endpoint = TokenEndpoint(TOKEN)
    endpoint.answering.clear()
    tokens = TokenManager("id", "secret", endpoint.request)
    callers = [asyncio.create_task(tokens.get_access_token()) for _ in range(3)]
    await asyncio.sleep(0)
    callers[0].cancel()
    await asyncio.sleep(0)
    endpoint.answering.set()
    assert await callers[1] == await callers[2] == "token"
    assert len(endpoint.forms) == 2


async def test_invalidating_a_replaced_token_keeps_the_new_one() -> None:
    endpoint = TokenEndpoint(TOKEN | {"access_token": "old"}, TOKEN | {"access_token": "new"})
    tokens = TokenManager("id", "secret", endpoint.request)
    old = await tokens.get_access_token()
    tokens.invalidate(old)
    assert await tokens.get_access_token() == "new"
    tokens.invalidate(old)
    assert await tokens.get_access_token() == "new"
    assert len(endpoint.forms) == 2


async def test_requests_refused_together_renew_the_token_once(socket_enabled: None) -> None:
    issued: list[str] = []
    in_flight = asyncio.Barrier(4)

    async def issue(_request: web.Request) -> web.Response:
        issued.append(f"token {len(issued)}")
        return success({"access_token": issued[-1], "expires_in": 3599})

    async def search(request: web.Request) -> web.Response:
        if request.headers["Authorization"] != "Bearer token 1":
            await in_flight.wait()
            return failure(401, "token_not_found")
        return success(EMPTY_LIST)

    async with client_of({TOKEN_PATH: issue, SEARCH_PATH: search}) as client:
        await asyncio.gather(*(client.search_devices() for _ in range(4)))
    assert issued == ["token 0", "token 1"]


@pytest.mark.parametrize(
    "expires_in", [10**30, "1e400", 0, -5, None, True, "soon", float("inf"), [], {}]
)
async def test_token_with_an_absurd_lifetime_is_usable(expires_in: object) -> None:
    endpoint = TokenEndpoint(TOKEN | {"expires_in": expires_in})
    tokens = TokenManager("id", "secret", endpoint.request)
    assert await tokens.get_access_token() == await tokens.get_access_token() == "token"
    assert tokens.seconds_left is not None
    assert 0 < tokens.seconds_left <= 24 * 3600


async def test_huge_refresh_token_is_not_kept(freezer: FrozenDateTimeFactory) -> None:
    endpoint = TokenEndpoint(_pair(1) | {"refresh_token": "r" * 2**20}, _pair(2))
    tokens = TokenManager("id", "secret", endpoint.request)
    await tokens.get_access_token()
    freezer.tick(LIFETIME)
    assert await tokens.get_access_token() == "access 2"
    assert endpoint.grants == ["client_credentials", "client_credentials"]


@pytest.mark.parametrize(
    "token", ["a" * 2**20, "a\r\nb", "ä", "", None, [], 5.5], ids=lambda token: str(token)[:8]
)
async def test_token_that_fits_no_header_is_a_bad_response(token: object) -> None:
    tokens = TokenManager("id", "secret", TokenEndpoint({"access_token": token}).request)
    with pytest.raises(BadResponseError):
        await tokens.get_access_token()


async def test_refused_credentials_are_an_authentication_error() -> None:
    refusal = AuthenticationError(401, "authentication_failed")
    tokens = TokenManager("id", "secret", TokenEndpoint(refusal).request)
    with pytest.raises(AuthenticationError):
        await tokens.get_access_token()
