"""Devices in areas, and automations that note what triggers them."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.components import automation
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest

from tests.fleets import of_demo
from tests.simulator import Device

type Automate = Callable[..., Awaitable[None]]


@pytest.fixture
def devices() -> list[Device]:
    """Return a thermometer, a wine cellar's sensor and a socket of the kitchen."""
    return of_demo("EM300-TH", "WS523")


@pytest.fixture
def automate(hass: HomeAssistant, recorded_calls: list[ServiceCall]) -> Automate:
    """Return a function that sets up an automation."""

    async def automate(
        trigger: dict[str, Any] | list[dict[str, Any]],
        conditions: list[dict[str, Any]] | None = None,
    ) -> None:
        config = {
            "alias": "it",
            "mode": "parallel",
            "triggers": trigger,
            "conditions": conditions or [],
            "actions": {
                "action": "test.note",
                "data": {
                    "device": "{{ trigger.device_id | default(device_id(trigger.entity_id)) }}",
                    "status": "{{ trigger.status | default('') }}",
                },
            },
        }
        assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: config})
        await hass.async_block_till_done()
        state = hass.states.get("automation.it")
        assert state is not None
        assert state.state == "on"

    return automate
