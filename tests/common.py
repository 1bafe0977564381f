"""What tests ask of Home Assistant, in few words."""

from collections import Counter
import hashlib
import hmac
import time
from uuid import uuid4

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er

from custom_components.milesight.const import DOMAIN
from tests.simulator import Simulator


def entity_id(hass: HomeAssistant, platform: Platform, unique_id: str) -> str:
    """Return the id of an entity, which must exist."""
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)
    assert found is not None, f"no {platform} {unique_id}"
    return found


def state_of(hass: HomeAssistant, platform: Platform, unique_id: str) -> State:
    """Return the state of an entity, which must have one."""
    state = hass.states.get(entity_id(hass, platform, unique_id))
    assert state is not None, f"{unique_id} has no state"
    return state


def asked(simulator: Simulator) -> Counter[str]:
    """Return how often each path was asked for, without the leading part that all share."""
    return Counter(
        f"{request.method} {request.template.removeprefix('/device/openapi/v1')}"
        for request in simulator.requests
    )


def signed(secret: str, *, sent: float | None = None, nonce: str | None = None) -> dict[str, str]:
    """Return the headers of a delivery that is signed now, or at another time."""
    timestamp = str(int(time.time() if sent is None else sent))
    nonce = nonce or str(uuid4())
    key, message = secret.encode(), (timestamp + nonce).encode()
    return {
        "x-msc-request-timestamp": timestamp,
        "x-msc-request-nonce": nonce,
        "x-msc-request-signature": hmac.new(key, message, hashlib.sha256).hexdigest(),
    }


def property_event(sn: str, payload: object, *, ts: float | None = None) -> dict[str, object]:
    """Return a pushed event of a device that reports properties; ``ts`` in epoch ms."""
    return {
        "eventId": str(uuid4()),
        "eventCreatedTime": int(time.time()),
        "eventVersion": "1.0",
        "eventType": "DEVICE_DATA",
        "data": {
            "type": "PROPERTY",
            "ts": int(time.time() * 1000) if ts is None else ts,
            "payload": payload,
            "deviceProfile": {"sn": sn, "deviceId": 1, "model": "ANY"},
        },
    }
