"""Tests of commands to devices, and of the resulting reports."""

from typing import Any

import pytest

from tests.simulator.values import nest

from .helpers import API, Client, Receiver, at


async def test_patched_property_is_reported_and_kept(client: Client, pushed: Receiver) -> None:
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


async def test_patch_merges_into_present_values(client: Client) -> None:
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
async def test_invalid_property_is_refused(
    client: Client, model: str, properties: dict[str, Any], slug: str
) -> None:
    path = f"{at(client.simulator, model)}/properties"
    answer = await client("PATCH", path, {"properties": properties})
    assert answer.failure == (400, slug)


async def test_array_is_replaced_as_a_whole(client: Client) -> None:
    device, path = client.simulator.device("UC300"), f"{at(client.simulator, 'UC300')}/properties"
    for thresholds in ([1, 2, 3], [4]):
        await client("PATCH", path, {"properties": {"sensor_alarm_thresholds": thresholds}})
        await client.simulator.settle()
        assert device.values["sensor_alarm_thresholds"] == thresholds


async def test_setpoint_changes_other_units_and_heating(client: Client, pushed: Receiver) -> None:
    device = client.simulator.device("WT303")
    properties = {"fahrenheit_heating_target_temperature": 91.4}
    body = {"properties": properties}
    await client("PATCH", f"{at(client.simulator, 'WT303')}/properties", body)
    await client.simulator.settle()
    assert device.values["heating_target_temperature"] == 33.0
    assert device.values["celsius_heating_target_temperature"] == 33.0
    assert pushed.payloads[0] == properties
    assert pushed.payloads[1]["temperature_control_info"] == {"status": "1"}


async def test_service_call_causes_event_and_reports(client: Client, pushed: Receiver) -> None:
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


async def test_every_service_can_be_called(client: Client) -> None:
    for device in client.simulator.platform.devices:
        for service in device.model.specification.services.values():
            inputs = nest({i.id: i.default for i in service.parameters if i.default != []})
            path = f"{API}/devices/{device.device_id}/services/call"
            body = {"serviceId": service.id, "inputs": inputs}
            assert (await client("POST", path, body)).body["status"] == "Success", body
    await client.simulator.settle()


async def test_stored_readings_are_sent_as_events(client: Client, pushed: Receiver) -> None:
    last = client.simulator.device("EM300-TH").last_update
    assert last is not None
    body = {"serviceId": "retrieve_historical_data_by_time", "inputs": {"time": last // 1000}}
    await client("POST", f"{at(client.simulator, 'EM300-TH')}/services/call", body)
    await client.simulator.settle()
    events = pushed.data("EVENT")
    assert {data["tslId"] for data in events} == {"historical_data"}
    assert last // 1000 in [data["payload"]["timestamp"] for data in events]
    assert all({"temperature", "humidity"} <= set(data["payload"]) for data in events)


async def test_command_to_offline_device_waits_until_online(
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


async def test_task_for_device_ids_of_text_is_refused(client: Client) -> None:
    body = {
        "type": "TSL",
        "deviceIds": [str(client.simulator.device("WS523").device_id)],
        "config": {"properties": {"reporting_interval": 900}},
    }
    assert (await client("POST", f"{API}/tasks", body)).failure == (400, "parameter_error")


async def test_task_reports_outcome_of_each_device(client: Client, pushed: Receiver) -> None:
    good, bad = client.simulator.device("WS523"), client.simulator.device("WS303")
    body = {
        "type": "TSL",
        "deviceIds": f"{good.device_id};{bad.device_id}",
        "config": {"properties": {"reporting_interval": 900}},
    }
    relations = (await client("POST", f"{API}/tasks", body)).data["deviceTaskRelations"]
    ids = [str(good.device_id), str(bad.device_id)]
    assert [relation["deviceId"] for relation in relations] == ids
    await client.simulator.settle()
    outcomes = {
        event["data"]["info"]["taskId"]: event["data"]["info"]["status"]
        for event in pushed.events
        if event["eventType"] == "TASK_DATA"
    }
    assert [outcomes[int(relation["taskId"])] for relation in relations] == ["SUCCESS", "FAILED"]
    assert good.values["reporting_interval"] == 900
