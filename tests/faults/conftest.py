"""Fixtures of the fault tests."""

import pytest

from tests.fleets import household
from tests.simulator import Device


@pytest.fixture
def devices(request: pytest.FixtureRequest) -> list[Device]:
    """Return the devices of the simulator: from the parameter of the test, or a household."""
    make = getattr(request, "param", household)
    found: list[Device] = make()
    return found
