"""Tests of setting up, unloading and removing an entry."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.milesight.const import DOMAIN
from tests.common import set_up, settle, temperature
from tests.faults.helpers import reauth_flows
from tests.simulator import Simulator


async def test_setup_registers_all_devices(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    assert loaded.state is ConfigEntryState.LOADED
    for device in simulator.platform.devices:
        registered = device_registry.async_get_device_by_identifier(
            (DOMAIN, device.sn), loaded.entry_id
        )
        assert registered is not None
        assert (registered.name, registered.model) == (device.name, device.model.name)
        assert registered.serial_number == device.sn


async def test_entry_unloads(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert loaded.state is ConfigEntryState.NOT_LOADED


@pytest.mark.parametrize(
    ("credentials", "fault", "reauthentications"),
    [({"client_secret": "revoked"}, False, 1), ({"enabled": False}, False, 1), ({}, True, 0)],
    ids=["revoked", "disabled", "unreachable"],
)
async def test_failed_start_keeps_the_stored_fleet(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    credentials: dict[str, Any],
    fault: bool,
    reauthentications: int,
) -> None:
    before = temperature(hass, simulator.device("EM300-TH"))
    assert await hass.config_entries.async_unload(loaded.entry_id)
    simulator.application.configure(**credentials)
    if fault:
        simulator.fault("/", "reset")
    caplog.clear()
    await set_up(hass, loaded)
    assert loaded.state is ConfigEntryState.LOADED
    assert temperature(hass, simulator.device("EM300-TH")) == before
    assert reauth_flows(hass) == reauthentications
    assert not loaded.runtime_data.last_update_success
    assert caplog.text.count("Error fetching Home data") == 1

    assert await hass.config_entries.async_unload(loaded.entry_id)
    stored = hass_storage[f"{DOMAIN}.{loaded.entry_id}"]["data"]["devices"]
    assert len(stored) == len(simulator.platform.devices)


async def test_reauthentication_recovers_the_stored_fleet(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    simulator.application.configure(client_secret="renewed")
    await set_up(hass, loaded)
    (flow,) = hass.config_entries.flow.async_progress()
    await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_CLIENT_SECRET: "renewed"})
    await settle(hass)
    assert loaded.state is ConfigEntryState.LOADED
    assert loaded.runtime_data.last_update_success
    assert len(loaded.runtime_data.data) == len(simulator.platform.devices)


async def test_entry_removal_deletes_all_data(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert f"{DOMAIN}.{loaded.entry_id}" in hass_storage
    await hass.config_entries.async_remove(loaded.entry_id)
    assert f"{DOMAIN}.{loaded.entry_id}" not in hass_storage


async def test_only_unlisted_device_can_be_removed_manually(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client()
    present = simulator.device("EM300-TH")
    gone = device_registry.async_get_or_create(
        config_entry_id=loaded.entry_id, identifiers={(DOMAIN, "6000000000000000")}
    )
    kept = device_registry.async_get_device_by_identifier((DOMAIN, present.sn), loaded.entry_id)
    assert kept is not None
    result = await client.remove_device(kept.id)
    assert not result["success"]
    result = await client.remove_device(gone.id)
    assert result["success"]
    assert device_registry.async_get(gone.id) is None
