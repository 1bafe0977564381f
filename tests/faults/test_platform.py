"""What goes wrong at the platform: told once, and healed without anybody's doing.

Single requests that fail are the matter of `tests/api/test_client.py`, a fault at the first start
that of `tests/test_coordinator.py`.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from aiohttp import ClientTimeout, web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import (
    HISTORY,
    SEARCH,
    SPECIFICATION,
    TOKEN,
    asked,
    next_poll,
    pass_time,
    settle,
    temperature,
)
from tests.simulator import Simulator, fleet
from tests.simulator.faults import Fault
from tests.traffic import Answer, handle_requests

from .helpers import BROKEN, HEALED, reauth_flows, report_unpushed, told

TIMEOUT = "custom_components.milesight.api.transport.TIMEOUT"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("/", "status", status=500),
        Fault("/", "status", status=503),
        Fault("/", "rate_limit"),
        Fault("/", "rate_limit", retry_after=600),
        Fault("/", "failed"),
        Fault("/", "html"),
        Fault("/", "html", status=200),
        Fault("/", "html", status=404),
        Fault("/", "garbage"),
        Fault("/devices", "half"),
        Fault("/", "reset"),
        Fault("/", "hang"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status or fault.retry_after}",
)
async def test_an_outage_is_told_once_and_heals_by_itself(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    device = simulator.device("EM300-TH")
    caplog.clear()
    simulator.faults.add(fault)
    with monkeypatch.context() as impatient:
        impatient.setattr(TIMEOUT, ClientTimeout(total=0.1))
        for _ in range(3):
            await next_poll(hass)
    (line,) = told(caplog)
    assert line.startswith(BROKEN)
    assert loaded.state is ConfigEntryState.LOADED

    simulator.clear_faults()
    assert await report_unpushed(hass, simulator, device, 31.5) == "31.5"
    assert told(caplog) == [line, HEALED]


async def test_a_platform_that_refuses_connections_is_told_once_and_heals_by_itself(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.clear()
    await simulator.stop()
    for _ in range(3):
        await next_poll(hass)
    (line,) = told(caplog)
    assert line.startswith(BROKEN)

    await simulator.start()
    assert await report_unpushed(hass, simulator, simulator.device("EM300-TH"), 31.5) == "31.5"
    assert told(caplog) == [line, HEALED]


async def test_a_token_that_expires_between_two_requests_is_replaced_unnoticed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = simulator.device("EM300-TH")

    async def expire_after_the_list(
        request: web.Request, answer: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        found = await answer()
        if request.path.endswith("/devices/search"):
            for lifetime in (0, 3599):
                simulator.application.configure(token_lifetime=lifetime)
        return found

    handle_requests(simulator, monkeypatch, expire_after_the_list)
    caplog.clear()
    simulator.requests.clear()
    assert await report_unpushed(hass, simulator, device, 31.5) == "31.5"
    assert [request.status for request in simulator.requests] == [200, 401, 200, 200]
    assert asked(simulator) == {SEARCH: 1, HISTORY: 2, TOKEN: 1}
    assert told(caplog) == []
    assert reauth_flows(hass) == 0


async def test_a_secret_that_is_revoked_is_asked_for_once_and_all_goes_on_with_the_new_one(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.clear()
    simulator.application.configure(client_secret="new")
    for _ in range(4):
        await next_poll(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    (line,) = told(caplog)
    assert line.startswith(BROKEN)

    await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_CLIENT_SECRET: "new"})
    await settle(hass)
    assert reauth_flows(hass) == 0
    assert await report_unpushed(hass, simulator, simulator.device("EM300-TH"), 31.5) == "31.5"
    assert told(caplog) == [line]


async def test_an_application_that_is_disabled_and_enabled_again_needs_nobody(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.clear()
    simulator.application.configure(enabled=False)
    for _ in range(3):
        await next_poll(hass)
    assert reauth_flows(hass) == 1

    simulator.application.configure(enabled=True)
    assert await report_unpushed(hass, simulator, simulator.device("EM300-TH"), 31.5) == "31.5"
    assert reauth_flows(hass) == 0
    line, healed = told(caplog)
    assert line.startswith(BROKEN)
    assert healed == HEALED


async def test_a_disabled_application_makes_its_devices_unavailable_like_any_other_outage(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    device = simulator.device("EM300-TH")
    simulator.application.configure(enabled=False)
    for minutes in range(0, 20, 5):
        assert (temperature(hass, device) == "unavailable") is (minutes >= 15), minutes
        await pass_time(hass, freezer, minutes=5, seconds=1)


async def test_devices_become_unavailable_also_between_two_polls_that_are_far_apart(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    device = simulator.device("EM300-TH")
    simulator.fault("/devices/search", "rate_limit", retry_after=3600)
    simulator.requests.clear()
    for minutes in range(20):
        assert (temperature(hass, device) == "unavailable") is (minutes >= 15), minutes
        await pass_time(hass, freezer, minutes=1, seconds=0.1)
    assert asked(simulator)[SEARCH] == 1


async def test_a_wait_that_the_platform_asks_for_is_kept_to(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/devices/search", "rate_limit", retry_after=3 * 3600, times=1)
    await next_poll(hass)
    simulator.requests.clear()
    await next_poll(hass, timedelta(hours=2, minutes=59))
    assert simulator.requests == []
    await next_poll(hass, timedelta(hours=3, minutes=1))
    assert asked(simulator)[SEARCH] == 1


async def test_a_wait_that_is_asked_for_at_the_history_is_kept_to_as_well(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn, {"temperature": 31.5})
    simulator.fault("/properties/history", "rate_limit", retry_after=3600, times=1)
    simulator.requests.clear()
    for _ in range(10):
        await pass_time(hass, freezer, minutes=6)
    assert (asked(simulator)[SEARCH], asked(simulator)[HISTORY]) == (10, 1)
    await pass_time(hass, freezer, minutes=12)
    assert temperature(hass, device) == "31.5"


async def test_a_rate_limit_at_the_token_is_not_answered_by_another_request(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    simulator.fault("/oauth/token", "rate_limit")
    simulator.requests.clear()
    await pass_time(hass, freezer, hours=2)
    assert asked(simulator) == {TOKEN: 1}


async def test_history_that_cannot_be_read_is_told_once_and_heals_by_itself(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.report(device.sn, {"temperature": 31.5})
    caplog.clear()
    simulator.requests.clear()
    simulator.fault("/properties/history", "status", status=500)
    for _ in range(100):
        await pass_time(hass, freezer, minutes=6)
    (line,) = told(caplog)
    assert line.startswith("The history of Home cannot be read")
    requests = asked(simulator)
    assert requests[SEARCH] == 100
    assert 10 < requests[HISTORY] < 35, "at first with each poll, then every half hour or hour"

    simulator.clear_faults()
    for _ in range(11):
        await pass_time(hass, freezer, minutes=6)
    assert temperature(hass, device) == "31.5"
    assert told(caplog) == [line, "The history of Home can be read again"]


@pytest.mark.parametrize("devices", [partial(fleet, 12)], indirect=True, ids=["12 devices"])
async def test_devices_whose_history_cannot_be_read_hold_up_no_other(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    bad = simulator.platform.devices[:4]
    for device in bad:
        simulator.fault(f"/{device.device_id}/properties/history", "status", status=500)
    assert await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(2):
        await next_poll(hass)
    held = entry.runtime_data.data
    assert {sn for sn in held if held[sn].is_new} == {device.sn for device in bad}


@pytest.mark.parametrize("devices", [partial(fleet, 20)], indirect=True, ids=["20 devices"])
async def test_a_rate_limit_at_one_specification_leaves_the_others_for_later(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/thing-specification", "rate_limit")
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert asked(simulator)[SPECIFICATION] <= 3
    simulator.clear_faults()
    await next_poll(hass)
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("devices", [partial(fleet, 20)], indirect=True, ids=["20 devices"])
async def test_specifications_that_hang_hold_up_a_start_by_one_time_out_only(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulator.fault("/thing-specification", "hang")
    with monkeypatch.context() as impatient:
        impatient.setattr(TIMEOUT, ClientTimeout(total=0.3))
        assert await hass.config_entries.async_setup(entry.entry_id)
    simulator.clear_faults()
    assert caplog.text.count("The thing specification of ") == 3
    await next_poll(hass)
    assert all(device.capabilities.descriptions for device in entry.runtime_data.data.values())
