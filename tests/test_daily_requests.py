"""The requests of a whole day, computed and simulated."""

from datetime import UTC, datetime, timedelta
import time
from typing import Any, Final

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.api import backoff
from custom_components.milesight.api.backoff import add_jitter
from custom_components.milesight.api.quota import DAY, RequestQuota, page_count
from tests.common import HISTORY, SEARCH, next_poll, push_to, quota_requests, request_counts
from tests.fleets import probes
from tests.simulator import Device, Simulator

NOW: Final = 1_763_007_319.0
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
def test_requests_of_a_day_stay_within_the_quota(
    devices: int, limit: int, pushed: bool, least: int, most: int, oldest: float
) -> None:
    requests, age = day_of_requests(devices, limit, pushed=pushed)
    assert least <= requests <= most < limit
    assert age <= oldest


@pytest.fixture
def devices() -> list[Device]:
    """Return ten thermometers."""
    return probes(10)


@pytest.mark.slow
@pytest.mark.parametrize("pushed", [True, False])
async def test_ten_devices_poll_a_whole_day_on_the_free_plan(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    monkeypatch: pytest.MonkeyPatch,
    pushed: bool,
) -> None:
    hass.loop.set_debug(False)  # most of the time would go into tracebacks
    monkeypatch.setattr(backoff, "uniform", lambda low, high: (low + high) / 2)
    simulator.application.configure(plan="free")
    if pushed:
        await push_to(simulator, http_client)
    coordinator = loaded.runtime_data
    start = len(quota_requests(simulator))
    assert request_counts(simulator)[HISTORY] == 10
    assert request_counts(simulator)[SEARCH] == 1
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
    requests = quota_requests(simulator)
    expected, _ = day_of_requests(10, 1000, pushed=pushed, start=start - 1)
    assert all(request.status == 200 for request in requests)
    assert coordinator.quota.used(time.time()) == len(requests) < 1000
    assert len(requests) == pytest.approx(expected, rel=0.02)
