"""Every operation of the platform's interface list, over real HTTP."""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientSession
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.milesight.api import (
    AddedDevice,
    ApiError,
    BadResponseError,
    DeviceDetails,
    MilesightClient,
    TaskType,
)
from custom_components.milesight.api.client import INFERRED_MEMBERSHIP_PATH
from tests.simulator import Simulator
from tests.simulator.history import History


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[MilesightClient]:
    """Return a client of the simulated Application."""
    async with ClientSession() as session:
        yield MilesightClient(session, simulator.url, simulator.client_id, simulator.client_secret)


async def test_a_device_is_added_changed_and_deleted(
    client: MilesightClient, simulator: Simulator
) -> None:
    facts = DeviceDetails(name="Attic", description="roof", project="P", tags=("A", "B"))
    added = await client.add_device("6723d38552440001", facts)
    device = simulator.platform.by_sn("6723D38552440001")
    assert added == AddedDevice(
        sn=device.sn, device_id=str(device.device_id), dev_eui=device.dev_eui
    )
    assert (device.name, device.description, device.project) == ("Attic", "roof", "P")
    await client.update_device(added.device_id, DeviceDetails(name="Cellar", tags=("C",)))
    assert (device.name, device.description, device.tags) == ("Cellar", "", ["C"])
    await client.delete_device(added.device_id)
    assert not simulator.platform.has(device.sn)
    with pytest.raises(ApiError) as refused:
        await client.get_device_json(added.device_id)
    assert refused.value.status == 404


async def test_a_device_can_leave_its_application_and_stay_on_the_platform(
    client: MilesightClient, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    address = str(device.device_id)
    await client.remove_from_application(address)
    asked = simulator.requests[-1]
    assert asked.method == "DELETE"
    assert asked.path.endswith(f"/devices/{address}/{INFERRED_MEMBERSHIP_PATH}")
    with pytest.raises(ApiError) as refused:
        await client.get_device_json(address)
    assert refused.value.status == 404
    added = await client.add_device(device.sn, DeviceDetails(name="Attic"))
    assert (added.device_id, device.name) == (address, "Attic")


async def test_settings_are_returned_in_the_words_of_the_platform(
    client: MilesightClient, simulator: Simulator
) -> None:
    node = await client.get_device_config(str(simulator.device("WS523").device_id))
    gateway = await client.get_device_config(str(simulator.device("UG65").device_id))
    assert isinstance(node, dict)
    assert isinstance(gateway, dict)
    assert node["type"] == "tsl"
    assert "values" in gateway


async def test_rps_records_are_made_listed_and_deleted(client: MilesightClient) -> None:
    assert await client.list_rps_profile_urls() == []
    await client.set_rps_profile_url("6757D3317995", "https://example.com/p")
    assert await client.list_rps_profile_urls() == [
        {"sn": "6757D3317995", "profileUrl": "https://example.com/p"}
    ]
    await client.delete_rps_record("6757D3317995")
    assert await client.list_rps_profile_urls() == []


@pytest.mark.parametrize("member", ["content", "list"])
async def test_a_list_may_come_inside_an_object(
    client: MilesightClient, monkeypatch: pytest.MonkeyPatch, member: str
) -> None:
    async def call(*_: object, **__: object) -> Any:
        return {member: [{"sn": "1"}], "total": 1}

    monkeypatch.setattr(client, "request", call)
    assert await client.list_rps_profile_urls() == [{"sn": "1"}]


async def test_an_added_device_without_an_id_is_a_bad_response(
    client: MilesightClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def call(*_: object, **__: object) -> Any:
        return {"sn": "1"}

    monkeypatch.setattr(client, "request", call)
    with pytest.raises(BadResponseError):
        await client.add_device("1", DeviceDetails(name="x"))
    with pytest.raises(BadResponseError):
        await client.get_device("1")


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (TaskType.TSL, {"reporting_interval": 600}),
        (TaskType.PROFILE, [{"key": "reporting_interval", "value": 600}]),
    ],
)
async def test_a_task_is_made_for_many_devices_in_either_form(
    client: MilesightClient, simulator: Simulator, kind: TaskType, settings: Any
) -> None:
    devices = [device for device in simulator.platform.devices if device.model.name == "WS523"]
    ids = [str(device.device_id) for device in devices]
    tasks = await client.create_config_task(ids, kind, settings, "v1.0")
    assert list(tasks) == ids
    assert len(set(tasks.values())) == len(ids)
    await simulator.settle()
    assert {device.values["reporting_interval"] for device in devices} == {600}


async def test_settings_may_have_keys_as_a_file_in_yaml_brings_them(
    client: MilesightClient, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    settings: Any = parse_yaml("- {key: reporting_interval, value: 600}")
    assert str not in map(type, settings[0])
    await client.create_config_task([str(device.device_id)], TaskType.PROFILE, settings)
    await simulator.settle()
    assert device.values["reporting_interval"] == 600


async def test_history_is_paged_to_its_end_oldest_first(
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


async def test_a_page_key_that_comes_again_ends_the_pages(
    client: MilesightClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def call(*_: object, **__: object) -> Any:
        return {
            "list": [{"ts": 1_700_000_000_000, "properties": {"a": 1}}],
            "nextPageKey": "again",
        }

    monkeypatch.setattr(client, "request", call)
    found = [
        r async for r in client.iter_property_history("1", 1_600_000_000_000, 1_800_000_000_000)
    ]
    assert len(found) == 2
