"""Helpers for the tests of the Agentcraft link."""

from collections.abc import Iterable
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs import RepairsFlowResult, repairs_flow_manager
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, SubentryFlowResult
from homeassistant.const import CONF_CLIENT_SECRET, CONF_DEVICES, CONF_URL, Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResult, FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import DOMAIN, SUBENTRY_AGENTCRAFT
from custom_components.milesight.coordinator import MilesightCoordinator
from custom_components.milesight.devices.device import MilesightDevice
from tests import common
from tests.common import pass_time, set_up, settle, state_of
from tests.simulator import Device, Simulator
from tests.simulator.agentcraft import Identity

ADD = "POST /devices"
ASK = "POST /devices/token"
STATUS = "GET /devices/token/status"
REFRESH = "POST /devices/token/refresh"
READ = "GET /devices/{id}"
DELETE = "DELETE /devices/{id}"
FIRST, SECOND = "Coffee machine", "Cold store"


def fleet_device(simulator: Simulator, name: str = FIRST) -> Device:
    """Return a device of the demo fleet by its name."""
    return next(device for device in simulator.platform.devices if device.name == name)


def device_id(hass: HomeAssistant, entry: MockConfigEntry, name: str = FIRST) -> str:
    """Return Home Assistant's id of a device."""
    return common.device_id(hass, entry, _device_named(entry, name))


def serial_number(entry: MockConfigEntry, name: str = FIRST) -> str:
    """Return the serial number of a device of the entry."""
    return _device_named(entry, name).sn


def _device_named(entry: MockConfigEntry, name: str) -> MilesightDevice:
    coordinator: MilesightCoordinator = entry.runtime_data
    return next(device for device in coordinator.data.values() if device.info.name == name)


def storage_key(entry: MockConfigEntry) -> str:
    """Return the storage key of the registrations."""
    return f"{DOMAIN}.{entry.entry_id}.agentcraft"


def dialog_input(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    names: Iterable[str] = (FIRST,),
    **changes: Any,
) -> dict[str, Any]:
    """Return the user input for the subentry flow."""
    return {
        CONF_URL: simulator.agentcraft_url,
        CONF_CLIENT_SECRET: simulator.agentcraft.client_secret,
        CONF_DEVICES: [device_id(hass, entry, name) for name in names],
    } | changes


async def open_dialog(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    """Start the subentry flow that adds a link."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_AGENTCRAFT), context={"source": SOURCE_USER}
    )


async def submit(
    hass: HomeAssistant, form: FlowResult[Any, Any], user_input: dict[str, Any]
) -> SubentryFlowResult:
    """Submit a step of the subentry flow and wait until Home Assistant is idle."""
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], user_input)
    await settle(hass)
    return result


async def link_devices(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    names: Iterable[str] = (FIRST,),
) -> str:
    """Link devices in the subentry flow and return the subentry id."""
    form = await open_dialog(hass, entry)
    result = await submit(hass, form, dialog_input(hass, entry, simulator, names))
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    return next(reversed(entry.subentries))


async def reconfigure(
    hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str, **changes: Any
) -> SubentryFlowResult:
    """Reconfigure a link in the subentry flow."""
    form = await entry.start_subentry_reconfigure_flow(hass, subentry_id)
    assert form["type"] is FlowResultType.FORM
    assert form["data_schema"] is not None
    suggested_values = {
        str(field): field.description["suggested_value"] for field in form["data_schema"].schema
    }
    return await submit(hass, form, suggested_values | changes)


async def restart_entry(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Unload the entry and set it up again with what is stored only."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await start_entry(hass, entry)


async def start_entry(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up the entry with what is stored only."""
    hass.data.pop("milesight_agentcraft", None)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED


async def reload_entry(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Reload the entry."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)


async def link_and_activate(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    names: Iterable[str] = (FIRST,),
) -> str:
    """Link devices in the subentry flow and in Agentcraft, and return the subentry id."""
    subentry_id = await link_devices(hass, entry, simulator, names)
    for identity in simulator.agentcraft.identities.values():
        simulator.agentcraft.command(identity.device_id, "link")
    await pass_time(hass, freezer, minutes=1)
    assert {agentcraft_state(hass, entry, name) for name in names} == {"active"}
    return subentry_id


async def call_action(hass: HomeAssistant, action: str, *targets: str, **data: Any) -> Any:
    """Call an action for devices and return its response, unwrapped for a single device."""
    response = await common.call_action(hass, action, device_id=list(targets), **data)
    assert response.keys() == set(targets)
    await settle(hass)
    return response[targets[0]] if len(targets) == 1 else response


async def open_fix(hass: HomeAssistant, issue: ir.IssueEntry) -> RepairsFlowResult:
    """Start the repair flow of an issue."""
    assert await async_setup_component(hass, "repairs", {})
    flows = repairs_flow_manager(hass)
    assert flows is not None
    return await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})


async def submit_fix(
    hass: HomeAssistant, issue: ir.IssueEntry, user_input: dict[str, Any]
) -> RepairsFlowResult:
    """Submit the repair flow of an issue and wait until Home Assistant is idle."""
    form = await open_fix(hass, issue)
    assert form["type"] is FlowResultType.FORM
    flows = repairs_flow_manager(hass)
    assert flows is not None
    result = await flows.async_configure(form["flow_id"], user_input)
    await settle(hass)
    return result


def operations(simulator: Simulator) -> list[tuple[str, int]]:
    """Return the operations requested from Agentcraft with their response status."""
    return [(request.operation, request.status) for request in simulator.agentcraft.requests]


def creation_count(simulator: Simulator) -> int:
    """Return the number of requests to create a device ID."""
    return sum(operation == ADD for operation, _ in operations(simulator))


def only_identity(simulator: Simulator) -> Identity:
    """Return the only registered identity."""
    (identity,) = simulator.agentcraft.identities.values()
    return identity


def agentcraft_state(hass: HomeAssistant, entry: MockConfigEntry, name: str = FIRST) -> str:
    """Return the state of the Agentcraft sensor of a device."""
    return state_of(hass, Platform.SENSOR, f"{serial_number(entry, name)}_agentcraft").state


def log_text(caplog: pytest.LogCaptureFixture) -> str:
    """Return the log without the lines of the test plugin, which quote whole files."""
    return "\n".join(
        record.getMessage() + (record.exc_text or "")
        for record in caplog.records
        if not record.name.startswith("pytest_homeassistant_custom_component")
    )
