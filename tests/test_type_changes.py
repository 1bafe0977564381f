"""New firmware gives a property another type: each change ends as a reload would show it."""

from dataclasses import replace
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import poll, settle
from tests.fleets import new_devices
from tests.simulator import Device, Simulator
from tests.simulator.models.model import Model
from tests.simulator.specification import (
    RW,
    Item,
    R,
    Specification,
    array,
    choice,
    flag,
    integer,
    number,
    struct,
    text,
)

TYPES: Final = (
    number("level", "°C", initial=21.5),
    integer("level", "%", limits=(0, 100), access=RW, initial=5),
    choice("level", ("low", "mid", "high"), initial="1"),
    choice("level", ("low", "mid", "high"), access=RW, initial="2"),
    choice("level", {"0": "short press", "1": "long press"}, initial="1"),
    flag("level", initial=True),
    text("level", 4, access=RW, initial="ab"),
    Item("level", "DATE", access=R, initial=1763007319),
    Item("level", "IMAGE", access=R, initial="https://example.com/1.png"),
    struct("level", number("level", "°C", initial=21.5)),
    array("level", number("level", "°C"), 3, initial=[1, 2]),
)


def _install(device: Device, item: Item, firmware: str) -> None:
    device.model = replace(device.model, specification=Specification(properties=(item,)))
    device.firmware = firmware


@pytest.fixture
def devices() -> list[Device]:
    """Return a device for each change of a type to another one or to itself."""
    models = [
        Model(
            name=f"TYPE-{place}",
            code="TYP",
            specification=Specification(properties=(item,)),
            reports=(("level",),),
        )
        for place, item in enumerate(TYPES)
    ]
    return new_devices(*(model for model in models for _ in TYPES))


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
        _install(device, TYPES[new], f"2.{new}")
    await poll(hass, pushing)
    for device in simulator.platform.devices:
        device.values = device.model.specification.first_values()
        simulator.platform.report(device)
    await simulator.settle()
    await settle(hass)
    before = _states(hass)
    await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    assert _states(hass) == before
