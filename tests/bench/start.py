"""What a start costs: set-up, memory, polls, requests."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import gc
from math import ceil
from statistics import median
import time
import tracemalloc
from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
import orjson

from tests.simulator import Simulator, fleet as simulated_fleet

from . import fleet, home
from .platform import platform
from .scale import Scale

PAGE = 100


async def _add(hass: HomeAssistant, scale: Scale, subject: str, address: str) -> None:
    if subject == "ours":
        await home.add_milesight(hass, address)
    else:
        await home.add_floor(hass, scale.devices, fleet.DISABLED)


async def setup(scale: Scale, subject: str) -> dict[str, float]:
    """Return the seconds until all entities of new devices are there: ``ours`` or ``floor``."""
    async with platform(scale.devices) as address, home.home_assistant() as (hass, _):
        started, before = time.perf_counter(), time.process_time()
        await _add(hass, scale, subject, address)
        return {
            "wall": time.perf_counter() - started,
            "cpu": time.process_time() - before,
        }


async def restart(scale: Scale) -> dict[str, float]:
    """Return the seconds from stored state until all entities are written, medians of rounds.

    Both are unloaded and set up in turn in one Home Assistant that has them in its registries.
    """
    async with platform(scale.devices) as address, home.home_assistant() as (hass, _):
        entries = {
            "ours": await home.add_milesight(hass, address, daily_limit=1_000_000),
            "floor": await home.add_floor(hass, scale.devices, fleet.DISABLED),
        }
        seconds: dict[str, list[float]] = {subject: [] for subject in entries}
        for _ in range(scale.rounds):
            for subject, entry in entries.items():
                await hass.async_block_till_done(wait_background_tasks=True)
                await hass.config_entries.async_unload(entry.entry_id)
                await hass.async_block_till_done(wait_background_tasks=True)
                gc.collect()
                started = time.perf_counter()
                await hass.config_entries.async_setup(entry.entry_id)
                await hass.async_block_till_done()
                seconds[subject].append(time.perf_counter() - started)
        return {subject: median(taken) for subject, taken in seconds.items()}


async def memory(scale: Scale, subject: str) -> float:
    """Return the bytes for each enabled entity, that of a disabled one included."""
    async with platform(scale.devices) as address, home.home_assistant() as (hass, _):
        gc.collect()
        tracemalloc.start()
        await _add(hass, scale, subject, address)
        await hass.async_block_till_done(wait_background_tasks=True)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return held / (scale.devices * 10)


async def poll(scale: Scale) -> dict[str, float]:
    """Return the CPU seconds of a poll without news, and of fetching and parsing its pages."""
    async with platform(scale.devices) as address, home.home_assistant() as (hass, _):
        entry = await home.add_milesight(hass, address, daily_limit=1_000_000)
        await hass.async_block_till_done(wait_background_tasks=True)
        coordinator = entry.runtime_data
        await coordinator.async_refresh()
        async with _pages(address, ceil(scale.devices / PAGE)) as fetch:
            taken = {"ours": 0.0, "floor": 0.0}
            for _ in range(scale.polls):
                for subject, work in (("ours", coordinator.async_refresh), ("floor", fetch)):
                    before = time.process_time()
                    await work()
                    taken[subject] += (time.process_time() - before) / scale.polls
        return taken


@asynccontextmanager
async def _pages(address: str, pages: int) -> AsyncGenerator[Any]:
    """Yield a function that fetches the pages of the device list and parses them."""
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
            for number in range(1, pages + 1):
                async with session.post(
                    f"{address}/device/openapi/v1/devices/search",
                    json={"pageSize": PAGE, "pageNumber": number},
                    headers=headers,
                ) as reply:
                    reply.raise_for_status()
                    orjson.loads(await reply.read())

        yield fetch


async def requests(scale: Scale) -> dict[str, Any]:
    """Return the requests of a first start and of a restart, by operation, and the aims."""
    simulator = Simulator(
        simulated_fleet(scale.mixed_fleet),
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
            "devices": scale.mixed_fleet,
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
