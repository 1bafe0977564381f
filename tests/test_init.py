"""Tests of setting up, unloading and removing an entry."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.milesight.const import DOMAIN
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
