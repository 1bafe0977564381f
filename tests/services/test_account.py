"""Tests of the actions that change the account."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.devices import registry
from tests.common import call_action, call_action_without_response, device_id, settle
from tests.simulator import Simulator


async def test_added_device_appears_in_home_assistant(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    response = await call_action(
        hass,
        "add_device",
        serial_number="6723d38552440001",
        name="Attic",
        description="under the roof",
        tags=["A", "B"],
    )
    added = simulator.platform.by_sn("6723D38552440001")
    assert response == {
        "sn": added.sn,
        "device_id": str(added.device_id),
        "dev_eui": added.dev_eui,
        "imei": None,
    }
    assert (added.description, added.tags) == ("under the roof", ["A", "B"])
    await simulator.settle()
    await settle(hass)
    assert registry.async_get_device(hass, pushing, added.sn) is not None
    with pytest.raises(HomeAssistantError) as raised:
        await call_action(hass, "add_device", serial_number=added.sn, name="Attic")
    assert "already been added" in str(raised.value)


async def test_update_device_keeps_fields_not_given(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    device.description = "behind the door"
    await call_action_without_response(
        hass, "update_device", device_id=device_id(hass, loaded, device), name="Larder"
    )
    assert (device.name, device.description) == ("Larder", "behind the door")
    assert (device.project, device.tags) == ("Kitchen", ["Kitchen"])
    await settle(hass)
    found = registry.async_get_device(hass, loaded, device.sn)
    assert found is not None
    assert found.name == "Larder"


async def test_deleted_device_is_removed_from_home_assistant(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    target = device_id(hass, loaded, device)
    assert await call_action(hass, "delete_device", device_id=target) == {target: {}}
    await settle(hass)
    assert not simulator.platform.has(device.sn)
    assert registry.async_get_device(hass, loaded, device.sn) is None


async def test_removal_from_application_uses_inferred_path(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    target = device_id(hass, loaded, device)
    assert await call_action(hass, "remove_from_application", device_id=target) == {target: {}}
    request = next(r for r in simulator.requests if r.method == "DELETE")
    assert request.path.endswith(f"/devices/{device.device_id}/application")
    await settle(hass)
    assert registry.async_get_device(hass, loaded, device.sn) is None


async def test_rps_profile_urls_are_set_listed_and_deleted(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    serial_number, url = "6757D3317995", "https://example.com/profile"
    await call_action_without_response(
        hass, "set_rps_profile_url", serial_number=serial_number, profile_url=url
    )
    listed = await call_action(hass, "list_rps_profile_urls", config_entry_id=loaded.entry_id)
    assert listed == {"profile_urls": [{"sn": serial_number, "profileUrl": url}]}
    await call_action_without_response(hass, "delete_rps_record", serial_number=serial_number)
    assert await call_action(hass, "list_rps_profile_urls") == {"profile_urls": []}
    with pytest.raises(HomeAssistantError) as raised:
        await call_action_without_response(hass, "delete_rps_record", serial_number=serial_number)
    assert "No RPS record" in str(raised.value)


async def test_invalid_serial_number_is_refused_before_sending(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.requests.clear()
    for serial_number in ("../devices/1", "a/b", "?", "", "6" * 65, "\u0661\u0662"):
        with pytest.raises(ServiceValidationError) as raised:
            await call_action_without_response(
                hass, "delete_rps_record", serial_number=serial_number
            )
        assert raised.value.translation_key == "invalid_serial_number"
    assert not simulator.requests
