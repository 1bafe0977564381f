"""Delays between attempts."""

from datetime import timedelta

import pytest

from custom_components.milesight.api.backoff import (
    add_jitter,
    backoff_delay,
    exponential_delay,
)
from custom_components.milesight.api.quota import DAY


def test_retry_delay_doubles_and_is_random() -> None:
    for failures in range(1, 30):
        longest = min(3600, 60 * 2 ** (failures - 1))
        delays = {backoff_delay(failures) for _ in range(50)}
        assert all(longest / 2 <= delay <= longest for delay in delays)
        assert len(delays) > 1


@pytest.mark.parametrize(
    ("asked", "least", "most"), [(0, 30, 60), (600, 600, 600), (10**9, DAY, DAY), (1e999, DAY, DAY)]
)
def test_retry_after_is_respected_up_to_a_day(asked: float, least: float, most: float) -> None:
    assert least <= backoff_delay(1, asked) <= most


def test_jitter_only_lengthens_an_interval() -> None:
    minute = timedelta(minutes=1)
    intervals = {add_jitter(minute) for _ in range(50)}
    assert all(minute <= interval <= 1.1 * minute for interval in intervals)
    assert len(intervals) > 1


@pytest.mark.parametrize(
    ("failures", "maximum", "delay"),
    [
        (0, 3600, 60),
        (1, 3600, 60),
        (2, 3600, 120),
        (3, 3600, 240),
        (9, 3600, 3600),
        (9, 21_600, 15_360),
        (10**9, 3600, 3600),
    ],
)
def test_exponential_delay_doubles_up_to_its_maximum(
    failures: int, maximum: float, delay: float
) -> None:
    assert exponential_delay(failures, maximum) == delay
