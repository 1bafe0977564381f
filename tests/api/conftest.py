"""Fixtures of the tests of the API client."""

from collections.abc import AsyncIterator

from aiohttp import ClientSession
import pytest

from custom_components.milesight.api import MilesightClient
from tests.simulator import Simulator


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    """Open a session, as Home Assistant provides one."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
def client(session: ClientSession, simulator: Simulator) -> MilesightClient:
    """Return a client of the simulated Application."""
    return MilesightClient(session, simulator.url, simulator.client_id, simulator.client_secret)
