"""The simulated platform keeps the promises of the Open API that the integration is built on."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import hashlib
import hmac
import json
import sys
from typing import Any

import aiohttp
from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.simulator import MODELS, ApiError, Simulator, demo_fleet, fleet
from tests.simulator.faults import KINDS
from tests.simulator.models import Model
from tests.simulator.validation import check
from tests.simulator.values import flatten, nest

API = "/device/openapi/v1"


@dataclass
class Answer:
    """An answer of the Open API."""

    status: int
    body: dict[str, Any]
    headers: Any

    @property
    def data(self) -> Any:
        """The data of a success."""
        assert (self.status, self.body["status"]) == (200, "Success"), self.body
        return self.body["data"]

    @property
    def failure(self) -> tuple[int, str]:
        """Status and slug of a failure."""
        assert self.body["status"] == "Failed"
        assert self.body["errMsg"]
        assert len(self.body["requestId"]) == 32
        return self.status, self.body["errCode"]


@dataclass
class Client:
    """A bare client of the Open API."""

    simulator: Simulator
    session: aiohttp.ClientSession
    token: str = ""

    async def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """Send a request with the token."""
        async with self.session.request(
            method,
            self.simulator.url + path,
            json=body,
            params={key: str(value) for key, value in query.items()},
            headers={"Authorization": f"Bearer {self.token}"},
        ) as response:
            return Answer(response.status, json.loads(await response.read()), response.headers)

    async def ask_token(self, **form: str) -> Answer:
        """Ask for a token with these fields, client credentials where they are not given."""
        fields = {
            "client_id": self.simulator.client_id,
            "client_secret": self.simulator.client_secret,
            "grant_type": "client_credentials",
        }
        url = f"{self.simulator.url}/oauth/token"
        async with self.session.post(url, data=fields | form) as response:
            return Answer(response.status, await response.json(), response.headers)

    async def log_in(self) -> None:
        """Take a token."""
        self.token = (await self.ask_token()).data["access_token"]

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request to the control page."""
        url = f"{self.simulator.url}/control{path}"
        async with self.session.request(method, url, json=body) as response:
            return response.status, await response.json()


@dataclass
class Receiver:
    """A callback address that keeps what is pushed to it."""

    probe_status: int = 200
    status: int = 200
    deliveries: list[tuple[dict[str, str], list[dict[str, Any]]]] = field(default_factory=list)
    uri: str = ""
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer the probe or a delivery."""
        if request.method != "POST":
            return web.Response(status=self.probe_status)
        self.deliveries.append((dict(request.headers), await request.json()))
        await self.answering.wait()
        return web.Response(status=self.status)

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events, in the order in which they came."""
        return [event for _, array in self.deliveries for event in array]

    def data(self, kind: str) -> list[dict[str, Any]]:
        """The `data` of all DEVICE_DATA events of a type."""
        return [
            event["data"]
            for event in self.events
            if event["eventType"] == "DEVICE_DATA" and event["data"]["type"] == kind
        ]

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """The payloads of all PROPERTY events."""
        return [data["payload"] for data in self.data("PROPERTY")]


@asynccontextmanager
async def connected(simulator: Simulator) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        client = Client(simulator, session)
        await client.log_in()
        yield client


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[Client]:
    """Return a client with a token."""
    async with connected(simulator) as client:
        yield client


@pytest.fixture
async def receiver(socket_enabled: None) -> AsyncIterator[Receiver]:
    """Return a callback address that answers well."""
    receiver = Receiver()
    receiver.answering.set()
    app = web.Application()
    app.router.add_route("*", "/hook", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.uri = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    receiver.answering.set()
    await runner.cleanup()


@pytest.fixture
async def pushed(simulator: Simulator, receiver: Receiver) -> Receiver:
    """Return a callback address that the simulator pushes to; the test push is forgotten."""
    await simulator.add_callback(receiver.uri)
    receiver.deliveries.clear()
    return receiver


def at(simulator: Simulator, model: str) -> str:
    return f"{API}/devices/{simulator.device(model).device_id}"


# Authentication.


async def test_both_grants_give_a_token_that_opens_the_api(client: Client) -> None:
    first = (await client.ask_token()).data
    again = await client.ask_token(grant_type="refresh_token", refresh_token=first["refresh_token"])
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
        ({"grant_type": "refresh_token", "refresh_token": "x"}, (401, "token_not_found")),
    ],
)
async def test_wrong_credentials_get_no_token(
    client: Client, form: dict[str, str], failure: tuple[int, str]
) -> None:
    assert (await client.ask_token(**form)).failure == failure


async def test_a_call_without_a_valid_token_is_refused(client: Client) -> None:
    client.token = "made-up"
    assert (await client("GET", f"{API}/devices/1")).failure == (401, "token_not_found")
    assert (await client("GET", "/nowhere")).failure == (401, "token_not_found")


async def test_a_token_is_accepted_as_query_parameter(client: Client) -> None:
    path, token = at(client.simulator, "WS523"), client.token
    async with client.session.get(client.simulator.url + path, params={"access_token": token}) as r:
        assert r.status == 200


async def test_a_token_expires(client: Client, freezer: FrozenDateTimeFactory) -> None:
    path = at(client.simulator, "WS523")
    freezer.tick(3590)
    assert (await client("GET", path)).status == 200
    freezer.tick(10)
    assert (await client("GET", path)).failure == (401, "token_not_found")


@pytest.mark.parametrize("change", [{"client_secret": "other"}, {"enabled": False}])
async def test_a_new_secret_or_switching_off_invalidates_tokens(
    client: Client, change: dict[str, Any]
) -> None:
    old = client.simulator.client_secret
    assert await client.control("POST", "/application", change) == (200, {})
    path = at(client.simulator, "WS523")
    assert (await client("GET", path)).failure == (401, "token_not_found")
    refused = await client.ask_token(client_secret=old)
    assert refused.failure == (401, "authentication_failed")


# Envelopes and paths.


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
async def test_a_call_that_leads_nowhere_fails_in_the_envelope(
    client: Client, method: str, path: str, failure: tuple[int, str]
) -> None:
    answer = await client(method, path)
    assert answer.failure == failure
    if failure[1] == "resource_not_found":
        assert "No matching handler" in answer.body["errMsg"]


async def test_the_first_version_is_served_as_well(client: Client) -> None:
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


@pytest.mark.parametrize("body", HOSTILE)
async def test_a_senseless_body_is_refused_and_never_breaks_the_server(
    client: Client, body: bytes
) -> None:
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
async def test_a_senseless_history_query_is_refused(client: Client, query: dict[str, str]) -> None:
    path = f"{at(client.simulator, 'WS523')}/properties/history"
    assert (await client("GET", path, **query)).failure == (400, "parameter_error")


# Search and devices.


async def test_search_pages_through_all_devices_with_numbers_as_text(client: Client) -> None:
    seen: list[int] = []
    page = 1
    while True:
        body = {"pageSize": "10", "pageNumber": str(page)}
        data = (await client("POST", f"{API}/devices/search", body)).data
        assert (data["pageSize"], data["pageNumber"]) == (10, page)
        seen += [device["deviceId"] for device in data["content"]]
        if page * 10 >= data["total"]:
            break
        page += 1
    assert seen == [device.device_id for device in client.simulator.platform.devices]


async def test_search_filters_and_sorts(client: Client) -> None:
    async def found(**body: Any) -> list[str]:
        whole = {"pageSize": 200, "pageNumber": 1, **body}
        data = (await client("POST", f"{API}/devices/search", whole)).data
        assert data["total"] == len(data["content"])
        return [device["name"] for device in data["content"]]

    simulator = client.simulator
    meter = simulator.device("WS523")
    assert await found(deviceType=["GATEWAY"]) == ["Basement gateway"]
    assert await found(sn=meter.sn.lower()) == [meter.name]
    assert await found(devEUI=meter.dev_eui) == [meter.name]
    assert await found(name="meeting ROOM 3 a") == ["Meeting room 3 air"]
    assert await found(connectStatus=["DISCONNECT"]) == ["Spare button"]
    assert await found(tag=["Garden"]) == ["Tomato bed", "Lawn irrigation", "Tool trailer"]
    assert meter.name not in await found(electricityMin=0)
    assert await found(electricityMax=80, electricityMin="75") == ["Reception call button"]
    names = await found(sorts=[{"direction": "desc", "property": "name"}])
    assert names == sorted(names, reverse=True)
    assert await found(sorts=[{"direction": "asc", "property": "electricity"}])
    body = {"pageSize": 1, "pageNumber": 1, "sorts": [{"property": "values"}]}
    assert (await client("POST", f"{API}/devices/search", body)).failure[0] == 400


async def test_a_device_is_shown_as_the_platform_shows_it(client: Client) -> None:
    meter, sensor = client.simulator.device("WS523"), client.simulator.device("EM300-TH")
    shown = (await client("GET", at(client.simulator, "WS523"))).data
    assert shown["deviceId"] == meter.device_id > 2**53
    assert len(str(shown["deviceId"])) == 19
    assert len(shown["sn"]) == len(shown["devEUI"]) == 16
    assert shown["devEUI"].startswith("24E124")
    assert (shown["deviceType"], shown["electricity"]) == ("SUB_DEVICE", None)
    assert shown["lastUpdateTime"] == meter.last_update
    assert len(str(meter.last_update)) == len("1763007319532")
    assert set(shown["application"]) == {"applicationId", "applicationName"}
    listed = (await client("GET", at(client.simulator, "EM300-TH"))).data
    assert listed["electricity"] == sensor.values["battery"]


async def test_a_device_can_be_added_renamed_and_deleted(client: Client) -> None:
    simulator = client.simulator
    old = simulator.device("EM300-TH")
    sn = old.sn[:7] + "FFFFFFFFF"
    added = (
        await client("POST", f"{API}/devices", {"snDevEUI": sn.lower(), "name": "New one"})
    ).data
    assert (added["sn"], added["devEUI"]) == (sn, f"24E124{sn[1:11]}")
    path = f"{API}/devices/{added['deviceId']}"
    assert (await client("GET", path)).data["connectStatus"] == "DISCONNECT"
    await simulator.settle()
    assert (await client("GET", path)).data["connectStatus"] == "ONLINE"
    again = await client("POST", f"{API}/devices", {"snDevEUI": sn, "name": "New one"})
    assert again.failure == (400, "device_already_exists")
    renamed = await client(
        "PUT",
        f"{API}/devices",
        {"deviceId": str(added["deviceId"]), "name": "Newer", "tag": ["a", "b"]},
    )
    assert renamed.data["deviceId"] == str(added["deviceId"])
    shown = (await client("GET", path)).data
    assert (shown["name"], shown["tag"]) == ("Newer", ["a", "b"])
    assert (await client("DELETE", path)).data == sn
    assert (await client("GET", path)).failure == (404, "device_not_found")


async def test_an_rps_record_blocks_adding_until_it_is_deleted(client: Client) -> None:
    sn = client.simulator.device("EM300-TH").sn[:7] + "EEEEEEEEE"
    record = {"sn": sn, "profileUrl": "https://example.org/"}
    body = {"snDevEUI": sn, "name": "Later"}
    assert (await client("POST", f"{API}/rps/profile", record)).data == "success"
    assert (await client("GET", f"{API}/rps/profile")).data == [record]
    assert (await client("POST", f"{API}/devices", body)).failure == (400, "rps_record_exists")
    assert (await client("DELETE", f"{API}/rps/{sn}")).data == "success"
    assert (await client("DELETE", f"{API}/rps/{sn}")).failure[0] == 404
    assert (await client("POST", f"{API}/devices", body)).data["sn"] == sn
    await client.simulator.settle()


# History.


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_history_pages_hold_every_report_once(client: Client, order: str) -> None:
    path = f"{at(client.simulator, 'AM319-HCHO')}/properties/history"
    listed: list[dict[str, Any]] = []
    key: dict[str, str] = {}
    while True:
        page = (await client("GET", path, pageSize=4, order=order, **key)).data
        assert page["pageSize"] == 4
        listed += page["list"]
        if "nextPageKey" not in page:
            break
        assert len(page["list"]) == 4
        key = {"pageKey": page["nextPageKey"]}
    everything = client.simulator.device("AM319-HCHO").history.between(0, 10**15)
    times = [report["ts"] for report in listed]
    assert len(listed) == len(everything) > 8
    assert times == sorted(times, reverse=order == "desc")


async def test_history_merges_to_the_present_values(client: Client) -> None:
    for device in client.simulator.platform.devices:
        path = f"{API}/devices/{device.device_id}/properties/history"
        page = (await client("GET", path, pageSize=100, order="asc")).data
        merged: dict[str, Any] = {}
        for report in page["list"]:
            merged |= flatten(report["properties"])
        expected = {} if device.connect_status == "DISCONNECT" else device.values
        assert merged == expected, device.name


async def test_history_keeps_to_the_times_asked_for(client: Client) -> None:
    device = client.simulator.device("AM319-HCHO")
    path = f"{at(client.simulator, 'AM319-HCHO')}/properties/history"
    last = device.last_update
    assert last is not None
    newest = (await client("GET", path, startTime=last)).data["list"]
    assert {report["ts"] for report in newest} == {last}
    assert (await client("GET", path, startTime=last + 1)).data["list"] == []
    older = (await client("GET", path, endTime=last - 1, pageSize=100)).data["list"]
    assert older
    assert all(report["ts"] < last for report in older)


# Commands.


async def test_a_patched_property_is_answered_reported_and_kept(
    client: Client, pushed: Receiver
) -> None:
    device = client.simulator.device("WS523")
    before = device.last_update
    properties = {"set_socket": {"status": 0}}
    path = at(client.simulator, "WS523")
    answer = await client("PATCH", f"{path}/properties", {"properties": properties})
    assert answer.data == {"properties": {"set_socket": {"status": "0"}}}
    assert pushed.payloads == []
    await client.simulator.settle()
    assert pushed.payloads == [
        {"set_socket": {"status": "0"}},
        {"active_power": 0.0, "current": 0},
    ]
    assert len({data["ts"] for data in pushed.data("PROPERTY")}) == 1
    newest = (await client("GET", f"{path}/properties/history", pageSize=2)).data["list"]
    assert [report["properties"] for report in reversed(newest)] == pushed.payloads
    shown = (await client("GET", path)).data
    assert shown["lastUpdateTime"] == newest[0]["ts"] > (before or 0)
    config = (await client("GET", f"{path}/config")).data
    assert (config["type"], config["properties"]["set_socket"]) == ("tsl", {"status": "0"})


async def test_a_patch_merges_into_what_is_there(client: Client) -> None:
    device = client.simulator.device("WT303")
    body = {"properties": {"reporting_interval": {"minutes_of_time": 30}}}
    await client("PATCH", f"{at(client.simulator, 'WT303')}/properties", body)
    await client.simulator.settle()
    interval = nest(device.values)["reporting_interval"]
    assert interval == {"unit": "1", "seconds_of_time": 600, "minutes_of_time": 30}


@pytest.mark.parametrize(
    ("model", "properties", "slug"),
    [
        ("WS523", {"no_such_thing": 1}, "property_not_found"),
        ("WS523", {"voltage": 230}, "property_read_only"),
        ("WS523", {"reporting_interval": 5}, "property_value_invalid"),
        ("WS523", {"reporting_interval": "600"}, "property_value_invalid"),
        ("WS523", {"reporting_interval": True}, "property_value_invalid"),
        ("WS523", {"set_socket": {"status": "2"}}, "property_value_invalid"),
        ("WS523", {"set_socket": "1"}, "property_value_invalid"),
        ("WS523", {}, "parameter_error"),
        ("DS3604", {"template_1": {"text_1": "x" * 256}}, "property_value_invalid"),
        ("DS3604", {"buzzer_sleep": {"start_time": "1440"}}, "property_value_invalid"),
        ("UC300", {"sensor_alarm_thresholds": [1, 2, 3, 4, 5]}, "property_value_invalid"),
        ("UC300", {"sensor_alarm_thresholds": [1, None]}, "property_value_invalid"),
        ("UC511", {"valve_schedule": [{"no": 1}]}, "property_not_found"),
    ],
)
async def test_a_property_that_the_specification_does_not_admit_is_refused(
    client: Client, model: str, properties: dict[str, Any], slug: str
) -> None:
    path = f"{at(client.simulator, model)}/properties"
    answer = await client("PATCH", path, {"properties": properties})
    assert answer.failure == (400, slug)


async def test_a_setpoint_moves_its_twins_and_the_heating(client: Client, pushed: Receiver) -> None:
    device = client.simulator.device("WT303")
    properties = {"fahrenheit_heating_target_temperature": 91.4}
    body = {"properties": properties}
    await client("PATCH", f"{at(client.simulator, 'WT303')}/properties", body)
    await client.simulator.settle()
    assert device.values["heating_target_temperature"] == 33.0
    assert device.values["celsius_heating_target_temperature"] == 33.0
    assert pushed.payloads[0] == properties
    assert pushed.payloads[1]["temperature_control_info"] == {"status": "1"}


async def test_a_service_call_is_followed_by_its_event_and_reports(
    client: Client, pushed: Receiver
) -> None:
    before = client.simulator.device("WS523").values["set_socket.status"]
    path = f"{at(client.simulator, 'WS523')}/services/call"
    answer = await client("POST", path, {"serviceId": "socket_toggle", "inputs": {"status_1": ""}})
    assert set(answer.body) == {"status", "requestId"}
    await client.simulator.settle()
    assert [data["tslId"] for data in pushed.data("SERVICE")] == ["socket_toggle"]
    assert pushed.payloads[0]["set_socket"]["status"] != before
    unknown = await client("POST", path, {"serviceId": "explode"})
    assert unknown.failure == (400, "service_not_found")
    wrong = await client("POST", path, {"serviceId": "reboot", "inputs": {"now": True}})
    assert wrong.failure == (400, "property_not_found")


async def test_every_service_of_every_model_can_be_called(client: Client) -> None:
    for device in client.simulator.platform.devices:
        for service in device.model.specification.services:
            inputs = nest({i.id: i.first_value for i in service.inputs if i.first_value != []})
            path = f"{API}/devices/{device.device_id}/services/call"
            body = {"serviceId": service.id, "inputs": inputs}
            assert (await client("POST", path, body)).body["status"] == "Success", body
    await client.simulator.settle()


async def test_stored_readings_come_as_events(client: Client, pushed: Receiver) -> None:
    last = client.simulator.device("EM300-TH").last_update
    assert last is not None
    body = {"serviceId": "retrieve_historical_data_by_time", "inputs": {"time": last // 1000}}
    await client("POST", f"{at(client.simulator, 'EM300-TH')}/services/call", body)
    await client.simulator.settle()
    events = pushed.data("EVENT")
    assert {data["tslId"] for data in events} == {"historical_data"}
    assert last // 1000 in [data["payload"]["timestamp"] for data in events]
    assert all({"temperature", "humidity"} <= set(data["payload"]) for data in events)


async def test_a_command_to_a_device_that_is_away_waits_for_its_return(
    client: Client, pushed: Receiver
) -> None:
    device = client.simulator.device("WS523")
    await client.simulator.offline(device.sn)
    body = {"properties": {"led_indicator_mode": False}}
    await client("PATCH", f"{at(client.simulator, 'WS523')}/properties", body)
    await client.simulator.settle()
    assert pushed.payloads == []
    await client.simulator.online(device.sn)
    assert pushed.payloads == [{"led_indicator_mode": False}]


async def test_a_task_reports_its_outcome_for_each_device(client: Client, pushed: Receiver) -> None:
    good, bad = client.simulator.device("WS523"), client.simulator.device("WS303")
    body = {
        "type": "TSL",
        "deviceIds": f"{good.device_id};{bad.device_id}",
        "config": {"properties": {"reporting_interval": 900}},
    }
    relations = (await client("POST", f"{API}/tasks", body)).data["deviceTaskRelations"]
    assert [relation["deviceId"] for relation in relations] == [good.device_id, bad.device_id]
    await client.simulator.settle()
    outcomes = {
        event["data"]["info"]["taskId"]: event["data"]["info"]["status"]
        for event in pushed.events
        if event["eventType"] == "TASK_DATA"
    }
    assert [outcomes[relation["taskId"]] for relation in relations] == ["SUCCESS", "FAILED"]
    assert good.values["reporting_interval"] == 900


# Pushes.


async def test_pushes_are_signed_arrays_of_enveloped_events(
    simulator: Simulator, pushed: Receiver
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn)
    headers, array = pushed.deliveries[0]
    timestamp, nonce = headers["x-msc-request-timestamp"], headers["x-msc-request-nonce"]
    expected = hmac.digest(
        simulator.webhook_secret.encode(), (timestamp + nonce).encode(), hashlib.sha256
    )
    assert headers["x-msc-request-signature"] == expected.hex()
    assert headers["x-msc-webhook-uuid"] == simulator.application.webhook_uuid
    assert [set(event["data"]["payload"]) for event in array] == [
        {"temperature", "humidity"},
        {"battery"},
    ]
    assert len({event["data"]["ts"] for event in array}) == 1
    assert len({event["eventId"] for event in array}) == 2
    assert array[0]["eventCreatedTime"] == int(timestamp)
    assert array[0]["data"]["deviceProfile"] == {
        "deviceId": device.device_id,
        "sn": device.sn,
        "devEUI": device.dev_eui,
        "name": device.name,
        "model": "EM300-TH",
    }


async def test_online_and_offline_carry_no_time(simulator: Simulator, pushed: Receiver) -> None:
    sn = simulator.device("EM300-TH").sn
    await simulator.offline(sn)
    await simulator.online(sn)
    assert [event["data"]["type"] for event in pushed.events] == ["OFFLINE", "ONLINE"]
    assert not any({"ts", "payload", "tslId"} & set(event["data"]) for event in pushed.events)


async def test_a_press_is_reported_by_its_key(simulator: Simulator, pushed: Receiver) -> None:
    sn = simulator.device("WS101").sn
    await simulator.press(sn)
    await simulator.press(sn, "button", "double press")
    assert pushed.payloads == [{"button_event": {"status": "1"}}, {"button_event": {"status": "3"}}]
    with pytest.raises(ApiError):
        await simulator.press(sn, "button", "lick")
    with pytest.raises(ApiError):
        await simulator.press(simulator.device("WS523").sn)


async def test_a_backlog_is_old_reports_and_copies_of_them(
    simulator: Simulator, pushed: Receiver
) -> None:
    device = simulator.device("EM300-TH")
    values, last = device.values, device.last_update
    await simulator.backlog(device.sn, 60)
    old, copies = pushed.data("PROPERTY"), pushed.data("EVENT")
    assert len(copies) == 6
    for copy in copies:
        reading = next(data for data in old if data["ts"] // 1000 == copy["payload"]["timestamp"])
        assert copy["payload"]["temperature"] == reading["payload"]["temperature"]
        assert copy["ts"] > reading["ts"]
    assert (device.values, device.last_update) == (values, last)


async def test_a_device_may_report_what_its_specification_does_not_know(
    simulator: Simulator, pushed: Receiver
) -> None:
    device = simulator.device("EM300-TH")
    properties = {"temperature": "hot", "battery": None, "mood": {"level": 3}}
    await simulator.report(device.sn, properties)
    assert pushed.payloads == [properties]
    assert isinstance(device.values["temperature"], float)
    await simulator.report(device.sn)


@pytest.mark.parametrize("status", [405, 404, 204, 500])
async def test_an_address_that_does_not_answer_a_get_is_an_invalid_uri(
    simulator: Simulator, receiver: Receiver, status: int
) -> None:
    receiver.probe_status = status
    with pytest.raises(ApiError, match="invalid URI"):
        await simulator.add_callback(receiver.uri)
    await simulator.report(simulator.device("WS523").sn)
    assert receiver.deliveries == []


@pytest.mark.parametrize("uri", ["ftp://127.0.0.1/x", "no uri", "http://", "http://[::1", ""])
async def test_what_is_no_address_is_an_invalid_uri(simulator: Simulator, uri: str) -> None:
    with pytest.raises(ApiError, match="invalid URI"):
        await simulator.add_callback(uri)


async def test_a_callback_can_be_removed_while_it_hangs(
    simulator: Simulator, pushed: Receiver
) -> None:
    pushed.answering.clear()
    reporting = asyncio.create_task(simulator.report(simulator.device("WS303").sn))
    await asyncio.sleep(0.05)
    await simulator.remove_callback(pushed.uri)
    async with asyncio.timeout(1):
        await reporting


async def test_what_cannot_be_sent_is_an_error_of_who_sends_it(
    simulator: Simulator, pushed: Receiver
) -> None:
    sn = simulator.device("WS303").sn
    with pytest.raises(TypeError):
        await simulator.report(sn, {"battery": object()})
    await simulator.report(sn, {"battery": 50})
    assert pushed.payloads == [{"battery": 50}]


async def test_an_accepted_callback_gets_a_test_push(
    simulator: Simulator, receiver: Receiver
) -> None:
    await simulator.add_callback(receiver.uri)
    assert [event["eventType"] for event in receiver.events] == ["WEBHOOK_TEST"]
    assert receiver.events[0]["data"] == "Test Milesight Webhook Successfully."


async def test_an_array_is_sent_three_times_and_the_third_failure_stops_pushing(
    simulator: Simulator, pushed: Receiver
) -> None:
    sn = simulator.device("WS303").sn
    pushed.status = 503
    await simulator.report(sn)
    bodies = [array for _, array in pushed.deliveries]
    assert len(bodies) == 3
    assert bodies[0] == bodies[1] == bodies[2]
    assert len({headers["x-msc-request-nonce"] for headers, _ in pushed.deliveries}) == 3
    await simulator.report(sn)
    await simulator.report(sn)
    assert len(pushed.deliveries) == 9
    pushed.status = 200
    await simulator.report(sn)
    assert len(pushed.deliveries) == 9
    assert simulator.push.system_messages[-1]["data"]["type"] == "SYSTEM_ALERT"
    await simulator.add_callback(pushed.uri)
    await simulator.report(sn)
    assert len(pushed.deliveries) == 11


async def test_a_push_that_succeeds_forgives_the_failures_before(
    simulator: Simulator, pushed: Receiver
) -> None:
    sn = simulator.device("WS303").sn
    for status in (500, 500, 200, 500, 500, 200):
        pushed.status = status
        await simulator.report(sn)
    assert not simulator.push.callbacks[pushed.uri].stopped


async def test_a_disabled_application_pushes_nothing(
    simulator: Simulator, pushed: Receiver
) -> None:
    simulator.application.configure(enabled=False)
    await simulator.report(simulator.device("WS523").sn)
    assert pushed.deliveries == []


async def test_the_platforms_clock_can_be_wrong(simulator: Simulator, pushed: Receiver) -> None:
    await simulator.report(simulator.device("WS303").sn)
    simulator.application.configure(clock_offset=-1000)
    await simulator.report(simulator.device("WS303").sn)
    (right, _), (wrong, _) = pushed.deliveries
    name = "x-msc-request-timestamp"
    assert int(wrong[name]) == pytest.approx(int(right[name]) - 1000, abs=2)


# Limits.


async def test_the_free_plan_stops_after_a_thousand_requests_a_day(
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


async def test_the_free_plan_stops_after_a_thousand_pushes_a_day_and_says_so_once(
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


async def test_the_free_plan_has_two_callbacks(simulator: Simulator, receiver: Receiver) -> None:
    simulator.application.configure(plan="free")
    await simulator.add_callback(receiver.uri)
    await simulator.add_callback(f"{receiver.uri}?2")
    with pytest.raises(ApiError, match="At most 2"):
        await simulator.add_callback(f"{receiver.uri}?3")


# Failures on demand.


async def _seen(client: Client) -> str:
    """What a client makes of one search."""
    url = f"{client.simulator.url}{API}/devices/search"
    headers = {"Authorization": f"Bearer {client.token}"}
    body = {"pageSize": 50, "pageNumber": 1}
    try:
        async with asyncio.timeout(0.5), client.session.post(url, json=body, headers=headers) as r:
            text = await r.text(errors="replace")
    except TimeoutError:
        return "timeout"
    except aiohttp.ClientPayloadError:
        return "cut"
    except aiohttp.ClientError:
        return "disconnected"
    try:
        return f"{r.status} {json.loads(text)['status']}"
    except ValueError:
        return f"{r.status} {r.content_type} no JSON"


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ({"kind": "status"}, "500 Failed"),
        ({"kind": "status", "status": 503}, "503 Failed"),
        ({"kind": "html"}, "502 text/html no JSON"),
        ({"kind": "half"}, "cut"),
        ({"kind": "reset"}, "disconnected"),
        ({"kind": "hang"}, "timeout"),
        ({"kind": "failed"}, "200 Failed"),
        ({"kind": "rate_limit", "retry_after": 7}, "429 Failed"),
        ({"kind": "garbage"}, "200 application/json no JSON"),
    ],
)
async def test_the_platform_fails_as_it_is_told(
    client: Client, fault: dict[str, Any], seen: str
) -> None:
    assert await client.control("POST", "/faults", {"path": "search", **fault}) == (200, {})
    assert await _seen(client) == seen
    assert await _seen(client) == seen
    assert (await client("GET", at(client.simulator, "WS523"))).status == 200
    assert await client.control("DELETE", "/faults") == (200, {})
    assert await _seen(client) == "200 Success"


async def test_a_fault_can_pass_after_some_times(client: Client) -> None:
    client.simulator.fault("search", "status", times=2)
    assert [await _seen(client) for _ in range(3)] == ["500 Failed"] * 2 + ["200 Success"]


async def test_a_rate_limit_says_when_to_come_back(client: Client) -> None:
    client.simulator.fault("devices", "rate_limit", retry_after=7)
    answer = await client("GET", at(client.simulator, "WS523"))
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


async def test_stopping_does_not_wait_for_a_request_that_hangs(socket_enabled: None) -> None:
    async with Simulator(fleet(1)) as simulator, connected(simulator) as client:
        simulator.fault("", "hang")
        hanging = asyncio.create_task(_seen(client))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(1):
            await simulator.stop()
            assert await hanging == "disconnected"


# The control page.


async def test_the_control_page_shows_state_and_carries_out_every_verb(
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
async def test_the_control_page_refuses_nonsense(
    client: Client, method: str, path: str, body: Any, status: int
) -> None:
    answered, answer = await client.control(method, path, body)
    assert answered == status
    assert answer["message"]


# A platform that lives.


async def test_devices_live_and_report_one_after_the_other(
    socket_enabled: None, receiver: Receiver
) -> None:
    async with Simulator(live_interval=0.01) as simulator:
        await simulator.add_callback(receiver.uri)
        await asyncio.sleep(0.5)
    reporting = {data["deviceProfile"]["name"] for data in receiver.data("PROPERTY")}
    assert len(reporting) > 10
    assert "Spare button" not in reporting
    total = len(receiver.events)
    await asyncio.sleep(0.05)
    assert len(receiver.events) == total


async def test_a_fleet_without_anybody_online_just_waits(socket_enabled: None) -> None:
    async with Simulator([], live_interval=0.001) as simulator:
        await asyncio.sleep(0.02)
        assert simulator.platform.devices == []


# Models and fleets.


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_a_models_specification_is_well_formed(model: Model) -> None:
    spec = model.specification.as_json
    assert json.loads(json.dumps(spec)) == spec
    ids = [item["id"] for item in spec["properties"]]
    assert len(ids) == len(set(ids))
    kinds = {item["id"]: item["dataSpec"]["dataType"] for item in spec["properties"]}
    for item in spec["properties"]:
        assert item["accessMode"] in ("R", "W", "RW")
        parent = item["dataSpec"].get("parentId")
        assert parent == (item["id"].rpartition(".")[0] or None)
        assert parent is None or kinds[parent] in ("STRUCT", "ARRAY")
        if kinds[item["id"]] in ("STRUCT", "ARRAY"):
            children = [i for i in ids if i.rpartition(".")[0] == item["id"]]
            assert children
            if kinds[item["id"]] == "ARRAY":
                assert children == [f"{item['id']}._item"]
        if kinds[item["id"]] in ("ENUM", "BOOL"):
            assert len(item["dataSpec"]["mappings"]) >= 1
    for kind, member in (("events", "outputs"), ("services", "inputs")):
        names = [item["id"] for item in spec[kind]]
        assert len(names) == len(set(names))
        for item in spec[kind]:
            parameters = [parameter["id"] for parameter in item[member]]
            assert len(parameters) == len(set(parameters))


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_a_models_values_fit_its_specification_through_its_whole_life(model: Model) -> None:
    leaves = model.specification.leaves
    assert set(model.life) <= set(leaves)
    assert set(model.effects) <= {service.id for service in model.specification.services}
    assert set(model.buttons.values()) <= set(leaves)
    device = next(device for device in fleet(200) if device.model is model)
    for _ in range(150):
        device.step()
        assert set(device.values) <= set(leaves)
        for path, value in device.values.items():
            checked = check(leaves[path], value, path)
            assert (checked, type(checked)) == (value, type(value)) or isinstance(value, int), path
    assert device.readings()
    assert all(isinstance(payload, dict) for payload in device.readings())


def _totals(values: dict[str, Any]) -> list[Any]:
    return [v for path, v in values.items() if path == "power_consumption" or "_total_" in path]


def test_totals_only_rise() -> None:
    devices = [device for device in fleet(100) if device.model.name in ("WS523", "VS133-P")]
    for device in devices:
        first = before = _totals(device.values)
        for _ in range(50):
            device.step()
            after = _totals(device.values)
            assert all(new >= old for new, old in zip(after, before, strict=True))
            before = after
        assert before > first


def _faces(devices: list[Any]) -> list[tuple[Any, ...]]:
    return [(d.sn, d.device_id, d.name, d.model.name, d.firmware, d.values) for d in devices]


def test_a_seeded_fleet_is_the_same_every_time() -> None:
    devices = fleet(2000, seed=5)
    assert _faces(devices) == _faces(fleet(2000, seed=5))
    assert len({device.sn for device in devices}) == 2000
    assert len({device.device_id for device in devices}) == 2000
    assert {device.model.name for device in devices} == set(MODELS)
    assert {device.sn for device in fleet(2000, seed=6)}.isdisjoint({d.sn for d in devices[:20]})
    assert _faces(demo_fleet(3)) == _faces(demo_fleet(3))


async def test_two_thousand_devices_are_searched_in_ten_pages(socket_enabled: None) -> None:
    async with Simulator(fleet(2000), past_reports=1) as simulator, connected(simulator) as client:
        seen: set[str] = set()
        for page in range(1, 11):
            body = {"pageSize": 200, "pageNumber": page}
            data = (await client("POST", f"{API}/devices/search", body)).data
            seen |= {device["sn"] for device in data["content"]}
        assert len(seen) == data["total"] == 2000


def test_every_kind_of_failure_is_known_by_the_control_page() -> None:
    assert set(KINDS) == {
        "status",
        "html",
        "half",
        "reset",
        "hang",
        "failed",
        "rate_limit",
        "garbage",
    }


# The command line.


async def _run(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "tests.simulator", *arguments, stdout=PIPE, stderr=PIPE
    )


async def test_the_program_prints_its_credentials_and_stops_cleanly(socket_enabled: None) -> None:
    program = await _run("--port", "0", "--devices", "3", "--client-id", "me", "--plan", "free")
    assert program.stdout is not None
    lines = [(await program.stdout.readline()).decode() for _ in range(5)]
    url, client_id, secret = (line.split()[-1] for line in lines[:3])
    assert client_id == "me"
    async with aiohttp.ClientSession() as session:
        form = {"client_id": "me", "client_secret": secret, "grant_type": "client_credentials"}
        async with session.post(f"{url}/oauth/token", data=form) as response:
            assert response.status == 200
    program.terminate()
    async with asyncio.timeout(10):
        assert await program.communicate() == (b"", b"")
    assert program.returncode == 0


async def test_the_program_says_that_its_port_is_taken(simulator: Simulator) -> None:
    port = simulator.url.rpartition(":")[2]
    program = await _run("--port", port)
    async with asyncio.timeout(10):
        _, complaint = await program.communicate()
    assert program.returncode == 1
    assert complaint.decode() == f"Port {port} is taken; choose another one with --port.\n"
