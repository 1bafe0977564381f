"""Devices that report before the device list tells of them."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.api.webhook import DeviceReport, ReportType
from custom_components.milesight.strangers import MOST_REPORTS, Strangers
from tests.common import poll, temperature
from tests.fleets import of_demo
from tests.simulator import Device, Simulator

SN = "6723D38552440001"


@pytest.fixture
def devices() -> list[Device]:
    """Return what is on the platform."""
    return of_demo("WS523")


async def test_what_a_device_says_before_it_is_listed_is_heard_once_it_is(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/properties/history", "html")
    simulator.fault("/devices/search", "html", times=1)
    device = await simulator.add_device("EM300-TH", "Attic")
    await simulator.report(device.sn, {"temperature": 12.5})
    await poll(hass, pushing)
    assert temperature(hass, device) == "12.5"


def _report(sn: str, time: int = 0) -> DeviceReport:
    return DeviceReport(
        event_id=None, created=None, type=ReportType.PROPERTY, device_id=None, sn=sn, time=time
    )


def _is_known(report: DeviceReport) -> bool:
    return report.sn == SN


def test_what_was_said_comes_in_order_and_once_and_there_is_a_bound_to_it() -> None:
    strangers = Strangers()
    for number in range(2 * MOST_REPORTS):
        strangers.meet(_report(SN, number), arrived=number)
    said = strangers.introduce(1000, _is_known)
    assert [report.time for report in said] == list(range(MOST_REPORTS, 2 * MOST_REPORTS))
    assert strangers.introduce(1000, _is_known) == []


def test_who_reports_while_the_list_is_read_is_heard_after_the_next_one() -> None:
    strangers = Strangers()
    strangers.meet(_report("early"), arrived=1)
    strangers.meet(_report("late"), arrived=2)
    assert strangers.introduce(2, _is_known) == []
    assert [report.sn for report in strangers.introduce(3, lambda _: True)] == ["late"]


def test_one_search_an_hour_is_worth_it_for_each_stranger() -> None:
    strangers = Strangers()
    searches = [strangers.is_worth_a_search(_report(sn)) for sn in ("a", "a", "b", "a")]
    assert searches == [True, False, True, False]
