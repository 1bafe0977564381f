"""A small fleet, since these tests are not about devices."""

import pytest

from tests.simulator import Device, demo_fleet

from .helpers import FIRST, SECOND


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices that the tests name."""
    return [device for device in demo_fleet() if device.name in (FIRST, SECOND)]
