"""Availability of a device by what the platform pushes about its connection."""

from datetime import timedelta
import time
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import poll, settle, temperature
from tests.fleets import probes
from tests.simulator import Device, Simulator
from tests.simulator.events import device_data

YEAR_MS: Final = 365 * 24 * 60 * 60 * 1000


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return probes(1)


@pytest.fixture
def probe(simulator: Simulator, freezer: FrozenDateTimeFactory) -> Device:
    """Return the device; the clock stands in the middle of a second."""
    freezer.move_to(dt_util.utcnow().replace(microsecond=500_000))
    return simulator.platform.devices[0]


async def connection_event(simulator: Simulator, probe: Device, kind: str, age: float = 0) -> None:
    """Push ONLINE or OFFLINE, whose time has a resolution of a second."""
    simulator.push.publish([device_data(probe, kind, time.time() - age)])
    await simulator.settle()


@pytest.mark.parametrize(("last", "available"), [("ONLINE", True), ("OFFLINE", False)])
async def test_later_of_two_events_in_one_second_counts(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    probe: Device,
    last: str,
    available: bool,
) -> None:
    for kind in ("ONLINE", "OFFLINE", "ONLINE", "OFFLINE", last):
        await connection_event(simulator, probe, kind)
    assert (temperature(hass, probe) != "unavailable") is available


async def test_report_in_second_of_loss_makes_available(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, probe: Device
) -> None:
    await connection_event(simulator, probe, "OFFLINE", age=-0.4)
    assert temperature(hass, probe) == "unavailable"
    await simulator.report(probe.sn, {"temperature": 21})
    assert temperature(hass, probe) == "21"


async def test_report_before_loss_does_not_make_available_after_reload(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    probe: Device,
) -> None:
    freezer.tick(timedelta(hours=1))
    await connection_event(simulator, probe, "OFFLINE")
    simulator.fault("/devices/search", "status", status=503)
    await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    time_of_report = round((time.time() - 60) * 1000)
    late = device_data(probe, "PROPERTY", time.time(), {"temperature": 20}, ts=time_of_report)
    simulator.push.publish([late])
    await simulator.settle()
    assert temperature(hass, probe) == "unavailable"


async def test_loss_before_sign_of_life_is_ignored_after_reload(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    probe: Device,
) -> None:
    freezer.tick(timedelta(hours=1))
    await connection_event(simulator, probe, "ONLINE")
    simulator.fault("/devices/search", "status", status=503)
    await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    await connection_event(simulator, probe, "OFFLINE", age=60)
    assert temperature(hass, probe) != "unavailable"


async def test_loss_before_listed_report_is_ignored(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    probe: Device,
) -> None:
    freezer.tick(timedelta(hours=1))
    await connection_event(simulator, probe, "OFFLINE")
    freezer.tick(timedelta(minutes=10))
    probe.history.add(round(time.time() * 1000), {"temperature": 21})
    probe.last_update = round(time.time() * 1000)
    await poll(hass, pushing)
    assert temperature(hass, probe) == "21"
    await connection_event(simulator, probe, "OFFLINE", age=600)
    assert temperature(hass, probe) == "21"
    await connection_event(simulator, probe, "OFFLINE")
    assert temperature(hass, probe) == "unavailable"


@pytest.mark.parametrize("kind", ["ONLINE", "SERVICE"])
async def test_listed_status_counts_after_sign_of_life_without_report(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    probe: Device,
    kind: str,
) -> None:
    freezer.tick(timedelta(hours=1))
    await connection_event(simulator, probe, kind)
    probe.connect_status = "OFFLINE"
    freezer.tick(timedelta(minutes=1))
    await poll(hass, pushing)
    assert temperature(hass, probe) == "unavailable"


@pytest.mark.parametrize("reloads", [0, 1])
async def test_loss_listed_in_the_future_ends_with_a_report(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    probe: Device,
    reloads: int,
) -> None:
    probe.last_update = round(time.time() * 1000) + YEAR_MS
    probe.connect_status = "OFFLINE"
    await poll(hass, pushing)
    assert temperature(hass, probe) == "unavailable"
    for _ in range(reloads):
        await hass.config_entries.async_reload(pushing.entry_id)
        await settle(hass)
    freezer.tick(timedelta(minutes=30))
    await simulator.report(probe.sn, {"temperature": 21})
    assert temperature(hass, probe) == "21"


async def test_loss_is_noticed_after_a_report_in_the_future(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    probe: Device,
) -> None:
    time_of_report = probe.last_update
    probe.last_update = round(time.time() * 1000) + YEAR_MS
    await poll(hass, pushing)
    probe.last_update = time_of_report
    probe.connect_status = "OFFLINE"
    freezer.tick(timedelta(minutes=10))
    await poll(hass, pushing)
    assert temperature(hass, probe) == "unavailable"


async def test_loss_of_device_with_fast_clock_is_noticed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    probe: Device,
) -> None:
    now = round(time.time() * 1000)
    event = device_data(probe, "PROPERTY", now / 1000, {"temperature": 21}, ts=now + 120_000)
    simulator.push.publish([event])
    await simulator.settle()
    assert temperature(hass, probe) == "21"
    probe.last_update = now
    probe.connect_status = "OFFLINE"
    freezer.tick(timedelta(minutes=6))
    await poll(hass, pushing)
    assert temperature(hass, probe) == "unavailable"
