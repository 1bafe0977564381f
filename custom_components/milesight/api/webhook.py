"""Deliveries of the platform: their signature, and the events in them.

Sources: "Webhook" of the user guide, and header names of live deliveries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import hmac
from typing import Final

from .parsing import Json, as_mapping, as_milliseconds, as_number, as_text, parse_json, parse_object
from .paths import flatten

TIMESTAMP_HEADER: Final = "x-msc-request-timestamp"
NONCE_HEADER: Final = "x-msc-request-nonce"
SIGNATURE_HEADER: Final = "x-msc-request-signature"
MAX_AGE_SECONDS: Final = 300


class SignatureError(Exception):
    """A delivery is not signed with the Application's secret, or is too old."""


def verify_signature(headers: Mapping[str, str], secret: str, now: float) -> str:
    """Verify the signature of a delivery received ``now`` (epoch seconds), and return its nonce.

    The signature is the hex HMAC-SHA256 of timestamp and nonce; the body is not signed. Raises
    ``SignatureError``.
    """
    timestamp, nonce, signature = (
        headers.get(name, "") for name in (TIMESTAMP_HEADER, NONCE_HEADER, SIGNATURE_HEADER)
    )
    if not (timestamp and nonce and signature):
        raise SignatureError("not signed")
    message = (timestamp + nonce).encode(errors="surrogateescape")
    expected = hmac.digest(secret.encode(), message, "sha256").hex()
    if not hmac.compare_digest(
        expected.encode(), signature.lower().encode(errors="surrogateescape")
    ):
        raise SignatureError("wrong signature")
    sent = as_number(timestamp)
    if sent is None or not now - MAX_AGE_SECONDS <= sent <= now + MAX_AGE_SECONDS:
        raise SignatureError("not fresh")
    return nonce


class ReportType(StrEnum):
    """``type`` of a ``DEVICE_DATA`` event."""

    PROPERTY = "PROPERTY"
    EVENT = "EVENT"
    SERVICE = "SERVICE"
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"


REPORT_TYPES: Final = {str(report_type): report_type for report_type in ReportType}


@dataclass(slots=True, kw_only=True)
class WebhookEvent:
    """Base class of all events: their id, and the time at which they were created (epoch ms).

    Events are not frozen, since creating frozen instances is considerably slower.
    """

    event_id: str | None
    created: int | None


@dataclass(slots=True, kw_only=True)
class DeviceReport(WebhookEvent):
    """A report of a device. Source: ``DEVICE_DATA``.

    ``time`` is the time of the reading in epoch ms, ``None`` if it is unknown, ``values`` is
    ``path -> value``, and ``tsl_id`` is the id of the event or service. The payload may be JSON in
    a string.
    """

    type: ReportType
    device_id: str | None
    sn: str | None
    dev_eui: str | None = None
    tsl_id: str | None = None
    time: int | None = None
    values: Mapping[str, Json] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class TaskReport(WebhookEvent):
    """The outcome of a configuration task for one device. Source: ``TASK_DATA``."""

    device_id: str | None
    task_id: str | None
    type: str
    status: str
    error: str


@dataclass(slots=True, kw_only=True)
class SystemMessage(WebhookEvent):
    """A notice about the pushes of an Application. Source: ``SYSTEM_MESSAGES``."""

    type: str
    error: str
    info: str


@dataclass(slots=True, kw_only=True)
class WebhookTest(WebhookEvent):
    """The event of the console's test button. Source: ``WEBHOOK_TEST``."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The events of one request, and the number of elements that could not be read."""

    events: tuple[WebhookEvent, ...]
    unreadable: int


def parse_delivery(body: bytes) -> Delivery:
    """Parse a request body: an array of events, or one event.

    Elements of unknown type and those that cannot be read are dropped. Raises ``ValueError`` for a
    body that is neither of the two.
    """
    parsed = parse_json(body)
    elements = [parsed] if isinstance(parsed, dict) else parsed
    if not isinstance(elements, list):
        raise ValueError("neither an array nor an object")  # noqa: TRY004
    parsed_events = [_parse_event(element) for element in elements]
    events = tuple(event for event in parsed_events if event is not None)
    return Delivery(events, len(elements) - len(events))


def _parse_event(element: object) -> WebhookEvent | None:
    envelope = as_mapping(element)
    event_id = as_text(envelope.get("eventId")) or as_text(envelope.get("eventID"))
    created = as_milliseconds(envelope.get("eventCreatedTime"))
    data = envelope.get("data")
    match (as_text(envelope.get("eventType")) or "").upper():
        case "DEVICE_DATA":
            return _parse_report(as_mapping(data), event_id, created)
        case "TASK_DATA":
            info = as_mapping(as_mapping(data).get("info"))
            return TaskReport(
                event_id=event_id,
                created=created,
                device_id=as_text(info.get("deviceId")),
                task_id=as_text(info.get("taskId")),
                type=as_text(as_mapping(data).get("type")) or "",
                status=as_text(info.get("status")) or "",
                error=as_text(info.get("errCode")) or "",
            )
        case "SYSTEM_MESSAGES":
            message = as_mapping(data).get("message", data)
            return SystemMessage(
                event_id=event_id,
                created=created,
                type=as_text(as_mapping(data).get("type")) or as_text(envelope.get("type")) or "",
                error=as_text(as_mapping(message).get("errCode")) or "",
                info=as_text(as_mapping(message).get("info")) or as_text(message) or "",
            )
        case "WEBHOOK_TEST":
            return WebhookTest(event_id=event_id, created=created)
    return None


def _parse_report(
    data: Mapping[str, Json], event_id: str | None, created: int | None
) -> DeviceReport | None:
    profile = as_mapping(data.get("deviceProfile"))
    device_id, dev_eui = as_text(profile.get("deviceId")), as_text(profile.get("devEUI"))
    sn = as_text(profile.get("sn")) or as_text(profile.get("snDevEUI"))
    report_type = REPORT_TYPES.get((as_text(data.get("type")) or "").upper())
    if report_type is None or not (device_id or sn or dev_eui):
        return None
    return DeviceReport(
        event_id=event_id,
        created=created,
        type=report_type,
        device_id=device_id,
        sn=sn,
        dev_eui=dev_eui,
        tsl_id=as_text(data.get("tslId")) or as_text(data.get("tslID")),
        time=as_milliseconds(data.get("ts")) or created,
        values=flatten(parse_object(data.get("payload")) or {}),
    )
