"""Tests of paths and envelopes of the Open API."""

import json

import pytest

from .helpers import API, Client, at


@pytest.mark.parametrize(
    ("method", "path", "failure"),
    [
        ("GET", "/nowhere", (404, "resource_not_found")),
        ("GET", f"{API}/applications", (404, "resource_not_found")),
        ("PUT", f"{API}/devices/12", (405, "method_not_allowed")),
        ("GET", "/oauth/token", (405, "method_not_allowed")),
        ("GET", f"{API}/devices/12", (404, "device_not_found")),
        ("GET", f"{API}/devices/search", (400, "parameter_error")),
    ],
)
async def test_unknown_call_fails_in_envelope(
    client: Client, method: str, path: str, failure: tuple[int, str]
) -> None:
    answer = await client(method, path)
    assert answer.failure == failure
    if failure[1] == "resource_not_found":
        assert "No matching handler" in answer.body["errMsg"]


async def test_first_api_version_is_served(client: Client) -> None:
    for version in ("v1.0", "V1.0"):
        path = at(client.simulator, "WS523").replace("v1", version)
        assert (await client("GET", path)).data["model"] == "WS523"
    assert {request.template for request in client.simulator.requests[-2:]} == {
        f"{API}/devices/{{deviceId}}"
    }


HOSTILE = [
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b'{"properties": NaN}',
    b"[" * 100_000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b'{"pageSize": ' + b"9" * 5000 + b"}",
    b'{"pageSize": true, "pageNumber": {}, "sorts": [1]}',
    b'{"pageSize": 1e400, "pageNumber": 1}',
    b'{"pageSize": 5, "pageNumber": 99999999999999999999, "sn": [], "tag": {"a": 1}}',
    b'{"deviceId": "\\ud800", "name": "\\ud800", "snDevEUI": "\\ud800", "sn": "\\ud800"}',
    b'{"serviceId": {}, "inputs": []}',
    b'{"serviceId": "reboot", "inputs": {"\\ud800": 1}}',
    b'{"properties": {"set_socket": {"status": {"a": []}}}}',
    b'{"type": "TSL", "deviceIds": [{}], "config": {"properties": {"a": 1}}}',
    b'{"type": "PROFILE", "config": {"values": [{"key": "a"}]}}',
    b'{"type": "PROFILE", "config": {"values": [{"key":"a","value":1},{"key":"a.b","value":1}]}}',
    b'{"type": "PROFILE", "deviceIds": "x", "config": {"values": 5}}',
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: repr(body[:40]))
async def test_invalid_body_is_refused(client: Client, body: bytes) -> None:
    device = at(client.simulator, "WS523")
    for method, path in (
        ("POST", "/oauth/token"),
        ("POST", f"{API}/devices"),
        ("PUT", f"{API}/devices"),
        ("POST", f"{API}/devices/search"),
        ("PATCH", f"{device}/properties"),
        ("POST", f"{device}/services/call"),
        ("POST", f"{API}/tasks"),
        ("POST", f"{API}/rps/profile"),
    ):
        headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}
        async with client.session.request(
            method, client.simulator.url + path, data=body, headers=headers
        ) as response:
            answer = json.loads(await response.read())
            assert 400 <= response.status < 500, (path, answer)
            assert answer["status"] == "Failed"
    assert client.simulator.server.errors == []


async def test_body_that_is_not_declared_as_json_is_refused(client: Client) -> None:
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "text/plain"}
    body = b'{"pageSize": 5, "pageNumber": 1}'
    async with client.session.post(
        f"{client.simulator.url}{API}/devices/search", data=body, headers=headers
    ) as response:
        assert response.status == 415


@pytest.mark.parametrize(
    "query",
    [
        {"startTime": "yesterday"},
        {"pageSize": "-1"},
        {"pageSize": "9" * 5000},
        {"pageKey": "%%%"},
        {"pageKey": "é"},
        {"order": "up"},
    ],
)
async def test_invalid_history_query_is_refused(client: Client, query: dict[str, str]) -> None:
    path = f"{at(client.simulator, 'WS523')}/properties/history"
    assert (await client("GET", path, **query)).failure == (400, "parameter_error")
