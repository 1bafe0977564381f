"""What the tests of the Agentcraft link ask for, in few words."""

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


def device(simulator: Simulator, name: str = FIRST) -> Device:
    """Return a device of the demo fleet by its name."""
    return next(device for device in simulator.platform.devices if device.name == name)


def device_id(hass: HomeAssistant, entry: MockConfigEntry, name: str = FIRST) -> str:
    """Return Home Assistant's id of a device."""
    return common.device_id(hass, entry, _held(entry, name))


def serial_number(entry: MockConfigEntry, name: str = FIRST) -> str:
    """Return the serial number of a device that the entry shows."""
    return _held(entry, name).sn


def _held(entry: MockConfigEntry, name: str) -> MilesightDevice:
    coordinator: MilesightCoordinator = entry.runtime_data
    return next(device for device in coordinator.data.values() if device.info.name == name)


def storage_key(entry: MockConfigEntry) -> str:
    """Return the name of the file that the link is kept in."""
    return f"{DOMAIN}.{entry.entry_id}.agentcraft"


def answers(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    names: Iterable[str] = (FIRST,),
    **changes: Any,
) -> dict[str, Any]:
    """Return what a user types into the dialog."""
    return {
        CONF_URL: simulator.agentcraft_url,
        CONF_CLIENT_SECRET: simulator.agentcraft.client_secret,
        CONF_DEVICES: [device_id(hass, entry, name) for name in names],
    } | changes


async def open_dialog(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    """Begin to add a link."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_AGENTCRAFT), context={"source": SOURCE_USER}
    )


async def submit(
    hass: HomeAssistant, shown: FlowResult[Any, Any], user_input: dict[str, Any]
) -> SubentryFlowResult:
    """Answer a step of the dialog, and let everything come to rest."""
    result = await hass.config_entries.subentries.async_configure(shown["flow_id"], user_input)
    await settle(hass)
    return result


async def link(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    names: Iterable[str] = (FIRST,),
) -> str:
    """Link devices by the dialog; return the id of the subentry."""
    shown = await open_dialog(hass, entry)
    result = await submit(hass, shown, answers(hass, entry, simulator, names))
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    return next(reversed(entry.subentries))


async def reconfigure(
    hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str, **changes: Any
) -> SubentryFlowResult:
    """Change a link by the dialog."""
    shown = await entry.start_subentry_reconfigure_flow(hass, subentry_id)
    assert shown["type"] is FlowResultType.FORM
    assert shown["data_schema"] is not None
    offered = {
        str(field): field.description["suggested_value"] for field in shown["data_schema"].schema
    }
    return await submit(hass, shown, offered | changes)


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Have the integration forget all that is not on the disk, and start again."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await start(hass, entry)


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set the entry up with nothing but what is on the disk."""
    hass.data.pop("milesight_agentcraft", None)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Reload the entry, as Home Assistant does after changes."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)


async def activate(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    names: Iterable[str] = (FIRST,),
) -> str:
    """Link devices by the dialog and in Agentcraft; return the id of the subentry."""
    subentry_id = await link(hass, entry, simulator, names)
    for identity in simulator.agentcraft.identities.values():
        simulator.agentcraft.command(identity.device_id, "link")
    await pass_time(hass, freezer, minutes=1)
    assert {shown(hass, entry, name) for name in names} == {"active"}
    return subentry_id


async def act(hass: HomeAssistant, action: str, *targets: str, **data: Any) -> Any:
    """Call an action for devices; return its response, for a single one that one's."""
    response = await common.act(hass, action, device_id=list(targets), **data)
    assert response.keys() == set(targets)
    await settle(hass)
    return response[targets[0]] if len(targets) == 1 else response


async def open_fix(hass: HomeAssistant, issue: ir.IssueEntry) -> RepairsFlowResult:
    """Begin to mend what a repair issue tells of."""
    assert await async_setup_component(hass, "repairs", {})
    flows = repairs_flow_manager(hass)
    assert flows is not None
    return await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})


async def fix(
    hass: HomeAssistant, issue: ir.IssueEntry, user_input: dict[str, Any]
) -> RepairsFlowResult:
    """Mend what a repair issue tells of, and let everything come to rest."""
    form = await open_fix(hass, issue)
    assert form["type"] is FlowResultType.FORM
    flows = repairs_flow_manager(hass)
    assert flows is not None
    result = await flows.async_configure(form["flow_id"], user_input)
    await settle(hass)
    return result


def operations(simulator: Simulator) -> list[tuple[str, int]]:
    """Return what Agentcraft was asked, and with which status it answered."""
    return [(request.operation, request.status) for request in simulator.agentcraft.requests]


def created(simulator: Simulator) -> int:
    """Return how many device IDs were ever asked for."""
    return sum(operation == ADD for operation, _ in operations(simulator))


def only(simulator: Simulator) -> Identity:
    """Return the one device ID that there is."""
    (identity,) = simulator.agentcraft.identities.values()
    return identity


def shown(hass: HomeAssistant, entry: MockConfigEntry, name: str = FIRST) -> str:
    """Return the state of a device's Agentcraft sensor."""
    return state_of(hass, Platform.SENSOR, f"{serial_number(entry, name)}_agentcraft").state


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return the log without what the test plugin itself writes, which quotes whole files."""
    return "\n".join(
        record.getMessage() + (record.exc_text or "")
        for record in caplog.records
        if not record.name.startswith("pytest_homeassistant_custom_component")
    )
