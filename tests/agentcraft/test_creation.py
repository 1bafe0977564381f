"""Tests of failures while a device ID is created: no ID is created twice."""

import asyncio
from copy import deepcopy
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_CLIENT_SECRET, CONF_DEVICES, CONF_URL
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.agentcraft.manager import get_manager
from tests.common import issues, pass_time, settle
from tests.simulator import Simulator
from tests.simulator.agentcraft import Identity
from tests.simulator.faults import Fault, Kind
from tests.traffic import Traffic

from .helpers import (
    ADD,
    ASK,
    DELETE,
    FIRST,
    SECOND,
    STATUS,
    agentcraft_state,
    call_action,
    creation_count,
    device_id,
    dialog_input,
    link_devices,
    only_identity,
    open_dialog,
    operations,
    reload_entry,
    restart_entry,
    serial_number,
    start_entry,
    storage_key,
    submit,
    submit_fix,
)

LOST_ANSWERS: list[tuple[Kind, int | None]] = [
    ("half", None),
    ("reset", None),
    ("status", 500),
    ("html", 502),
    ("garbage", 201),
]


@pytest.mark.parametrize(("kind", "status"), LOST_ANSWERS)
async def test_lost_answer_creates_no_second_id_until_confirmed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    kind: Kind,
    status: int | None,
) -> None:
    simulator.faults.add(Fault("/agentcraft/devices", kind, status, spared=1))
    await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    simulator.clear_faults()
    await pass_time(hass, freezer, days=1)
    await restart_entry(hass, loaded)
    await reload_entry(hass, loaded)
    await pass_time(hass, freezer, days=7)
    response = await call_action(hass, "agentcraft_register", device_id(hass, loaded, SECOND))
    assert "not known whether" in response["error"]
    assert creation_count(simulator) == 2
    assert agentcraft_state(hass, loaded, SECOND) == "error"
    assert agentcraft_state(hass, loaded, FIRST) == "waiting"
    assert issues(hass).keys() == {"agentcraft_outcome_unknown"}

    await submit_fix(hass, issues(hass)["agentcraft_outcome_unknown"], {})
    assert creation_count(simulator) == 3
    assert agentcraft_state(hass, loaded, SECOND) == "waiting"
    assert not issues(hass)


async def test_conflict_is_not_repeated_until_user_enters_id(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    simulator.fault("/agentcraft/devices", "status", status=409)
    await link_devices(hass, loaded, simulator)
    await pass_time(hass, freezer, days=2)
    await restart_entry(hass, loaded)
    assert operations(simulator) == [(ADD, 409)]
    assert agentcraft_state(hass, loaded) == "error"
    simulator.clear_faults()
    existing = simulator.agentcraft.create()
    simulator.agentcraft.command(existing.device_id, "link")
    await submit_fix(
        hass, issues(hass)["agentcraft_conflict"], {"agentcraft_device_id": existing.device_id}
    )
    assert operations(simulator)[1:] == [(ASK, 201), (STATUS, 200)]
    assert agentcraft_state(hass, loaded) == "active"
    assert not issues(hass)


async def test_crash_before_storing_creates_no_second_id(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """Restore the storage as it was when Agentcraft created the ID."""
    on_disk: list[Any] = []
    make = simulator.agentcraft.create

    def create(client_secret: str | None = None) -> Identity:
        on_disk.append(deepcopy(hass_storage[storage_key(loaded)]))
        return make(client_secret)

    with patch.object(simulator.agentcraft, "create", create):
        await link_devices(hass, loaded, simulator)
    identity = only_identity(simulator)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    hass_storage[storage_key(loaded)] = on_disk[0]
    await start_entry(hass, loaded)
    await pass_time(hass, freezer, days=2)
    assert creation_count(simulator) == 1
    assert agentcraft_state(hass, loaded) == "error"
    assert issues(hass).keys() == {"agentcraft_outcome_unknown"}

    response = await call_action(
        hass,
        "agentcraft_register",
        device_id(hass, loaded),
        agentcraft_device_id=identity.device_id,
    )
    assert (response["device_id"], response["status"]) == (identity.device_id, "waiting")
    assert not issues(hass)


async def test_reload_and_actions_wait_for_pending_creation(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await link_devices(hass, loaded, simulator)
    target = device_id(hass, loaded)
    await call_action(hass, "agentcraft_unregister", target)
    before = creation_count(simulator)
    traffic = Traffic(simulator, monkeypatch)
    traffic.hold()
    registering = [
        asyncio.create_task(call_action(hass, "agentcraft_register", target)) for _ in range(3)
    ]
    await traffic.wait_for(1)
    reloading = asyncio.create_task(hass.config_entries.async_reload(loaded.entry_id))
    await asyncio.sleep(0.1)
    traffic.release()
    responses = await asyncio.gather(*registering)
    assert await reloading
    responses.append(await call_action(hass, "agentcraft_register", target))
    assert creation_count(simulator) == before + 1
    assert {response["device_id"] for response in responses} == {only_identity(simulator).device_id}
    assert agentcraft_state(hass, loaded) == "waiting"


async def test_id_created_by_a_cancelled_action_is_kept(
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
    registering = asyncio.create_task(call_action(hass, "agentcraft_register", target))
    await traffic.wait_for(1)
    registering.cancel()
    traffic.release()
    await settle(hass)
    assert registering.cancelled()
    assert agentcraft_state(hass, loaded) == "waiting"
    response = await call_action(hass, "agentcraft_register", target)
    assert response["device_id"] == only_identity(simulator).device_id
    assert creation_count(simulator) == 2


async def test_lost_answer_to_a_cancelled_action_creates_an_issue(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await link_devices(hass, loaded, simulator)
    target = device_id(hass, loaded)
    await call_action(hass, "agentcraft_unregister", target)
    simulator.fault("/agentcraft/devices", "half")
    traffic = Traffic(simulator, monkeypatch)
    traffic.hold()
    registering = asyncio.create_task(call_action(hass, "agentcraft_register", target))
    await traffic.wait_for(1)
    registering.cancel()
    traffic.release()
    await settle(hass)
    assert agentcraft_state(hass, loaded) == "error"
    assert issues(hass).keys() == {"agentcraft_outcome_unknown"}


async def test_id_created_by_a_cancelled_flow_is_kept(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = await open_dialog(hass, loaded)
    traffic = Traffic(simulator, monkeypatch)
    traffic.hold()
    linking = asyncio.create_task(submit(hass, form, dialog_input(hass, loaded, simulator)))
    await traffic.wait_for(1)
    linking.cancel()
    traffic.release()
    await settle(hass)
    result = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert agentcraft_state(hass, loaded) == "waiting"
    assert creation_count(simulator) == 1


async def test_reload_during_creation_creates_no_second_id(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    """Reload the entry while the devices of a finished flow are being registered."""
    form = await open_dialog(hass, loaded)
    user_input = dialog_input(hass, loaded, simulator, [FIRST, SECOND])
    await hass.config_entries.subentries.async_configure(form["flow_id"], user_input)
    for _ in range(3):
        assert await hass.config_entries.async_reload(loaded.entry_id)
    await settle(hass)
    assert creation_count(simulator) == 2
    assert {agentcraft_state(hass, loaded, name) for name in (FIRST, SECOND)} == {"waiting"}


async def test_register_fails_if_storage_is_not_writable(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_devices(hass, loaded, simulator)
    target = device_id(hass, loaded)
    await call_action(hass, "agentcraft_unregister", target)
    before = creation_count(simulator)
    with patch.object(Store, "async_save"):
        response = await call_action(hass, "agentcraft_register", target)
        assert "cannot write to its disk" in response["error"]
        await pass_time(hass, freezer, hours=1)
        assert creation_count(simulator) == before
        assert agentcraft_state(hass, loaded) in ("error", "not_registered")
    await call_action(hass, "agentcraft_register", target)
    assert creation_count(simulator) == before + 1
    assert agentcraft_state(hass, loaded) == "waiting"


async def test_flow_fails_if_storage_is_not_writable(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    form = await open_dialog(hass, loaded)
    with patch.object(Store, "async_save"):
        result = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert result["errors"] == {"base": "agentcraft_not_stored"}
    assert not operations(simulator)
    result = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert creation_count(simulator) == 1


async def test_id_is_stored_before_next_request_after_full_disk(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    form = await open_dialog(hass, loaded)
    save = Store.async_save

    async def fill_up(store: Store[Any], data: Any) -> None:
        if store.key != storage_key(loaded) or not simulator.agentcraft.identities:
            await save(store, data)

    with patch.object(Store, "async_save", fill_up):
        result = await submit(hass, form, dialog_input(hass, loaded, simulator))
        assert result["errors"] == {"base": "agentcraft_not_stored"}
        result = await submit(hass, form, dialog_input(hass, loaded, simulator))
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert agentcraft_state(hass, loaded) == "error"
        await pass_time(hass, freezer, hours=1)
        response = await call_action(hass, "agentcraft_get_token", device_id(hass, loaded))
        assert "cannot write to its disk" in response["error"]
        assert operations(simulator) == [(ADD, 201)]
    await pass_time(hass, freezer, hours=1)
    assert operations(simulator) == [(ADD, 201), (ASK, 404)]
    assert agentcraft_state(hass, loaded) == "waiting"
    stored = hass_storage[storage_key(loaded)]["data"][serial_number(loaded)]
    assert stored["device_id"] == only_identity(simulator).device_id


async def test_id_of_aborted_flow_is_deleted_after_full_disk(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    form = await open_dialog(hass, loaded)
    save = Store.async_save

    async def fill_up(store: Store[Any], data: Any) -> None:
        if store.key != storage_key(loaded) or not simulator.agentcraft.identities:
            await save(store, data)

    with patch.object(Store, "async_save", fill_up):
        result = await submit(hass, form, dialog_input(hass, loaded, simulator))
        assert result["errors"] == {"base": "agentcraft_not_stored"}
        await pass_time(hass, freezer, hours=1)
    hass.config_entries.subentries.async_abort(form["flow_id"])
    await settle(hass)
    await pass_time(hass, freezer, hours=1)
    assert operations(simulator) == [(ADD, 201), (DELETE, 204)]
    assert not simulator.agentcraft.identities
    assert not get_manager(hass, loaded).registrations


async def test_no_request_while_home_assistant_stops(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_devices(hass, loaded, simulator)
    hass.set_state(CoreState.stopping)
    await pass_time(hass, freezer, hours=1)
    assert operations(simulator) == [(ADD, 201)]
    hass.set_state(CoreState.running)


@pytest.mark.parametrize("damage", ["file", "form", "lost", "record"])
async def test_unreadable_registration_creates_no_second_id(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    damage: str,
) -> None:
    await link_devices(hass, loaded, simulator)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    stored = hass_storage[storage_key(loaded)]
    match damage:
        case "file":
            stored["version"] = 99
        case "form":
            stored["data"] = []
        case "lost":  # Home Assistant renames a file that is not JSON and returns nothing
            del hass_storage[storage_key(loaded)]
        case _:
            next(iter(stored["data"].values()))["phase"] = "sideways"
    with patch(
        "custom_components.milesight.agentcraft.registration_store.Path.exists", return_value=True
    ):
        await start_entry(hass, loaded)
    await pass_time(hass, freezer, days=2)
    assert creation_count(simulator) == 1
    assert agentcraft_state(hass, loaded) == "error"
    await restart_entry(hass, loaded)
    assert creation_count(simulator) == 1
    await submit_fix(
        hass,
        issues(hass)["agentcraft_outcome_unknown"],
        {"agentcraft_device_id": only_identity(simulator).device_id},
    )
    assert agentcraft_state(hass, loaded) == "waiting"


async def test_devices_of_existing_link_are_registered_at_start(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    """Start as after a crash directly after the flow, or with a copied configuration."""
    data = {
        CONF_URL: simulator.agentcraft_url,
        CONF_CLIENT_SECRET: simulator.agentcraft.client_secret,
        CONF_DEVICES: [serial_number(loaded, name) for name in (FIRST, SECOND)],
    }
    assert await hass.config_entries.async_unload(loaded.entry_id)
    subentry = ConfigSubentry(
        data=MappingProxyType(data), subentry_type="agentcraft", title="A", unique_id=None
    )
    hass.config_entries.async_add_subentry(loaded, subentry)
    await start_entry(hass, loaded)
    assert operations(simulator) == [(ADD, 201)] * 2
    assert {agentcraft_state(hass, loaded, name) for name in (FIRST, SECOND)} == {"waiting"}
