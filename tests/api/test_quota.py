"""The request quota: counts of the last 24 hours, and the pace that follows."""

from datetime import timedelta
from typing import Final

from hypothesis import given, strategies as st

from custom_components.milesight.api.quota import BUCKET, DAY, RequestQuota, page_count

NOW: Final = 1_763_007_319.0


@given(st.lists(st.floats(0, 3 * DAY), max_size=60).map(sorted))
def test_requests_of_a_day_are_counted_to_ten_minutes(times: list[float]) -> None:
    quota = RequestQuota(1000)
    for moment in times:
        quota.record(moment)
    now = times[-1] if times else 0.0
    exact = sum(moment > now - DAY for moment in times)
    about = sum(moment > now - DAY - 2 * BUCKET for moment in times)
    assert exact <= quota.used(now) <= about


def test_counts_survive_a_restart() -> None:
    quota = RequestQuota(1000)
    for _ in range(5):
        quota.record(NOW)
    again = RequestQuota(1000, quota.buckets)
    again.record(NOW + 1)
    assert again.used(NOW + 1) == 6


def test_requests_counted_by_a_fast_clock_expire() -> None:
    quota = RequestQuota(1000)
    for hours in (0, 1, 9 * 365 * 24, 2):
        quota.record(NOW + hours * 3600)
    assert quota.used(NOW + 2 * 3600) == 2
    assert quota.used(NOW + 2 * DAY) == 0
    restored = RequestQuota(1000, [(int(NOW) + 9 * DAY, 5)])
    assert restored.used(NOW) == 5
    assert restored.used(NOW + 2 * DAY) == 0


def test_background_work_leaves_a_fifth_to_commands() -> None:
    quota = RequestQuota(1000)
    assert quota.background_remaining(NOW) == 800
    for _ in range(900):
        quota.record(NOW)
    assert quota.background_remaining(NOW) == 0


def test_polling_interval_follows_from_limit_and_devices() -> None:
    assert RequestQuota(1000).polling_interval(10, NOW) == timedelta(minutes=5)
    assert RequestQuota(201_000).polling_interval(2000, NOW) == timedelta(minutes=5)
    assert RequestQuota(1000).polling_interval(2000, NOW) == timedelta(hours=1, minutes=12)
    assert RequestQuota(100).polling_interval(10_000, NOW) == timedelta(hours=6)


def test_polling_slows_down_when_four_fifths_are_used() -> None:
    quota = RequestQuota(1000)
    for _ in range(800):
        quota.record(NOW)
    assert quota.polling_interval(10, NOW) == timedelta(minutes=20)
    assert not quota.is_exhausted(NOW)
    for _ in range(200):
        quota.record(NOW)
    assert quota.is_exhausted(NOW)
    assert not quota.is_exhausted(NOW + DAY + 2 * BUCKET)


def test_exhausted_quota_recovers_with_some_reserve() -> None:
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


def test_list_needs_a_request_for_each_page() -> None:
    quota = RequestQuota(100)
    for _ in range(85):
        quota.record(NOW)
    assert not quota.is_exhausted(NOW, page_count(1500))
    assert quota.is_exhausted(NOW, page_count(1501))
