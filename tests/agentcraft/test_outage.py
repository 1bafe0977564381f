"""Tests of outages and invalid responses of Agentcraft."""

from copy import deepcopy

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import issues, pass_time
from tests.simulator import Simulator
from tests.simulator.faults import Fault

from .helpers import (
    FIRST,
    SECOND,
    STATUS,
    agentcraft_state,
    creation_count,
    link_and_activate,
    link_devices,
    log_text,
    only_identity,
    operations,
    restart_entry,
)


async def test_week_long_outage_is_reported_once_and_recovered(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer, [FIRST, SECOND])
    before = deepcopy(simulator.agentcraft.identities)
    simulator.agentcraft.command(next(iter(before)), "expire")
    simulator.fault("/agentcraft", "reset")
    requests = len(operations(simulator))
    for hour in range(7 * 8):
        await pass_time(hass, freezer, hours=3)
        state = "active" if hour < 15 else "error"
        assert agentcraft_state(hass, loaded, FIRST) == state, hour
    await restart_entry(hass, loaded)
    assert {agentcraft_state(hass, loaded, name) for name in (FIRST, SECOND)} == {"error"}
    assert issues(hass).keys() == {"agentcraft_unreachable"}
    assert len(operations(simulator)) - requests < 150
    assert log_text(caplog).count("Agentcraft is unreachable") == 2
    assert "Agentcraft is reachable again" not in log_text(caplog)

    simulator.clear_faults()
    await pass_time(hass, freezer, hours=6)
    assert {agentcraft_state(hass, loaded, name) for name in (FIRST, SECOND)} == {"active"}
    assert log_text(caplog).count("Agentcraft is reachable again") == 1
    assert simulator.agentcraft.identities.keys() == before.keys()
    assert creation_count(simulator) == 2
    assert not issues(hass)


async def test_outage_sends_no_request_per_device(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer, [FIRST, SECOND])
    simulator.fault("/agentcraft", "status", status=503)
    before = len(operations(simulator))
    await pass_time(hass, freezer, days=1)
    assert operations(simulator)[before:] == [(STATUS, 503)]
    simulator.clear_faults()
    await pass_time(hass, freezer, minutes=1)
    assert operations(simulator)[before + 1 :] == [(STATUS, 200)] * 2


async def test_undocumented_status_is_retried(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer, [FIRST, SECOND])
    first, second = simulator.agentcraft.identities.values()
    simulator.agentcraft.command(first.device_id, "expire")
    simulator.agentcraft.command(second.device_id, "reject")
    simulator.fault("/agentcraft/devices/token", "status", status=418)
    simulator.faults.add(Fault("/agentcraft/devices/token/status", "status", 418, times=2))
    await pass_time(hass, freezer, days=1)
    assert {agentcraft_state(hass, loaded, name) for name in (FIRST, SECOND)} == {"active"}
    simulator.clear_faults()
    simulator.fault("/agentcraft/devices/token/refresh", "status", status=418)
    await pass_time(hass, freezer, hours=1)
    assert agentcraft_state(hass, loaded, FIRST) == "expired"
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=6)
    assert {agentcraft_state(hass, loaded, name) for name in (FIRST, SECOND)} == {"active"}
    assert creation_count(simulator) == 2


async def test_registration_is_retried_after_outage(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    simulator.faults.add(Fault("/agentcraft/devices", "status", 503, spared=1))
    await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    assert agentcraft_state(hass, loaded, SECOND) == "error"
    assert not issues(hass)
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=6)
    assert agentcraft_state(hass, loaded, SECOND) == "waiting"
    assert len(simulator.agentcraft.identities) == 2


async def test_state_is_expired_if_refresh_fails(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer)
    simulator.agentcraft.command(only_identity(simulator).device_id, "expire")
    simulator.fault("/agentcraft/devices/token/refresh", "status", status=503)
    await pass_time(hass, freezer, days=1)
    assert agentcraft_state(hass, loaded) == "expired"
    await restart_entry(hass, loaded)
    assert agentcraft_state(hass, loaded) == "expired"
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=1)
    assert agentcraft_state(hass, loaded) == "active"
