"""Tests of credentials, tokens, and the limits of the free plan."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.simulator import ApiError, Simulator

from .helpers import API, Client, Receiver, at


async def test_both_grants_give_a_valid_token(client: Client) -> None:
    first = (await client.ask_token()).data
    again = await client.refresh_token(first["refresh_token"])
    assert first["expires_in"] == 3599
    assert first["refresh_token_expires_in"] == 2591999
    client.token = again.data["access_token"]
    assert (await client("POST", f"{API}/devices/search", {"pageSize": 1, "pageNumber": 1})).data


@pytest.mark.parametrize(
    ("form", "failure"),
    [
        ({"client_secret": "wrong"}, (401, "authentication_failed")),
        ({"client_id": "wrong"}, (401, "authentication_failed")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, (400, "parameter_error")),
    ],
)
async def test_wrong_credentials_get_no_token(
    client: Client, form: dict[str, str], failure: tuple[int, str]
) -> None:
    assert (await client.ask_token(**form)).failure == failure


async def test_used_or_unknown_refresh_token_is_refused(client: Client) -> None:
    first = (await client.ask_token()).data["refresh_token"]
    second = (await client.refresh_token(first)).data["refresh_token"]
    assert second != first
    assert (await client.refresh_token(first)).failure == (401, "token_not_found")
    assert (await client.refresh_token("unknown")).failure == (401, "token_not_found")
    assert (await client.refresh_token(second)).data


async def test_extra_field_beside_a_refresh_token_is_refused(client: Client) -> None:
    token = (await client.ask_token()).data["refresh_token"]
    refused = await client.refresh_token(token, client_id=client.simulator.client_id)
    assert refused.failure == (400, "parameter_error")
    assert (await client.refresh_token(token)).data


async def test_call_without_valid_token_is_refused(client: Client) -> None:
    client.token = "made-up"
    assert (await client("GET", f"{API}/devices/1")).failure == (401, "token_not_found")
    assert (await client("GET", "/nowhere")).failure == (401, "token_not_found")


async def test_token_is_accepted_as_query_parameter(client: Client) -> None:
    path, token = at(client.simulator, "WS523"), client.token
    async with client.session.get(client.simulator.url + path, params={"access_token": token}) as r:
        assert r.status == 200


async def test_token_expires(client: Client, freezer: FrozenDateTimeFactory) -> None:
    path = at(client.simulator, "WS523")
    freezer.tick(3590)
    assert (await client("GET", path)).status == 200
    freezer.tick(10)
    assert (await client("GET", path)).failure == (401, "token_not_found")


@pytest.mark.parametrize("change", [{"client_secret": "other"}, {"enabled": False}])
async def test_new_secret_or_disabling_invalidates_tokens(
    client: Client, change: dict[str, Any]
) -> None:
    old = client.simulator.client_secret
    assert await client.control("POST", "/application", change) == (200, {})
    path = at(client.simulator, "WS523")
    assert (await client("GET", path)).failure == (401, "token_not_found")
    refused = await client.ask_token(client_secret=old)
    assert refused.failure == (401, "authentication_failed")


async def test_free_plan_is_limited_to_1000_requests_a_day(
    client: Client, freezer: FrozenDateTimeFactory
) -> None:
    application = client.simulator.application
    application.configure(plan="free", token_lifetime=10**6)
    await client.log_in()
    application.requests.add(1000 - application.requests.last_day() - 1)
    assert (await client("GET", at(client.simulator, "WS523"))).status == 200
    refused = await client("GET", at(client.simulator, "WS523"))
    assert refused.failure == (429, "request_limit_exceeded")
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400
    freezer.tick(86_401)
    assert (await client("GET", at(client.simulator, "WS523"))).status == 200


async def test_free_plan_push_limit_is_announced_once(
    simulator: Simulator, pushed: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    application, sn = simulator.application, simulator.device("EM300-TH").sn
    application.configure(plan="free")
    application.pushes.add(999 - application.pushes.last_day())
    await simulator.report(sn)
    await simulator.report(sn)
    assert [event["eventType"] for event in pushed.events] == ["DEVICE_DATA", "SYSTEM_MESSAGES"]
    notice = pushed.events[-1]["data"]
    assert (notice["type"], set(notice["message"])) == ("SERVICE_NOTICE", {"errCode", "info"})
    pushed.deliveries.clear()
    freezer.tick(86_401)
    await simulator.report(sn)
    assert len(pushed.payloads) == 2


async def test_free_plan_has_two_callbacks(simulator: Simulator, receiver: Receiver) -> None:
    simulator.application.configure(plan="free")
    await simulator.add_callback(receiver.uri)
    await simulator.add_callback(f"{receiver.uri}?2")
    with pytest.raises(ApiError, match="At most 2"):
        await simulator.add_callback(f"{receiver.uri}?3")
