"""Fixtures of the fault tests."""

import pytest

from tests.fleets import household
from tests.simulator import Device


@pytest.fixture
def devices(request: pytest.FixtureRequest) -> list[Device]:
    """Return what is on the platform: what the test's parameter makes, else a household."""
    make = getattr(request, "param", household)
    found: list[Device] = make()
    return found
