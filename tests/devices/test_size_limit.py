"""Size of what is held and stored of a device."""

import json
from typing import Any, Final
from uuid import uuid4

from aiohttp.test_utils import TestClient
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import DOMAIN
from tests.common import ADDRESS, property_event, settle, signed, state_of, temperature
from tests.fleets import model, new_devices
from tests.simulator import Device, Simulator
from tests.specifications import event, item

DISPLAY: Final = model(
    "DISPLAY",
    item("temperature", unit="°C", defaultValue=20.0),
    item("alarm_message", "text"),
    events=[event("tilt_alarm", item("angle", "int", "°"))],
)
MAX_ATTRIBUTES: Final = 16 * 1024  # of a state that is recorded
MAX_STORED: Final = 512 * 1024
LARGE: Final = "x" * 900_000


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return new_devices(DISPLAY)


@pytest.mark.parametrize(
    "payloads",
    [
        [{f"note {number}": LARGE} for number in range(10)],
        [{LARGE[:-1] + str(number): 1} for number in range(10)],
        [{f"{report}.{number}": number for number in range(9000)} for report in range(5)],
        [{"a." * 400_000: 1, "[0]" * 40_000: 2, "[" * 90_000: 3}],
        [{"notes": [LARGE[:800]] * 1000, str(number): {}} for number in range(10)],
        [{"alarm_message": LARGE}] * 3,
        [{"temperature": LARGE}] * 3,
        [{"alarm_message": [LARGE]}, {"temperature": {LARGE: LARGE[:9]}}],
    ],
    ids=[
        "values",
        "keys",
        "count",
        "steps",
        "list",
        "known text",
        "known number",
        "nested in known",
    ],
)
async def test_large_reports_do_not_grow_the_store(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    http_client: TestClient[Any, Any],
    simulator: Simulator,
    hass_storage: dict[str, Any],
    payloads: list[dict[str, Any]],
) -> None:
    device = simulator.platform.devices[0]
    for payload in payloads:
        body = {**property_event(device.sn, payload), "eventId": str(uuid4())}
        response = await http_client.post(
            ADDRESS, json=body, headers=signed(simulator.webhook_secret)
        )
        assert response.status == 200
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert len(json.dumps(hass_storage[f"{DOMAIN}.{loaded.entry_id}"])) < MAX_STORED
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await settle(hass)
    body = property_event(device.sn, {"temperature": 21, "alarm_message": "Fire"})
    await http_client.post(ADDRESS, json=body, headers=signed(simulator.webhook_secret))
    assert temperature(hass, device) == "21"
    held = loaded.runtime_data.data[device.sn]
    assert held.value("alarm_message") == "Fire"


@pytest.mark.usefixtures("pushing")
@pytest.mark.parametrize(
    "noise",
    [{"note": LARGE}, {f"note {number}": LARGE[:500] for number in range(1000)}, {LARGE: 1}],
    ids=["value", "count", "key"],
)
async def test_large_event_outputs_are_dropped(
    hass: HomeAssistant, simulator: Simulator, noise: dict[str, Any]
) -> None:
    device = simulator.platform.devices[0]
    await simulator.event(device.sn, "tilt_alarm", {**noise, "angle": 30})
    await hass.async_block_till_done()
    attributes = state_of(hass, Platform.EVENT, f"{device.sn}_event_tilt_alarm").attributes
    assert attributes["angle"] == 30
    assert len(json.dumps(dict(attributes))) < MAX_ATTRIBUTES
