"""The daily allowance of requests, and what a day costs."""

from datetime import UTC, datetime, timedelta
import time
from typing import Any, Final

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.api import backoff
from custom_components.milesight.api.backoff import add_jitter, backoff_delay
from custom_components.milesight.api.quota import BUCKET, DAY, RequestQuota, page_count
from tests.common import HISTORY, SEARCH, asked, counted, next_poll, push_to
from tests.fleets import probes
from tests.simulator import Device, Simulator

NOW = 1_763_007_319.0


@given(st.lists(st.floats(0, 3 * DAY), max_size=60).map(sorted))
def test_what_was_spent_in_a_day_is_known_to_ten_minutes(times: list[float]) -> None:
    quota = RequestQuota(1000)
    for moment in times:
        quota.record(moment)
    now = times[-1] if times else 0.0
    exact = sum(moment > now - DAY for moment in times)
    about = sum(moment > now - DAY - 2 * BUCKET for moment in times)
    assert exact <= quota.used(now) <= about


def test_the_count_goes_on_after_a_restart() -> None:
    quota = RequestQuota(1000)
    for _ in range(5):
        quota.record(NOW)
    again = RequestQuota(1000, quota.buckets)
    again.record(NOW + 1)
    assert again.used(NOW + 1) == 6


def test_background_work_leaves_a_fifth_to_commands() -> None:
    quota = RequestQuota(1000)
    assert quota.background_remaining(NOW) == 800
    for _ in range(900):
        quota.record(NOW)
    assert quota.background_remaining(NOW) == 0


def test_the_pace_follows_from_limit_and_fleet() -> None:
    assert RequestQuota(1000).polling_interval(10, NOW) == timedelta(minutes=5)
    assert RequestQuota(201_000).polling_interval(2000, NOW) == timedelta(minutes=5)
    assert RequestQuota(1000).polling_interval(2000, NOW) == timedelta(hours=1, minutes=12)
    assert RequestQuota(100).polling_interval(10_000, NOW) == timedelta(hours=6)


def test_the_pace_slows_down_when_four_fifths_are_spent() -> None:
    quota = RequestQuota(1000)
    for _ in range(800):
        quota.record(NOW)
    assert quota.polling_interval(10, NOW) == timedelta(minutes=20)
    assert not quota.is_exhausted(NOW)
    for _ in range(200):
        quota.record(NOW)
    assert quota.is_exhausted(NOW)
    assert not quota.is_exhausted(NOW + DAY + 2 * BUCKET)


def test_retries_come_ever_more_seldom_and_at_random() -> None:
    for failures in range(1, 30):
        longest = min(3600, 60 * 2 ** (failures - 1))
        delays = {backoff_delay(failures) for _ in range(50)}
        assert all(longest / 2 <= delay <= longest for delay in delays)
        assert len(delays) > 1


@pytest.mark.parametrize(
    ("asked", "least", "most"), [(0, 30, 60), (600, 600, 600), (10**9, DAY, DAY), (1e999, DAY, DAY)]
)
def test_a_wait_that_the_platform_asks_for_is_kept_to_for_a_day_at_most(
    asked: float, least: float, most: float
) -> None:
    assert least <= backoff_delay(1, asked) <= most


def test_intervals_are_a_little_longer_by_chance_and_never_shorter() -> None:
    minute = timedelta(minutes=1)
    intervals = {add_jitter(minute) for _ in range(50)}
    assert all(minute <= interval <= 1.1 * minute for interval in intervals)
    assert len(intervals) > 1


def test_what_is_used_up_is_so_until_there_is_some_room_again() -> None:
    quota = RequestQuota(1000)
    for number in range(1000):
        quota.record(NOW + number * 60)
    now = NOW + 1000 * 60
    assert quota.is_exhausted(now)
    while quota.is_exhausted(now):
        now += 60
    assert quota.used(now) > 950
    while quota.is_exhausted(now, still=True):
        now += 60
    assert 850 < quota.used(now) < 900


def test_a_list_of_many_pages_is_not_begun_with_too_little_left() -> None:
    quota = RequestQuota(100)
    for _ in range(85):
        quota.record(NOW)
    assert not quota.is_exhausted(NOW, page_count(1500))
    assert quota.is_exhausted(NOW, page_count(1501))


REPORTING: Final = timedelta(minutes=15)


def day_of_requests(devices: int, limit: int, *, pushed: bool, start: int = 0) -> tuple[int, float]:
    """Return the requests of a day, and how old a reading at most was when it was read (seconds).

    Each device reports every quarter of an hour. Reckoned from the budget alone: a poll reads the
    list, and the history of those that reported since. ``start`` are requests made beforehand.
    """
    quota, period = RequestQuota(limit), REPORTING.total_seconds()
    now, last, longest, total = NOW, NOW, 0.0, start
    for _ in range(start):
        quota.record(now)
    while now < NOW + DAY:
        changed = 0 if pushed else min(devices, round(devices * (now - last) / period))
        requests = page_count(devices) + min(changed, quota.background_remaining(now))
        for _ in range(requests):
            quota.record(now)
        total += requests
        last, longest = now, max(longest, now - last)
        now += add_jitter(quota.polling_interval(devices, now, changed)).total_seconds()
    return total, longest


@pytest.mark.parametrize(
    ("devices", "limit", "pushed", "least", "most", "oldest"),
    [
        (10, 1000, True, 250, 300, 331),
        (10, 1000, False, 650, 802, 25 * 60),
        (2000, 201_000, True, 5000, 6000, 331),
        (2000, 201_000, False, 130_000, 161_000, 25 * 60),
        (2000, 1000, True, 350, 410, 80 * 60),
    ],
)
def test_a_day_costs_what_the_plan_can_bear(
    devices: int, limit: int, pushed: bool, least: int, most: int, oldest: float
) -> None:
    requests, age = day_of_requests(devices, limit, pushed=pushed)
    assert least <= requests <= most < limit
    assert age <= oldest


@pytest.fixture
def devices() -> list[Device]:
    """Return what is on the platform."""
    return probes(10)


@pytest.mark.parametrize("pushed", [True, False])
async def test_ten_devices_live_a_whole_day_on_the_free_plan(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
    visitor: TestClient[Any, Any],
    monkeypatch: pytest.MonkeyPatch,
    pushed: bool,
) -> None:
    hass.loop.set_debug(False)  # of which most of the time would go into tracebacks
    monkeypatch.setattr(backoff, "uniform", lambda low, high: (low + high) / 2)
    simulator.application.configure(plan="free")
    if pushed:
        await push_to(simulator, visitor)
    coordinator = loaded.runtime_data
    start = len(counted(simulator))
    assert asked(simulator)[HISTORY] == 10
    assert asked(simulator)[SEARCH] == 1
    midnight = time.time() + DAY
    report = time.time()
    while (now := min(report, coordinator.next_poll + 2)) < midnight:
        if now == report and now > coordinator.next_poll - 2:
            report = coordinator.next_poll + 4  # no poll overtakes the pushes of a report
            continue
        freezer.move_to(datetime.fromtimestamp(now, UTC))
        if now == report:
            for device in simulator.platform.devices:
                simulator.platform.report(device, {"temperature": round(now) % 50})
            await simulator.settle()
            report += REPORTING.total_seconds()
        await next_poll(hass, timedelta(0))
    requests = counted(simulator)
    reckoned, _ = day_of_requests(10, 1000, pushed=pushed, start=start - 1)
    assert all(request.status == 200 for request in requests)
    assert coordinator.quota.used(time.time()) == len(requests) < 1000
    assert len(requests) == pytest.approx(reckoned, rel=0.02)
