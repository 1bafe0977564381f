"""The life of a device ID, asserted from what Agentcraft was asked."""

import asyncio

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import entity_id, pass_time
from tests.simulator import Simulator
from tests.traffic import Traffic

from .helpers import (
    ADD,
    ASK,
    DELETE,
    FIRST,
    READ,
    REFRESH,
    SECOND,
    STATUS,
    act,
    activate,
    answers,
    created,
    device_id,
    link,
    logged,
    only,
    open_dialog,
    operations,
    reconfigure,
    reload,
    restart,
    serial_number,
    shown,
    start,
    storage_key,
    submit,
)


async def test_an_id_is_created_linked_expires_is_refreshed_rejected_renewed_and_deleted(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The whole life; the control commands are what the user and Agentcraft do meanwhile."""
    agentcraft = simulator.agentcraft
    done = 0

    def asked() -> list[tuple[str, int]]:
        nonlocal done
        new = operations(simulator)[done:]
        done += len(new)
        return new

    subentry_id = await link(hass, loaded, simulator)
    assert asked() == [(ADD, 201)]
    assert shown(hass, loaded) == "waiting"
    identity = only(simulator)

    await pass_time(hass, freezer, minutes=1)
    assert asked() == [(ASK, 404)]
    assert shown(hass, loaded) == "waiting"

    agentcraft.command(identity.device_id, "link")
    await pass_time(hass, freezer, minutes=2)
    assert asked() == [(ASK, 201), (STATUS, 200)]
    assert shown(hass, loaded) == "active"

    await pass_time(hass, freezer, days=1)
    assert asked() == [(STATUS, 200)]

    agentcraft.command(identity.device_id, "expire")
    await pass_time(hass, freezer, days=1)
    assert asked() == [(STATUS, 200), (REFRESH, 200)]
    assert shown(hass, loaded) == "active"

    agentcraft.command(identity.device_id, "reject")
    await pass_time(hass, freezer, days=1)
    assert asked() == [(STATUS, 200), (READ, 404), (ASK, 201), (STATUS, 200)]
    assert shown(hass, loaded) == "active"

    hass.config_entries.async_remove_subentry(loaded, subentry_id)
    await pass_time(hass, freezer, seconds=1)
    assert asked() == [(DELETE, 204)]
    assert not agentcraft.identities


async def test_the_token_is_asked_for_at_a_growing_interval_which_a_restart_does_not_shorten(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link(hass, loaded, simulator)
    for asked, minutes in enumerate((1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360)):
        await pass_time(hass, freezer, minutes=minutes - 0.1)
        await restart(hass, loaded)
        assert operations(simulator)[1:] == [(ASK, 404)] * asked
        await pass_time(hass, freezer, minutes=0.1)
        assert operations(simulator)[1:] == [(ASK, 404)] * (asked + 1)
    assert created(simulator) == 1


async def test_nothing_more_is_asked_than_the_status_once_a_day_and_after_a_start(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await activate(hass, loaded, simulator, freezer)
    before = len(operations(simulator))
    for _ in range(8):
        await pass_time(hass, freezer, hours=6)
    assert operations(simulator)[before:] == [(STATUS, 200)] * 2
    await restart(hass, loaded)
    assert operations(simulator)[before + 2 :] == [(STATUS, 200)]


async def test_unloading_and_reloading_deletes_and_creates_nothing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await activate(hass, loaded, simulator, freezer)
    identity = only(simulator)
    await reload(hass, loaded)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    await pass_time(hass, freezer, days=3)
    assert only(simulator) is identity
    assert created(simulator) == 1


async def test_removing_the_entry_deletes_the_ids_and_what_was_stored(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, object],
) -> None:
    await link(hass, loaded, simulator, [FIRST, SECOND])
    assert len(simulator.agentcraft.identities) == 2
    key = storage_key(loaded)
    assert key in hass_storage
    await hass.config_entries.async_remove(loaded.entry_id)
    assert not simulator.agentcraft.identities
    assert key not in hass_storage


async def test_ids_that_cannot_be_deleted_with_the_entry_are_counted_in_the_log(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await link(hass, loaded, simulator, [FIRST, SECOND])
    simulator.fault("/agentcraft", "status", status=503)
    await hass.config_entries.async_remove(loaded.entry_id)
    assert [status for operation, status in operations(simulator) if operation == DELETE] == [503]
    assert "may still have 2 device IDs" in logged(caplog)
    assert not any(device_id in logged(caplog) for device_id in simulator.agentcraft.identities)


async def test_an_id_that_is_being_made_while_the_entry_is_removed_is_deleted_too(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await link(hass, loaded, simulator)
    target = device_id(hass, loaded)
    await act(hass, "agentcraft_unregister", target)
    traffic = Traffic(simulator, monkeypatch)
    traffic.hold()
    registering = [asyncio.create_task(act(hass, "agentcraft_register", target)) for _ in range(2)]
    await traffic.reaches(1)
    removing = asyncio.create_task(hass.config_entries.async_remove(loaded.entry_id))
    await asyncio.sleep(0.1)
    traffic.let_go()
    await asyncio.gather(*registering, removing)
    assert created(simulator) == 2
    assert not simulator.agentcraft.identities


async def test_a_link_that_is_removed_while_agentcraft_is_away_is_deleted_when_it_is_back(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    subentry_id = await link(hass, loaded, simulator)
    simulator.fault("/agentcraft", "status", status=503)
    hass.config_entries.async_remove_subentry(loaded, subentry_id)
    await pass_time(hass, freezer, seconds=1)
    await restart(hass, loaded)
    assert len(simulator.agentcraft.identities) == 1
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=1)
    assert not simulator.agentcraft.identities


async def test_a_link_that_is_removed_while_the_entry_is_not_loaded_is_deleted_at_the_next_start(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    subentry_id = await link(hass, loaded, simulator)
    sensor = entity_id(hass, Platform.SENSOR, f"{serial_number(loaded)}_agentcraft")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    hass.config_entries.async_remove_subentry(loaded, subentry_id)
    await start(hass, loaded)
    assert not simulator.agentcraft.identities
    assert hass.states.get(sensor) is None


async def test_a_device_whose_old_id_could_not_be_deleted_gets_a_new_one_only_after_that(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    subentry_id = await link(hass, loaded, simulator, [FIRST])
    old = only(simulator)
    simulator.fault(old.device_id, "status", status=503)
    hass.config_entries.async_remove_subentry(loaded, subentry_id)
    await pass_time(hass, freezer, seconds=1)
    shown_dialog = await open_dialog(hass, loaded)
    result = await submit(hass, shown_dialog, answers(hass, loaded, simulator))
    assert result["errors"] == {"base": "cannot_connect"}
    assert created(simulator) == 1
    simulator.clear_faults()
    result = await submit(hass, shown_dialog, answers(hass, loaded, simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only(simulator) is not old


async def test_a_device_taken_out_of_the_link_loses_its_id_and_its_entities_and_no_other_does(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    subentry_id = await link(hass, loaded, simulator, [FIRST, SECOND])
    first, second = (
        entity_id(hass, Platform.SENSOR, f"{serial_number(loaded, name)}_agentcraft")
        for name in (FIRST, SECOND)
    )
    button = entity_id(hass, Platform.BUTTON, f"{serial_number(loaded)}_agentcraft_renew")
    entities = len(er.async_entries_for_device(er.async_get(hass), device_id(hass, loaded)))
    await reconfigure(hass, loaded, subentry_id, devices=[device_id(hass, loaded, SECOND)])
    assert len(simulator.agentcraft.identities) == 1
    assert hass.states.get(first) is None
    assert hass.states.get(button) is None
    assert hass.states.get(second) is not None
    left = er.async_entries_for_device(er.async_get(hass), device_id(hass, loaded))
    assert len(left) == entities - 2
    await reconfigure(
        hass,
        loaded,
        subentry_id,
        devices=[device_id(hass, loaded, SECOND), device_id(hass, loaded, FIRST)],
    )
    assert shown(hass, loaded) == "waiting"
    assert created(simulator) == 3
    assert len(simulator.agentcraft.identities) == 2
