"""Controls that are set by a service, whose input has other keys than the property."""

from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import call_entity_action, state_of
from tests.fleets import model, new_devices
from tests.simulator import Device, Simulator
from tests.specifications import item, service

type Calls = list[tuple[str, dict[str, Any]]]

REVERSED: Final = model(
    "REVERSED",
    item("socket_status", "bool", labels="off/on", defaultValue=False),
    item("valve_status", "enum", labels="1=closed/2=open", defaultValue="1"),
    services=[
        service("set_socket", item("set_socket.status", "enum", labels="on/off")),
        service("set_valve", item("set_valve.status", "bool", labels="open/close")),
    ],
)


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return new_devices(REVERSED)


@pytest.fixture
def calls(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Return the services that are called, with their inputs; the device does nothing."""
    calls: Calls = []
    monkeypatch.setattr(
        simulator.platform,
        "call",
        lambda _device, service_id, inputs: calls.append((service_id, inputs)),
    )
    return calls


@pytest.mark.parametrize(
    ("platform", "path", "action", "state", "call"),
    [
        (Platform.SWITCH, "socket_status", "turn_on", "on", ("set_socket", {"status": "0"})),
        (Platform.SWITCH, "socket_status", "turn_off", "off", ("set_socket", {"status": "1"})),
        (
            Platform.VALVE,
            "valve_valve_status",
            "open_valve",
            "open",
            ("set_valve", {"status": False}),
        ),
        (
            Platform.VALVE,
            "valve_valve_status",
            "close_valve",
            "closed",
            ("set_valve", {"status": True}),
        ),
    ],
)
async def test_service_receives_the_key_of_its_own_input(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    calls: Calls,
    platform: Platform,
    path: str,
    action: str,
    state: str,
    call: tuple[str, dict[str, Any]],
) -> None:
    key = f"{simulator.platform.devices[0].sn}_{path}"
    await call_entity_action(hass, platform, key, action)

    assert calls == [call]
    assert state_of(hass, platform, key).state == state
