"""Activity: finished tasks, availability of devices, webhook tests."""

from typing import Any

from homeassistant.core import Event, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.milesight.logbook import async_describe_events
from tests.common import device_id, poll, settle
from tests.fleets import of_demo
from tests.simulator import Device, Simulator


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return of_demo("EM300-TH", "WS523")


def described(hass: HomeAssistant, event: Event[Any]) -> tuple[str, str]:
    """Return name and message of an event in the activity."""
    described: dict[str, dict[str, str]] = {}
    async_describe_events(
        hass,
        lambda _domain, name, describe: (
            described.update({name: describe(event)}) if name == event.event_type else None
        ),
    )
    entry = described[str(event.event_type)]
    return entry["name"], entry["message"]


async def test_availability_is_shown_once_per_change(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    events = async_capture_events(hass, "milesight_availability")
    for _ in range(2):
        await simulator.offline(device.sn)
        await simulator.settle()
    await poll(hass, pushing)
    await simulator.report(device.sn, {"temperature": 20})
    await simulator.settle()
    await settle(hass)
    assert [event.data for event in events] == [
        {"device_id": device_id(hass, pushing, device), "online": online}
        for online in (False, True)
    ]
    assert [described(hass, event) for event in events] == [
        (device.name, "went offline"),
        (device.name, "came online"),
    ]


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ({"type": "CONFIG", "status": "SUCCESS"}, "finished its configuration task"),
        ({"type": "CONFIG", "status": "FAILED"}, "failed its configuration task: busy"),
        ({"type": "OTA", "status": "success"}, "finished its firmware update"),
        ({"type": "OTA", "status": "TIMEOUT"}, "failed its firmware update: busy"),
    ],
)
async def test_finished_task_is_shown_with_its_outcome(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    task: dict[str, str],
    message: str,
) -> None:
    device = simulator.device("WS523")
    data = {"device_id": device_id(hass, loaded, device), "error": "busy", **task}
    assert described(hass, Event("milesight_task", data)) == (device.name, message)


async def test_task_of_an_unknown_device_is_shown(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    data = {"device_id": None, "error": "", "type": "CONFIG", "status": "FAILED"}
    event: Event[Any] = Event("milesight_task", data)
    assert described(hass, event) == ("Milesight", "failed its configuration task: -")
