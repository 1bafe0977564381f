"""A real Home Assistant as a child process, controlled through its own APIs."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
import secrets
from typing import Any, Self

import aiohttp

from .configuration import prepare
from .process import ROOT, DemoError, announced, loopback_hosts, running, tail, until_ready

PYTHON = ROOT / ".venv-demo" / "bin" / "python"  # with the web interface
RESTART_EXIT_CODE = 100  # of Home Assistant when it is restarted in the browser


class HomeAssistant:
    """A Home Assistant in a config folder, on a port of the loopback addresses.

    `async with` starts it with an owner and without a login from this machine. `request` calls its
    REST API and `command` its websocket API, both as that owner.
    """

    def __init__(
        self, session: aiohttp.ClientSession, folder: Path, port: int, log: Path | None
    ) -> None:
        """Initialize; the output goes to the log file, or to the terminal without one."""
        self.url = f"http://localhost:{port}"
        self.folder = folder
        self._port = port
        self._log = log
        self._session = session
        self._children = AsyncExitStack()
        self._process: asyncio.subprocess.Process | None = None
        self._token = ""

    async def __aenter__(self) -> Self:
        """Prepare the folder, start, and log in."""
        prepare(self.folder, self._port, loopback_hosts())
        try:
            await self._start()
            async with announced("the login at Home Assistant", self._log):
                await self._create_owner()
                await self._log_in()
            await self._until(self._runs)
        except BaseException:
            await self._children.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self._children.aclose()

    async def wait(self) -> str:
        """Wait until it ends by itself, and return the end of its log.

        After a restart in the browser it is started again, as its supervisor would do.
        """
        while self._process:
            if await self._process.wait() != RESTART_EXIT_CODE:
                break
            await self._children.aclose()
            await self._start()
        return tail(self._log)

    async def request(self, method: str, path: str, body: object = None) -> Any:
        """Call the REST API and return its JSON; raise DemoError for an error status."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._session.request(
            method, f"{self.url}{path}", json=body, headers=headers
        ) as reply:
            if not reply.ok:
                raise DemoError(f"{method} {path}: {reply.status} {await reply.text()}")
            return await reply.json()

    async def command(self, kind: str, **fields: object) -> Any:
        """Call the websocket API on a new connection; raise DemoError if that fails."""
        async with self._session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            if (await socket.receive_json())["type"] != "auth_ok":
                raise DemoError("Home Assistant's websocket does not accept the login.")
            await socket.send_json({"id": 1, "type": kind, **fields})
            reply = await socket.receive_json()
        if not reply["success"]:
            raise DemoError(f"{kind}: {reply['error']['message']}")
        return reply["result"]

    async def _start(self) -> None:
        command = [str(PYTHON), "-m", "homeassistant", "--config", str(self.folder)]
        command += ["--skip-pip", "--log-no-color"]
        self._process = await self._children.enter_async_context(running(command, self._log))
        await self._until(self._answers)

    async def _until(self, ready: Callable[[], Awaitable[bool]]) -> None:
        if self._process:
            await until_ready(self._process, ready, "Home Assistant", self._log)

    async def _answers(self) -> bool:
        try:
            async with self._session.get(f"{self.url}/manifest.json") as reply:
                return reply.ok
        except aiohttp.ClientConnectionError:
            return False

    async def _runs(self) -> bool:
        """Return whether everything is set up, config entries included."""
        return bool((await self.request("GET", "/api/config"))["state"] == "RUNNING")

    async def _create_owner(self) -> None:
        """Take the last step of the onboarding, unless there is an owner already.

        The password is not kept: this machine logs in through the trusted network.
        """
        async with self._session.get(f"{self.url}/api/onboarding") as reply:
            if not reply.ok or all(step["done"] for step in await reply.json()):
                return
        owner = {
            "name": "Demo",
            "username": "demo",
            "password": secrets.token_urlsafe(),
            "client_id": f"{self.url}/",
            "language": "en",
        }
        await self.request("POST", "/api/onboarding/users", owner)

    async def _log_in(self) -> None:
        """Log in through the trusted network, without credentials."""
        client = {"client_id": f"{self.url}/"}
        flow = {"handler": ["trusted_networks", None], "redirect_uri": f"{self.url}/", **client}
        step = await self.request("POST", "/auth/login_flow", flow)
        if step["type"] != "create_entry":
            raise DemoError(f"Home Assistant asks for a login: {step}")
        grant = {"grant_type": "authorization_code", "code": step["result"], **client}
        async with self._session.post(f"{self.url}/auth/token", data=grant) as reply:
            self._token = (await reply.json())["access_token"]
