"""Tests of core triggers and actions with entities of a device."""

from typing import Any

from homeassistant.components import automation
from homeassistant.components.device_automation import DeviceAutomationType
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_get_device_automations,
)

from custom_components.milesight.devices.device import MilesightDevice
from custom_components.milesight.mapping import EventDescription, ThingEventDescription
from tests.common import device_id, enable_all, entity_id, settle
from tests.fleets import of_demo
from tests.simulator import Device, Simulator
from tests.simulator.values import nest


@pytest.fixture
def devices() -> list[Device]:
    """Return devices with a button, a leak sensor and a socket."""
    return of_demo("WS101", "WS303", "WS523")


async def _triggers(hass: HomeAssistant, device: str) -> list[dict[str, Any]]:
    triggers: list[dict[str, Any]] = await async_get_device_automations(
        hass, DeviceAutomationType.TRIGGER, device
    )
    return triggers


def _event_types(entry: MockConfigEntry, device: Device, key: str) -> dict[str, str]:
    """Return the event types of an event entity by the key of the enumeration."""
    known: MilesightDevice = entry.runtime_data.data[device.sn]
    (description,) = (
        description
        for description in known.descriptions()
        if isinstance(description, EventDescription) and description.key == key
    )
    return dict(description.event_types)


async def _automate(
    hass: HomeAssistant, target: dict[str, Any], event_types: list[str] | str
) -> None:
    """Note the event type whenever the trigger event.received fires."""
    config = {
        "triggers": {
            "trigger": "event.received",
            "target": target,
            "options": {"event_type": event_types},
        },
        "actions": [
            {
                "action": "test.note",
                "data": {"kind": "{{ trigger.to_state.attributes.event_type }}"},
            }
        ],
    }
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: config})
    await hass.async_block_till_done()


async def test_each_press_fires_event_received(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    recorded_calls: list[ServiceCall],
) -> None:
    device = simulator.device("WS101")
    kind, other = list(_event_types(pushing, device, "button_event.status").values())[:2]
    await _automate(hass, {"device_id": device_id(hass, pushing, device)}, kind)
    labels = dict(device.model.specification.leaves["button_event.status"].labels)
    keys = {name: key for key, name in _event_types(pushing, device, "button_event.status").items()}
    for pressed in (kind, kind, other):
        await simulator.press(device.sn, kind=labels[keys[pressed]])
        await hass.async_block_till_done()
    assert [call.data["kind"] for call in recorded_calls] == [kind, kind]


async def test_every_event_type_fires_event_received(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    recorded_calls: list[ServiceCall],
) -> None:
    await enable_all(hass, pushing)
    device = simulator.device("WS523")
    events = [
        description
        for description in pushing.runtime_data.data[device.sn].descriptions()
        if isinstance(description, EventDescription)
    ]
    every = [
        (description, key, event_type)
        for description in events
        for key, event_type in description.event_types.items()
    ]
    entities = [
        entity_id(hass, Platform.EVENT, f"{device.sn}_{description.key}") for description in events
    ]
    await _automate(
        hass, {"entity_id": entities}, sorted({event_type for _, _, event_type in every})
    )
    for description, key, _ in every:
        if isinstance(description, ThingEventDescription):
            output = description.type_output
            outputs = {output.path: key} if output is not None and key else {}
            await simulator.event(device.sn, description.path, outputs)
        else:
            await simulator.report(device.sn, nest({description.path: key}))
        await hass.async_block_till_done()
    assert [call.data["kind"] for call in recorded_calls] == [
        event_type for _, _, event_type in every
    ]
    assert len(every) > len(events) > 1


async def test_restored_event_fires_nothing(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    recorded_calls: list[ServiceCall],
) -> None:
    device = simulator.device("WS523")
    outage = entity_id(hass, Platform.EVENT, f"{device.sn}_event_outage_event")
    event_types = _event_types(pushing, device, "event_outage_event")
    await _automate(hass, {"entity_id": outage}, list(event_types.values()))
    await simulator.event(device.sn, "outage_event", {"outage_event": {"status": "1"}})
    await hass.async_block_till_done()
    assert [call.data["kind"] for call in recorded_calls] == [event_types["1"]]
    assert await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    assert len(recorded_calls) == 1


async def test_alarm_and_connectivity_are_device_triggers(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    leak = await _triggers(hass, device_id(hass, loaded, simulator.device("WS303")))
    kinds = {trigger["type"] for trigger in leak if trigger["domain"] == "binary_sensor"}
    assert {"connected", "not_connected", "moist", "not_moist"} <= kinds


async def test_service_without_inputs_is_device_action(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    actions = await async_get_device_automations(
        hass, DeviceAutomationType.ACTION, device_id(hass, loaded, device)
    )
    button = er.async_get(hass).async_get(
        entity_id(hass, Platform.BUTTON, f"{device.sn}_service_reboot")
    )
    assert button is not None
    assert button.id in {
        action["entity_id"] for action in actions if action["domain"] == Platform.BUTTON
    }
