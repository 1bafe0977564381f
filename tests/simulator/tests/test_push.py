"""Tests of pushes: content, receivers, and when they stop."""

import asyncio
import hashlib
import hmac

import pytest

from tests.common import until
from tests.patience import PATIENCE
from tests.simulator import ApiError, Simulator

from .helpers import Receiver


async def test_pushes_are_signed_arrays_of_events(simulator: Simulator, pushed: Receiver) -> None:
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


async def test_online_and_offline_events_have_no_time(
    simulator: Simulator, pushed: Receiver
) -> None:
    sn = simulator.device("EM300-TH").sn
    await simulator.offline(sn)
    await simulator.online(sn)
    assert [event["data"]["type"] for event in pushed.events] == ["OFFLINE", "ONLINE"]
    assert not any({"ts", "payload", "tslId"} & set(event["data"]) for event in pushed.events)


async def test_press_is_reported_by_key(simulator: Simulator, pushed: Receiver) -> None:
    sn = simulator.device("WS101").sn
    await simulator.press(sn)
    await simulator.press(sn, "button", "double press")
    assert pushed.payloads == [{"button_event": {"status": "1"}}, {"button_event": {"status": "3"}}]
    with pytest.raises(ApiError):
        await simulator.press(sn, "button", "lick")
    with pytest.raises(ApiError):
        await simulator.press(simulator.device("WS523").sn)


async def test_backlog_is_pushed_as_reports_and_events(
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


async def test_device_may_report_unspecified_values(simulator: Simulator, pushed: Receiver) -> None:
    device = simulator.device("EM300-TH")
    properties = {"temperature": "hot", "battery": None, "mood": {"level": 3}}
    await simulator.report(device.sn, properties)
    assert pushed.payloads == [properties]
    assert isinstance(device.values["temperature"], float)
    await simulator.report(device.sn)


async def test_callback_is_probed_with_options_then_get(
    simulator: Simulator, receiver: Receiver
) -> None:
    await simulator.add_callback(receiver.uri)
    assert [method for method, _ in receiver.probes] == ["OPTIONS", "GET"]
    for _, headers in receiver.probes:
        assert not {"Origin", "Access-Control-Request-Method"} & headers.keys()


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
@pytest.mark.parametrize("status", [403, 405, 404, 301, 500])
async def test_callback_that_fails_a_probe_is_an_invalid_uri(
    simulator: Simulator, receiver: Receiver, method: str, status: int
) -> None:
    receiver.probe_statuses[method] = status
    with pytest.raises(ApiError, match=f"invalid URI: {method} answered {status}"):
        await simulator.add_callback(receiver.uri)
    await simulator.report(simulator.device("WS523").sn)
    assert receiver.deliveries == []


async def test_callback_may_answer_options_without_content(
    simulator: Simulator, receiver: Receiver
) -> None:
    receiver.probe_statuses["OPTIONS"] = 204
    await simulator.add_callback(receiver.uri)
    assert [event["eventType"] for event in receiver.events] == ["WEBHOOK_TEST"]


async def test_callback_that_answers_get_without_content_is_refused(
    simulator: Simulator, receiver: Receiver
) -> None:
    receiver.probe_statuses["GET"] = 204
    with pytest.raises(ApiError, match="invalid URI"):
        await simulator.add_callback(receiver.uri)


@pytest.mark.parametrize("uri", ["ftp://127.0.0.1/x", "no uri", "http://", "http://[::1", ""])
async def test_invalid_url_is_refused(simulator: Simulator, uri: str) -> None:
    with pytest.raises(ApiError, match="invalid URI"):
        await simulator.add_callback(uri)


async def test_hanging_callback_is_removed(simulator: Simulator, pushed: Receiver) -> None:
    pushed.answering.clear()
    reporting = asyncio.create_task(simulator.report(simulator.device("WS303").sn))
    await until(lambda: pushed.deliveries)
    await simulator.remove_callback(pushed.uri)
    async with asyncio.timeout(PATIENCE):
        await reporting


async def test_unserializable_report_raises(simulator: Simulator, pushed: Receiver) -> None:
    sn = simulator.device("WS303").sn
    with pytest.raises(TypeError):
        await simulator.report(sn, {"battery": object()})
    await simulator.report(sn, {"battery": 50})
    assert pushed.payloads == [{"battery": 50}]


async def test_accepted_callback_gets_test_push(simulator: Simulator, receiver: Receiver) -> None:
    await simulator.add_callback(receiver.uri)
    assert [event["eventType"] for event in receiver.events] == ["WEBHOOK_TEST"]
    assert receiver.events[0]["data"] == "Test Milesight Webhook Successfully."


async def test_push_is_sent_three_times_and_stops_after_failures(
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


async def test_successful_push_resets_failures(simulator: Simulator, pushed: Receiver) -> None:
    sn = simulator.device("WS303").sn
    for status in (500, 500, 200, 500, 500, 200):
        pushed.status = status
        await simulator.report(sn)
    assert not simulator.push.callbacks[pushed.uri].stopped


async def test_disabled_application_pushes_nothing(simulator: Simulator, pushed: Receiver) -> None:
    simulator.application.configure(enabled=False)
    await simulator.report(simulator.device("WS523").sn)
    assert pushed.deliveries == []


async def test_clock_offset_changes_timestamps(simulator: Simulator, pushed: Receiver) -> None:
    await simulator.report(simulator.device("WS303").sn)
    simulator.application.configure(clock_offset=-1000)
    await simulator.report(simulator.device("WS303").sn)
    (right, _), (wrong, _) = pushed.deliveries
    name = "x-msc-request-timestamp"
    assert int(wrong[name]) == pytest.approx(int(right[name]) - 1000, abs=2)
