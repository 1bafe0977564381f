"""Tests of the control page."""

from typing import Any

import pytest

from .helpers import Client, Receiver


async def test_control_page_shows_state_and_handles_every_verb(
    client: Client, receiver: Receiver
) -> None:
    simulator = client.simulator
    async with client.session.get(f"{simulator.url}/control") as page:
        assert (page.status, page.content_type) == (200, "text/html")
    assert await client.control("POST", "/callbacks", {"uri": receiver.uri}) == (200, {})
    status, added = await client.control("POST", "/devices", {"model": "WS101", "name": "Bell"})
    assert status == 200
    verbs: dict[str, Any] = {
        "report": {"properties": {"battery": 55}},
        "event": {"tslId": "greeting", "payload": {"a": 1}},
        "offline": None,
        "online": None,
        "silence": {"hours": 30},
        "press": {"kind": "long press"},
        "backlog": {"minutes": 20},
    }
    for verb, body in verbs.items():
        path = f"/devices/{added['sn']}/{verb}"
        assert await client.control("POST", path, body) == (200, {}), verb
    assert await client.control("POST", "/test") == (200, {})
    await simulator.settle()
    _, state = await client.control("GET", "/state")
    shown = state["devices"][-1]
    assert (shown["name"], shown["model"], shown["deviceId"]) == (
        "Bell",
        "WS101-SOS",
        added["deviceId"],
    )
    assert (shown["connectStatus"], shown["values"]["battery"]) == ("ONLINE", 55)
    assert state["application"]["client_id"] == simulator.client_id
    assert state["requests"] == {"POST /oauth/token": 1}
    assert state["pushes"]["total"] == len(receiver.events)
    assert {"battery": 55} in receiver.payloads
    assert {"button_event": {"status": "2"}} in receiver.payloads
    assert [data["tslId"] for data in receiver.data("EVENT")] == ["greeting"]
    assert await client.control("DELETE", f"/devices/{added['sn']}") == (200, {})
    assert await client.control("DELETE", "/callbacks", {"uri": receiver.uri}) == (200, {})
    _, state = await client.control("GET", "/state")
    assert state["callbacks"] == []
    assert added["sn"] not in [device["sn"] for device in state["devices"]]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/devices", {"model": "XX1"}, 400),
        ("POST", "/devices", {}, 400),
        ("POST", "/devices/0000/report", None, 404),
        ("DELETE", "/devices/0000", None, 404),
        ("POST", "/callbacks", {"uri": 5}, 400),
        ("POST", "/faults", {"kind": "joke"}, 400),
        ("POST", "/faults", {"kind": "status", "status": "high"}, 400),
        ("POST", "/application", {"plan": "gold"}, 400),
        ("POST", "/application", {"client_id": "x"}, 400),
        ("POST", "/application", [1], 400),
    ],
)
async def test_control_page_refuses_invalid_requests(
    client: Client, method: str, path: str, body: Any, status: int
) -> None:
    answered, answer = await client.control(method, path, body)
    assert answered == status
    assert answer["message"]
