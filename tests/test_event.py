"""Events of the thing specification: their kind, and their outputs as attributes."""

from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import enable_all, state_of
from tests.fleets import model, new_devices
from tests.simulator import Device, Simulator
from tests.specifications import event, item

# What a state has besides an event's outputs, in Home Assistant's own meaning.
RESERVED = (
    "assumed_state",
    "attribution",
    "device_class",
    "entity_id",
    "entity_picture",
    "event_type",
    "event_types",
    "friendly_name",
    "group_entities",
    "icon",
    "restored",
    "supported_features",
    "unit_of_measurement",
)
MODEL = model(
    "EVENTS",
    item("angle", "int", "°"),
    events=[
        event("tilt_alarm", item("type", "enum", labels="upright/tilted")),
        event(
            "access_event",
            item("event", "enum", labels="refused/granted"),
            item("event_type", "text"),
        ),
        event("odd_event", *(item(name, "text") for name in RESERVED)),
    ],
)


@pytest.fixture
def devices() -> list[Device]:
    """Return a device with events."""
    return new_devices(MODEL)


@pytest.fixture
async def sn(hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator) -> str:
    """Return the device's serial number, once all its entities are enabled."""
    await enable_all(hass, pushing)
    return simulator.platform.devices[0].sn


@pytest.mark.parametrize("raw", ["1", 1, 1.0, True])
async def test_kind_is_read_by_key(
    hass: HomeAssistant, simulator: Simulator, sn: str, raw: Any
) -> None:
    await simulator.event(sn, "tilt_alarm", {"type": raw})
    shown = state_of(hass, Platform.EVENT, f"{sn}_event_tilt_alarm")
    assert shown.attributes["event_type"] == "tilted"


@pytest.mark.parametrize("raw", ["7", None, [], {"a": 1}, ""])
async def test_unknown_kind_fires_fallback(
    hass: HomeAssistant, simulator: Simulator, sn: str, raw: Any
) -> None:
    await simulator.event(sn, "tilt_alarm", {"type": raw})
    shown = state_of(hass, Platform.EVENT, f"{sn}_event_tilt_alarm")
    assert shown.attributes["event_type"] == "tilt_alarm"


async def test_output_named_event_type_is_kept_apart(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    await simulator.event(sn, "access_event", {"event": "1", "event_type": "card"})
    shown = state_of(hass, Platform.EVENT, f"{sn}_event_access_event")
    assert shown.attributes["event_type"] == "granted"
    assert shown.attributes["output_event_type"] == "card"


async def test_outputs_of_reserved_names_are_harmless(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    key = f"{sn}_event_odd_event"
    before = state_of(hass, Platform.EVENT, key)
    outputs = dict.fromkeys(RESERVED, "odd")
    await simulator.event(sn, "odd_event", {**outputs, "output_icon": "own", "note": "plain"})
    shown = state_of(hass, Platform.EVENT, key)
    kept = {name: shown.attributes.get(name) for name in RESERVED if name != "event_type"}
    assert kept == {name: before.attributes.get(name) for name in kept}
    assert shown.attributes["event_type"] == "odd_event"
    assert {name: shown.attributes[f"output_{name}"] for name in RESERVED if name != "icon"} == {
        name: "odd" for name in RESERVED if name != "icon"
    }
    assert shown.attributes["output_icon"] == "own"
    assert shown.attributes["output_output_icon"] == "odd"
    assert shown.attributes["note"] == "plain"
