"""Health of the pushes, and the repair issues and notifications about them."""

from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_STATE_CHANGED, Platform
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.common import (
    ADDRESS,
    issues,
    pass_time,
    poll,
    push_to,
    quota_requests,
    settle,
    signed,
    state_of,
)
from tests.simulator import Simulator


async def _deliver(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    simulator: Simulator,
    event: dict[str, Any],
) -> None:
    headers = signed(simulator.webhook_secret)
    answer = await http_client.post(ADDRESS, json=[event], headers=headers)
    assert answer.status == 200
    await settle(hass)


async def _poll_with_a_report(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    await simulator.report(simulator.device("EM300-TH").sn)
    await poll(hass, entry)


async def test_polls_that_find_unpushed_reports_create_an_issue(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    await hass.config.async_update(external_url="https://home.example.com")
    for _ in range(2):
        await _poll_with_a_report(hass, loaded, simulator)
    assert not issues(hass)
    await _poll_with_a_report(hass, loaded, simulator)
    assert issues(hass).keys() == {"no_pushes_received"}
    assert _push_healthy(hass, simulator) == "off"

    await push_to(simulator, http_client)
    await simulator.report(simulator.device("EM300-TH").sn)
    await loaded.runtime_data.async_refresh()
    assert not issues(hass)
    assert _push_healthy(hass, simulator) == "on"


def _push_healthy(hass: HomeAssistant, simulator: Simulator) -> str:
    key = f"{simulator.client_id.lower()}_push_healthy"
    return state_of(hass, Platform.BINARY_SENSOR, key).state


async def test_missing_pushes_without_public_address_create_no_issue(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    for _ in range(4):
        await _poll_with_a_report(hass, loaded, simulator)
    assert not issues(hass)


async def test_polls_without_new_reports_create_no_issue(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await hass.config.async_update(external_url="https://home.example.com")
    for _ in range(4):
        await poll(hass, loaded)
    assert not issues(hass)


@pytest.mark.parametrize(
    ("kind", "issue"),
    [
        ("SERVICE_NOTICE", "push_limit"),
        ("SYSTEM_ALERT", "push_stopped"),
    ],
)
async def test_system_message_creates_an_issue_until_the_next_push(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
    kind: str,
    issue: str,
) -> None:
    message = {"errCode": "", "info": "x" * 1000}
    event = {"eventType": "SYSTEM_MESSAGES", "data": {"message": message, "type": kind}}
    await _deliver(hass, http_client, simulator, event)
    assert issues(hass).keys() == {issue}
    found = issues(hass)[issue]
    assert found.translation_placeholders is not None
    assert len(found.translation_placeholders["info"]) == 200

    await push_to(simulator, http_client)
    await simulator.report(simulator.device("EM300-TH").sn)
    assert not issues(hass)


async def test_other_system_message_is_shown_by_the_activity(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    events = async_capture_events(hass, "milesight_notice")
    message = {"errCode": "", "info": "x" * 1000}
    event = {"eventType": "SYSTEM_MESSAGES", "data": {"message": message, "type": "CONFIG"}}
    await _deliver(hass, http_client, simulator, event)
    assert not issues(hass)
    (notice,) = events
    assert notice.data["info"] == "x" * 200


async def test_application_sensors_are_written_once_a_minute(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
) -> None:
    sensor = state_of(hass, Platform.SENSOR, f"{simulator.client_id.lower()}_last_push")
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    for temperature in range(24):
        await pass_time(hass, freezer, seconds=5)
        await simulator.report(simulator.device("EM300-TH").sn, {"temperature": temperature})
    written = [event for event in changes if event.data["entity_id"] == sensor.entity_id]
    assert 2 <= len(written) <= 3


async def test_request_and_push_counts_survive_a_reload(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
) -> None:
    application = simulator.client_id.lower()
    requests = len(quota_requests(simulator))
    await simulator.report(simulator.device("EM300-TH").sn, {"temperature": 20})
    await pass_time(hass, freezer, minutes=1)

    def shown(key: str) -> str:
        return state_of(hass, Platform.SENSOR, f"{application}_{key}").state

    assert shown("requests_24h") == str(requests)
    assert shown("pushes_24h") == "2"  # the console's test, and the report
    last = shown("last_push")
    assert dt_util.parse_datetime(last) is not None
    assert shown("next_poll") > last

    assert await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    assert shown("pushes_24h") == "2"  # the console's test, and the report
    assert shown("last_push") == last
    assert shown("requests_24h") == str(requests + 1)
