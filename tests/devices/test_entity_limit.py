"""Limit of enabled entities per config entry."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.devices import entity_limit
from custom_components.milesight.issues import ENTITY_LIMIT
from custom_components.milesight.mapping import Priority
from tests.common import issues, poll, set_up
from tests.simulator import Simulator

APPLICATION_KEYS = ("requests_24h", "pushes_24h", "last_push", "next_poll")


async def test_devices_beyond_the_limit_have_primary_entities(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entity_limit, "MAX_ENABLED_ENTITIES", 180)
    await set_up(hass, entry)
    assert issues(hass).keys() == {ENTITY_LIMIT}
    coordinator = entry.runtime_data
    first, *_, last = coordinator.data.values()
    assert (first.shown_priority, last.shown_priority) == (Priority.SECONDARY, Priority.PRIMARY)
    enabled = {
        entity.unique_id
        for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if not entity.disabled
    }
    own = {f"{entry.unique_id}_{key}" for key in ("push_healthy", *APPLICATION_KEYS)}
    # an array may have more elements than most have; the limit leaves room for that
    assert len(enabled - own) <= entity_limit.MAX_ENABLED_ENTITIES / 0.95
    for description in last.descriptions():
        is_primary = description.priority is Priority.PRIMARY
        assert (f"{last.sn}_{description.key}" in enabled) is is_primary

    for sn in list(coordinator.data)[:20]:
        simulator.remove_device(sn)
    await poll(hass, entry)
    device = await simulator.add_device("EM300-TH")
    await poll(hass, entry)
    assert coordinator.data[device.sn].shown_priority is Priority.SECONDARY


async def test_issue_ends_with_the_last_limited_device(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entity_limit, "MAX_ENABLED_ENTITIES", 100)
    await set_up(hass, entry)
    assert issues(hass).keys() == {ENTITY_LIMIT}
    limited = [
        device.sn
        for device in entry.runtime_data.data.values()
        if device.shown_priority is Priority.PRIMARY
    ]
    assert len(limited) > 2
    for sn in limited[1:]:
        simulator.remove_device(sn)
    await poll(hass, entry)
    assert issues(hass).keys() == {ENTITY_LIMIT}
    simulator.remove_device(limited[0])
    await poll(hass, entry)
    assert not issues(hass)


async def test_few_devices_create_no_issue(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    assert not issues(hass)
