"""Whom an action is for, and what becomes of several devices side by side."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.api import Device as Listed, RateLimitError
from custom_components.milesight.const import DOMAIN
from custom_components.milesight.coordinator import MilesightCoordinator
from custom_components.milesight.devices import registry
from tests.common import act, act_silently, device_id, set_up
from tests.simulator import Simulator


async def test_only_devices_of_a_loaded_application_can_be_meant(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    devices = dr.async_get(hass)
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    foreign = devices.async_get_or_create(config_entry_id=other.entry_id, identifiers={("x", "y")})
    itself = devices.async_get_device_by_identifier(
        (DOMAIN, loaded.unique_id or ""), loaded.entry_id
    )
    assert itself is not None
    good = device_id(hass, loaded, simulator.device("WS523"))
    simulator.requests.clear()
    for bad, key in (
        ("0" * 32, "service_device_not_found"),
        (foreign.id, "service_device_wrong_domain"),
        (itself.id, "not_a_device"),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, "call_service", device_id=[good, bad], service_id="reboot")
        assert refused.value.translation_key == key
    assert not simulator.requests
    assert await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "get_device", device_id=good)
    assert refused.value.translation_key == "service_config_entry_not_loaded"
    with pytest.raises(ServiceValidationError):
        await act_silently(hass, "refresh", config_entry_id=loaded.entry_id)


async def test_a_device_whose_specification_is_not_known_takes_no_command(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    simulator.fault(f"/devices/{device.device_id}/thing-specification", "status", status=500)
    await set_up(hass, entry)
    with pytest.raises(ServiceValidationError) as refused:
        await act(
            hass,
            "set_properties",
            device_id=device_id(hass, entry, device),
            properties={"reporting_interval": 600},
        )
    assert refused.value.translation_key == "no_specification"


async def test_one_device_that_fails_does_not_hide_the_others(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    first, second, *_ = (d for d in simulator.platform.devices if d.model.name == "WS523")
    targets = [device_id(hass, pushing, device) for device in (first, second)]
    simulator.fault(f"/devices/{first.device_id}/services", "failed")
    response = await act(hass, "call_service", device_id=targets, service_id="reboot")
    assert "refused the command to Coffee machine" in response[targets[0]]["error"]
    assert "request_id" in response[targets[1]]

    with pytest.raises(HomeAssistantError) as failed:
        await act_silently(hass, "call_service", device_id=targets, service_id="reboot")
    assert failed.value.translation_key == "several_failed"
    assert (failed.value.translation_placeholders or {})["failed"] == "1"
    with pytest.raises(HomeAssistantError) as failed:
        await act_silently(hass, "call_service", device_id=targets[0], service_id="reboot")
    assert failed.value.translation_key == "command_failed"
    assert len((failed.value.translation_placeholders or {})["request_id"]) == 32


async def _admit_many(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, number: int
) -> list[str]:
    """Put devices like a socket into the fleet, as a big account has them."""
    coordinator: MilesightCoordinator = entry.runtime_data
    like = coordinator.data[simulator.device("WS523").sn].info.to_json()
    infos = [
        info
        for serial in range(number)
        if (info := Listed.from_json(like | {"sn": f"60000000{serial:08}", "deviceId": serial + 1}))
    ]
    registry.async_register_devices(hass, entry, infos)
    for info in infos:
        coordinator.device_manager.add(info)
    return [
        device.id
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        if (device.serial_number or "").startswith("60000000")
    ]


async def test_five_thousand_devices_in_one_call_are_asked_a_few_at_a_time(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hass.loop.set_debug(False)  # of which most of the time would go into tracebacks
    targets = await _admit_many(hass, loaded, simulator, 5000)
    running: list[int] = [0, 0]

    async def call_service(*_: object) -> str:
        running[0] += 1
        running[1] = max(running)
        await asyncio.sleep(0)
        running[0] -= 1
        return "taken"

    monkeypatch.setattr(loaded.runtime_data.client, "call_service", call_service)
    response = await act(hass, "call_service", device_id=targets, service_id="reboot")
    assert list(response) == targets
    assert len(targets) == 5000
    assert all(answer == {"request_id": "taken"} for answer in response.values())
    assert running == [0, 4]


async def test_when_the_platform_wants_no_more_requests_it_gets_no_more(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    targets = await _admit_many(hass, loaded, simulator, 100)
    calls: list[str] = []

    async def call_service(address: str, *_: object) -> str:
        calls.append(address)
        if len(calls) > 10:
            raise RateLimitError(429, message="Too many")
        return "taken"

    monkeypatch.setattr(loaded.runtime_data.client, "call_service", call_service)
    response = await act(hass, "call_service", device_id=targets, service_id="reboot")
    assert len(calls) < 20
    assert sum("error" in answer for answer in response.values()) == 90
