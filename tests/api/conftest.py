"""Fixtures of the tests of the API client."""

from collections.abc import AsyncIterator

from aiohttp import ClientSession
import pytest


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    """Open a session as Home Assistant would hand one over."""
    async with ClientSession() as session:
        yield session
