"""Tests of the storage of an Application and its devices, in all its versions."""

import json
from pathlib import Path
import time
from typing import Any, Final

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.const import DOMAIN
from tests.common import ADDRESS, property_event, set_up, settle, signed, state_of, store
from tests.simulator import Simulator

VERSION_1: Final = Path(__file__).parents[1] / "fixtures" / "storage" / "version_1.json"
SOCKET: Final = "6137E09D91B7584A"
BUTTON: Final = "6064C141414C343C"
YEAR_MS: Final = 365 * 24 * 60 * 60 * 1000


@pytest.fixture
async def restored(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
) -> MockConfigEntry:
    """Return the entry, restored from a store of version 1 while the platform is out of reach."""
    freezer.move_to("2026-09-15T13:02:00+00:00")
    store(hass_storage, entry, json.loads(VERSION_1.read_text())["data"])
    simulator.fault("/", "status", status=503)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def push_report(
    client: TestClient[Any, Any], simulator: Simulator, sn: str, payload: Any, age: float
) -> None:
    """Push a report that a device made some seconds ago."""
    time_of_report = int((time.time() - age) * 1000)
    body = property_event(sn, payload, ts=time_of_report)
    response = await client.post(ADDRESS, json=body, headers=signed(simulator.webhook_secret))
    assert response.status == 200


async def test_store_of_newer_version_is_ignored(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    store(hass_storage, entry, {}, version=99)
    await set_up(hass, entry)
    assert "cannot be read and are fetched anew" in caplog.text
    assert len(entry.runtime_data.data) == len(simulator.platform.devices)


@pytest.mark.parametrize("reloads", [0, 1])
async def test_store_of_version_1_is_restored(
    hass: HomeAssistant, restored: MockConfigEntry, reloads: int
) -> None:
    for _ in range(reloads):
        await hass.config_entries.async_reload(restored.entry_id)
        await settle(hass)
    assert state_of(hass, Platform.SWITCH, f"{SOCKET}_set_socket.status").state == "off"
    assert state_of(hass, Platform.SENSOR, f"{SOCKET}_power_factor").state == "87"
    assert state_of(hass, Platform.BINARY_SENSOR, f"{BUTTON}_connectivity").state == "off"
    assert state_of(hass, Platform.SENSOR, f"{BUTTON}_battery").state == "unavailable"
    held = restored.runtime_data.data[BUTTON]
    assert (held.value("battery"), held.reported_at("battery")) == (64, 1789477200250)
    assert restored.runtime_data.quota.used(time.time()) >= 7
    assert restored.runtime_data.pushes.last_push == 1789477261.25


async def test_offline_device_of_version_1_needs_newer_report(
    hass: HomeAssistant,
    restored: MockConfigEntry,
    simulator: Simulator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    client = await hass_client_no_auth()
    for age, state in ((600, "unavailable"), (60, "63")):
        await push_report(client, simulator, BUTTON, {"battery": 63}, age)
        assert state_of(hass, Platform.SENSOR, f"{BUTTON}_battery").state == state


async def test_stored_times_in_the_future_are_corrected(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    freezer.move_to("2026-09-15T13:02:00+00:00")
    now = round(time.time() * 1000)
    data = json.loads(VERSION_1.read_text())["data"]
    times = dict.fromkeys(("last_report", "offline_since", "last_seen"), now + YEAR_MS)
    (button,) = [device for device in data["devices"] if device["info"]["sn"] == BUTTON]
    button |= {**times, "online": False}
    store(hass_storage, entry, data)
    simulator.fault("/", "status", status=503)
    await set_up(hass, entry)
    assert entry.runtime_data.data[BUTTON].last_report == now
    freezer.tick(60)
    await push_report(await hass_client_no_auth(), simulator, BUTTON, {"battery": 63}, 1)
    assert state_of(hass, Platform.SENSOR, f"{BUTTON}_battery").state == "63"
    assert entry.runtime_data.data[BUTTON].availability.last_seen == now + 59_000


@pytest.mark.parametrize(
    "damage",
    [
        {"pending": 1},
        {"pending": [{}]},
        {"pending": [{"path": "a", "value": 1, "sent": "soon", "expires": 9**15}]},
        {"offline_since": "yesterday"},
        {"last_seen": []},
        {"last_stated_time": "yesterday"},
        {"future_times": [1]},
    ],
)
async def test_damaged_store_is_ignored(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    damage: dict[str, Any],
) -> None:
    data = json.loads(VERSION_1.read_text())["data"]
    data["devices"][0] |= damage
    store(hass_storage, entry, data)
    await set_up(hass, entry)
    assert "are damaged and are fetched anew" in caplog.text
    assert entry.runtime_data.data.keys() == {d.sn for d in simulator.platform.devices}
    assert f"{DOMAIN}.{entry.entry_id}" in hass_storage
