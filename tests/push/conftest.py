"""Fixtures of the push tests: a small fleet, and Home Assistant Cloud."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from tests.fleets import new_devices
from tests.simulator import Device, Simulator
from tests.simulator.models import find_model

from .helpers import CLOUD, Cloud


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices on the platform: a thermometer, a socket and a button."""
    return new_devices(*map(find_model, ("EM300-TH", "WS523", "WS101")))


@pytest.fixture
def device(simulator: Simulator) -> Device:
    """Return a thermometer."""
    return simulator.device("EM300-TH")


@pytest.fixture
def cloud(hass: HomeAssistant) -> Iterator[Cloud]:
    """Replace Home Assistant Cloud."""
    cloud = Cloud()
    hass.config.components.add("cloud")
    with patch.dict("sys.modules", {CLOUD: cloud}), patch(CLOUD, cloud, create=True):
        yield cloud
