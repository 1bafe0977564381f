"""Processes beside the measured one, so that their work is not counted."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
import os
from threading import Thread
from typing import Any

from tests.simulator import Simulator

from . import fleet


@contextmanager
def worker(start_method: str = "spawn") -> Iterator[ProcessPoolExecutor]:
    """Give a process that runs functions; it ends with the block, or when this process ends."""
    with ProcessPoolExecutor(1, get_context(start_method), _end_with_parent) as pool:
        yield pool


def _end_with_parent() -> None:
    Thread(target=_end_after, args=(parent_process(),), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


@asynccontextmanager
async def other_process() -> AsyncGenerator[Callable[..., Awaitable[Any]]]:
    """Give a coroutine function that calls a function in another process, always the same one."""
    with worker() as pool:
        yield partial(asyncio.get_running_loop().run_in_executor, pool)


@asynccontextmanager
async def platform(devices: int, model: str = fleet.MODEL.name) -> AsyncGenerator[str]:
    """Run the simulated platform with that many devices of a model; give its address."""
    async with other_process() as call:
        yield await call(_serve, devices, model)


def _serve(devices: int, model: str) -> str:
    """Start the platform in a thread that ends with this process; return its address."""
    simulator = Simulator(
        fleet.devices(devices, model),
        client_id=fleet.CLIENT_ID,
        client_secret=fleet.CLIENT_SECRET,
        past_reports=0,
    )
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, daemon=True).start()
    asyncio.run_coroutine_threadsafe(simulator.start(), loop).result()
    return simulator.url
