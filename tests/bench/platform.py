"""The simulated platform of the measurements as a child process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import sys

from tests.simulator import Simulator

from . import fleet


@asynccontextmanager
async def platform(devices: int, model: str = fleet.MODEL.name) -> AsyncGenerator[str]:
    """Run a platform in a process of its own, so that its work is not counted; give its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(devices), model,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipes")
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


async def _serve(devices: int, model: str) -> None:
    simulator = Simulator(
        fleet.devices(devices, model),
        client_id=fleet.CLIENT_ID,
        client_secret=fleet.CLIENT_SECRET,
        past_reports=0,
    )
    async with simulator:
        print(simulator.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
