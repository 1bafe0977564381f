"""The refresh action: what each call reads, and what it answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import time

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import (
    SEARCH,
    call_action_without_response,
    poll,
    request_counts,
    settle,
    temperature,
)
from tests.faults.helpers import reauth_flows
from tests.fleets import of_demo
from tests.simulator import Device, Simulator
from tests.simulator.faults import Kind
from tests.traffic import Traffic


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return of_demo("EM300-TH", "WS523")


@pytest.fixture
def traffic(
    loaded: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> Traffic:
    """Return control of the requests under way, once the entry is set up."""
    return Traffic(simulator, monkeypatch)


def use_up_requests(entry: MockConfigEntry) -> None:
    """Count requests until the quota of the day is used up."""
    quota = entry.runtime_data.quota
    while not quota.is_exhausted(time.time()):
        quota.record(time.time())


@asynccontextmanager
async def held_refresh(hass: HomeAssistant, traffic: Traffic) -> AsyncIterator[asyncio.Task[None]]:
    """Start a refresh, and let go of its request at the end of the block."""
    traffic.hold()
    refresh = asyncio.create_task(call_action_without_response(hass, "refresh"))
    await traffic.wait_for(1)
    yield refresh
    traffic.release()


async def test_concurrent_refreshes_beyond_the_quota_poll(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, traffic: Traffic
) -> None:
    use_up_requests(loaded)
    simulator.requests.clear()
    device = simulator.device("EM300-TH")
    async with held_refresh(hass, traffic) as first:
        later = [
            asyncio.create_task(call_action_without_response(hass, "refresh")) for _ in range(3)
        ]
        await asyncio.sleep(0)
        simulator.platform.report(device, {"temperature": 31.5})
    await asyncio.gather(first, *later)
    assert temperature(hass, device) == "31.5"
    assert request_counts(simulator)[SEARCH] == 2, "those that wait together share one refresh"


async def test_consecutive_refreshes_beyond_the_quota_poll(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    use_up_requests(loaded)
    simulator.requests.clear()
    for _ in range(3):
        await call_action_without_response(hass, "refresh")
    await poll(hass, loaded)
    assert request_counts(simulator) == {SEARCH: 3}


async def test_failed_concurrent_refreshes_all_raise(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, traffic: Traffic
) -> None:
    use_up_requests(loaded)
    simulator.fault("/devices/search", "status", status=503)
    async with held_refresh(hass, traffic) as first:
        later = [
            asyncio.create_task(call_action_without_response(hass, "refresh")) for _ in range(2)
        ]
        await asyncio.sleep(0)
    results = await asyncio.gather(first, *later, return_exceptions=True)
    assert [getattr(error, "translation_key", None) for error in results] == ["request_failed"] * 3


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("rate_limit", "request_failed"),
        ("failed", "request_failed"),
        ("html", "cannot_connect"),
        ("reset", "cannot_connect"),
    ],
)
async def test_refused_refresh_is_told_from_a_broken_connection(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, kind: Kind, key: str
) -> None:
    simulator.fault("/devices/search", kind)
    with pytest.raises(HomeAssistantError) as failed:
        await call_action_without_response(hass, "refresh")
    assert failed.value.translation_key == key


async def test_cancelled_refresh_finishes_its_poll(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, traffic: Traffic
) -> None:
    device = simulator.device("EM300-TH")
    use_up_requests(loaded)
    async with held_refresh(hass, traffic) as refresh:
        simulator.platform.report(device, {"temperature": 31.5})
        refresh.cancel()
        with pytest.raises(asyncio.CancelledError):
            await refresh
    await settle(hass)
    assert loaded.runtime_data.last_update_success
    assert loaded.runtime_data.data[device.sn].has_unread_reports, "no quota for the history"
    await call_action_without_response(hass, "refresh")
    assert temperature(hass, device) == "31.5"


async def test_refresh_raises_if_no_history_is_readable(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn, {"temperature": 31.5})
    simulator.fault("/properties/history", "status", status=503)
    with pytest.raises(HomeAssistantError) as failed:
        await call_action_without_response(hass, "refresh")
    assert failed.value.translation_key == "request_failed"
    simulator.clear_faults()
    await call_action_without_response(hass, "refresh")
    assert temperature(hass, device) == "31.5"


async def test_refresh_of_an_unloaded_entry_raises_and_stops(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, traffic: Traffic
) -> None:
    coordinator = loaded.runtime_data
    count = len(coordinator.data)
    await simulator.report(simulator.device("EM300-TH").sn, {"temperature": 31.5})
    simulator.remove_device(simulator.device("WS523").sn)
    async with held_refresh(hass, traffic) as refresh:
        waiting = asyncio.create_task(call_action_without_response(hass, "refresh"))
        await asyncio.sleep(0)
        assert await hass.config_entries.async_unload(loaded.entry_id)
    results = await asyncio.gather(refresh, waiting, return_exceptions=True)
    assert all(isinstance(error, HomeAssistantError) for error in results)
    await settle(hass)
    assert traffic.total == 1
    assert len(coordinator.data) == count, "an unloaded entry changes nothing any more"


@pytest.mark.parametrize("fault", [None, 401, 503])
async def test_refresh_of_a_removed_entry_leaves_no_trace(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    traffic: Traffic,
    device_registry: dr.DeviceRegistry,
    caplog: pytest.LogCaptureFixture,
    fault: int | None,
) -> None:
    if fault is not None:
        simulator.fault("/devices/search", "status", status=fault)
    await simulator.add_device("EM300-TH", "Attic")
    async with held_refresh(hass, traffic) as refresh:
        await hass.config_entries.async_remove(loaded.entry_id)
    with pytest.raises(HomeAssistantError):
        await refresh
    await settle(hass)
    assert not device_registry.devices
    assert reauth_flows(hass) == 0
    assert "Error" not in caplog.text


async def test_skipped_poll_keeps_the_failure_of_the_last_one(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulator.fault("/devices/search", "status", status=503)
    await poll(hass, loaded)
    use_up_requests(loaded)
    await poll(hass, loaded)
    assert not loaded.runtime_data.last_update_success
    assert "recovered" not in caplog.text
    simulator.clear_faults()
    await call_action_without_response(hass, "refresh")
    assert loaded.runtime_data.last_update_success
