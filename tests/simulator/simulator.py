"""The platform in a box: everything wired together, with what a test or a person may do to it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import count
import time
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from .agentcraft import PATH as AGENTCRAFT_PATH, Agentcraft
from .application import Application
from .control import create_control
from .device import Device
from .faults import Fault, Faults, Kind
from .fleet import demo_fleet
from .models import find_model
from .platform import Platform, find
from .push import Push
from .server import Request, Server

_SLEEPING_ROUNDS: Final = 4


class Simulator:
    """A running platform with one Application.

    `async with Simulator() as simulator` serves the Open API at `simulator.url`, the control page
    below `/control`, and Agentcraft at `simulator.agentcraft_url`. The coroutines named like the
    control verbs return when everything that they caused has been pushed.
    """

    def __init__(
        self,
        devices: Iterable[Device] | None = None,
        *,
        live_interval: float | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        webhook_secret: str | None = None,
        command_delay: float = 0.05,
        retry_delay: float = 0.05,
        past_reports: int = 6,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Prepare a platform with these devices (the demo fleet by default); nothing runs yet.

        With `live_interval` seconds one device after the other reports; those that sleep do so
        every fourth round.
        """
        self.application = Application()
        self.application.configure(webhook_secret=webhook_secret, client_secret=client_secret)
        self.application.client_id = client_id or self.application.client_id
        self.log: deque[str] = deque(maxlen=200)
        self.faults = Faults()
        self.agentcraft = Agentcraft(self.faults)
        self.push = Push(self.application, self.note, retry_delay=retry_delay)
        self.platform = Platform(
            self.application,
            demo_fleet() if devices is None else devices,
            self.push.publish,
            self._later,
            command_delay=command_delay,
            past_reports=past_reports,
        )
        self.server = Server(self.application, self.platform, self.faults)
        self.url = ""
        self._host = host
        self._port = port
        self._live_interval = live_interval
        self._live: asyncio.Task[None] | None = None
        self._commands: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Listen, and let the devices live; raises OSError if the port is taken.

        After a stop it listens where it did before.
        """
        app = self.server.create_app()
        app.add_subapp("/control", create_control(self))
        app.add_subapp(AGENTCRAFT_PATH, self.agentcraft.create_app())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        host, self._port = self._runner.addresses[0][:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self._port}"
        await self.push.start()
        if self._live_interval is not None:
            self._live = asyncio.create_task(self._live_on(self._live_interval))

    async def stop(self) -> None:
        """Stop everything; nothing is left behind."""
        tasks = [*self._commands, *([self._live] if self._live else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.push.stop()
        self.faults.clear()
        if self._runner is not None:
            await self._runner.cleanup()

    async def settle(self) -> None:
        """Wait until all commands are carried out and all pushes delivered or given up."""
        while self._commands:
            await asyncio.wait(self._commands)
        await self.push.delivered()

    def note(self, line: str) -> None:
        """Write a line of the log that the control page shows."""
        self.log.append(f"{time.strftime('%H:%M:%S')} {line}")

    def _later(self, delay: float, run: Callable[[], None]) -> None:
        task = asyncio.create_task(_after(delay, run))
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)

    async def _live_on(self, interval: float) -> None:
        turns = self._turns()
        while True:
            await asyncio.sleep(interval)
            if (device := next(turns)) is not None:
                self.platform.report(device)

    def _turns(self) -> Iterator[Device | None]:
        """Yield the device to report next, without end, and None after each round."""
        for lap in count():
            for place, device in enumerate(self.platform.devices):
                if device.connect_status == "ONLINE" and not (
                    device.model.is_sleeping and (lap + place) % _SLEEPING_ROUNDS
                ):
                    yield device
            yield None

    # What tests look at.

    @property
    def agentcraft_url(self) -> str:
        """Server address of Agentcraft."""
        return self.url + AGENTCRAFT_PATH

    @property
    def client_id(self) -> str:
        """Client id of the Application."""
        return self.application.client_id

    @property
    def client_secret(self) -> str:
        """Client secret of the Application."""
        return self.application.client_secret

    @property
    def webhook_secret(self) -> str:
        """Secret by which pushes are signed."""
        return self.application.webhook_secret

    @property
    def requests(self) -> list[Request]:
        """Every request to the Open API, oldest first."""
        return self.server.requests

    def device(self, model: str) -> Device:
        """The first device of a model (the start of its name is enough); raises LookupError."""
        wanted = find_model(model)
        for device in self.platform.devices:
            if device.model is wanted:
                return device
        raise LookupError(model)

    # What happens in the world and in the console.

    async def add_callback(self, uri: str) -> None:
        """Enter a callback URI in the console: probed, then tested. Raises `ApiError`."""
        await self.push.add(uri)
        await self.settle()

    async def remove_callback(self, uri: str) -> None:
        """Remove a callback URI in the console."""
        await self.push.remove(uri)

    async def test_callbacks(self) -> None:
        """Press the console's Test button."""
        self.push.test()
        await self.settle()

    async def report(self, sn: str, properties: dict[str, Any] | None = None) -> None:
        """Let a device report these properties (nested), or take one step of its life."""
        self.platform.report(self.platform.by_sn(sn), properties)
        await self.settle()

    async def event(self, sn: str, tsl_id: str, payload: dict[str, Any]) -> None:
        """Let a device send a thing event."""
        self.platform.event(self.platform.by_sn(sn), tsl_id, payload)
        await self.settle()

    async def online(self, sn: str) -> None:
        """Let a device connect."""
        self.platform.online(self.platform.by_sn(sn))
        await self.settle()

    async def offline(self, sn: str) -> None:
        """Let a device be missed."""
        self.platform.offline(self.platform.by_sn(sn))
        await self.settle()

    async def press(self, sn: str, button: str | None = None, kind: str | None = None) -> None:
        """Press a button of a device."""
        self.platform.press(self.platform.by_sn(sn), button, kind)
        await self.settle()

    async def backlog(self, sn: str, minutes: int) -> None:
        """Let a device hand in what it stored during an outage of this length."""
        self.platform.backlog(self.platform.by_sn(sn), minutes)
        await self.settle()

    async def add_device(self, model: str, name: str | None = None) -> Device:
        """Add a device to the Application; it comes online at once."""
        device = self.platform.join(find(model), name)
        await self.settle()
        return device

    def remove_device(self, sn: str) -> None:
        """Delete a device in the console."""
        self.platform.remove(self.platform.by_sn(sn))

    def fault(
        self,
        path: str,
        kind: Kind,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        times: int | None = None,
    ) -> None:
        """Let requests fail whose path contains `path`."""
        self.faults.add(Fault(path, kind, status, retry_after, times))

    def clear_faults(self) -> None:
        """Let the platform work properly again."""
        self.faults.clear()


async def _after(delay: float, run: Callable[[], None]) -> None:
    await asyncio.sleep(delay)
    run()
