"""Tests of the subentry flow."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs import ConfirmRepairFlow
from homeassistant.const import CONF_CLIENT_SECRET, CONF_DEVICES, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.agentcraft.manager import get_manager
from custom_components.milesight.devices import registry
from custom_components.milesight.repairs import async_create_fix_flow
from tests.common import issues, pass_time, poll, settle
from tests.simulator import Simulator
from tests.simulator.faults import Fault

from .helpers import (
    ADD,
    ASK,
    DELETE,
    FIRST,
    READ,
    SECOND,
    agentcraft_state,
    creation_count,
    device_id,
    dialog_input,
    fleet_device,
    link_devices,
    only_identity,
    open_dialog,
    operations,
    reconfigure,
    restart_entry,
    serial_number,
    storage_key,
    submit,
    submit_fix,
)

DEAD = "http://127.0.0.1:9"


def _stored(loaded: MockConfigEntry) -> list[dict[str, Any]]:
    return [dict(subentry.data) for subentry in loaded.subentries.values()]


async def test_devices_are_registered_and_stored_by_serial_number(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    form = await open_dialog(hass, loaded)
    assert (form["type"], form["step_id"], form["errors"]) == (FlowResultType.FORM, "user", {})
    user_input = dialog_input(
        hass, loaded, simulator, [FIRST, SECOND], url=f" {simulator.agentcraft_url}/"
    )
    user_input[CONF_CLIENT_SECRET] += " "
    result = await submit(hass, form, user_input)
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "Agentcraft")
    assert _stored(loaded) == [
        {
            CONF_URL: simulator.agentcraft_url,
            CONF_CLIENT_SECRET: simulator.agentcraft.client_secret,
            CONF_DEVICES: [serial_number(loaded, FIRST), serial_number(loaded, SECOND)],
        }
    ]
    assert operations(simulator) == [(ADD, 201)] * 2
    assert (
        agentcraft_state(hass, loaded, FIRST) == agentcraft_state(hass, loaded, SECOND) == "waiting"
    )


async def test_response_with_alternative_id_key_is_accepted(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.agentcraft.id_key = "id"
    await link_devices(hass, loaded, simulator)
    assert agentcraft_state(hass, loaded) == "waiting"


async def test_wrong_secret_shows_error_and_stores_nothing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
) -> None:
    form = await open_dialog(hass, loaded)
    result = await submit(hass, form, dialog_input(hass, loaded, simulator, client_secret="wrong"))
    assert (result["step_id"], result["errors"]) == ("user", {"base": "invalid_auth"})
    assert not loaded.subentries
    assert hass_storage[storage_key(loaded)]["data"] == {}
    assert operations(simulator) == [(ADD, 401)]
    result = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("status", [302, 400, 403, 404, 429, 503])
async def test_refusing_server_shows_error_and_allows_retry(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, status: int
) -> None:
    simulator.fault("/agentcraft/devices", "status", status=status)
    form = await open_dialog(hass, loaded)
    result = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert result["errors"] == {"base": "cannot_connect"}
    simulator.clear_faults()
    result = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(simulator.agentcraft.identities) == 1


async def test_unreachable_server_shows_error_and_allows_retry(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    form = await open_dialog(hass, loaded)
    result = await submit(hass, form, dialog_input(hass, loaded, simulator, url=DEAD))
    assert result["errors"] == {"base": "cannot_connect"}
    result = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({CONF_URL: "http://agentcraft.example.com"}, {CONF_URL: "invalid_url"}),
        ({CONF_DEVICES: []}, {CONF_DEVICES: "no_devices"}),
        ({CONF_DEVICES: ["0" * 32]}, {CONF_DEVICES: "foreign_device"}),
    ],
)
async def test_invalid_input_shows_error_without_request(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    changes: dict[str, Any],
    errors: dict[str, str],
) -> None:
    form = await open_dialog(hass, loaded)
    result = await submit(hass, form, dialog_input(hass, loaded, simulator, **changes))
    assert result["errors"] == errors
    assert not operations(simulator)
    result = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_application_device_cannot_be_linked(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    application = registry.async_get_device(hass, loaded, loaded.unique_id or "")
    assert application is not None
    form = await open_dialog(hass, loaded)
    result = await submit(
        hass, form, dialog_input(hass, loaded, simulator, devices=[application.id])
    )
    assert result["errors"] == {CONF_DEVICES: "foreign_device"}


async def test_device_cannot_be_in_two_links(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await link_devices(hass, loaded, simulator)
    form = await open_dialog(hass, loaded)
    result = await submit(hass, form, dialog_input(hass, loaded, simulator, [SECOND, FIRST]))
    assert result["errors"] == {CONF_DEVICES: "already_linked"}
    assert result["description_placeholders"] is not None
    assert result["description_placeholders"]["device"] == FIRST
    assert creation_count(simulator) == 1
    result = await submit(hass, form, dialog_input(hass, loaded, simulator, [SECOND]))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_concurrent_flows_cannot_register_same_device(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    one, other = await open_dialog(hass, loaded), await open_dialog(hass, loaded)
    simulator.fault("/agentcraft/devices", "reset", times=1)
    result = await submit(hass, one, dialog_input(hass, loaded, simulator))
    assert result["errors"] == {"base": "cannot_connect"}
    result = await submit(hass, other, dialog_input(hass, loaded, simulator))
    assert result["errors"] == {CONF_DEVICES: "already_linked"}
    assert creation_count(simulator) == 1


async def test_first_of_two_links_keeps_a_device(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    first = await link_devices(hass, loaded, simulator, [FIRST])
    second = await link_devices(hass, loaded, simulator, [SECOND])
    both = [serial_number(loaded, SECOND), serial_number(loaded, FIRST)]
    subentry = loaded.subentries[second]
    hass.config_entries.async_update_subentry(
        loaded, subentry, data={**subentry.data, CONF_DEVICES: both}
    )
    await settle(hass)
    assert creation_count(simulator) == 2
    hass.config_entries.async_remove_subentry(loaded, first)
    await settle(hass)
    assert creation_count(simulator) == 3
    assert len(simulator.agentcraft.identities) == 2
    assert agentcraft_state(hass, loaded, FIRST) == "waiting"


async def test_aborted_flow_deletes_its_registration(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    form = await open_dialog(hass, loaded)
    simulator.fault("/agentcraft/devices", "half", times=1)
    await submit(hass, form, dialog_input(hass, loaded, simulator))
    form = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert form["step_id"] == "resolve"
    simulator.agentcraft.client_secrets.clear()
    identity = only_identity(simulator)
    result = await submit(hass, form, {})
    assert result["errors"] == {"base": "invalid_auth"}
    hass.config_entries.subentries.async_abort(form["flow_id"])
    await settle(hass)
    assert only_identity(simulator) is identity
    assert not loaded.subentries
    assert not issues(hass)


async def test_resolve_step_accepts_the_created_id(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    form = await open_dialog(hass, loaded)
    simulator.fault("/agentcraft/devices", "half", times=1)
    result = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert result["errors"] == {"base": "cannot_connect"}
    form = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "resolve")
    assert form["description_placeholders"] == {"device": FIRST}
    result = await submit(hass, form, {"agentcraft_device_id": "not an id"})
    assert result["errors"] == {"base": "agentcraft_invalid_id"}
    result = await submit(hass, form, {"agentcraft_device_id": only_identity(simulator).device_id})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert creation_count(simulator) == 1
    assert operations(simulator)[-1] == (ASK, 404)
    assert agentcraft_state(hass, loaded) == "waiting"


async def test_resolve_step_without_id_creates_a_new_one(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    form = await open_dialog(hass, loaded)
    simulator.fault("/agentcraft/devices", "reset", times=1)
    await submit(hass, form, dialog_input(hass, loaded, simulator))
    form = await submit(hass, form, dialog_input(hass, loaded, simulator))
    assert form["step_id"] == "resolve"
    result = await submit(hass, form, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(simulator.agentcraft.identities) == 1


@pytest.mark.parametrize("brings", [True, False])
async def test_aborted_flow_with_unknown_outcome_creates_an_issue(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, brings: bool
) -> None:
    form = await open_dialog(hass, loaded)
    simulator.fault("/agentcraft/devices", "half" if brings else "reset", times=1)
    await submit(hass, form, dialog_input(hass, loaded, simulator))
    hass.config_entries.subentries.async_abort(form["flow_id"])
    await settle(hass)
    await restart_entry(hass, loaded)
    issue = issues(hass)["agentcraft_outcome_unknown"]
    if brings:
        result = await submit_fix(hass, issue, {"agentcraft_device_id": "not an id"})
        assert result["errors"] == {"base": "agentcraft_invalid_id"}
        identity = only_identity(simulator)
        await submit_fix(hass, issue, {"agentcraft_device_id": identity.device_id})
        assert operations(simulator)[-1] == (DELETE, 204)
    else:
        await submit_fix(hass, issue, {})
    assert not issues(hass)
    assert not simulator.agentcraft.identities
    assert not get_manager(hass, loaded).registrations
    assert creation_count(simulator) == 1


async def test_issue_of_removed_entry_is_only_confirmed(hass: HomeAssistant) -> None:
    flow = await async_create_fix_flow(hass, "agentcraft_conflict_1", None)
    assert isinstance(flow, ConfirmRepairFlow)


async def test_flow_aborts_if_entry_is_not_loaded(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    result = await open_dialog(hass, loaded)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "entry_not_loaded")


async def test_reconfigure_shows_waiting_ids_only(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    subentry_id = await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    first, second = simulator.agentcraft.identities.values()
    simulator.agentcraft.command(second.device_id, "link")
    await pass_time(hass, freezer, minutes=1)
    form = await loaded.start_subentry_reconfigure_flow(hass, subentry_id)
    assert form["description_placeholders"] == {
        "device": "",
        "waiting": f"- {FIRST}: `{first.device_id}`",
    }


async def test_new_secret_applies_to_new_devices_only(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    subentry_id = await link_devices(hass, loaded, simulator, [FIRST])
    identity = only_identity(simulator)
    simulator.agentcraft.client_secrets = {"new"}
    both = [device_id(hass, loaded, FIRST), device_id(hass, loaded, SECOND)]
    result = await reconfigure(hass, loaded, subentry_id, devices=both)
    assert result["errors"] == {"base": "invalid_auth"}
    assert _stored(loaded)[0][CONF_DEVICES] == [serial_number(loaded, FIRST)]
    result = await submit(
        hass, result, dialog_input(hass, loaded, simulator, [FIRST, SECOND], client_secret="new")
    )
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert [operation for operation, _ in operations(simulator)] == [ADD] * 3
    assert identity in simulator.agentcraft.identities.values()
    assert len(simulator.agentcraft.identities) == 2
    assert _stored(loaded)[0][CONF_CLIENT_SECRET] == "new"


async def test_new_secret_registers_devices_that_were_refused(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    simulator.faults.add(Fault("/agentcraft/devices", "status", 401, spared=1))
    subentry_id = await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    assert (agentcraft_state(hass, loaded, FIRST), agentcraft_state(hass, loaded, SECOND)) == (
        "waiting",
        "error",
    )
    assert issues(hass).keys() == {"agentcraft_secret_refused"}
    simulator.clear_faults()
    simulator.agentcraft.client_secrets = {"new"}
    await pass_time(hass, freezer, minutes=1)
    assert operations(simulator)[-1] == (ADD, 401) or operations(simulator)[-2] == (ADD, 401)
    result = await reconfigure(hass, loaded, subentry_id, client_secret="wrong")
    assert result["errors"] == {"base": "invalid_auth"}
    result = await submit(
        hass, result, dialog_input(hass, loaded, simulator, [FIRST, SECOND], client_secret="new")
    )
    assert result["reason"] == "reconfigure_successful"
    assert agentcraft_state(hass, loaded, SECOND) == "waiting"
    assert len(simulator.agentcraft.identities) == 2
    assert not issues(hass)


async def test_wrong_new_secret_leaves_no_problem_behind(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.faults.add(Fault("/agentcraft/devices", "status", 503, spared=1))
    subentry_id = await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    assert agentcraft_state(hass, loaded, SECOND) == "error"
    simulator.clear_faults()
    result = await reconfigure(hass, loaded, subentry_id, client_secret="wrong")
    assert result["errors"] == {"base": "invalid_auth"}
    assert agentcraft_state(hass, loaded, SECOND) == "waiting"
    assert not issues(hass)


async def test_new_url_must_be_reachable(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    subentry_id = await link_devices(hass, loaded, simulator)
    result = await reconfigure(hass, loaded, subentry_id, url=DEAD)
    assert result["errors"] == {"base": "cannot_connect"}
    async with Simulator([]) as moved:
        result = await submit(
            hass, result, dialog_input(hass, loaded, simulator, url=moved.agentcraft_url)
        )
        assert result["reason"] == "reconfigure_successful"
        assert _stored(loaded)[0][CONF_URL] == moved.agentcraft_url
        assert operations(moved) == [(READ, 404)]


async def _unlist(hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator) -> None:
    """Let the platform list the first device no longer."""
    simulator.remove_device(fleet_device(simulator, FIRST).sn)
    await loaded.runtime_data.async_refresh()
    await settle(hass)


async def test_reconfigure_keeps_unlisted_devices(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    subentry_id = await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    first, second = (serial_number(loaded, name) for name in (FIRST, SECOND))
    await _unlist(hass, loaded, simulator)
    result = await reconfigure(hass, loaded, subentry_id, client_secret="new")
    assert result["reason"] == "reconfigure_successful"
    assert _stored(loaded) == [
        {
            CONF_URL: simulator.agentcraft_url,
            CONF_CLIENT_SECRET: "new",
            CONF_DEVICES: [second, first],
        }
    ]
    assert [operation for operation, _ in operations(simulator)] == [ADD, ADD]
    result = await reconfigure(hass, loaded, subentry_id, devices=[])
    assert result["reason"] == "reconfigure_successful"
    assert _stored(loaded)[0][CONF_DEVICES] == [first]
    assert len(simulator.agentcraft.identities) == 1


async def test_unlisted_device_removed_by_the_user_loses_its_id(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    subentry_id = await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    second = serial_number(loaded, SECOND)
    await _unlist(hass, loaded, simulator)
    result = await reconfigure(hass, loaded, subentry_id, devices=[], unlisted_devices=[])
    assert result["errors"] == {CONF_DEVICES: "no_devices"}
    result = await reconfigure(hass, loaded, subentry_id, unlisted_devices=[])
    assert result["reason"] == "reconfigure_successful"
    assert _stored(loaded)[0][CONF_DEVICES] == [second]
    assert len(simulator.agentcraft.identities) == 1


async def test_device_listed_again_during_reconfigure_is_kept(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    subentry_id = await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    first, second = (serial_number(loaded, name) for name in (FIRST, SECOND))
    device = fleet_device(simulator, FIRST)
    await _unlist(hass, loaded, simulator)
    form = await loaded.start_subentry_reconfigure_flow(hass, subentry_id)
    simulator.platform.devices.append(device)
    await poll(hass, loaded)
    user_input = dialog_input(hass, loaded, simulator, [SECOND], unlisted_devices=[first])
    result = await submit(hass, form, user_input)
    assert result["reason"] == "reconfigure_successful"
    assert _stored(loaded)[0][CONF_DEVICES] == [second, first]
    assert len(simulator.agentcraft.identities) == 2
