"""Fixtures of the simulator tests: a client and a receiver of pushes."""

from collections.abc import AsyncIterator

from aiohttp import web
import pytest

from tests.simulator import Simulator

from .helpers import Client, Receiver, connected


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[Client]:
    """Return a client with a token."""
    async with connected(simulator) as client:
        yield client


@pytest.fixture
async def receiver(socket_enabled: None) -> AsyncIterator[Receiver]:
    """Return a callback address that answers well."""
    receiver = Receiver()
    receiver.answering.set()
    app = web.Application()
    app.router.add_route("*", "/hook", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.uri = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    receiver.answering.set()
    await runner.cleanup()


@pytest.fixture
async def pushed(simulator: Simulator, receiver: Receiver) -> Receiver:
    """Return a callback address that the simulator pushes to; the test push is forgotten."""
    await simulator.add_callback(receiver.uri)
    receiver.deliveries.clear()
    return receiver
