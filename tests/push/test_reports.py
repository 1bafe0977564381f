"""Reports on their way to the devices."""

from collections.abc import Callable
import time
from typing import Any, Final

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_STATE_CHANGED, Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.milesight.push.reports import stored_reading_time
from tests.common import ADDRESS, property_event, settle, signed, state_of, temperature
from tests.simulator import Simulator

HOUR: Final = 3600


@pytest.mark.parametrize(
    ("event_id", "values", "time"),
    [
        ("historical_data", {"timestamp": 1778233058, "humidity": 41.5}, 1778233058000),
        ("historical_data", {"historical_data.timestamp": 1778233058}, 1778233058000),
        ("historical_data", {"timestamp": "1778233058"}, 1778233058000),
        (
            "history",
            {"history[0].timestamp": 1778233060, "history[1].timestamp": 1778233058},
            1778233058000,
        ),
        ("historical_data", {"timestamp": "yesterday", "humidity": 41.5}, None),
        ("historical_data", {"humidity": 41.5}, None),
        ("temperature_alarm", {"timestamp": 1778233058}, None),
    ],
)
def test_oldest_stored_reading_gives_the_time(
    event_id: str, values: dict[str, Any], time: int | None
) -> None:
    assert stored_reading_time(event_id, values) == time


@pytest.mark.parametrize(("age", "shown"), [(2 * HOUR, ["30"]), (0, ["10", "30"])])
async def test_old_values_between_two_pushed_are_not_shown(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    age: int,
    shown: list[str],
) -> None:
    sn = simulator.device("EM300-TH").sn
    entity_id = state_of(hass, Platform.SENSOR, f"{sn}_temperature").entity_id
    freezer.tick(3 * HOUR)
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    begin = (time.time() - age) * 1000
    reports = [
        property_event(sn, {"temperature": 10}, ts=begin - 2000),
        property_event(sn, {"temperature": 30}, ts=begin - 1000),
    ]
    headers = signed(simulator.webhook_secret)
    assert (await http_client.post(ADDRESS, json=reports, headers=headers)).status == 200
    await settle(hass)
    states = [
        state.state
        for change in changes
        if change.data["entity_id"] == entity_id and (state := change.data["new_state"]) is not None
    ]
    assert states == shown


@pytest.mark.parametrize("case", [str.upper, str.lower])
async def test_report_with_dev_eui_as_serial_number_is_merged(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    case: Callable[[str], str],
) -> None:
    device = simulator.device("EM300-TH")
    assert device.dev_eui is not None
    report: Any = property_event("", {"temperature": 31.5})
    report["data"]["deviceProfile"] = {"snDevEUI": case(device.dev_eui)}
    headers = signed(simulator.webhook_secret)
    assert (await http_client.post(ADDRESS, json=[report], headers=headers)).status == 200
    await settle(hass)
    assert temperature(hass, device) == "31.5"
