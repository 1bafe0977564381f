"""Operations of the client that change the account: devices, configuration tasks, RPS."""

from typing import Any

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


async def test_device_is_added_updated_and_deleted(
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


async def test_added_device_without_an_id_is_a_bad_response(
    client: MilesightClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def call(*_: object, **__: object) -> Any:
        return {"sn": "1"}

    monkeypatch.setattr(client, "request", call)
    with pytest.raises(BadResponseError):
        await client.add_device("1", DeviceDetails(name="x"))
    with pytest.raises(BadResponseError):
        await client.get_device("1")


async def test_device_is_removed_from_the_application(
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


async def test_device_config_is_returned_unchanged(
    client: MilesightClient, simulator: Simulator
) -> None:
    node = await client.get_device_config(str(simulator.device("WS523").device_id))
    gateway = await client.get_device_config(str(simulator.device("UG65").device_id))
    assert isinstance(node, dict)
    assert isinstance(gateway, dict)
    assert node["type"] == "tsl"
    assert "values" in gateway


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (TaskType.TSL, {"reporting_interval": 600}),
        (TaskType.PROFILE, [{"key": "reporting_interval", "value": 600}]),
    ],
)
async def test_config_task_configures_several_devices(
    client: MilesightClient, simulator: Simulator, kind: TaskType, settings: Any
) -> None:
    devices = [device for device in simulator.platform.devices if device.model.name == "WS523"]
    ids = [str(device.device_id) for device in devices]
    tasks = await client.create_config_task(ids, kind, settings, "v1.0")
    assert list(tasks) == ids
    assert len(set(tasks.values())) == len(ids)
    await simulator.settle()
    assert {device.values["reporting_interval"] for device in devices} == {600}


async def test_config_task_accepts_keys_from_yaml(
    client: MilesightClient, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    settings: Any = parse_yaml("- {key: reporting_interval, value: 600}")
    assert str not in map(type, settings[0])
    await client.create_config_task([str(device.device_id)], TaskType.PROFILE, settings)
    await simulator.settle()
    assert device.values["reporting_interval"] == 600


async def test_rps_records_are_created_listed_and_deleted(client: MilesightClient) -> None:
    assert await client.list_rps_profile_urls() == []
    await client.set_rps_profile_url("6757D3317995", "https://example.com/p")
    assert await client.list_rps_profile_urls() == [
        {"sn": "6757D3317995", "profileUrl": "https://example.com/p"}
    ]
    await client.delete_rps_record("6757D3317995")
    assert await client.list_rps_profile_urls() == []


@pytest.mark.parametrize("member", ["content", "list"])
async def test_list_of_profile_urls_may_be_inside_an_object(
    client: MilesightClient, monkeypatch: pytest.MonkeyPatch, member: str
) -> None:
    async def call(*_: object, **__: object) -> Any:
        return {member: [{"sn": "1"}], "total": 1}

    monkeypatch.setattr(client, "request", call)
    assert await client.list_rps_profile_urls() == [{"sn": "1"}]
