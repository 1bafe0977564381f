"""Tests of the lifecycle of a device ID, by the requests that Agentcraft receives."""

import asyncio

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.agentcraft import manager
from tests.common import entity_id, pass_time, poll, settle, state_of
from tests.simulator import Simulator
from tests.simulator.faults import Kind
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
    agentcraft_state,
    call_action,
    creation_count,
    device_id,
    dialog_input,
    link_and_activate,
    link_devices,
    log_text,
    only_identity,
    open_dialog,
    operations,
    reconfigure,
    reload_entry,
    restart_entry,
    serial_number,
    start_entry,
    storage_key,
    submit,
)


async def test_full_lifecycle_of_a_device_id(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Run the whole lifecycle; the commands are what the user and Agentcraft do meanwhile."""
    agentcraft = simulator.agentcraft
    done = 0

    def new_operations() -> list[tuple[str, int]]:
        nonlocal done
        new = operations(simulator)[done:]
        done += len(new)
        return new

    subentry_id = await link_devices(hass, loaded, simulator)
    assert new_operations() == [(ADD, 201)]
    assert agentcraft_state(hass, loaded) == "waiting"
    identity = only_identity(simulator)

    await pass_time(hass, freezer, minutes=1)
    assert new_operations() == [(ASK, 404)]
    assert agentcraft_state(hass, loaded) == "waiting"

    agentcraft.command(identity.device_id, "link")
    await pass_time(hass, freezer, minutes=2)
    assert new_operations() == [(ASK, 201), (STATUS, 200)]
    assert agentcraft_state(hass, loaded) == "active"

    await pass_time(hass, freezer, days=1)
    assert new_operations() == [(STATUS, 200)]

    agentcraft.command(identity.device_id, "expire")
    await pass_time(hass, freezer, days=1)
    assert new_operations() == [(STATUS, 200), (REFRESH, 200)]
    assert agentcraft_state(hass, loaded) == "active"

    agentcraft.command(identity.device_id, "reject")
    await pass_time(hass, freezer, days=1)
    assert new_operations() == [(STATUS, 200), (READ, 404), (ASK, 201), (STATUS, 200)]
    assert agentcraft_state(hass, loaded) == "active"

    hass.config_entries.async_remove_subentry(loaded, subentry_id)
    await pass_time(hass, freezer, seconds=1)
    assert new_operations() == [(DELETE, 204)]
    assert not agentcraft.identities


async def test_token_request_backoff_survives_restart(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_devices(hass, loaded, simulator)
    for attempts, minutes in enumerate((1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360)):
        await pass_time(hass, freezer, minutes=minutes - 0.1)
        await restart_entry(hass, loaded)
        assert operations(simulator)[1:] == [(ASK, 404)] * attempts
        await pass_time(hass, freezer, minutes=0.1)
        assert operations(simulator)[1:] == [(ASK, 404)] * (attempts + 1)
    assert creation_count(simulator) == 1


async def test_status_is_checked_daily_and_after_start_only(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer)
    before = len(operations(simulator))
    for _ in range(8):
        await pass_time(hass, freezer, hours=6)
    assert operations(simulator)[before:] == [(STATUS, 200)] * 2
    await restart_entry(hass, loaded)
    assert operations(simulator)[before + 2 :] == [(STATUS, 200)]


async def test_unload_and_reload_keep_device_ids(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer)
    identity = only_identity(simulator)
    await reload_entry(hass, loaded)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    await pass_time(hass, freezer, days=3)
    assert only_identity(simulator) is identity
    assert creation_count(simulator) == 1


async def test_entry_removal_deletes_ids_and_storage(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, object],
) -> None:
    await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    assert len(simulator.agentcraft.identities) == 2
    key = storage_key(loaded)
    assert key in hass_storage
    await hass.config_entries.async_remove(loaded.entry_id)
    assert not simulator.agentcraft.identities
    assert key not in hass_storage


async def test_entry_removal_logs_number_of_undeleted_ids(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    simulator.fault("/agentcraft", "status", status=503)
    await hass.config_entries.async_remove(loaded.entry_id)
    assert operations(simulator)[2:] == [(DELETE, 503)] * 2
    assert "may still have 2 device IDs" in log_text(caplog)
    assert not any(device_id in log_text(caplog) for device_id in simulator.agentcraft.identities)


@pytest.mark.parametrize(("kind", "status"), [("garbage", 200), ("html", 502), ("rate_limit", 429)])
async def test_failed_deletion_leaves_only_its_own_id(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    kind: Kind,
    status: int,
) -> None:
    await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    simulator.fault(next(iter(simulator.agentcraft.identities)), kind)
    await hass.config_entries.async_remove(loaded.entry_id)
    assert operations(simulator)[2:] == [(DELETE, status), (DELETE, 204)]
    assert "may still have 1 device IDs" in log_text(caplog)


async def test_entry_removal_gives_up_a_server_that_costs_time(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    third = await simulator.add_device("AM319", "Meeting room")
    await poll(hass, loaded)
    async with Simulator([]) as other:
        await link_devices(hass, loaded, simulator, [FIRST, SECOND])
        form = await open_dialog(hass, loaded)
        await submit(hass, form, dialog_input(hass, loaded, other, [third.name]))
        monkeypatch.setattr(manager, "MAX_FAILING_SECONDS", 0.001)
        simulator.fault("/agentcraft", "status", status=503)
        await hass.config_entries.async_remove(loaded.entry_id)
        assert operations(simulator)[2:] == [(DELETE, 503)]
        assert operations(other) == [(ADD, 201), (DELETE, 204)]
    assert "may still have 2 device IDs" in log_text(caplog)


async def test_cancelled_entry_removal_is_completed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    hass_storage: dict[str, object],
) -> None:
    await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    traffic = Traffic(simulator, monkeypatch)
    traffic.hold()
    removing = asyncio.create_task(hass.config_entries.async_remove(loaded.entry_id))
    await traffic.wait_for(1)
    removing.cancel()
    traffic.release()
    await settle(hass)
    assert not simulator.agentcraft.identities
    assert storage_key(loaded) not in hass_storage


async def test_entry_removal_deletes_id_that_is_being_created(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await link_devices(hass, loaded, simulator)
    target = device_id(hass, loaded)
    await call_action(hass, "agentcraft_unregister", target)
    traffic = Traffic(simulator, monkeypatch)
    traffic.hold()
    registering = [
        asyncio.create_task(call_action(hass, "agentcraft_register", target)) for _ in range(2)
    ]
    await traffic.wait_for(1)
    removing = asyncio.create_task(hass.config_entries.async_remove(loaded.entry_id))
    await asyncio.sleep(0.1)
    traffic.release()
    await asyncio.gather(*registering, removing)
    assert creation_count(simulator) == 2
    assert not simulator.agentcraft.identities


async def test_ids_of_removed_link_are_deleted_after_outage(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    subentry_id = await link_devices(hass, loaded, simulator)
    simulator.fault("/agentcraft", "status", status=503)
    hass.config_entries.async_remove_subentry(loaded, subentry_id)
    await pass_time(hass, freezer, seconds=1)
    await restart_entry(hass, loaded)
    assert len(simulator.agentcraft.identities) == 1
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=1)
    assert not simulator.agentcraft.identities


async def test_ids_of_link_removed_while_unloaded_are_deleted(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    subentry_id = await link_devices(hass, loaded, simulator)
    sensor = entity_id(hass, Platform.SENSOR, f"{serial_number(loaded)}_agentcraft")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    hass.config_entries.async_remove_subentry(loaded, subentry_id)
    await start_entry(hass, loaded)
    assert not simulator.agentcraft.identities
    assert hass.states.get(sensor) is None


async def test_new_id_requires_deletion_of_the_old_one(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    subentry_id = await link_devices(hass, loaded, simulator, [FIRST])
    old = only_identity(simulator)
    simulator.fault(old.device_id, "status", status=503)
    hass.config_entries.async_remove_subentry(loaded, subentry_id)
    await pass_time(hass, freezer, seconds=1)
    shown_dialog = await open_dialog(hass, loaded)
    result = await submit(hass, shown_dialog, dialog_input(hass, loaded, simulator))
    assert result["errors"] == {"base": "cannot_connect"}
    assert creation_count(simulator) == 1
    simulator.clear_faults()
    result = await submit(hass, shown_dialog, dialog_input(hass, loaded, simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only_identity(simulator) is not old


async def test_device_removed_from_link_loses_id_and_entities(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    subentry_id = await link_devices(hass, loaded, simulator, [FIRST, SECOND])
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
    assert agentcraft_state(hass, loaded) == "waiting"
    assert creation_count(simulator) == 3
    assert len(simulator.agentcraft.identities) == 2


async def test_change_of_another_entry_writes_no_state(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    await link_devices(hass, loaded, simulator)
    key = f"{serial_number(loaded)}_agentcraft"
    reported = state_of(hass, Platform.SENSOR, key).last_reported
    freezer.tick(5)
    other = MockConfigEntry(domain="other", title="Before")
    other.add_to_hass(hass)
    hass.config_entries.async_update_entry(other, title="After")
    await hass.async_block_till_done()
    assert state_of(hass, Platform.SENSOR, key).last_reported == reported
