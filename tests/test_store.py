"""What survives a restart, and what is put aside."""

from dataclasses import replace
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.api import Device
from custom_components.milesight.const import DOMAIN
from custom_components.milesight.webhook import MAX_ID, REMEMBERED, Recent
from tests.common import state_of
from tests.simulator import Simulator


async def test_a_store_of_a_newer_version_is_put_aside(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    key = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[key] = {"version": 99, "minor_version": 1, "key": key, "data": {}}
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "cannot be read and are fetched anew" in caplog.text
    assert len(entry.runtime_data.devices) == len(simulator.platform.devices)


async def test_specifications_that_no_device_has_any_longer_are_not_kept(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator, model = entry.runtime_data, simulator.device("EM300-TH").model.name
    updated = [device for device in simulator.platform.devices if device.model.name == model]
    before = {f"{model} {device.firmware}" for device in updated}
    for device in updated:
        device.firmware = "99.0"
    await coordinator.async_refresh()
    await coordinator.async_save()
    kept = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["specifications"]
    assert f"{model} 99.0" in kept
    assert before.isdisjoint(kept)


async def test_a_battery_that_only_the_device_list_knows_is_shown_and_followed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sn = simulator.device("WS523").sn
    level: int | None = None
    listed = Device.from_json

    def with_battery(data: object) -> Device | None:
        device = listed(data)
        return replace(device, electricity=level) if device and device.sn == sn else device

    monkeypatch.setattr(Device, "from_json", staticmethod(with_battery))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    with pytest.raises(AssertionError, match="no sensor"):
        state_of(hass, Platform.SENSOR, f"{sn}_battery")
    for level in (80, 79):
        simulator.device("WS523").name = f"Socket with {level} %"
        await entry.runtime_data.async_refresh()
        await hass.async_block_till_done(wait_background_tasks=True)
        assert state_of(hass, Platform.SENSOR, f"{sn}_battery").state == str(level)
    thermometer = simulator.device("EM300-TH")
    shown = state_of(hass, Platform.SENSOR, f"{thermometer.sn}_battery")
    assert float(shown.state) == thermometer.values["battery"]


async def test_a_device_without_model_that_fails_is_not_named_in_the_log(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = simulator.device("EM300-TH")
    listed = Device.from_json

    def without_model(data: object) -> Device | None:
        found = listed(data)
        return replace(found, model=None) if found and found.sn == device.sn else found

    monkeypatch.setattr(Device, "from_json", staticmethod(without_model))
    simulator.fault(f"/{device.device_id}/thing-specification", "html", times=1)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "The thing specification of a device without model cannot be read" in caplog.text
    told = [record.getMessage() for record in caplog.records if record.name.startswith("custom_")]
    assert not any(str(device.device_id) in line or device.sn in line for line in told)
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "can be read again" in caplog.text
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_temperature").state != "unknown"


async def test_a_rate_limit_on_specifications_stops_the_poll(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/thing-specification", "rate_limit", retry_after=30)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    simulator.clear_faults()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_device_that_moves_to_another_address_keeps_its_entities(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    simulator.remove_device(device.sn)
    device.device_id += 1
    simulator.platform._take(device)
    await pushing.runtime_data.async_refresh()
    await simulator.report(device.sn, {"temperature": 12})
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_temperature").state == "12"


def test_the_memory_for_ids_is_bounded() -> None:
    recent = Recent()
    for number in range(REMEMBERED + 1):
        recent.add(str(number))
    assert "0" not in recent
    assert str(REMEMBERED) in recent
    recent.add("x" * (MAX_ID + 1))
    assert "x" * (MAX_ID + 1) not in recent
