"""Reports of devices that the device list does not contain yet."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_WEBHOOK_ID, Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.api.webhook import DeviceReport, ReportType
from custom_components.milesight.devices.unlisted_reports import (
    MAX_REPORTS,
    MAX_SEARCHES,
    UnlistedReports,
)
from tests.common import (
    SEARCH,
    WEBHOOK_ID,
    device_id,
    entry_of,
    pass_time,
    poll,
    request_counts,
    set_up,
    settle,
    state_of,
    temperature,
)
from tests.fleets import of_demo
from tests.simulator import Device, Simulator

SN = "6723D38552440001"


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return of_demo("WS523")


async def test_report_of_unlisted_device_is_kept_until_it_is_listed(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/properties/history", "html")
    simulator.fault("/devices/search", "html", times=1)
    device = await simulator.add_device("EM300-TH", "Attic")
    await simulator.report(device.sn, {"temperature": 12.5})
    await poll(hass, pushing)
    assert temperature(hass, device) == "12.5"


async def test_device_of_another_entry_triggers_no_search(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_client_no_auth: ClientSessionGenerator,
    freezer: FrozenDateTimeFactory,
) -> None:
    second = entry_of(simulator, {CONF_WEBHOOK_ID: "ab" * 32}, unique_id="second")
    second.add_to_hass(hass)
    await set_up(hass, second)
    http_client = await hass_client_no_auth()
    for webhook_id in (WEBHOOK_ID, "ab" * 32):
        await simulator.add_callback(str(http_client.make_url(f"/api/webhook/{webhook_id}")))
    simulator.requests.clear()
    for _ in range(3):
        freezer.tick(90)
        await simulator.report(simulator.device("WS523").sn)
        await settle(hass)
    assert request_counts(simulator) == {}


async def test_device_that_moves_to_another_entry_follows(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    key = f"{device.sn}_set_socket.status"
    async with Simulator([]) as platform:
        second = entry_of(platform, {CONF_WEBHOOK_ID: "ab" * 32}, unique_id="second")
        second.add_to_hass(hass)
        await set_up(hass, second)
        platform.platform._take(device)
        await poll(hass, second)
        assert device.sn not in second.runtime_data.data, "the first keeps it"

        simulator.remove_device(device.sn)
        await poll(hass, loaded)
        await poll(hass, second)
        assert state_of(hass, Platform.SWITCH, key).state in {"on", "off"}
        assert device_id(hass, second, device)
        assert await hass.config_entries.async_unload(second.entry_id)


async def test_devices_never_listed_trigger_few_searches(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    hours = 8
    for minute in range(0, hours * 60, 6):
        await pass_time(hass, freezer, minutes=6)
        loaded.runtime_data.async_receive([_report(f"24E124{minute % 60:06}", minute)])
        await settle(hass)
    assert request_counts(simulator)[SEARCH] <= hours * 10 + 12, "each poll, and each device once"


def _report(sn: str, time: int = 0) -> DeviceReport:
    return DeviceReport(
        event_id=None, created=None, type=ReportType.PROPERTY, device_id=None, sn=sn, time=time
    )


def _is_known(report: DeviceReport) -> bool:
    return report.sn == SN


def test_reports_are_taken_once_in_order_and_limited() -> None:
    reports = UnlistedReports()
    for number in range(2 * MAX_REPORTS):
        reports.add(_report(SN, number), arrived_at=number)
    known = reports.take_known(1000, _is_known)
    assert [report.time for report in known] == list(range(MAX_REPORTS, 2 * MAX_REPORTS))
    assert reports.take_known(1000, _is_known) == []


def test_report_during_the_request_is_kept_for_the_next_list() -> None:
    reports = UnlistedReports()
    reports.add(_report("early"), arrived_at=1)
    reports.add(_report("late"), arrived_at=2)
    assert reports.take_known(2, _is_known) == []
    assert [report.sn for report in reports.take_known(3, lambda _: True)] == ["late"]


def test_each_sender_triggers_one_search_a_day(freezer: FrozenDateTimeFactory) -> None:
    reports = UnlistedReports()
    searches = [reports.should_search(_report(sn)) for sn in ("a", "a", "b", "a")]
    assert searches == [True, False, True, False]
    freezer.tick(25 * 60 * 60)
    assert reports.should_search(_report("a"))


def test_number_of_searches_is_limited() -> None:
    reports = UnlistedReports()
    searches = [reports.should_search(_report(str(number))) for number in range(1000)]
    assert sum(searches) == MAX_SEARCHES
    reports.add(_report(SN), arrived_at=1)
    reports.take_known(1, _is_known)
    assert reports.should_search(_report("new")), "a search that found one allows others"
