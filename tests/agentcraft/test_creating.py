"""Creating device IDs when things go wrong: none is ever made twice."""

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

from tests.common import issues, pass_time, settle
from tests.simulator import Simulator
from tests.simulator.agentcraft import Identity
from tests.simulator.faults import Fault, Kind
from tests.traffic import Traffic

from .helpers import (
    ADD,
    ASK,
    FIRST,
    SECOND,
    STATUS,
    act,
    answers,
    created,
    device_id,
    fix,
    link,
    only,
    open_dialog,
    operations,
    reload,
    restart,
    serial_number,
    shown,
    start,
    storage_key,
    submit,
)

LOST_ANSWERS: list[tuple[Kind, int | None]] = [
    ("half", None),
    ("reset", None),
    ("status", 500),
    ("html", 502),
    ("garbage", 201),
]


@pytest.mark.parametrize(("kind", "status"), LOST_ANSWERS)
async def test_an_id_is_not_asked_for_again_when_the_answer_was_lost_until_the_user_says_so(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    kind: Kind,
    status: int | None,
) -> None:
    simulator.faults.add(Fault("/agentcraft/devices", kind, status, spared=1))
    await link(hass, loaded, simulator, [FIRST, SECOND])
    simulator.clear_faults()
    await pass_time(hass, freezer, days=1)
    await restart(hass, loaded)
    await reload(hass, loaded)
    await pass_time(hass, freezer, days=7)
    answer = await act(hass, "agentcraft_register", device_id(hass, loaded, SECOND))
    assert "not known whether" in answer["error"]
    assert created(simulator) == 2
    assert shown(hass, loaded, SECOND) == "error"
    assert shown(hass, loaded, FIRST) == "waiting"
    assert issues(hass).keys() == {"agentcraft_outcome_unknown"}

    await fix(hass, issues(hass)["agentcraft_outcome_unknown"], {})
    assert created(simulator) == 3
    assert shown(hass, loaded, SECOND) == "waiting"
    assert not issues(hass)


async def test_a_conflict_is_not_tried_again_until_the_user_brings_the_id(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    simulator.fault("/agentcraft/devices", "status", status=409)
    await link(hass, loaded, simulator)
    await pass_time(hass, freezer, days=2)
    await restart(hass, loaded)
    assert operations(simulator) == [(ADD, 409)]
    assert shown(hass, loaded) == "error"
    simulator.clear_faults()
    brought = simulator.agentcraft.create()
    simulator.agentcraft.command(brought.device_id, "link")
    await fix(
        hass, issues(hass)["agentcraft_conflict"], {"agentcraft_device_id": brought.device_id}
    )
    assert operations(simulator)[1:] == [(ASK, 201), (STATUS, 200)]
    assert shown(hass, loaded) == "active"
    assert not issues(hass)


async def test_killed_between_creation_and_storing_no_second_id_is_made_at_the_next_start(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """The disk is put back to what was on it when Agentcraft made the ID."""
    on_disk: list[Any] = []
    make = simulator.agentcraft.create

    def create(client_secret: str | None = None) -> Identity:
        on_disk.append(deepcopy(hass_storage[storage_key(loaded)]))
        return make(client_secret)

    with patch.object(simulator.agentcraft, "create", create):
        await link(hass, loaded, simulator)
    identity = only(simulator)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    hass_storage[storage_key(loaded)] = on_disk[0]
    await start(hass, loaded)
    await pass_time(hass, freezer, days=2)
    assert created(simulator) == 1
    assert shown(hass, loaded) == "error"
    assert issues(hass).keys() == {"agentcraft_outcome_unknown"}

    answer = await act(
        hass,
        "agentcraft_register",
        device_id(hass, loaded),
        agentcraft_device_id=identity.device_id,
    )
    assert (answer["device_id"], answer["status"]) == (identity.device_id, "waiting")
    assert not issues(hass)


async def test_a_reload_and_actions_while_an_id_is_being_made_wait_for_it(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await link(hass, loaded, simulator)
    target = device_id(hass, loaded)
    await act(hass, "agentcraft_unregister", target)
    before = created(simulator)
    traffic = Traffic(simulator, monkeypatch)
    traffic.hold()
    registering = [asyncio.create_task(act(hass, "agentcraft_register", target)) for _ in range(3)]
    await traffic.reaches(1)
    reloading = asyncio.create_task(hass.config_entries.async_reload(loaded.entry_id))
    await asyncio.sleep(0.1)
    traffic.let_go()
    found = await asyncio.gather(*registering)
    assert await reloading
    found.append(await act(hass, "agentcraft_register", target))
    assert created(simulator) == before + 1
    assert {answer["device_id"] for answer in found} == {only(simulator).device_id}
    assert shown(hass, loaded) == "waiting"


async def test_a_reload_while_the_first_ids_are_made_makes_no_second_ones(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    """The dialog is over, its other devices are being registered, and the entry is reloaded."""
    form = await open_dialog(hass, loaded)
    entered = answers(hass, loaded, simulator, [FIRST, SECOND])
    await hass.config_entries.subentries.async_configure(form["flow_id"], entered)
    for _ in range(3):
        assert await hass.config_entries.async_reload(loaded.entry_id)
    await settle(hass)
    assert created(simulator) == 2
    assert {shown(hass, loaded, name) for name in (FIRST, SECOND)} == {"waiting"}


async def test_without_a_disk_to_write_to_nothing_is_created(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link(hass, loaded, simulator)
    target = device_id(hass, loaded)
    await act(hass, "agentcraft_unregister", target)
    before = created(simulator)
    with patch.object(Store, "async_save"):
        answer = await act(hass, "agentcraft_register", target)
        assert "cannot write to its disk" in answer["error"]
        await pass_time(hass, freezer, hours=1)
        assert created(simulator) == before
        assert shown(hass, loaded) in ("error", "not_registered")
    await act(hass, "agentcraft_register", target)
    assert created(simulator) == before + 1
    assert shown(hass, loaded) == "waiting"


async def test_without_a_disk_to_write_to_the_dialog_asks_for_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    form = await open_dialog(hass, loaded)
    with patch.object(Store, "async_save"):
        result = await submit(hass, form, answers(hass, loaded, simulator))
    assert result["errors"] == {"base": "agentcraft_not_stored"}
    assert not operations(simulator)
    result = await submit(hass, form, answers(hass, loaded, simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert created(simulator) == 1


async def test_an_id_that_was_made_when_the_disk_filled_up_is_stored_before_anything_is_asked(
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
        result = await submit(hass, form, answers(hass, loaded, simulator))
        assert result["errors"] == {"base": "agentcraft_not_stored"}
        result = await submit(hass, form, answers(hass, loaded, simulator))
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert shown(hass, loaded) == "error"
        await pass_time(hass, freezer, hours=1)
        answer = await act(hass, "agentcraft_get_token", device_id(hass, loaded))
        assert "cannot write to its disk" in answer["error"]
        assert operations(simulator) == [(ADD, 201)]
    await pass_time(hass, freezer, hours=1)
    assert operations(simulator) == [(ADD, 201), (ASK, 404)]
    assert shown(hass, loaded) == "waiting"
    stored = hass_storage[storage_key(loaded)]["data"][serial_number(loaded)]
    assert stored["device_id"] == only(simulator).device_id


async def test_nothing_is_begun_while_home_assistant_stops(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link(hass, loaded, simulator)
    hass.set_state(CoreState.stopping)
    await pass_time(hass, freezer, hours=1)
    assert operations(simulator) == [(ADD, 201)]
    hass.set_state(CoreState.running)


@pytest.mark.parametrize("damage", ["file", "form", "lost", "record"])
async def test_of_registrations_that_cannot_be_read_none_is_made_again(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    damage: str,
) -> None:
    await link(hass, loaded, simulator)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    stored = hass_storage[storage_key(loaded)]
    match damage:
        case "file":
            stored["version"] = 99
        case "form":
            stored["data"] = []
        case "lost":  # Home Assistant puts a file aside that is no JSON, and returns nothing
            del hass_storage[storage_key(loaded)]
        case _:
            next(iter(stored["data"].values()))["phase"] = "sideways"
    with patch("custom_components.milesight.agentcraft.manager.Path.exists", return_value=True):
        await start(hass, loaded)
    await pass_time(hass, freezer, days=2)
    assert created(simulator) == 1
    assert shown(hass, loaded) == "error"
    await restart(hass, loaded)
    assert created(simulator) == 1
    await fix(
        hass,
        issues(hass)["agentcraft_outcome_unknown"],
        {"agentcraft_device_id": only(simulator).device_id},
    )
    assert shown(hass, loaded) == "waiting"


async def test_devices_of_a_link_that_is_there_at_the_start_are_registered(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    """As after a crash directly behind the dialog, or in a configuration that was copied."""
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
    await start(hass, loaded)
    assert operations(simulator) == [(ADD, 201)] * 2
    assert {shown(hass, loaded, name) for name in (FIRST, SECOND)} == {"waiting"}
