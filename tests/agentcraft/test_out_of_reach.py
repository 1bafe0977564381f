"""Agentcraft that is away, or answers nonsense: nothing is lost, and it is told once."""

from copy import deepcopy

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.agentcraft import manager as module
from tests.common import issues, pass_time, settle
from tests.simulator import Simulator
from tests.simulator.faults import Fault

from .helpers import (
    FIRST,
    SECOND,
    STATUS,
    activate,
    created,
    link,
    logged,
    only,
    operations,
    restart,
    shown,
)


async def test_a_week_without_agentcraft_loses_nothing_and_is_told_once(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await activate(hass, loaded, simulator, freezer, [FIRST, SECOND])
    before = deepcopy(simulator.agentcraft.identities)
    simulator.agentcraft.command(next(iter(before)), "expire")
    simulator.fault("/agentcraft", "reset")
    requests = len(operations(simulator))
    for hour in range(7 * 8):
        await pass_time(hass, freezer, hours=3)
        state = "active" if hour < 15 else "error"
        assert shown(hass, loaded, FIRST) == state, hour
    await restart(hass, loaded)
    assert {shown(hass, loaded, name) for name in (FIRST, SECOND)} == {"error"}
    assert issues(hass).keys() == {"agentcraft_unreachable"}
    assert len(operations(simulator)) - requests < 150
    assert logged(caplog).count("Agentcraft is unreachable") == 2
    assert "Agentcraft is reachable again" not in logged(caplog)

    simulator.clear_faults()
    await pass_time(hass, freezer, hours=6)
    assert {shown(hass, loaded, name) for name in (FIRST, SECOND)} == {"active"}
    assert logged(caplog).count("Agentcraft is reachable again") == 1
    assert simulator.agentcraft.identities.keys() == before.keys()
    assert created(simulator) == 2
    assert not issues(hass)


async def test_an_agentcraft_that_is_away_is_not_asked_for_every_device_in_turn(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CONCURRENCY", 1)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    await activate(hass, entry, simulator, freezer, [FIRST, SECOND])
    simulator.fault("/agentcraft", "status", status=503)
    before = len(operations(simulator))
    await pass_time(hass, freezer, days=1)
    assert operations(simulator)[before:] == [(STATUS, 503)]
    simulator.clear_faults()
    await pass_time(hass, freezer, minutes=1)
    assert operations(simulator)[before + 1 :] == [(STATUS, 200)] * 2


async def test_an_answer_that_the_reference_does_not_know_is_tried_again(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await activate(hass, loaded, simulator, freezer, [FIRST, SECOND])
    first, second = simulator.agentcraft.identities.values()
    simulator.agentcraft.command(first.device_id, "expire")
    simulator.agentcraft.command(second.device_id, "reject")
    simulator.fault("/agentcraft/devices/token", "status", status=418)
    simulator.faults.add(Fault("/agentcraft/devices/token/status", "status", 418, times=2))
    await pass_time(hass, freezer, days=1)
    assert {shown(hass, loaded, name) for name in (FIRST, SECOND)} == {"active"}
    simulator.clear_faults()
    simulator.fault("/agentcraft/devices/token/refresh", "status", status=418)
    await pass_time(hass, freezer, hours=1)
    assert shown(hass, loaded, FIRST) == "expired"
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=6)
    assert {shown(hass, loaded, name) for name in (FIRST, SECOND)} == {"active"}
    assert created(simulator) == 2


async def test_a_device_that_could_not_be_registered_for_want_of_agentcraft_is_tried_again(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    simulator.faults.add(Fault("/agentcraft/devices", "status", 503, spared=1))
    await link(hass, loaded, simulator, [FIRST, SECOND])
    assert shown(hass, loaded, SECOND) == "error"
    assert not issues(hass)
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=6)
    assert shown(hass, loaded, SECOND) == "waiting"
    assert len(simulator.agentcraft.identities) == 2


async def test_an_expired_token_that_cannot_be_refreshed_is_shown_as_expired(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await activate(hass, loaded, simulator, freezer)
    simulator.agentcraft.command(only(simulator).device_id, "expire")
    simulator.fault("/agentcraft/devices/token/refresh", "status", status=503)
    await pass_time(hass, freezer, days=1)
    assert shown(hass, loaded) == "expired"
    await restart(hass, loaded)
    assert shown(hass, loaded) == "expired"
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=1)
    assert shown(hass, loaded) == "active"
