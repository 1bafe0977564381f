"""Tests of the property history: pages and time ranges."""

from typing import Any

import pytest

from tests.simulator.values import flatten

from .helpers import API, Client, at


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


async def test_history_without_order_begins_with_the_newest(client: Client) -> None:
    path = f"{at(client.simulator, 'AM319-HCHO')}/properties/history"
    listed = (await client("GET", path, pageSize=100)).data["list"]
    times = [report["ts"] for report in listed]
    assert times == sorted(times, reverse=True)
    assert times[0] == client.simulator.device("AM319-HCHO").last_update > times[-1]


async def test_history_merges_to_present_values(client: Client) -> None:
    for device in client.simulator.platform.devices:
        path = f"{API}/devices/{device.device_id}/properties/history"
        page = (await client("GET", path, pageSize=100, order="asc")).data
        merged: dict[str, Any] = {}
        for report in page["list"]:
            merged |= flatten(report["properties"])
        expected = {} if device.connect_status == "DISCONNECT" else device.values
        assert merged == expected, device.name


async def test_history_is_limited_to_requested_times(client: Client) -> None:
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
