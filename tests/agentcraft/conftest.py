"""A small fleet, since these tests are not about devices."""

from collections.abc import AsyncIterator

import pytest

from tests.simulator import Simulator, demo_fleet

from .helpers import FIRST, SECOND


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    """Run the platform in a box with the devices that the tests name."""
    devices = [device for device in demo_fleet() if device.name in (FIRST, SECOND)]
    async with Simulator(devices) as simulator:
        yield simulator
