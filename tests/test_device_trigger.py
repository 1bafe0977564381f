"""Device triggers: what a person finds in the automation editor under a device."""

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

from custom_components.milesight.const import DOMAIN
from custom_components.milesight.devices.device import MilesightDevice
from custom_components.milesight.mapping import ReportEventDescription
from tests.common import device_id, entity_id, settle
from tests.fleets import of_demo
from tests.simulator import Device, Simulator


@pytest.fixture
def devices() -> list[Device]:
    """Return what is on the platform."""
    return of_demo("WS101", "WS303", "WS523")


async def _triggers(hass: HomeAssistant, device: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await async_get_device_automations(
        hass, DeviceAutomationType.TRIGGER, device
    )
    return found


def _kinds(entry: MockConfigEntry, device: Device) -> dict[str, str]:
    """Return the key of the enumeration by the kind of press that it means."""
    known: MilesightDevice = entry.runtime_data.devices[device.sn]
    press = next(d for d in known.descriptions() if isinstance(d, ReportEventDescription))
    return {kind: key for key, kind in press.event_types.items()}


async def _automate(hass: HomeAssistant, trigger: dict[str, Any]) -> None:
    assert await async_setup_component(
        hass,
        automation.DOMAIN,
        {
            automation.DOMAIN: {
                "triggers": [{key: trigger[key] for key in trigger if key != "metadata"}],
                "actions": [
                    {"action": "test.note", "data": {"kind": "{{ trigger.subtype | default }}"}}
                ],
            }
        },
    )
    await hass.async_block_till_done()


async def test_each_kind_of_press_is_a_trigger_of_the_device_and_runs_at_every_press(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    noted: list[ServiceCall],
) -> None:
    device = simulator.device("WS101")
    own = [
        trigger
        for trigger in await _triggers(hass, device_id(hass, pushing, device))
        if trigger["domain"] == DOMAIN
    ]
    registry = er.async_get(hass)
    presses = {trigger["subtype"]: trigger for trigger in own}
    assert len(presses) == len(own) > 1
    kind, other = list(presses)[:2]
    entry = registry.async_get(presses[kind]["entity_id"])
    assert entry is not None
    assert entry.domain == Platform.EVENT

    await _automate(hass, presses[kind])
    labels = dict(device.model.specification.leaves["button_event.status"].labels)
    kinds = _kinds(pushing, device)
    for pressed in (kind, kind, other):
        await simulator.press(device.sn, kind=labels[kinds[pressed]])
        await hass.async_block_till_done()
    assert [call.data["kind"] for call in noted] == [kind, kind]


async def test_the_last_event_that_returns_with_its_entry_runs_nothing(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    noted: list[ServiceCall],
) -> None:
    device = simulator.device("WS523")
    own = [
        trigger
        for trigger in await _triggers(hass, device_id(hass, pushing, device))
        if trigger["domain"] == DOMAIN
    ]
    sensor = entity_id(hass, Platform.EVENT, f"{device.sn}_event_outage_event")
    outage = next(
        trigger
        for trigger in own
        if (entry := er.async_get(hass).async_get(trigger["entity_id"]))
        and entry.entity_id == sensor
        and "outage" in trigger["subtype"]
    )
    await _automate(hass, outage)
    await simulator.event(device.sn, "outage_event", {"outage_event": {"status": "1"}})
    await hass.async_block_till_done()
    assert [call.data["kind"] for call in noted] == [outage["subtype"]]
    assert await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    assert len(noted) == 1


async def test_going_offline_and_alarms_are_triggers_of_home_assistant_s_own(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    leak = await _triggers(hass, device_id(hass, loaded, simulator.device("WS303")))
    kinds = {trigger["type"] for trigger in leak if trigger["domain"] == "binary_sensor"}
    assert {"connected", "not_connected", "moist", "not_moist"} <= kinds


async def test_services_without_inputs_are_actions_of_the_device(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    actions = await async_get_device_automations(
        hass, DeviceAutomationType.ACTION, device_id(hass, loaded, device)
    )
    button = er.async_get(hass).async_get(
        entity_id(hass, Platform.BUTTON, f"{device.sn}_service_query_device_status")
    )
    assert button is not None
    assert button.id in {
        action["entity_id"] for action in actions if action["domain"] == Platform.BUTTON
    }
