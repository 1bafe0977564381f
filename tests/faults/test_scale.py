"""Faults with many devices, and of many requests or entries at the same time."""

import asyncio
from functools import partial
import itertools
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import CONF_DAILY_API_LIMIT
from tests.common import (
    HISTORY,
    SEARCH,
    SPECIFICATION,
    entry_of,
    next_poll,
    pass_time,
    request_counts,
    set_up,
    store,
)
from tests.fleets import probes
from tests.simulator import Simulator
from tests.simulator.faults import Fault
from tests.traffic import Traffic

from .helpers import stored_devices

FLEET = 1200
PAGES = 12
large_fleet = pytest.mark.parametrize(
    "devices", [partial(probes, FLEET)], indirect=True, ids=[f"{FLEET} devices"]
)


def _registered(registry: dr.DeviceRegistry, entry: MockConfigEntry) -> set[str | None]:
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    return {device.serial_number for device in devices if device.entry_type is None}


@large_fleet
async def test_failed_page_changes_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    hass.loop.set_debug(False)  # of which most of the time would go into tracebacks
    hass.config_entries.async_update_entry(entry, options={CONF_DAILY_API_LIMIT: 200})
    simulator.faults.add(Fault("/devices/search", "status", spared=6))
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert request_counts(simulator)[SEARCH] == 7
    assert _registered(device_registry, entry) == set()

    simulator.clear_faults()
    await next_poll(hass)
    everyone = {device.sn for device in simulator.platform.devices}
    assert len(everyone) == FLEET
    assert _registered(device_registry, entry) == everyone

    for sn in list(everyone)[:3]:
        simulator.remove_device(sn)
    added = await simulator.add_device("WS523")
    simulator.faults.add(Fault("/devices/search", "status", spared=6, times=1))
    await next_poll(hass)
    assert not entry.runtime_data.last_update_success
    assert _registered(device_registry, entry) == everyone
    await next_poll(hass)
    assert _registered(device_registry, entry) == {d.sn for d in simulator.platform.devices}
    assert added.sn in entry.runtime_data.data


@large_fleet
async def test_backfill_of_many_devices_keeps_to_the_quota(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hass.loop.set_debug(False)  # of which most of the time would go into tracebacks
    store(hass_storage, entry, stored_devices(simulator))
    hass.config_entries.async_update_entry(entry, options={CONF_DAILY_API_LIMIT: 1000})
    for device in simulator.platform.devices:
        simulator.platform.report(device, {"temperature": 21.0})
    traffic = Traffic(simulator, monkeypatch, 0.001)
    await set_up(hass, entry)
    requests = request_counts(simulator)
    assert requests[SEARCH] == PAGES
    assert requests[SPECIFICATION] == 0
    assert 785 <= requests[HISTORY] <= 800 - PAGES + 2
    assert 2 <= traffic.maximum <= 4
    assert entry.runtime_data.quota.used(time.time()) <= 802


async def test_at_most_four_requests_are_sent_at_a_time(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coordinator = loaded.runtime_data
    traffic = Traffic(simulator, monkeypatch, 0.01)
    device = next(iter(coordinator.data.values()))
    await asyncio.gather(
        coordinator.async_refresh(),
        *(coordinator.client.get_device(device.info.device_id) for _ in range(30)),
        *(coordinator.client.search_devices(background=True) for _ in range(30)),
    )
    assert traffic.total == 61
    assert traffic.maximum == 4


async def test_failed_polls_are_retried_with_random_backoff(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    simulator.fault("/devices/search", "status", status=500)
    simulator.requests.clear()
    began, tries = time.time(), list[float]()
    while len(tries) < 10:
        await pass_time(hass, freezer, seconds=10)
        tries += [time.time() - began] * (request_counts(simulator)[SEARCH] - len(tries))
    distances = [later - earlier for earlier, later in itertools.pairwise(tries)]
    longest = [min(60 * 2**n, 3600) for n in range(9)]
    for distance, most in zip(distances, longest, strict=True):
        assert most / 2 <= distance <= most + 20
    assert len({distance / most for distance, most in zip(distances, longest, strict=True)}) > 1


async def test_entries_set_up_together_poll_at_different_times(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    entries = [entry]
    for number in range(3):
        other = entry_of(
            simulator, {CONF_WEBHOOK_ID: f"{number}" * 64}, unique_id=f"other {number}"
        )
        other.add_to_hass(hass)
        entries.append(other)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert all(other.state is ConfigEntryState.LOADED for other in entries)
    together = 0
    for _ in range(20):
        due = [other.runtime_data.next_poll for other in entries]
        together += len({int(moment) for moment in due}) == 1
        await pass_time(hass, freezer, seconds=max(due) - time.time() + 1)
    assert together < 3, "it is by chance alone"
