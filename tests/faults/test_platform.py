"""Faults of the platform: logged once, with automatic recovery.

Failures of single requests are tested in `tests/api/`, those of the first setup in
`tests/test_coordinator.py`.
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
    next_poll,
    pass_time,
    request_counts,
    settle,
    temperature,
)
from tests.simulator import Simulator, fleet
from tests.simulator.faults import Fault
from tests.traffic import Answer, handle_requests

from .helpers import FAILED, RECOVERED, log_lines, reauth_flows, report_unpushed

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
async def test_outage_is_logged_once_and_recovers(
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
    (line,) = log_lines(caplog)
    assert line.startswith(FAILED)
    assert loaded.state is ConfigEntryState.LOADED

    simulator.clear_faults()
    assert await report_unpushed(hass, simulator, device, 31.5) == "31.5"
    assert log_lines(caplog) == [line, RECOVERED]


async def test_refused_connections_are_logged_once_and_recover(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.clear()
    await simulator.stop()
    for _ in range(3):
        await next_poll(hass)
    (line,) = log_lines(caplog)
    assert line.startswith(FAILED)

    await simulator.start()
    assert await report_unpushed(hass, simulator, simulator.device("EM300-TH"), 31.5) == "31.5"
    assert log_lines(caplog) == [line, RECOVERED]


async def test_expired_token_is_replaced_between_requests(
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
    assert request_counts(simulator) == {SEARCH: 1, HISTORY: 2, TOKEN: 1}
    assert log_lines(caplog) == []
    assert reauth_flows(hass) == 0


async def test_revoked_secret_starts_one_reauthentication(
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
    (line,) = log_lines(caplog)
    assert line.startswith(FAILED)

    await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_CLIENT_SECRET: "new"})
    await settle(hass)
    assert reauth_flows(hass) == 0
    assert await report_unpushed(hass, simulator, simulator.device("EM300-TH"), 31.5) == "31.5"
    assert log_lines(caplog) == [line]


async def test_application_that_is_enabled_again_recovers(
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
    line, healed = log_lines(caplog)
    assert line.startswith(FAILED)
    assert healed == RECOVERED


async def test_disabled_application_makes_its_devices_unavailable(
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


async def test_devices_become_unavailable_between_rare_polls(
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
    assert request_counts(simulator)[SEARCH] == 1


async def test_retry_after_of_the_device_list_is_respected(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/devices/search", "rate_limit", retry_after=3 * 3600, times=1)
    await next_poll(hass)
    simulator.requests.clear()
    await next_poll(hass, timedelta(hours=2, minutes=59))
    assert simulator.requests == []
    await next_poll(hass, timedelta(hours=3, minutes=1))
    assert request_counts(simulator)[SEARCH] == 1


async def test_retry_after_of_the_history_is_respected(
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
    assert (request_counts(simulator)[SEARCH], request_counts(simulator)[HISTORY]) == (10, 1)
    await pass_time(hass, freezer, minutes=12)
    assert temperature(hass, device) == "31.5"


async def test_rate_limited_token_request_is_not_repeated(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    simulator.fault("/oauth/token", "rate_limit")
    simulator.requests.clear()
    await pass_time(hass, freezer, hours=2)
    assert request_counts(simulator) == {TOKEN: 1}


async def test_unreadable_history_is_logged_once_and_recovers(
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
    (line,) = log_lines(caplog)
    assert line.startswith("The history of Home cannot be read")
    requests = request_counts(simulator)
    assert requests[SEARCH] == 100
    assert 10 < requests[HISTORY] < 35, "at first with each poll, then every half hour or hour"

    simulator.clear_faults()
    for _ in range(11):
        await pass_time(hass, freezer, minutes=6)
    assert temperature(hass, device) == "31.5"
    assert log_lines(caplog) == [line, "The history of Home can be read again"]


@pytest.mark.parametrize("devices", [partial(fleet, 12)], indirect=True, ids=["12 devices"])
async def test_unreadable_history_delays_no_other_device(
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
async def test_rate_limited_specification_postpones_the_others(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/thing-specification", "rate_limit")
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert len(entry.runtime_data.data) == 20
    assert request_counts(simulator)[SPECIFICATION] <= 3
    simulator.clear_faults()
    await next_poll(hass)
    assert all(device.capabilities.is_known for device in entry.runtime_data.data.values())


@pytest.mark.parametrize("devices", [partial(fleet, 20)], indirect=True, ids=["20 devices"])
async def test_specifications_limited_to_a_few_a_poll_are_all_read(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    models = {(device.model.name, device.firmware) for device in simulator.platform.devices}
    assert len(models) > 8
    for _ in range(-(-len(models) // 4)):
        simulator.clear_faults()
        simulator.faults.add(Fault("/thing-specification", "rate_limit", spared=4))
        if entry.state is ConfigEntryState.NOT_LOADED:
            assert await hass.config_entries.async_setup(entry.entry_id)
        else:
            await next_poll(hass)
    assert all(device.capabilities.is_known for device in entry.runtime_data.data.values())


@pytest.mark.parametrize("devices", [partial(fleet, 20)], indirect=True, ids=["20 devices"])
async def test_retry_after_of_a_specification_is_respected(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    simulator: Simulator,
) -> None:
    simulator.fault("/thing-specification", "rate_limit", retry_after=3600)
    assert await hass.config_entries.async_setup(entry.entry_id)
    simulator.clear_faults()
    simulator.requests.clear()
    for _ in range(9):
        await pass_time(hass, freezer, minutes=6)
    requests = request_counts(simulator)
    assert (requests[SEARCH], requests[SPECIFICATION]) == (9, 0)
    await pass_time(hass, freezer, minutes=12)
    assert all(device.capabilities.is_known for device in entry.runtime_data.data.values())


async def test_rate_limited_new_model_keeps_other_devices_available(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    device = simulator.device("EM300-TH")
    await simulator.add_device("WT101", "New")
    simulator.fault("/thing-specification", "rate_limit")
    for value in range(30, 36):
        await simulator.report(device.sn, {"temperature": value})
        await pass_time(hass, freezer, minutes=6)
        assert temperature(hass, device) == str(value)


@pytest.mark.parametrize("devices", [partial(fleet, 20)], indirect=True, ids=["20 devices"])
async def test_hanging_specifications_delay_the_setup_by_one_timeout(
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
