"""Conditions: online, offline, silent."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import (
    async_from_config,
    async_get_all_descriptions,
    async_validate_condition_config,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.milesight.condition import CONDITIONS
from custom_components.milesight.const import DOMAIN
from tests.common import device_id, pass_time, settle
from tests.files import ICONS, SOURCE
from tests.simulator import Simulator

KITCHEN = {"area_id": "kitchen"}


async def check(
    hass: HomeAssistant, key: str, target: dict[str, Any] = KITCHEN, **options: Any
) -> bool:
    """Return if a condition is true."""
    config = {"condition": f"{DOMAIN}.{key}", "target": target, "options": options}
    config = await async_validate_condition_config(hass, config)
    checker = await async_from_config(hass, config)
    try:
        return bool(checker.async_check())
    finally:
        checker.async_unload()


async def test_conditions_have_texts_icons_and_fields(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    assert await check(hass, "is_online")
    descriptions = await async_get_all_descriptions(hass)
    for key in CONDITIONS:
        description = descriptions[f"{DOMAIN}.{key}"]
        assert description is not None
        assert description["target"]
        assert description["fields"].keys() == SOURCE["conditions"][key]["fields"].keys()
        assert ICONS["conditions"][key]["condition"].startswith("mdi:")


async def test_condition_counts_offline_devices(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    kitchen = [device for device in simulator.platform.devices if device.project == "Kitchen"]
    first, *others = kitchen
    await simulator.offline(first.sn)
    await simulator.settle()
    await settle(hass)
    assert await check(hass, "is_offline")
    assert not await check(hass, "is_offline", behavior="all")
    assert await check(hass, "is_online")
    assert not await check(hass, "is_online", behavior="all")
    assert await check(hass, "is_offline", {"device_id": device_id(hass, pushing, first)})
    for device in others:
        await simulator.offline(device.sn)
        await simulator.settle()
    await settle(hass)
    assert await check(hass, "is_offline", behavior="all")


async def test_condition_counts_silent_devices(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    kitchen = [device for device in simulator.platform.devices if device.project == "Kitchen"]
    for device in kitchen:
        await simulator.report(device.sn)
        await simulator.settle()
    hour = {"for": {"hours": 1}}
    assert not await check(hass, "is_silent", **hour)
    await pass_time(hass, freezer, minutes=61)
    assert await check(hass, "is_silent", behavior="all", **hour)
    assert not await check(hass, "is_silent", **{"for": {"days": 365}})
    await simulator.report(kitchen[0].sn)
    await simulator.settle()
    assert await check(hass, "is_silent", **hour)
    assert not await check(hass, "is_silent", behavior="all", **hour)


async def test_unknown_silence_is_not_silent(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    target = {"device_id": device_id(hass, loaded, simulator.device("EM300-TH"))}
    assert await hass.config_entries.async_unload(loaded.entry_id)
    hour = {"for": {"hours": 1}}
    assert not await check(hass, "is_silent", target, behavior="all", **hour)
    assert not await check(hass, "is_silent", {"area_id": "missing"}, behavior="all", **hour)


@pytest.mark.parametrize("key", ["is_offline", "is_online", "is_silent"])
@pytest.mark.parametrize(
    "target", [{"area_id": "missing"}, {"entity_id": "light.of_another_integration"}, {}]
)
async def test_target_without_our_devices_is_false(
    hass: HomeAssistant, loaded: MockConfigEntry, key: str, target: dict[str, Any]
) -> None:
    assert not await check(hass, key, target, **{"for": {"hours": 1}})


async def test_device_of_an_unloaded_entry_is_neither(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    for key in ("is_offline", "is_online"):
        assert not await check(hass, key)


async def test_no_device_is_silent_for_a_year(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    assert not await check(hass, "is_silent", **{"for": {"days": 365}})


@pytest.mark.parametrize("options", [{}, {"for": 0}, {"for": {"hours": 1}, "behavior": "first"}])
async def test_invalid_options_of_silent_are_refused(
    hass: HomeAssistant, loaded: MockConfigEntry, options: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await check(hass, "is_silent", **options)
