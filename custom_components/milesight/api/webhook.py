"""What the platform pushes: who sent it, and what it says.

Sources: "Webhook" of the user guide and the header names seen on live deliveries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import hmac
from typing import Final

from .decode import Json, mapping, milliseconds, number, parse, text
from .paths import flatten

TIMESTAMP_HEADER: Final = "x-msc-request-timestamp"
NONCE_HEADER: Final = "x-msc-request-nonce"
SIGNATURE_HEADER: Final = "x-msc-request-signature"
FRESHNESS_SECONDS: Final = 300


class SignatureError(Exception):
    """A delivery is not signed with the Application's secret, or is not fresh."""


def verify(headers: Mapping[str, str], secret: str, now: float) -> str:
    """Return the nonce of a delivery that is signed and fresh.

    The signature is the hex HMAC-SHA256 of timestamp and nonce under the secret; the body is not
    signed. ``now`` is the present in epoch seconds. Raises ``SignatureError``.
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
    sent = number(timestamp)
    if sent is None or not now - FRESHNESS_SECONDS <= sent <= now + FRESHNESS_SECONDS:
        raise SignatureError("not fresh")
    return nonce


class ReportType(StrEnum):
    """What a device's event is: ``type`` of the data."""

    PROPERTY = "PROPERTY"
    EVENT = "EVENT"
    SERVICE = "SERVICE"
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"


REPORT_TYPES: Final = {str(kind): kind for kind in ReportType}


@dataclass(slots=True, kw_only=True)
class Pushed:
    """What every pushed event has: an id, if any, and when the platform made it (epoch ms).

    Events are not frozen, since that makes each a good deal dearer; nobody changes one.
    """

    event_id: str | None
    created: int | None


@dataclass(slots=True, kw_only=True)
class DeviceReport(Pushed):
    """Something that a device did or said. Source: ``DEVICE_DATA``.

    ``time`` is the time of the reading in epoch ms, ``None`` where nothing tells it; ``values``
    is ``path -> value``; ``tsl_id`` names the event or service that it belongs to.
    """

    type: ReportType
    device_id: str | None
    sn: str | None
    dev_eui: str | None = None
    tsl_id: str | None = None
    time: int | None = None
    values: Mapping[str, Json] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class TaskReport(Pushed):
    """How a configuration task ended for one device. Source: ``TASK_DATA``."""

    device_id: str | None
    task_id: str | None
    type: str
    status: str
    error: str


@dataclass(slots=True, kw_only=True)
class SystemMessage(Pushed):
    """A notice about the pushing itself. Source: ``SYSTEM_MESSAGES``."""

    type: str
    error: str
    info: str


@dataclass(slots=True, kw_only=True)
class WebhookTest(Pushed):
    """The test that the console sends at the push of a button. Source: ``WEBHOOK_TEST``."""


type Event = DeviceReport | TaskReport | SystemMessage | WebhookTest


@dataclass(frozen=True, slots=True)
class Delivery:
    """The events of one request, and how many of its elements could not be read."""

    events: tuple[Event, ...]
    unreadable: int


def decode_delivery(body: bytes) -> Delivery:
    """Read a request body: an array of events, or one event.

    Raises ``ValueError`` when it is not JSON or neither of the two. An element that cannot be
    read, or whose type is unknown, is counted and left out.
    """
    parsed = parse(body)
    elements = [parsed] if isinstance(parsed, dict) else parsed
    if not isinstance(elements, list):
        raise ValueError("neither an array nor an event")  # noqa: TRY004
    decoded = [_decode_event(element) for element in elements]
    events = tuple(event for event in decoded if event is not None)
    return Delivery(events, len(decoded) - len(events))


def _decode_event(element: object) -> Event | None:
    envelope = mapping(element)
    event_id = text(envelope.get("eventId")) or text(envelope.get("eventID"))
    created = milliseconds(envelope.get("eventCreatedTime"))
    data = envelope.get("data")
    match (text(envelope.get("eventType")) or "").upper():
        case "DEVICE_DATA":
            return _decode_report(mapping(data), event_id, created)
        case "TASK_DATA":
            info = mapping(mapping(data).get("info"))
            return TaskReport(
                event_id=event_id,
                created=created,
                device_id=text(info.get("deviceId")),
                task_id=text(info.get("taskId")),
                type=text(mapping(data).get("type")) or "",
                status=text(info.get("status")) or "",
                error=text(info.get("errCode")) or "",
            )
        case "SYSTEM_MESSAGES":
            message = mapping(data).get("message", data)
            return SystemMessage(
                event_id=event_id,
                created=created,
                type=text(mapping(data).get("type")) or text(envelope.get("type")) or "",
                error=text(mapping(message).get("errCode")) or "",
                info=text(mapping(message).get("info")) or text(message) or "",
            )
        case "WEBHOOK_TEST":
            return WebhookTest(event_id=event_id, created=created)
    return None


def _decode_report(
    data: Mapping[str, Json], event_id: str | None, created: int | None
) -> DeviceReport | None:
    profile = mapping(data.get("deviceProfile"))
    device_id, dev_eui = text(profile.get("deviceId")), text(profile.get("devEUI"))
    sn = text(profile.get("sn")) or text(profile.get("snDevEUI"))
    kind = REPORT_TYPES.get((text(data.get("type")) or "").upper())
    if kind is None or not (device_id or sn or dev_eui):
        return None
    payload = data.get("payload")
    return DeviceReport(
        event_id=event_id,
        created=created,
        type=kind,
        device_id=device_id,
        sn=sn,
        dev_eui=dev_eui,
        tsl_id=text(data.get("tslId")) or text(data.get("tslID")),
        time=milliseconds(data.get("ts")) or created,
        values=flatten(payload) if isinstance(payload, dict) else {},
    )
