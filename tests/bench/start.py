"""Measurements of a start: set-up, memory, polls, requests."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
import gc
from itertools import product
from math import ceil
from statistics import fmean
import time
import tracemalloc

import aiohttp
import orjson

from tests.simulator import Simulator, fleet as simulated_fleet

from . import fleet
from .home import Home, home_assistant
from .process import platform
from .scale import Scale
from .times import Times

PAGE = 100
UNLIMITED = 1_000_000


async def _add(home: Home, scale: Scale, subject: str) -> None:
    await (home.add_ours() if subject == "ours" else home.add_floor(scale.devices))


async def setup(scale: Scale, subject: str) -> dict[str, float]:
    """Return the seconds until all entities of new devices are there: ``ours`` or ``floor``."""
    wall, cpu = Times(), Times(time.process_time)
    async with platform(scale.devices) as address, home_assistant(address) as home:
        with wall.take("wall"), cpu.take("cpu"):
            await _add(home, scale, subject)
    return wall.average() | cpu.average()


async def restart(scale: Scale) -> dict[str, float]:
    """Return the seconds from stored state until all entities are written, medians of rounds.

    Both are unloaded and set up in turn in one Home Assistant that has them in its registries.
    """
    times = Times()
    async with platform(scale.devices) as address, home_assistant(address) as home:
        config_entries = home.hass.config_entries
        entries = {
            "ours": await home.add_ours(UNLIMITED),
            "floor": await home.add_floor(scale.devices),
        }
        for _, (subject, entry) in product(range(scale.rounds), entries.items()):
            await home.settle()
            await config_entries.async_unload(entry.entry_id)
            await home.settle()
            gc.collect()
            with times.take(subject):
                await config_entries.async_setup(entry.entry_id)
                await home.hass.async_block_till_done()
    return times.average()


async def memory(scale: Scale, subject: str) -> float:
    """Return the bytes for each enabled entity, that of a disabled one included."""
    async with platform(scale.devices) as address, home_assistant(address) as home:
        gc.collect()
        tracemalloc.start()
        await _add(home, scale, subject)
        await home.settle()
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return held / (scale.devices * 10)


async def poll(scale: Scale) -> dict[str, float]:
    """Return the CPU seconds of a poll without news, and of fetching and parsing its pages."""
    times = Times(time.process_time)
    async with platform(scale.devices) as address, home_assistant(address) as home:
        entry = await home.add_ours(UNLIMITED)
        await home.settle()
        refresh = entry.runtime_data.async_refresh
        await refresh()
        async with _pages(address, ceil(scale.devices / PAGE)) as fetch:
            for _ in range(scale.polls):
                with times.take("ours"):
                    await refresh()
                with times.take("floor"):
                    await fetch()
    return times.average(fmean)


@asynccontextmanager
async def _pages(address: str, pages: int) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
    """Yield a function that fetches the pages of the device list and parses them."""
    grant = {
        "grant_type": "client_credentials",
        "client_id": fleet.CLIENT_ID,
        "client_secret": fleet.CLIENT_SECRET,
    }
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        async with session.post(f"{address}/oauth/token", data=grant) as reply:
            token = (await reply.json())["data"]["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"

        async def fetch() -> None:
            for number in range(1, pages + 1):
                page = {"pageSize": PAGE, "pageNumber": number}
                async with session.post(
                    f"{address}/device/openapi/v1/devices/search", json=page
                ) as reply:
                    orjson.loads(await reply.read())

        yield fetch


async def requests(scale: Scale) -> dict[str, int]:
    """Return the requests of a first start and of a restart, and those that are needed."""
    simulator = Simulator(
        simulated_fleet(scale.mixed_fleet),
        client_id=fleet.CLIENT_ID,
        client_secret=fleet.CLIENT_SECRET,
    )
    async with simulator, home_assistant(simulator.url) as home:
        entry = await home.add_ours(UNLIMITED)
        await home.settle()
        first = _operations(simulator)
        simulator.requests.clear()
        await home.hass.config_entries.async_reload(entry.entry_id)
        await home.settle()
        kinds = {(device.model.name, device.firmware) for device in simulator.platform.devices}
        history, pages = sum("history" in path for path in first), ceil(scale.mixed_fleet / PAGE)
        return {
            "first": len(first) - history,
            "first needed": pages + len(kinds),
            "history": history,
            "restart": len(_operations(simulator)),
            "restart needed": pages,
        }


def _operations(simulator: Simulator) -> list[str]:
    """Return the paths that were requested, besides those of tokens."""
    paths = [request.template for request in simulator.requests]
    return [path for path in paths if "token" not in path]
