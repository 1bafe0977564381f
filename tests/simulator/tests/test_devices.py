"""Tests of searching, reading, adding, changing and deleting devices."""

from typing import Any

from tests.simulator import Simulator, fleet

from .helpers import API, Client, Receiver, at, connected


async def test_search_pages_through_all_devices(client: Client) -> None:
    seen: list[str] = []
    page = 1
    while True:
        body = {"pageSize": "10", "pageNumber": str(page)}
        data = (await client("POST", f"{API}/devices/search", body)).data
        assert (data["pageSize"], data["pageNumber"]) == (10, page)
        seen += [device["deviceId"] for device in data["content"]]
        if page * 10 >= data["total"]:
            break
        page += 1
    assert seen == [str(device.device_id) for device in client.simulator.platform.devices]


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


async def test_large_fleet_is_searched_in_pages(socket_enabled: None) -> None:
    async with Simulator(fleet(2000), past_reports=1) as simulator, connected(simulator) as client:
        seen: set[str] = set()
        for page in range(1, 11):
            body = {"pageSize": 200, "pageNumber": page}
            data = (await client("POST", f"{API}/devices/search", body)).data
            seen |= {device["sn"] for device in data["content"]}
        assert len(seen) == data["total"] == 2000


async def test_device_object_has_documented_form(client: Client) -> None:
    meter, sensor = client.simulator.device("WS523"), client.simulator.device("EM300-TH")
    shown = (await client("GET", at(client.simulator, "WS523"))).data
    assert shown["deviceId"] == str(meter.device_id)
    assert len(shown["deviceId"]) == 19
    assert len(shown["sn"]) == len(shown["devEUI"]) == 16
    assert shown["devEUI"].startswith("24E124")
    assert (shown["deviceType"], shown["electricity"]) == ("SUB_DEVICE", None)
    assert shown["lastUpdateTime"] == meter.last_update
    assert len(str(meter.last_update)) == len("1763007319532")
    assert set(shown["application"]) == {"applicationId", "applicationName"}
    listed = (await client("GET", at(client.simulator, "EM300-TH"))).data
    assert listed["electricity"] == sensor.values["battery"]


async def test_device_is_added_renamed_and_deleted(client: Client) -> None:
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


async def test_ids_are_strings_in_answers_and_numbers_in_pushes(
    client: Client, pushed: Receiver
) -> None:
    device = client.simulator.device("WS523")
    path, search = at(client.simulator, "WS523"), {"pageSize": 100, "pageNumber": 1}
    assert (await client("GET", path)).data["deviceId"] == str(device.device_id)
    await client.simulator.report(device.sn)
    assert pushed.data("PROPERTY")[0]["deviceProfile"]["deviceId"] == device.device_id
    assert await client.control("POST", "/application", {"numeric_ids": True}) == (200, {})
    assert (await client("GET", path)).data["deviceId"] == device.device_id
    listed = (await client("POST", f"{API}/devices/search", search)).data["content"]
    assert all(isinstance(item["deviceId"], int) for item in listed)


async def test_device_added_by_its_deveui_after_a_deletion_is_the_same(client: Client) -> None:
    for model in ("EM300-TH", "UG65"):
        device = client.simulator.device(model)
        before = (await client("GET", at(client.simulator, model))).data
        assert (await client("DELETE", f"{API}/devices/{before['deviceId']}")).data == device.sn
        body = {"snDevEUI": before["devEUI"].lower(), "name": "Back again"}
        added = (await client("POST", f"{API}/devices", body)).data
        assert (added["sn"], added["devEUI"]) == (before["sn"], before["devEUI"])
        assert added["deviceId"] != before["deviceId"]
        await client.simulator.settle()
        after = (await client("GET", f"{API}/devices/{added['deviceId']}")).data
        assert (after["name"], after["connectStatus"]) == ("Back again", "ONLINE")


async def test_device_added_by_an_unknown_deveui_keeps_it(client: Client) -> None:
    for model in ("EM300-TH", "UG65"):
        device = client.simulator.device(model)
        eui = f"24E124FFF{device.sn[4:7]}FFFF"
        added = (await client("POST", f"{API}/devices", {"snDevEUI": eui, "name": "New"})).data
        assert added["devEUI"] == eui
        assert len(added["sn"]) == len(device.sn)


async def test_rps_record_prevents_adding(client: Client) -> None:
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
