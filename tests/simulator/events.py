"""The events that the platform pushes, in the form of the wire."""

from typing import Any
from uuid import uuid4

from .device import Device

type Event = dict[str, Any]


def _event(event_type: str, now: float, data: Any) -> Event:
    return {
        "eventId": str(uuid4()),
        "eventCreatedTime": int(now),
        "eventVersion": "1.0",
        "eventType": event_type,
        "data": data,
    }


def device_data(
    device: Device,
    kind: str,
    now: float,
    payload: dict[str, Any] | None = None,
    *,
    tsl_id: str | None = None,
    ts: int | None = None,
) -> Event:
    """Make a DEVICE_DATA event.

    ONLINE and OFFLINE have neither `ts` nor `payload`, PROPERTY has no `tslId`.
    """
    data: dict[str, Any] = {"deviceProfile": device.profile(), "type": kind}
    if tsl_id is not None:
        data["tslId"] = tsl_id
    if payload is not None:
        data["payload"] = payload
        data["ts"] = round(now * 1000) if ts is None else ts
    return _event("DEVICE_DATA", now, data)


def webhook_test(now: float) -> Event:
    """The event that the console's Test button sends."""
    return _event("WEBHOOK_TEST", now, "Test Milesight Webhook Successfully.")


def task_data(
    now: float, task_id: int, device: Device, outcomes: dict[str, Any], error: str = ""
) -> Event:
    """The outcome of a configuration task; `outcomes` maps each key to the value that was set."""
    status = "FAILED" if error else "SUCCESS"
    info = {
        "taskId": task_id,
        "deviceId": device.device_id,
        "status": status,
        "errCode": error,
        "subcommand": [
            {"key": key, "status": status, "value": value} for key, value in outcomes.items()
        ],
    }
    return _event("TASK_DATA", now, {"info": info, "type": "CONFIG"})


def system_message(now: float, kind: str, code: str, info: str) -> Event:
    """A SYSTEM_ALERT or SERVICE_NOTICE."""
    return _event(
        "SYSTEM_MESSAGES", now, {"message": {"errCode": code, "info": info}, "type": kind}
    )
