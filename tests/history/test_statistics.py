"""Arithmetic of hourly statistics: means, sums, and counters that were reset."""

from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.milesight.history.statistics import (
    HOUR_MS,
    HourlyMean,
    HourlyTotal,
    Sample,
    hourly_means,
    hourly_totals,
    increment,
    sum_adjustment,
)

H = HOUR_MS
SAMPLES = st.lists(
    st.tuples(st.integers(0, 20 * H), st.integers(0, 1000).map(float)),
    min_size=1,
    unique_by=lambda sample: sample[0],
)


def test_hourly_means_have_mean_minimum_and_maximum() -> None:
    samples = [(H + 5, 20.0), (H, 22.0), (2 * H - 1, 24.0), (5 * H, 1.0)]
    assert hourly_means(samples) == [
        HourlyMean(H, 22.0, 20.0, 24.0),
        HourlyMean(5 * H, 1.0, 1.0, 1.0),
    ]


def test_hourly_totals_continue_the_sum_across_a_reset() -> None:
    samples = [(H, 110.0), (2 * H, 5.0), (2 * H + 1, 7.0), (4 * H, 7.0)]
    assert hourly_totals(samples, HourlyTotal(0, 100.0, 40.0), increasing=True) == [
        HourlyTotal(H, 110.0, 50.0),
        HourlyTotal(2 * H, 7.0, 57.0),
        HourlyTotal(3 * H, 7.0, 57.0),
        HourlyTotal(4 * H, 7.0, 57.0),
    ]


def test_total_may_decrease() -> None:
    assert hourly_totals([(H, 5.0)], HourlyTotal(0, 10.0, 10.0), increasing=False) == [
        HourlyTotal(H, 5.0, 5.0)
    ]
    assert increment(100, 95, increasing=True) == -5, "a small decrease is no reset"


def test_first_sample_without_previous_total_counts_as_zero() -> None:
    assert hourly_totals([(H, 500.0), (H + 1, 510.0)], None, increasing=True) == [
        HourlyTotal(H, 510.0, 10.0)
    ]


@given(SAMPLES, st.randoms())
def test_order_of_samples_does_not_matter(samples: list[Sample], random: object) -> None:
    shuffled = list(samples)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert hourly_means(shuffled) == hourly_means(samples)
    assert hourly_totals(shuffled, None, increasing=True) == hourly_totals(
        samples, None, increasing=True
    )


@given(SAMPLES)
def test_hourly_totals_cover_each_hour_and_all_increments(
    samples: list[Sample],
) -> None:
    totals = hourly_totals(samples, None, increasing=False)
    assert [b.start - a.start for a, b in pairwise(totals)] == [H] * (len(totals) - 1)
    ordered = sorted(samples)
    assert totals[-1].sum == ordered[-1][1] - ordered[0][1]


@given(SAMPLES, st.integers(0, 1000).map(float))
def test_repeated_import_needs_no_adjustment(samples: list[Sample], state: float) -> None:
    before = HourlyTotal(-H, state, 7.0)
    totals = hourly_totals(samples, before, increasing=True)
    after = HourlyTotal(totals[-1].start + H, 3.0, 99.0)
    assert sum_adjustment(totals, [before, *totals, after], increasing=True) == 0


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ([], 0.0),
        ([HourlyTotal(0, 100.0, 40.0)], 20.0),
        ([HourlyTotal(0, 100.0, 40.0), HourlyTotal(2 * H, 30.0, 70.0)], 20.0),
        ([HourlyTotal(H, 100.0, 40.0), HourlyTotal(2 * H, 30.0, 70.0)], 20.0),
        ([HourlyTotal(2 * H, 35.0, 0.0)], 95.0),
    ],
)
def test_sums_after_a_gap_are_adjusted_by_its_increments(
    existing: list[HourlyTotal], expected: float
) -> None:
    """The counter was at 100, at 120 in the gap, at 30 after a reset: 30 were recorded, not 50."""
    totals = [HourlyTotal(H, 30.0, 90.0)]
    assert sum_adjustment(totals, existing, increasing=True) == expected
