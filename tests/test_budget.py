"""The daily allowance of requests."""

from datetime import timedelta

from hypothesis import given, strategies as st

from custom_components.milesight.budget import RequestBudget
from custom_components.milesight.counter import BUCKET, DAY

NOW = 1_763_007_319.0


@given(st.lists(st.floats(0, 3 * DAY), max_size=60).map(sorted))
def test_what_was_spent_in_a_day_is_known_to_ten_minutes(times: list[float]) -> None:
    budget = RequestBudget(1000)
    for time in times:
        budget.spend(time)
    now = times[-1] if times else 0.0
    exact = sum(time > now - DAY for time in times)
    about = sum(time > now - DAY - 2 * BUCKET for time in times)
    assert exact <= budget.spent(now) <= about


def test_the_count_goes_on_after_a_restart() -> None:
    budget = RequestBudget(1000)
    for _ in range(5):
        budget.spend(NOW)
    again = RequestBudget(1000, budget.buckets)
    again.spend(NOW + 1)
    assert again.spent(NOW + 1) == 6


def test_background_work_leaves_a_fifth_to_commands() -> None:
    budget = RequestBudget(1000)
    assert budget.background_left(NOW) == 800
    for _ in range(900):
        budget.spend(NOW)
    assert budget.background_left(NOW) == 0


def test_the_pace_follows_from_limit_and_fleet() -> None:
    assert RequestBudget(1000).listing_interval(10, NOW) == timedelta(minutes=5)
    assert RequestBudget(201_000).listing_interval(2000, NOW) == timedelta(minutes=5)
    assert RequestBudget(1000).listing_interval(2000, NOW) == timedelta(hours=1, minutes=12)
    assert RequestBudget(100).listing_interval(10_000, NOW) == timedelta(hours=6)


def test_the_pace_slows_down_when_four_fifths_are_spent() -> None:
    budget = RequestBudget(1000)
    for _ in range(800):
        budget.spend(NOW)
    assert budget.listing_interval(10, NOW) == timedelta(minutes=20)
    assert not budget.is_used_up(NOW)
    for _ in range(200):
        budget.spend(NOW)
    assert budget.is_used_up(NOW)
    assert not budget.is_used_up(NOW + DAY + 2 * BUCKET)
