"""What a start costs: set-up, memory, polls, requests."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import gc
import time
import tracemalloc
from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
import orjson

from tests.simulator import Simulator, fleet as simulated_fleet

from . import fleet, home
from .platform import platform

DEVICES = 900
POLLS = 20
PAGE = 100


async def _add(hass: HomeAssistant, who: str, address: str) -> None:
    if who == "ours":
        await home.add_milesight(hass, address)
    else:
        await home.add_floor(hass, DEVICES, fleet.DISABLED)


async def setup(who: str) -> dict[str, float]:
    """Return the seconds until all entities of 900 new devices are there: ``ours`` or ``floor``."""
    async with platform(DEVICES) as address, home.home_assistant() as (hass, _):
        started, before = time.perf_counter(), time.process_time()
        await _add(hass, who, address)
        return {
            "wall": time.perf_counter() - started,
            "cpu": time.process_time() - before,
        }


async def memory(who: str) -> float:
    """Return the bytes for each enabled entity, that of a disabled one included."""
    async with platform(DEVICES) as address, home.home_assistant() as (hass, _):
        gc.collect()
        tracemalloc.start()
        await _add(hass, who, address)
        await hass.async_block_till_done(wait_background_tasks=True)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return held / (DEVICES * 10)


async def poll() -> dict[str, float]:
    """Return the CPU seconds of a poll without news, and of fetching and parsing its pages."""
    async with platform(DEVICES) as address, home.home_assistant() as (hass, _):
        entry = await home.add_milesight(hass, address, daily_limit=1_000_000)
        await hass.async_block_till_done(wait_background_tasks=True)
        coordinator = entry.runtime_data
        await coordinator.async_refresh()
        async with _pages(address) as fetch:
            taken = {"ours": 0.0, "floor": 0.0}
            for _ in range(POLLS):
                for who, work in (("ours", coordinator.async_refresh), ("floor", fetch)):
                    before = time.process_time()
                    await work()
                    taken[who] += (time.process_time() - before) / POLLS
        return taken


@asynccontextmanager
async def _pages(address: str) -> AsyncGenerator[Any]:
    """Give what fetches the pages of the device list and does no more than parse them."""
    async with aiohttp.ClientSession() as session:
        grant = {
            "grant_type": "client_credentials",
            "client_id": fleet.CLIENT_ID,
            "client_secret": fleet.CLIENT_SECRET,
        }
        async with session.post(f"{address}/oauth/token", data=grant) as reply:
            answer = await reply.json()
        token = answer.get("data", answer)["access_token"]
        headers = {"Authorization": f"Bearer {token}"}

        async def fetch() -> None:
            for number in range(1, DEVICES // PAGE + 1):
                async with session.post(
                    f"{address}/device/openapi/v1/devices/search",
                    json={"pageSize": PAGE, "pageNumber": number},
                    headers=headers,
                ) as reply:
                    reply.raise_for_status()
                    orjson.loads(await reply.read())

        yield fetch


async def requests() -> dict[str, Any]:
    """Return the requests of a first start and of a restart, by operation, and what is aimed at."""
    devices = 250
    simulator = Simulator(
        simulated_fleet(devices),
        client_id=fleet.CLIENT_ID,
        client_secret=fleet.CLIENT_SECRET,
    )
    async with simulator, home.home_assistant() as (hass, _):
        entry = await home.add_milesight(hass, simulator.url, daily_limit=1_000_000)
        await hass.async_block_till_done(wait_background_tasks=True)
        first = _operations(simulator)
        simulator.requests.clear()
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        kinds = {(device.model.name, device.firmware) for device in simulator.platform.devices}
        return {
            "devices": devices,
            "models": len(kinds),
            "first": first,
            "restart": _operations(simulator),
        }


def _operations(simulator: Simulator) -> dict[str, int]:
    operations = {"search": 0, "specification": 0, "history": 0, "other": 0}
    words = {"search": "search", "thing-specification": "specification", "history": "history"}
    for request in simulator.requests:
        found = next((name for word, name in words.items() if word in request.template), "other")
        operations[found] += "token" not in request.template
    return operations
