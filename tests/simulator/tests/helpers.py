"""A client of the APIs of the simulator, and a receiver of its pushes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json
from typing import Any

import aiohttp
from aiohttp import web

from tests.simulator import Simulator

API = "/device/openapi/v1"


@dataclass
class Answer:
    """An answer of the Open API."""

    status: int
    body: dict[str, Any]
    headers: Any

    @property
    def data(self) -> Any:
        """The data of a success."""
        assert (self.status, self.body["status"]) == (200, "Success"), self.body
        return self.body["data"]

    @property
    def failure(self) -> tuple[int, str]:
        """Status and slug of a failure."""
        assert self.body["status"] == "Failed"
        assert self.body["errMsg"]
        assert len(self.body["requestId"]) == 32
        return self.status, self.body["errCode"]


@dataclass
class Client:
    """A bare client of the Open API."""

    simulator: Simulator
    session: aiohttp.ClientSession
    token: str = ""

    async def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """Send a request with the token."""
        async with self.session.request(
            method,
            self.simulator.url + path,
            json=body,
            params={key: str(value) for key, value in query.items()},
            headers={"Authorization": f"Bearer {self.token}"},
        ) as response:
            return Answer(response.status, json.loads(await response.read()), response.headers)

    async def ask_token(self, **form: str) -> Answer:
        """Ask for a token with these fields, client credentials where they are not given."""
        fields = {
            "client_id": self.simulator.client_id,
            "client_secret": self.simulator.client_secret,
            "grant_type": "client_credentials",
        }
        return await self._post_form(fields | form)

    async def refresh_token(self, token: str, **extra: str) -> Answer:
        """Ask for a token by a refresh token; `extra` are fields that the call does not have."""
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return await self._post_form(form | extra)

    async def _post_form(self, form: dict[str, str]) -> Answer:
        url = f"{self.simulator.url}/oauth/token"
        async with self.session.post(url, data=form) as response:
            return Answer(response.status, await response.json(), response.headers)

    async def log_in(self) -> None:
        """Take a token."""
        self.token = (await self.ask_token()).data["access_token"]

    async def ask_agentcraft(self, method: str, path: str, **query: str) -> tuple[int, Any]:
        """Send a request to the registration API of Agentcraft."""
        url = self.simulator.agentcraft_url + path
        headers = {"Content-Type": "application/json"}
        async with self.session.request(method, url, params=query, headers=headers) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request to the control page."""
        url = f"{self.simulator.url}/control{path}"
        async with self.session.request(method, url, json=body) as response:
            return response.status, await response.json()


@dataclass
class Receiver:
    """A callback address that keeps what is pushed to it."""

    probe_statuses: dict[str, int] = field(default_factory=dict)
    probes: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    status: int = 200
    deliveries: list[tuple[dict[str, str], list[dict[str, Any]]]] = field(default_factory=list)
    uri: str = ""
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer the probe or a delivery."""
        if request.method != "POST":
            self.probes.append((request.method, dict(request.headers)))
            return web.Response(status=self.probe_statuses.get(request.method, 200))
        self.deliveries.append((dict(request.headers), await request.json()))
        await self.answering.wait()
        return web.Response(status=self.status)

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events, in the order in which they came."""
        return [event for _, array in self.deliveries for event in array]

    def data(self, kind: str) -> list[dict[str, Any]]:
        """The `data` of all DEVICE_DATA events of a type."""
        return [
            event["data"]
            for event in self.events
            if event["eventType"] == "DEVICE_DATA" and event["data"]["type"] == kind
        ]

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """The payloads of all PROPERTY events."""
        return [data["payload"] for data in self.data("PROPERTY")]


@asynccontextmanager
async def connected(simulator: Simulator) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        client = Client(simulator, session)
        await client.log_in()
        yield client


def at(simulator: Simulator, model: str) -> str:
    return f"{API}/devices/{simulator.device(model).device_id}"
