"""The client against the platform in a box, over real HTTP."""

import asyncio
from collections import Counter
import json
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web
from hypothesis import given, strategies as st
import pytest

from custom_components.milesight.api import (
    AddedDevice,
    ApiError,
    AuthenticationError,
    BadResponseError,
    CannotConnectError,
    Device,
    HistoryPage,
    MilesightClient,
    MilesightError,
    RateLimitError,
    parse_specification,
)
from tests.simulator import Simulator
from tests.simulator.fleet import fleet

from .helpers import DEVICES_PATH, SEARCH_PATH, client_of, success

HISTORY_PATH = f"{DEVICES_PATH}/1/properties/history"
TOKEN = "POST /oauth/token"
DEVICE: dict[str, object] = {
    "deviceId": 1904371063669395457,
    "sn": "6707E04610160001",
    "devEUI": "24D124707E040001",
    "imei": None,
    "name": "Demo",
    "model": "AM319-HCHO-IR",
    "hardwareVersion": "V1.0",
    "firmwareVersion": "1.3",
    "connectStatus": "ONLINE",
    "electricity": 93,
    "lastUpdateTime": 1742872448000,
    "deviceType": "SUB_DEVICE",
    "project": "Office",
    "gatewaySn": "6221E0000001",
}
SEARCH = "POST /device/openapi/v1/devices/search"


def _client(session: ClientSession, simulator: Simulator) -> MilesightClient:
    return MilesightClient(session, simulator.url, simulator.client_id, simulator.client_secret)


def _asked(simulator: Simulator) -> Counter[str]:
    return Counter(f"{request.method} {request.template}" for request in simulator.requests)


async def test_however_many_callers_wait_one_token_is_asked_for(
    session: ClientSession, simulator: Simulator
) -> None:
    client = _client(session, simulator)
    await asyncio.gather(*(client.search_devices() for _ in range(20)))
    assert _asked(simulator) == {TOKEN: 1, SEARCH: 20}


async def test_a_token_that_is_refused_early_is_replaced_once(
    session: ClientSession, simulator: Simulator
) -> None:
    client = _client(session, simulator)
    await client.search_devices()
    simulator.application.configure(enabled=False)
    simulator.application.configure(enabled=True)
    await asyncio.gather(*(client.search_devices() for _ in range(3)))
    assert _asked(simulator)[TOKEN] == 2


async def test_a_wrong_secret_is_an_authentication_error(
    session: ClientSession, simulator: Simulator
) -> None:
    client = MilesightClient(session, simulator.url, simulator.client_id, "wrong")
    with pytest.raises(AuthenticationError) as refused:
        await client.search_devices()
    assert refused.value.code == "authentication_failed"
    assert len(refused.value.request_id) == 32


async def test_a_disabled_application_is_an_authentication_error(
    session: ClientSession, simulator: Simulator
) -> None:
    client = _client(session, simulator)
    await client.search_devices()
    simulator.application.configure(enabled=False)
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
async def test_every_failure_has_its_error_and_the_next_call_works(
    session: ClientSession,
    simulator: Simulator,
    kind: str,
    status: int | None,
    error: type[MilesightError],
) -> None:
    client = _client(session, simulator)
    times = 2 if kind == "reset" else 1  # a search is repeated once on a new connection
    simulator.fault("/devices/search", kind, status=status, times=times)  # type: ignore[arg-type]
    with pytest.raises(error):
        await client.search_devices()
    assert (await client.search_devices()).devices


async def test_a_rate_limit_says_how_long_to_wait(
    session: ClientSession, simulator: Simulator
) -> None:
    simulator.fault("/devices/search", "rate_limit", retry_after=17, times=1)
    with pytest.raises(RateLimitError) as limited:
        await _client(session, simulator).search_devices()
    assert limited.value.retry_after == 17


async def test_a_server_that_hangs_is_given_up(
    session: ClientSession, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "custom_components.milesight.api.transport.TIMEOUT",
        ClientTimeout(total=0.2),
    )
    simulator.fault("/devices/search", "hang", times=1)
    with pytest.raises(CannotConnectError):
        await _client(session, simulator).search_devices()


async def test_nobody_at_the_address_is_a_connection_error(session: ClientSession) -> None:
    client = MilesightClient(session, "http://127.0.0.1:9", "id", "secret")
    with pytest.raises(CannotConnectError):
        await client.search_devices()


async def test_all_pages_are_read(session: ClientSession) -> None:
    async with Simulator(fleet(250, seed=1)) as simulator:
        devices = await _client(session, simulator).list_devices()
        assert {device.sn for device in devices} == {
            device.sn for device in simulator.platform.devices
        }
        assert _asked(simulator)[SEARCH] == 3


async def test_no_more_than_four_requests_run_at_a_time_and_one_place_is_kept_for_commands(
    session: ClientSession, simulator: Simulator
) -> None:
    client = _client(session, simulator)
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


async def test_devices_keep_their_long_ids_and_come_with_what_the_registry_needs(
    session: ClientSession, simulator: Simulator
) -> None:
    device = simulator.device("AM319-HCHO")
    found = await _client(session, simulator).get_device(str(device.device_id))
    assert found.device_id == str(device.device_id)
    assert len(found.device_id) == 19
    assert (found.sn, found.model, found.name) == (device.sn, device.model.name, device.name)


async def test_history_is_paged_by_its_key(session: ClientSession, simulator: Simulator) -> None:
    client = _client(session, simulator)
    device = simulator.device("EM300-TH")
    for temperature in range(5):
        await simulator.report(device.sn, {"temperature": temperature})
    first = await client.get_history_page(str(device.device_id), page_size=3, order="desc")
    assert first.next_page_key is not None
    second = await client.get_history_page(
        str(device.device_id), page_size=3, page_key=first.next_page_key, order="desc"
    )
    times = [reading.time for reading in (*first.readings, *second.readings)]
    assert times == sorted(times, reverse=True)
    assert first.readings[0].values["temperature"] == 4


async def test_properties_are_written_nested(session: ClientSession, simulator: Simulator) -> None:
    client = _client(session, simulator)
    device = simulator.device("WS523")
    accepted = await client.update_properties(
        str(device.device_id), {"set_socket": {"status": "1"}}
    )
    assert accepted.properties == {"set_socket": {"status": "1"}}


async def test_what_the_platform_refuses_is_told_with_its_words(
    session: ClientSession, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    with pytest.raises(ApiError) as refused:
        await _client(session, simulator).update_properties(
            str(device.device_id), {"no_such_property": 1}
        )
    assert refused.value.status == 400
    assert "no_such_property" in refused.value.message


async def test_a_specification_can_be_read(session: ClientSession, simulator: Simulator) -> None:
    device = simulator.device("EM300-TH")
    answer = await _client(session, simulator).get_thing_specification(str(device.device_id))
    specification = parse_specification(answer)
    assert "temperature" in [item.path for item in specification.leaves()]
    assert not specification.problems


async def test_devices_without_any_id_are_left_out_and_odd_answers_are_read(
    session: ClientSession, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[object] = [
        {"content": [{"deviceId": 1}, "device", {"deviceId": "2", "devEUI": "24E1"}], "total": 3},
        {"content": []},
        {"content": [{"deviceId": 1, "sn": "a"}]},
        {"content": [{"deviceId": 1, "sn": "a"}]},
        {"content": [{"deviceId": 1, "sn": "a"}], "total": 5},
        {"content": [], "total": 5},
        {"content": [{"deviceId": 1, "sn": "a"}], "total": 5},
        {"content": [], "total": 5},
        {"content": [{"deviceId": 1, "sn": "a"}], "total": 5},
        {"content": [], "total": 5},
        {"devices": []},
    ]
    client = _client(session, simulator)

    async def answer(*_: object, **__: object) -> dict[str, object]:
        return {"data": answers.pop(0)}

    monkeypatch.setattr(client, "request_envelope", answer)
    assert [device.sn for device in await client.list_devices()] == ["24E1"]
    assert await client.list_devices() == []
    assert [device.sn for device in await client.list_devices()] == ["a"]
    with pytest.raises(BadResponseError, match="incomplete"):
        await client.list_devices()
    with pytest.raises(BadResponseError):
        await client.search_devices()


@pytest.mark.parametrize("answer", [None, [], "specification"])
async def test_an_answer_of_the_wrong_shape_is_a_bad_response(
    session: ClientSession,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    answer: object,
) -> None:
    client = _client(session, simulator)

    async def envelope(*_: object, **__: object) -> dict[str, object]:
        return {"data": answer}

    monkeypatch.setattr(client, "request_envelope", envelope)
    with pytest.raises(BadResponseError):
        await client.get_device("1")
    with pytest.raises(BadResponseError):
        await client.get_thing_specification("1")


def test_history_is_read_whatever_form_its_records_have() -> None:
    page = HistoryPage.from_json(
        {
            "list": [
                {"ts": 1763007319, "properties": '{"a": {"b": 1}}'},
                {"ts": "1763007319532", "properties": {"c": 2}},
                {"ts": 1763007319532, "properties": "{"},
                {"ts": None, "properties": {}},
                {"ts": 1763007319532, "properties": []},
            ],
            "nextPageKey": "",
        }
    )
    assert page is not None
    assert page.next_page_key is None
    assert [(reading.time, dict(reading.values)) for reading in page.readings] == [
        (1763007319000, {"a.b": 1}),
        (1763007319532, {"c": 2}),
    ]


WORDS = st.text().filter(lambda word: not word.strip().isdecimal())  # no times long before ours


@given(st.dictionaries(st.sampled_from([*DEVICE]), st.none() | WORDS | st.integers(10**9)))
def test_a_device_survives_the_way_to_the_disk_and_back(changes: dict[str, object]) -> None:
    device = Device.from_json(DEVICE | changes)
    if device is not None:
        assert Device.from_json(device.to_json()) == device


@pytest.mark.parametrize(
    ("ids", "sn"),
    [
        ({"snDevEUI": "6707"}, "6707"),
        ({"sn": "6707", "snDevEUI": "24E1"}, "6707"),
        ({"snDevEUI": "6707", "devEUI": "24E1"}, "6707"),
        ({"devEUI": "24E1"}, "24E1"),
    ],
)
def test_serial_number_is_found_by_any_of_its_names(ids: dict[str, str], sn: str) -> None:
    device = Device.from_json({"deviceId": "1", **ids})
    added = AddedDevice.from_json({"deviceId": "1", **ids})
    assert device is not None
    assert added is not None
    assert (device.sn, added.sn) == (sn, sn)


@pytest.mark.parametrize(
    ("status", "reported", "expected"),
    [
        ("offline", 1742872448000, "OFFLINE"),
        (None, 1742872448000, "ONLINE"),
        (None, None, "DISCONNECT"),
        ("SOMETHING_NEW", None, "DISCONNECT"),
    ],
)
def test_a_status_that_is_not_told_follows_from_whether_the_device_ever_reported(
    status: str | None, reported: int | None, expected: str
) -> None:
    device = Device.from_json(DEVICE | {"connectStatus": status, "lastUpdateTime": reported})
    assert device is not None
    assert device.connect_status == expected


def _listed(*numbers: int) -> list[dict[str, object]]:
    return [{"deviceId": number, "sn": f"sn {number}"} for number in numbers]


class ChangingList:
    """A device list that changes after a page was read, as prepared."""

    def __init__(self, *versions: range | list[int]) -> None:
        """Prepare what is listed at each request, the last of it for all that follow."""
        self.versions = [list(version) for version in versions]
        self.bodies: list[dict[str, Any]] = []

    async def search(self, request: web.Request) -> web.Response:
        """Answer with a page of the present list."""
        body = json.loads(await request.read())
        self.bodies.append(body)
        listed = self.versions.pop(0) if len(self.versions) > 1 else self.versions[0]
        start = (body["pageNumber"] - 1) * body["pageSize"]
        page = _listed(*listed[start : start + body["pageSize"]])
        return success({"content": page, "total": len(listed)})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (range(250), [number for number in range(250) if number != 5]),
        (range(250), [-1, *range(250)]),
        (range(250), range(251)),
        (range(250), [249, *range(249)]),
        (range(250), range(50)),
        (range(250), range(100)),
    ],
    ids=["removed", "added first", "added last", "moved", "shrunk", "shrunk to a page"],
)
async def test_list_that_changes_while_it_is_read_is_read_again(
    socket_enabled: None, before: range, after: list[int]
) -> None:
    devices = ChangingList(before, after)
    async with client_of({SEARCH_PATH: devices.search}) as client:
        listed = await client.list_devices()
    assert {device.device_id for device in listed} == {str(number) for number in after}


async def test_list_that_never_stands_still_is_a_bad_response(socket_enabled: None) -> None:
    devices = ChangingList(*(range(size) for size in range(250, 300)))
    async with client_of({SEARCH_PATH: devices.search}) as client:
        with pytest.raises(BadResponseError):
            await client.list_devices()
    assert len(devices.bodies) < 10


async def test_filtered_search_keeps_pages_of_the_poll(
    session: ClientSession, simulator: Simulator
) -> None:
    client = _client(session, simulator)
    before = {device.sn: device for device in await client.list_devices()}
    found = await client.find_devices({"model": "WS523"})
    assert 0 < len(found) < len(before)
    again = {device.sn: device for device in await client.list_devices()}
    assert all(again[sn] is before[sn] for sn in before)


@pytest.mark.parametrize("data", [None, [], "history", {}, {"list": None}, {"list": {}}])
async def test_history_without_a_list_is_a_bad_response(socket_enabled: None, data: object) -> None:
    async def history(_request: web.Request) -> web.Response:
        return success(data)

    async with client_of({HISTORY_PATH: history}) as client:
        with pytest.raises(BadResponseError):
            await client.get_history_page("1")


@pytest.mark.parametrize(
    ("keys", "requests"),
    [(["a", "a"], 2), (["a", "b", "a"], 3), (["a", "b", "b"], 3), ([None], 1), ([""], 1)],
)
async def test_repeated_page_key_ends_the_history(
    socket_enabled: None, keys: list[str | None], requests: int
) -> None:
    pages = iter(range(10))

    async def history(_request: web.Request) -> web.Response:
        page = next(pages)
        reports = [{"ts": 1763007319000 + page, "properties": {"page": page}}]
        return success({"list": reports, "nextPageKey": keys[page % len(keys)]})

    async with client_of({HISTORY_PATH: history}) as client:
        readings = [reading async for reading in client.iter_property_history("1", 0, 10**15)]
    assert len(readings) == requests


@pytest.mark.parametrize("filled", [False, True])
async def test_endless_history_ends_after_a_bounded_number_of_requests(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch, filled: bool
) -> None:
    monkeypatch.setattr("custom_components.milesight.api.client.MAX_HISTORY_PAGES", 20)
    requests = 0

    async def history(_request: web.Request) -> web.Response:
        nonlocal requests
        requests += 1
        reports = [{"ts": 1763007319000, "properties": {"a": 1}}] if filled else []
        return success({"list": reports, "nextPageKey": str(requests)})

    async with client_of({HISTORY_PATH: history}) as client:
        reading = client.iter_property_history("1", 0, 10**15)
        if filled:
            with pytest.raises(BadResponseError):
                [_ async for _ in reading]
        else:
            assert [_ async for _ in reading] == []
    assert requests == (20 if filled else 1)
