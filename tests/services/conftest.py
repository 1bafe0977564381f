"""Fixtures of the tests of actions."""

import pytest

from tests.fleets import of_demo
from tests.simulator import Device


@pytest.fixture
def devices() -> list[Device]:
    """Return a fleet of the models that these tests use."""
    return of_demo("EM300-TH", "EM500-SMTC", "TS302", "UG65", "WS101", "WS523", "WT101")
