"""Presses: which reports of a button are events."""

import time
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_STATE_CHANGED, Platform
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.common import ADDRESS, entity_id, poll, property_event, settle, signed
from tests.fleets import of_demo
from tests.simulator import Device, Simulator


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return of_demo("WS101")


@pytest.fixture
def button(simulator: Simulator) -> Device:
    """Return the button."""
    return simulator.platform.devices[0]


@pytest.fixture
def changes(hass: HomeAssistant, loaded: MockConfigEntry) -> list[Event[EventStateChangedData]]:
    """Return the changes of state from now on."""
    return async_capture_events(hass, EVENT_STATE_CHANGED)


def presses(
    hass: HomeAssistant, button: Device, changes: list[Event[EventStateChangedData]]
) -> list[Any]:
    """Return the presses that were events, in order."""
    key = entity_id(hass, Platform.EVENT, f"{button.sn}_button_event.status")
    return [
        state.attributes["event_type"]
        for change in changes
        if change.data["entity_id"] == key and (state := change.data["new_state"]) is not None
    ]


async def push_press(
    http_client: TestClient[Any, Any],
    simulator: Simulator,
    button: Device,
    *presses: tuple[str, float],
) -> None:
    """Push presses of a button together: keys, and times in epoch milliseconds."""
    body = [
        property_event(button.sn, {"button_event": {"status": key}}, ts=ts) for key, ts in presses
    ]
    response = await http_client.post(ADDRESS, json=body, headers=signed(simulator.webhook_secret))
    assert response.status == 200


async def test_press_pushed_out_of_order_is_event(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    simulator: Simulator,
    button: Device,
    changes: list[Event[EventStateChangedData]],
) -> None:
    now = int(time.time() * 1000)
    for key, age in (("1", 0), ("2", 90_000), ("3", 60_000), ("2", 90_000)):
        await push_press(http_client, simulator, button, (key, now - age))
    await settle(hass)
    assert presses(hass, button, changes) == ["short_press", "long_press", "double_press"]


async def test_old_presses_pushed_together_are_all_events(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    simulator: Simulator,
    button: Device,
    changes: list[Event[EventStateChangedData]],
) -> None:
    old = int(time.time() * 1000) - 7_200_000
    await push_press(
        http_client, simulator, button, ("1", old), ("2", old + 1000), ("3", old + 2000)
    )
    await settle(hass)
    assert presses(hass, button, changes) == ["short_press", "long_press", "double_press"]


@pytest.mark.parametrize(("age", "expected"), [(50, ["long_press"]), (70, [])])
async def test_polled_press_is_event_within_minute(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
    button: Device,
    changes: list[Event[EventStateChangedData]],
    age: int,
    expected: list[str],
) -> None:
    freezer.tick(3600)
    await simulator.press(button.sn, kind="long press")
    freezer.tick(age)
    await poll(hass, loaded)
    assert presses(hass, button, changes) == expected


async def test_press_polled_then_pushed_is_one_event(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
    button: Device,
    changes: list[Event[EventStateChangedData]],
) -> None:
    await simulator.press(button.sn, kind="long press")
    await poll(hass, loaded)
    await simulator.press(button.sn, kind="short press")
    await poll(hass, loaded)
    await push_press(
        http_client, simulator, button, ("2", button.history.page({})["list"][1]["ts"])
    )
    assert presses(hass, button, changes) == ["long_press", "short_press"]


async def test_press_pushed_then_polled_is_one_event(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    button: Device,
    changes: list[Event[EventStateChangedData]],
) -> None:
    await simulator.press(button.sn, kind="long press")
    button.last_update = int(time.time() * 1000) + 5000
    await poll(hass, pushing)
    assert presses(hass, button, changes) == ["long_press"]


async def test_press_with_clock_ahead_is_one_event(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    button: Device,
    changes: list[Event[EventStateChangedData]],
) -> None:
    payload = {"button_event": {"status": "2"}}
    ahead = int(time.time() * 1000) + 400_000
    button.history.add(ahead, payload)
    button.last_update = ahead
    simulator.push.publish(
        [{**property_event(button.sn, payload, ts=ahead), "eventId": "press ahead of time"}]
    )
    await simulator.settle()
    for _ in range(3):
        freezer.tick(120)
        await poll(hass, pushing)
    assert presses(hass, button, changes) == ["long_press"]
