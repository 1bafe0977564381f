"""Operations of the client that read, and properties that it writes."""

import json
from typing import Any

from aiohttp import ClientSession, web
import pytest

from custom_components.milesight.api import (
    ApiError,
    BadResponseError,
    MilesightClient,
    parse_specification,
)
from tests.simulator import Simulator
from tests.simulator.fleet import fleet
from tests.simulator.history import History

from .helpers import DEVICES_PATH, SEARCH, SEARCH_PATH, client_of, request_counts, success

HISTORY_PATH = f"{DEVICES_PATH}/1/properties/history"


async def test_device_list_has_all_pages(session: ClientSession) -> None:
    async with Simulator(fleet(250, seed=1)) as simulator:
        client = MilesightClient(
            session, simulator.url, simulator.client_id, simulator.client_secret
        )
        devices = await client.list_devices()
        assert {device.sn for device in devices} == {
            device.sn for device in simulator.platform.devices
        }
        assert request_counts(simulator)[SEARCH] == 3


async def test_device_list_is_parsed_tolerantly(
    client: MilesightClient, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
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
async def test_device_list_that_changes_is_read_again(
    socket_enabled: None, before: range, after: list[int]
) -> None:
    devices = ChangingList(before, after)
    async with client_of({SEARCH_PATH: devices.search}) as client:
        listed = await client.list_devices()
    assert {device.device_id for device in listed} == {str(number) for number in after}


async def test_device_list_that_keeps_changing_is_a_bad_response(socket_enabled: None) -> None:
    devices = ChangingList(*(range(size) for size in range(250, 300)))
    async with client_of({SEARCH_PATH: devices.search}) as client:
        with pytest.raises(BadResponseError):
            await client.list_devices()
    assert len(devices.bodies) < 10


async def test_filtered_search_keeps_the_pages_of_the_list(
    client: MilesightClient, simulator: Simulator
) -> None:
    before = {device.sn: device for device in await client.list_devices()}
    found = await client.find_devices({"model": "WS523"})
    assert 0 < len(found) < len(before)
    again = {device.sn: device for device in await client.list_devices()}
    assert all(again[sn] is before[sn] for sn in before)


async def test_device_keeps_its_id_of_19_digits(
    client: MilesightClient, simulator: Simulator
) -> None:
    device = simulator.device("AM319-HCHO")
    found = await client.get_device(str(device.device_id))
    assert found.device_id == str(device.device_id)
    assert len(found.device_id) == 19
    assert (found.sn, found.model, found.name) == (device.sn, device.model.name, device.name)


async def test_thing_specification_is_returned(
    client: MilesightClient, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    answer = await client.get_thing_specification(str(device.device_id))
    specification = parse_specification(answer)
    assert "temperature" in [item.path for item in specification.leaves()]
    assert not specification.problems


@pytest.mark.parametrize("answer", [None, [], "specification"])
async def test_answer_of_another_form_is_a_bad_response(
    client: MilesightClient,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    answer: object,
) -> None:

    async def envelope(*_: object, **__: object) -> dict[str, object]:
        return {"data": answer}

    monkeypatch.setattr(client, "request_envelope", envelope)
    with pytest.raises(BadResponseError):
        await client.get_device("1")
    with pytest.raises(BadResponseError):
        await client.get_thing_specification("1")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"version": "v1.0"},
        {"properties": None, "events": {}},
        {"version": "v1.0", "properties": [], "events": [], "services": []},
    ],
)
async def test_specification_without_a_list_is_a_bad_response(
    client: MilesightClient, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    async def request(*_: object, **__: object) -> object:
        return answer

    monkeypatch.setattr(client, "request", request)
    with pytest.raises(BadResponseError):
        await client.get_thing_specification("1")


async def test_history_page_key_continues_the_history(
    client: MilesightClient, simulator: Simulator
) -> None:
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


async def test_history_is_read_to_its_end_oldest_first(
    client: MilesightClient, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    device.history = History()
    for time in range(1_700_000_000_000, 1_700_000_000_250):
        device.history.add(time, {"temperature": 1})
    found = [
        reading.time
        async for reading in client.iter_property_history(
            str(device.device_id), 1_700_000_000_010, 1_700_000_000_240
        )
    ]
    assert found == list(range(1_700_000_000_010, 1_700_000_000_241))
    assert sum("history" in request.path for request in simulator.requests) == 3


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
async def test_endless_history_ends_with_an_error(
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


async def test_properties_are_sent_nested(client: MilesightClient, simulator: Simulator) -> None:
    device = simulator.device("WS523")
    accepted = await client.update_properties(
        str(device.device_id), {"set_socket": {"status": "1"}}
    )
    assert accepted.properties == {"set_socket": {"status": "1"}}


async def test_refused_request_raises_the_message_of_the_platform(
    client: MilesightClient, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    with pytest.raises(ApiError) as refused:
        await client.update_properties(str(device.device_id), {"no_such_property": 1})
    assert refused.value.status == 400
    assert "no_such_property" in refused.value.message
