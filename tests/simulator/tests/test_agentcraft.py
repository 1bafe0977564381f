"""Tests of the simulated Agentcraft API."""

import aiohttp
import pytest

from tests.common import TOKEN, request_counts
from tests.simulator.agentcraft import VERBS

from .helpers import Client

UNKNOWN = "00000000-0000-4000-8000-000000000000"


async def test_device_id_has_documented_lifecycle(client: Client) -> None:
    secret = client.simulator.agentcraft.client_secret
    assert (await client.ask_agentcraft("POST", "/devices", client_secret="wrong"))[0] == 401
    status, added = await client.ask_agentcraft("POST", "/devices", client_secret=secret)
    assert status == 201
    device_id = added["device_id"]
    at = f"/devices/{device_id}"
    assert (await client.ask_agentcraft("POST", "/devices/token", device_id=UNKNOWN))[0] == 404
    assert (await client.ask_agentcraft("POST", "/devices/token", device_id=device_id))[0] == 404
    assert (await client.ask_agentcraft("GET", at))[0] == 404
    assert (await client.control("POST", f"/agentcraft/{device_id}/link"))[0] == 200
    status, pair = await client.ask_agentcraft("POST", "/devices/token", device_id=device_id)
    assert (status, pair.keys()) == (201, {"device_token", "refresh_token"})
    assert (await client.ask_agentcraft("POST", "/devices/token", device_id=device_id))[0] == 409
    assert await client.ask_agentcraft("GET", at) == (200, pair)
    status, standing = await client.ask_agentcraft(
        "GET", "/devices/token/status", device_token=pair["device_token"]
    )
    assert (status, standing["status"], standing.keys()) == (200, "valid", {"status", "shadow_id"})
    status, renewed = await client.ask_agentcraft(
        "POST", "/devices/token/refresh", refresh_token=pair["refresh_token"]
    )
    assert status == 200
    assert not set(renewed.values()) & set(pair.values())
    for path, query in (
        ("/devices/token/refresh", {"refresh_token": pair["refresh_token"]}),
        ("/devices/token/refresh", {"refresh_token": UNKNOWN}),
    ):
        assert (await client.ask_agentcraft("POST", path, **query))[0] == 401
    assert (await client.ask_agentcraft("DELETE", at))[0] == 204
    assert (await client.ask_agentcraft("DELETE", at))[0] == 400
    assert (await client.ask_agentcraft("GET", "/devices/no-id"))[0] == 400
    assert (await client.ask_agentcraft("GET", "/devices/token/status", device_token="x"))[0] == 400
    assert (await client.ask_agentcraft("GET", "/elsewhere"))[0] == 404


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
async def test_verb_changes_tokens(
    client: Client,
    verb: str,
    worth: str,
    refresh: int,
    read: int,
    ask: int,
) -> None:
    device_id = client.simulator.agentcraft.create().device_id
    client.simulator.agentcraft.command(device_id, "link")
    _, pair = await client.ask_agentcraft("POST", "/devices/token", device_id=device_id)
    assert (await client.control("POST", f"/agentcraft/{device_id}/{verb}"))[0] == 200
    token, refresh_token = pair["device_token"], pair["refresh_token"]
    _, standing = await client.ask_agentcraft("GET", "/devices/token/status", device_token=token)
    assert standing["status"] == worth
    assert (await client.ask_agentcraft("GET", f"/devices/{device_id}"))[0] == read
    assert (await client.ask_agentcraft("POST", "/devices/token", device_id=device_id))[0] == ask
    answer = await client.ask_agentcraft(
        "POST", "/devices/token/refresh", refresh_token=refresh_token
    )
    assert answer[0] == refresh


async def test_invalid_verbs_are_refused_with_a_reason(client: Client) -> None:
    device_id = client.simulator.agentcraft.create().device_id
    for path, status in (
        (f"/agentcraft/{UNKNOWN}/link", 404),
        (f"/agentcraft/{device_id}/dance", 400),
        (f"/agentcraft/{device_id}/expire", 400),
    ):
        found, said = await client.control("POST", path)
        assert found == status
        assert said["message"]


async def test_control_page_shows_device_ids_and_requests(client: Client) -> None:
    secret = client.simulator.agentcraft.client_secret
    await client.ask_agentcraft("POST", "/devices", client_secret=secret)
    client.simulator.fault("/agentcraft", "reset", times=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.ask_agentcraft("POST", "/devices", client_secret=secret)
    _, state = await client.control("GET", "/state")
    (identity,) = client.simulator.agentcraft.identities
    assert state["agentcraft"] == {
        "url": client.simulator.agentcraft_url,
        "client_secret": secret,
        "identities": [{"device_id": identity, "shadow_id": None, "status": None}],
        "requests": [
            {"operation": "POST /devices", "query": {"client_secret": secret}, "status": status}
            for status in (201, 0)
        ],
    }
    assert state["agentcraft_verbs"] == list(VERBS)
    assert request_counts(client.simulator) == {TOKEN: 1}


@pytest.mark.parametrize(
    ("content_type", "body"), [("text/plain", b""), ("application/json", b"{}")]
)
async def test_agentcraft_request_of_another_form_is_refused(
    client: Client, content_type: str, body: bytes
) -> None:
    async with client.session.post(
        f"{client.simulator.agentcraft_url}/devices",
        params={"client_secret": client.simulator.agentcraft.client_secret},
        headers={"Content-Type": content_type},
        data=body,
    ) as response:
        assert response.status == 415
