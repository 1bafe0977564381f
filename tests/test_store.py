"""What survives a restart, and what is put aside."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import set_up, store
from tests.simulator import Simulator


async def test_a_store_of_a_newer_version_is_put_aside(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    store(hass_storage, entry, {}, version=99)
    await set_up(hass, entry)
    assert "cannot be read and are fetched anew" in caplog.text
    assert len(entry.runtime_data.devices) == len(simulator.platform.devices)
