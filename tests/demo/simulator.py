"""The simulated Milesight platform as a child process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import sys
from typing import Any

import aiohttp

from .process import DemoError, running, until_ready

CLIENT_ID = "milesight-demo"
CLIENT_SECRET = "demo-client-secret"
WEBHOOK_SECRET = "demo-webhook-secret"


@dataclass(frozen=True)
class SimulatorProcess:
    """A running simulator: its process, its address and an HTTP session."""

    process: asyncio.subprocess.Process
    url: str
    session: aiohttp.ClientSession

    @property
    def control_page(self) -> str:
        """The address of the page on which a person controls the devices."""
        return f"{self.url}/control"

    async def register_callback(self, uri: str) -> None:
        """Enter a callback address, as a user does in the console."""
        await self.control("POST", "/callbacks", {"uri": uri})

    async def control(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the control page and return its JSON; raise DemoError if refused."""
        async with self.session.request(method, f"{self.control_page}{path}", json=body) as reply:
            if not reply.ok:
                raise DemoError(
                    f"The simulator refused {method} {path} {body}: {await reply.text()}"
                )
            return await reply.json()


@asynccontextmanager
async def simulated_platform(
    session: aiohttp.ClientSession,
    *,
    port: int,
    interval: float = 5,
    log: Path | None = None,
) -> AsyncGenerator[SimulatorProcess]:
    """Run a simulator whose devices report every few seconds."""
    url = f"http://127.0.0.1:{port}"
    arguments = {
        "--port": port,
        "--interval": interval,
        "--client-id": CLIENT_ID,
        "--client-secret": CLIENT_SECRET,
        "--webhook-secret": WEBHOOK_SECRET,
    }
    command = [sys.executable, "-m", "tests.simulator"]
    command += [str(part) for argument in arguments.items() for part in argument]

    async def answers() -> bool:
        try:
            async with session.get(f"{url}/control/state") as reply:
                return reply.ok
        except aiohttp.ClientConnectionError:
            return False

    async with running(command, log) as process:
        await until_ready(process, answers, "The simulator", log)
        yield SimulatorProcess(process, url, session)
