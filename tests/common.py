"""Helpers that tests share for Home Assistant and the simulator."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
import hashlib
import hmac
import json
import time
from typing import Any, Final
from uuid import uuid4

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import (
    ATTR_ENTITY_ID,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_URL,
    CONF_WEBHOOK_ID,
    Platform,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.milesight.const import CONF_WEBHOOK_SECRET, DOMAIN
from custom_components.milesight.devices import registry
from custom_components.milesight.devices.device import MilesightDevice
from tests.patience import PATIENCE
from tests.simulator import Device, Simulator
from tests.simulator.server import Request

WEBHOOK_ID: Final = "5f" * 32
ADDRESS: Final = f"/api/webhook/{WEBHOOK_ID}"

# Operations of the platform, as counted by `request_counts`.
TOKEN: Final = "POST /oauth/token"
SEARCH: Final = "POST /devices/search"
SPECIFICATION: Final = "GET /devices/{deviceId}/thing-specification"
HISTORY: Final = "GET /devices/{deviceId}/properties/history"
UPDATE: Final = "PATCH /devices/{deviceId}/properties"
CALL: Final = "POST /devices/{deviceId}/services/call"
TASK: Final = "POST /tasks"


# Entries and time


def entry_of(
    simulator: Simulator, data: Mapping[str, object] | None = None, **facts: Any
) -> MockConfigEntry:
    """Return a config entry for the Application of the simulator, not yet added.

    `data` overrides fields of the entry data, `facts` overrides fields of the entry.
    """
    own = {
        CONF_URL: simulator.url,
        CONF_CLIENT_ID: simulator.client_id,
        CONF_CLIENT_SECRET: simulator.client_secret,
        CONF_WEBHOOK_ID: WEBHOOK_ID,
        CONF_WEBHOOK_SECRET: simulator.webhook_secret,
    }
    usual = {"title": "Home", "unique_id": simulator.client_id.lower()}
    return MockConfigEntry(domain=DOMAIN, data=own | dict(data or {}), **usual | facts)


def store(
    hass_storage: dict[str, Any], entry: MockConfigEntry, data: object, version: int = 1
) -> None:
    """Write the data that an entry reads from storage when it is set up."""
    key = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[key] = {
        "version": version,
        "minor_version": 1,
        "key": key,
        "data": json.loads(json.dumps(data)),
    }


async def settle(hass: HomeAssistant) -> None:
    """Wait until Home Assistant is idle, background tasks included."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up an entry and wait until Home Assistant is idle."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)


async def poll(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Poll the platform now and wait until Home Assistant is idle."""
    await entry.runtime_data.async_refresh()
    await settle(hass)


async def next_poll(hass: HomeAssistant, within: timedelta = timedelta(days=2)) -> None:
    """Fire the timers that are due within a time without moving the clock."""
    async_fire_time_changed(hass, dt_util.utcnow() + within)
    await settle(hass)


async def pass_time(hass: HomeAssistant, freezer: FrozenDateTimeFactory, **delta: float) -> None:
    """Advance the frozen time and fire the timers that are due."""
    freezer.tick(timedelta(**delta))
    await next_poll(hass, timedelta(0))


async def until(reached: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until a condition is true, where no event can be awaited."""
    async with asyncio.timeout(seconds):
        while not reached():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)


# Devices, entities, actions, issues


def device_id(hass: HomeAssistant, entry: MockConfigEntry, device: Device | MilesightDevice) -> str:
    """Return the Home Assistant id of a registered device."""
    registered = registry.async_get_device(hass, entry, device.sn)
    assert registered is not None
    return registered.id


def entity_id(hass: HomeAssistant, platform: Platform, unique_id: str) -> str:
    """Return the id of a registered entity."""
    registered = er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)
    assert registered is not None, f"no {platform} {unique_id}"
    return registered


def state_of(hass: HomeAssistant, platform: Platform, unique_id: str) -> State:
    """Return the state of an entity."""
    state = hass.states.get(entity_id(hass, platform, unique_id))
    assert state is not None, f"{unique_id} has no state"
    return state


def temperature(hass: HomeAssistant, device: Device) -> str:
    """Return the state of the temperature sensor of a device."""
    return state_of(hass, Platform.SENSOR, f"{device.sn}_temperature").state


async def enable_all(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Enable every entity of a loaded entry."""
    entities = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        entities.async_update_entity(entity.entity_id, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)


async def call_entity_action(
    hass: HomeAssistant, platform: Platform, unique_id: str, action: str, **data: Any
) -> None:
    """Call an action of the entity's platform."""
    target = {ATTR_ENTITY_ID: entity_id(hass, platform, unique_id)}
    await hass.services.async_call(platform, action, target | data, blocking=True)


async def call_action(hass: HomeAssistant, name: str, /, **data: Any) -> Any:
    """Call an action of the integration and return its response."""
    return await hass.services.async_call(DOMAIN, name, data, blocking=True, return_response=True)


async def call_action_without_response(hass: HomeAssistant, name: str, /, **data: Any) -> None:
    """Call an action of the integration without asking for a response."""
    await hass.services.async_call(DOMAIN, name, data, blocking=True)


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the active repair issues of the integration by translation key."""
    return {
        issue.translation_key or "": issue
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    }


# Requests and pushes


def request_counts(simulator: Simulator) -> Counter[str]:
    """Return the number of requests by operation, without the common path prefix."""
    return Counter(
        f"{request.method} {request.template.removeprefix('/device/openapi/v1')}"
        for request in simulator.requests
    )


def quota_requests(simulator: Simulator) -> list[Request]:
    """Return the requests that count towards the daily limit: all except token requests."""
    return [request for request in simulator.requests if "oauth" not in request.path]


async def push_to(simulator: Simulator, http_client: TestClient[Any, Any]) -> None:
    """Register the webhook of the test client as a callback URI of the platform."""
    await simulator.add_callback(str(http_client.make_url(ADDRESS)))


def signed(secret: str, *, sent: float | None = None, nonce: str | None = None) -> dict[str, str]:
    """Return the headers of a signed delivery, sent now by default."""
    timestamp = str(int(time.time() if sent is None else sent))
    nonce = nonce or str(uuid4())
    key, message = secret.encode(), (timestamp + nonce).encode()
    return {
        "x-msc-request-timestamp": timestamp,
        "x-msc-request-nonce": nonce,
        "x-msc-request-signature": hmac.new(key, message, hashlib.sha256).hexdigest(),
    }


def property_event(sn: str, payload: object, *, ts: float | None = None) -> dict[str, object]:
    """Return a pushed property report of a device; `ts` in epoch milliseconds."""
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
