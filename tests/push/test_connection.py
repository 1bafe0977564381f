"""Availability of the platform as a whole, and what clocks do to it."""

from collections.abc import Callable
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.push.connection import ConnectionMonitor
from tests.common import pass_time, poll, temperature
from tests.simulator import Device, Simulator


@pytest.mark.parametrize("jump", [3 * 3600, 400 * 86400, -3 * 3600])
async def test_failed_poll_after_clock_jump_changes_nothing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    device: Device,
    monkeypatch: pytest.MonkeyPatch,
    jump: int,
) -> None:
    before = temperature(hass, device)
    wall_clock: Callable[[], float] = time.time
    monkeypatch.setattr(time, "time", lambda: wall_clock() + jump)
    simulator.fault("/", "status", status=503)
    await poll(hass, loaded)
    assert temperature(hass, device) == before


async def test_lost_connection_is_noticed_despite_backward_clock_jump(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
    device: Device,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wall_clock: Callable[[], float] = time.time
    monkeypatch.setattr(time, "time", lambda: wall_clock() - 86400)
    simulator.fault("/", "status", status=503)
    for _ in range(4):
        await pass_time(hass, freezer, minutes=5, seconds=31)
    assert temperature(hass, device) == "unavailable"


async def test_push_restores_a_lost_connection(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    device: Device,
) -> None:
    simulator.fault("/device/", "status", status=503)
    for _ in range(4):
        await pass_time(hass, freezer, minutes=5, seconds=31)
    assert temperature(hass, device) == "unavailable"
    await simulator.report(device.sn, {"temperature": 21.5})
    assert temperature(hass, device) == "21.5"


async def test_silence_is_limited_by_the_present_interval(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    limits, changes = [900.0], list[bool]()
    monitor = ConnectionMonitor(hass, lambda: limits[-1], changes.append)
    monitor.check()
    limits.append(3600)
    await pass_time(hass, freezer, minutes=16)
    assert changes == []
    await pass_time(hass, freezer, minutes=45)
    assert changes == [False]
