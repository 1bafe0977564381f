"""The devices that these tests name, since each of them sets up all that there are."""

import pytest

from tests.fleets import of_demo
from tests.simulator import Device


@pytest.fixture
def devices() -> list[Device]:
    """Return what is on the platform."""
    return of_demo("EM300-TH", "EM500-SMTC", "TS302", "UG65", "WS101", "WS523", "WT101")
