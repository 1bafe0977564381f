"""Helpers for the platform's side: the control page of the simulator, and polls of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.demo.home_assistant import HomeAssistant
from tests.demo.integration import ACTIONS, connect, first_value, show_dashboard
from tests.demo.simulator import SimulatorProcess
from tests.patience import PATIENCE


async def state(simulator: SimulatorProcess) -> dict[str, Any]:
    """Return everything there is to see."""
    found: dict[str, Any] = await simulator.control("GET", "/state")
    return found


async def device(simulator: SimulatorProcess, name: str) -> dict[str, Any]:
    """Return the device of that name: `sn`, `connectStatus`, and its present `values` by path."""
    devices = (await state(simulator))["devices"]
    return next(device for device in devices if device["name"] == name)


async def has_value(simulator: SimulatorProcess, name: str, path: str, value: object) -> bool:
    """Return whether a device has a value at a path."""
    return bool((await device(simulator, name))["values"][path] == value)


async def control(simulator: SimulatorProcess, name: str, verb: str, **body: object) -> None:
    """Do something to a device: `report`, `offline`, `online`, `silence`."""
    sn = (await device(simulator, name))["sn"]
    await simulator.control("POST", f"/devices/{sn}/{verb}", body)


async def report(simulator: SimulatorProcess, name: str, **properties: object) -> None:
    """Let a device report these properties."""
    await control(simulator, name, "report", properties=properties)


async def connect_and_show(home: HomeAssistant, simulator: SimulatorProcess) -> None:
    """Connect the integration to the platform, and make the demo's dashboard."""
    await connect(home, simulator)
    await first_value(home)
    await show_dashboard(home)


async def refresh(home: HomeAssistant) -> None:
    """Have the integration ask the platform for news; raise DemoError if that fails."""
    await home.request("POST", f"{ACTIONS}/refresh", {})


async def change(simulator: SimulatorProcess, **settings: object) -> None:
    """Change settings of the Application."""
    await simulator.control("POST", "/application", settings)


async def until(true: Callable[[], Awaitable[object]]) -> None:
    """Ask until the answer is true; raise TimeoutError if that takes too long."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await true():
                return
            await asyncio.sleep(0.1)
