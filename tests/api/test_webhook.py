"""Deliveries: their signatures and events."""

import hashlib
import hmac
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.milesight.api.webhook import (
    Delivery,
    DeviceReport,
    ReportType,
    SignatureError,
    SystemMessage,
    TaskReport,
    WebhookTest,
    parse_delivery,
    verify_signature,
)
from tests.strategies import json_values

SECRET = "c2VjcmV0"
NOW = 1_763_007_319.0


def _headers(
    timestamp: str = "1763007319", nonce: str = "n", secret: str = SECRET
) -> dict[str, str]:
    signature = hmac.new(secret.encode(), (timestamp + nonce).encode(), hashlib.sha256).hexdigest()
    return {
        "x-msc-request-timestamp": timestamp,
        "x-msc-request-nonce": nonce,
        "x-msc-request-signature": signature,
    }


@pytest.mark.parametrize("offset", [-300, 0, 300])
def test_signed_delivery_has_a_nonce(offset: int) -> None:
    assert verify_signature(_headers(str(1763007319 + offset)), SECRET, NOW) == "n"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        _headers(secret="another"),
        _headers("1763007018"),
        _headers("1763007620"),
        _headers("now"),
        _headers("nan"),
        _headers("9" * 400),
        _headers() | {"x-msc-request-nonce": "m"},
        _headers() | {"x-msc-request-signature": "é\udcff"},
        {**_headers(), "x-msc-request-timestamp": ""},
    ],
)
def test_unsigned_or_old_delivery_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureError):
        verify_signature(headers, SECRET, NOW)


def _decode(*events: Any) -> Delivery:
    return parse_delivery(json.dumps(list(events)).encode())


PROFILE = {"deviceId": 1988618061618307073, "sn": "6723D38552440001"}


@pytest.mark.parametrize(
    ("payload", "values"),
    [('{"sensor": {"humidity": true}}', {"sensor.humidity": True}), ("[1]", {}), ("{", {})],
)
def test_payload_may_be_json_in_a_string(payload: str, values: dict[str, Any]) -> None:
    data = {"type": "PROPERTY", "payload": payload, "deviceProfile": PROFILE}
    (report,) = _decode({"eventType": "DEVICE_DATA", "data": data}).events
    assert isinstance(report, DeviceReport)
    assert report.values == values


def test_report_keeps_its_id_of_19_digits() -> None:
    (report,) = _decode(
        {
            "eventId": "e1",
            "eventType": "DEVICE_DATA",
            "eventCreatedTime": 1763007319,
            "data": {
                "ts": 1763007319532,
                "type": "property",
                "payload": {"battery": 93, "sensor": {"humidity": True}},
                "deviceProfile": PROFILE,
            },
        }
    ).events
    assert report == DeviceReport(
        event_id="e1",
        created=1763007319000,
        type=ReportType.PROPERTY,
        device_id="1988618061618307073",
        sn="6723D38552440001",
        time=1763007319532,
        values={"battery": 93, "sensor.humidity": True},
    )


def test_single_event_and_other_spellings_are_accepted() -> None:
    body = {
        "eventID": "e2",
        "eventType": "DEVICE_DATA",
        "eventCreatedTime": "1763007319",
        "data": {"type": "SERVICE", "tslID": "reboot", "deviceProfile": PROFILE},
    }
    (report,) = parse_delivery(json.dumps(body).encode()).events
    assert isinstance(report, DeviceReport)
    assert (report.event_id, report.tsl_id, report.time) == ("e2", "reboot", 1763007319000)


def test_other_events_are_distinguished() -> None:
    events = _decode(
        {"eventType": "WEBHOOK_TEST", "data": "Test Milesight Webhook Successfully."},
        {
            "eventType": "TASK_DATA",
            "data": {
                "type": "CONFIG",
                "info": {"taskId": 1904376944893104130, "deviceId": 1, "status": "SUCCESS"},
            },
        },
        {
            "eventType": "SYSTEM_MESSAGES",
            "type": "SERVICE_NOTICE",
            "data": {"message": {"errCode": "c", "info": "limit"}},
        },
    ).events
    assert [type(event) for event in events] == [WebhookTest, TaskReport, SystemMessage]
    assert isinstance(events[1], TaskReport)
    assert events[1].task_id == "1904376944893104130"
    assert isinstance(events[2], SystemMessage)
    assert (events[2].type, events[2].info) == ("SERVICE_NOTICE", "limit")


@pytest.mark.parametrize(
    ("profile", "ids"),
    [
        ({"devEUI": "24E124707E040001"}, (None, None, "24E124707E040001")),
        ({"snDevEUI": "6723D38552440001"}, (None, "6723D38552440001", None)),
        ({"sn": "a", "snDevEUI": "b", "devEUI": "c"}, (None, "a", "c")),
        ({"deviceId": 19}, ("19", None, None)),
    ],
)
def test_profile_may_have_any_id(profile: dict[str, Any], ids: tuple[str | None, ...]) -> None:
    data = {"type": "ONLINE", "deviceProfile": profile}
    (report,) = _decode({"eventType": "DEVICE_DATA", "data": data}).events
    assert isinstance(report, DeviceReport)
    assert (report.device_id, report.sn, report.dev_eui) == ids


@pytest.mark.parametrize(
    "data",
    [
        {"type": "SERVICE_NOTICE", "message": "Limit reached"},
        {"type": "SERVICE_NOTICE", "message": {"info": "Limit reached"}},
        {"type": "SERVICE_NOTICE", "message": {"info": "Limit reached", "errCode": []}},
    ],
)
def test_system_message_is_a_text_or_an_object(data: dict[str, Any]) -> None:
    (message,) = _decode({"eventType": "SYSTEM_MESSAGES", "data": data}).events
    assert isinstance(message, SystemMessage)
    assert (message.type, message.info, message.error) == ("SERVICE_NOTICE", "Limit reached", "")


def test_data_of_a_system_message_may_be_a_text() -> None:
    event = {"eventType": "SYSTEM_MESSAGES", "type": "SYSTEM_ALERT", "data": "Pushing stopped"}
    (message,) = _decode(event).events
    assert isinstance(message, SystemMessage)
    assert (message.type, message.info) == ("SYSTEM_ALERT", "Pushing stopped")


@pytest.mark.parametrize(
    "bad",
    [
        1,
        None,
        "event",
        {},
        {"eventType": "SOMETHING_NEW", "data": {}},
        {"eventType": "DEVICE_DATA"},
        {"eventType": "DEVICE_DATA", "data": {"type": "PROPERTY"}},
        {"eventType": "DEVICE_DATA", "data": {"type": "PROPERTY", "deviceProfile": {"sn": ""}}},
        {"eventType": "DEVICE_DATA", "data": {"type": "TELEMETRY", "deviceProfile": PROFILE}},
    ],
)
def test_bad_event_is_dropped(bad: Any) -> None:
    delivery = _decode(bad, {"eventType": "WEBHOOK_TEST"})
    assert (len(delivery.events), delivery.unreadable) == (1, 1)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"1", b'"text"', b"null", b"\xff", b"[" * 100_000],
    ids=lambda body: repr(body[:8]),
)
def test_other_body_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_delivery(body)


JSON = json_values(max_leaves=10, allow_nan=False)
EVENTS = st.fixed_dictionaries(
    {"eventType": st.sampled_from(["DEVICE_DATA", "TASK_DATA", "SYSTEM_MESSAGES"]) | JSON},
    optional={
        "eventId": JSON,
        "eventCreatedTime": JSON,
        "data": JSON
        | st.fixed_dictionaries(
            {},
            optional={
                "deviceProfile": st.just(PROFILE) | JSON,
                "type": st.sampled_from(ReportType) | JSON,
                "ts": JSON,
                "tslId": JSON,
                "payload": JSON,
                "info": JSON,
                "message": JSON,
            },
        ),
    },
)


@given(st.lists(EVENTS | JSON, max_size=4))
def test_array_of_anything_is_accepted(events: list[Any]) -> None:
    delivery = _decode(*events)
    assert len(delivery.events) + delivery.unreadable == len(events)
