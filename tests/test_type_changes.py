"""Tests of properties whose type changes with new firmware."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import poll, settle
from tests.fleets import install, model, new_devices, specification
from tests.simulator import Device, Simulator
from tests.simulator.values import nest
from tests.specifications import item

TYPES: Final = (
    [item("level", unit="°C", defaultValue=21.5)],
    [item("level", "int", "%", "RW", validator={"min": 0, "max": 100}, defaultValue=5)],
    [item("level", "enum", labels="low/mid/high", defaultValue="1")],
    [item("level", "enum", None, "RW", "low/mid/high", defaultValue="2")],
    [item("level", "enum", labels="short press/long press", defaultValue="1")],
    [item("level", "bool", labels="false=disable/true=enable", defaultValue=True)],
    [item("level", "text", None, "RW", validator={"maxSize": 4}, defaultValue="ab")],
    [item("level", "date", defaultValue=1763007319)],
    [item("level", "image", defaultValue="https://example.com/1.png")],
    [item("level", "struct"), item("level.level", unit="°C", defaultValue=21.5)],
    [
        item("level", "array", validator={"maxSize": 3}, defaultValue=[1, 2]),
        item("level._item", unit="°C"),
    ],
)


@pytest.fixture
def devices() -> list[Device]:
    """Return a device for each change of a type to another one or to itself."""
    models = [model(f"TYPE-{place}", *properties) for place, properties in enumerate(TYPES)]
    return new_devices(*(one for one in models for _ in TYPES))


def _states(hass: HomeAssistant) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the states of the devices' entities, without what differs at each start."""
    registry = er.async_get(hass)
    return {
        state.entity_id: (
            state.state,
            {
                name: value
                for name, value in state.attributes.items()
                if name not in ("access_token", "entity_picture")
            },
        )
        for state in hass.states.async_all()
        if not state.entity_id.removeprefix("sensor.").startswith("home_")
        and registry.async_get(state.entity_id) is not None
    }


async def test_changed_type_is_shown_as_after_reload(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    for place, device in enumerate(simulator.platform.devices):
        new = place % len(TYPES)
        install(device, specification(*TYPES[new]), f"2.{new}")
    await poll(hass, pushing)
    for device in simulator.platform.devices:
        device.values = device.model.specification.defaults()
        simulator.platform.report(device, nest(device.values))
    await simulator.settle()
    await settle(hass)
    before = _states(hass)
    await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    assert _states(hass) == before
