"""Fixtures of the Agentcraft tests."""

import pytest

from tests.simulator import Device, demo_fleet

from .helpers import FIRST, SECOND


@pytest.fixture
def devices() -> list[Device]:
    """Return a fleet of the two devices that the tests use."""
    return [device for device in demo_fleet() if device.name in (FIRST, SECOND)]
