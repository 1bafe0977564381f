"""Import of the property history into long-term statistics."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
import threading
import time
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder, get_instance, tasks as recorder_tasks
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.milesight.const import CONF_IMPORT_HISTORY
from custom_components.milesight.history import gap_importer
from custom_components.milesight.history.importer import Series, mean_rows
from custom_components.milesight.history.statistics import HOUR_MS, start_of_hour
from tests.common import (
    HISTORY,
    call_action,
    call_action_without_response,
    device_id,
    entity_id,
    poll,
    request_counts,
    set_up,
    settle,
    state_of,
    temperature,
)
from tests.fleets import household, of_demo
from tests.patience import PATIENCE
from tests.simulator import Device, Simulator
from tests.simulator.history import History

MINUTE_MS = 60_000
type Row = dict[str, Any]

pytestmark = pytest.mark.usefixtures("recorder_mock")


@pytest.fixture(autouse=True)
def far_from_the_full_hour(freezer: FrozenDateTimeFactory) -> None:
    """Let no hour end in the middle of a test."""
    freezer.move_to(datetime.now(UTC).replace(minute=20, second=0))


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return household()


def _hours_ago(hours: float) -> int:
    """Return a full hour of the past, or a part of one (epoch ms)."""
    return start_of_hour(int(time.time() * 1000)) - round(hours * HOUR_MS)


def _tell(device: Device, *reports: tuple[int, dict[str, Any]]) -> None:
    """Make these the whole history of a device, and the last the one that is listed."""
    device.history = History()
    for made, values in reports:
        device.history.add(made, values)
        device.last_update = made


async def _rows(hass: HomeAssistant, sensor: str) -> list[Row]:
    """Return the long-term statistics of a sensor, in the unit in which they are kept."""
    await async_wait_recording_done(hass)
    instance = get_instance(hass)
    found = await instance.async_add_executor_job(
        lambda: get_metadata(hass, statistic_ids={sensor})
    )
    metadata: Any = found.get(sensor, (0, {}))[1]
    unit, unit_class = metadata.get("unit_of_measurement"), metadata.get("unit_class")
    rows = await instance.async_add_executor_job(
        lambda: statistics_during_period(
            hass,
            datetime.fromtimestamp(0, UTC),
            None,
            {sensor},
            "hour",
            {unit_class: unit} if unit_class else None,
            {"mean", "min", "max", "state", "sum"},
        )
    )
    return [{**row, "start": round(row["start"] * 1000)} for row in rows.get(sensor, [])]


def _brief(rows: Sequence[Row], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in ("start", *columns)) for row in rows]


def _start(made: int) -> datetime:
    return datetime.fromtimestamp(made / 1000, UTC)


def _sensor(hass: HomeAssistant, device: Device, key: str = "temperature") -> str:
    return entity_id(hass, Platform.SENSOR, f"{device.sn}_{key}")


async def _import(
    hass: HomeAssistant, entry: MockConfigEntry, device: Device, start: int, end: int | None = None
) -> None:
    """Import what a device reported between two times."""
    times = {"start_time": _start(start)} | ({} if end is None else {"end_time": _start(end)})
    await call_action_without_response(
        hass, "import_history", device_id=device_id(hass, entry, device), **times
    )


def _write_rows(
    hass: HomeAssistant, sensor: str, unit: str | None, rows: list[StatisticData]
) -> None:
    """Write statistics as Home Assistant would have compiled them."""
    has_sum = "sum" in rows[0]
    metadata = StatisticMetaData(
        mean_type=StatisticMeanType.NONE if has_sum else StatisticMeanType.ARITHMETIC,
        has_sum=has_sum,
        name=None,
        source="recorder",
        statistic_id=sensor,
        unit_class="unitless" if unit is None else "energy" if has_sum else "temperature",
        unit_of_measurement=unit,
    )
    async_import_statistics(hass, metadata, rows)


async def test_import_writes_hourly_statistics_and_is_idempotent(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    first = _hours_ago(5)
    _tell(
        device,
        (first, {"temperature": 20.0, "humidity": 40}),
        (first + 59 * MINUTE_MS, {"temperature": 23.0}),
        (first + 2 * HOUR_MS, {"temperature": 19.5}),
        (_hours_ago(0), {"temperature": 99.0}),
    )
    target = device_id(hass, loaded, device)
    data = {"device_id": target, "start_time": _start(first + 30 * MINUTE_MS)}
    response = await call_action(hass, "import_history", **data)
    assert response == {target: {"rows": 3}}
    sensor = _sensor(hass, device)
    rows = await _rows(hass, sensor)
    assert _brief(rows, "mean", "min", "max") == [
        (first, 21.5, 20.0, 23.0),
        (first + 2 * HOUR_MS, 19.5, 19.5, 19.5),
    ]
    assert _brief(await _rows(hass, _sensor(hass, device, "humidity")), "mean") == [(first, 40.0)]

    assert await call_action(hass, "import_history", **data) == response
    assert await _rows(hass, sensor) == rows


async def test_import_returns_after_its_rows_are_written(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = simulator.device("EM300-TH")
    _tell(device, (_hours_ago(5), {"temperature": 20.0}))
    sensor = _sensor(hass, device)
    write = recorder_tasks.statistics.import_statistics

    def write_slowly(*arguments: Any) -> bool:
        time.sleep(0.3)
        return write(*arguments)

    await async_wait_recording_done(hass)
    monkeypatch.setattr(recorder_tasks.statistics, "import_statistics", write_slowly)
    await _import(hass, loaded, device, _hours_ago(6))
    rows = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, _start(_hours_ago(9)), None, {sensor}, "hour", None, {"mean"}
        )
    )
    assert [row["mean"] for row in rows[sensor]] == [20.0]


async def test_import_of_a_range_writes_only_its_hours(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    _tell(device, *((_hours_ago(hours), {"temperature": 20.0}) for hours in (6, 5, 4, 3)))
    await _import(hass, loaded, device, _hours_ago(5), _hours_ago(3.5))
    rows = await _rows(hass, _sensor(hass, device))
    assert [row["start"] for row in rows] == [_hours_ago(5), _hours_ago(4)]


@pytest.mark.parametrize(
    ("devices", "path", "unit"),
    [
        (household(), "power_consumption", "Wh"),
        (of_demo("VS133"), "line_1_total_in", None),
    ],
    ids=["energy", "people"],
)
async def test_imported_sums_continue_and_later_sums_follow(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, path: str, unit: str | None
) -> None:
    device = simulator.platform.devices[-1]
    sensor = _sensor(hass, device, path)
    compiled = [(6, 100.0, 40.0), (2, 30.0, 70.0)]
    _write_rows(
        hass,
        sensor,
        unit,
        [
            StatisticData(start=_start(_hours_ago(h)), state=s, sum=total)
            for h, s, total in compiled
        ],
    )
    await async_wait_recording_done(hass)
    _tell(
        device,
        (_hours_ago(5), {path: 120}),
        (_hours_ago(3.5), {path: 5}),
        (_hours_ago(3.25), {path: 30}),
    )
    for _ in range(2):
        await _import(hass, loaded, device, _hours_ago(5), _hours_ago(3))
        assert _brief(await _rows(hass, sensor), "state", "sum") == [
            (_hours_ago(6), 100.0, 40.0),
            (_hours_ago(5), 120.0, 60.0),
            (_hours_ago(4), 30.0, 90.0),
            (_hours_ago(2), 30.0, 90.0),
        ]


async def test_recorder_continues_from_imported_sums(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    device = simulator.device("WS523")
    sensor = _sensor(hass, device, "power_consumption")
    _tell(
        device,
        (_hours_ago(3), {"power_consumption": 100}),
        (_hours_ago(2.5), {"power_consumption": 150}),
    )
    await _import(hass, pushing, device, _hours_ago(4))
    freezer.tick()
    await simulator.report(device.sn, {"power_consumption": 170})
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=_start(_hours_ago(-1) - 5 * MINUTE_MS))
    rows = _brief(await _rows(hass, sensor), "sum")
    assert [(start, round(kilowatt_hours, 3)) for start, kilowatt_hours in rows] == [
        (_hours_ago(3), 0.05),
        (_hours_ago(0), 0.07),
    ]


async def test_import_keeps_the_unit_of_existing_statistics(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    sensor = _sensor(hass, device)
    _write_rows(
        hass,
        sensor,
        "°F",
        [StatisticData(start=_start(_hours_ago(9)), mean=50.0, min=50.0, max=50.0)],
    )
    await async_wait_recording_done(hass)
    _tell(device, (_hours_ago(5), {"temperature": 20.0}))
    await _import(hass, loaded, device, _hours_ago(6))
    assert _brief(await _rows(hass, sensor), "mean") == [
        (_hours_ago(9), 50.0),
        (_hours_ago(5), 68.0),
    ]


async def test_statistics_with_incompatible_unit_are_not_changed(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    sensor = _sensor(hass, device, "humidity")
    _write_rows(
        hass,
        sensor,
        "°C",
        [StatisticData(start=_start(_hours_ago(9)), mean=50.0, min=50.0, max=50.0)],
    )
    await async_wait_recording_done(hass)
    _tell(device, (_hours_ago(5), {"humidity": 20.0}))
    target = device_id(hass, loaded, device)
    response = await call_action(
        hass, "import_history", device_id=target, start_time=_start(_hours_ago(6))
    )
    assert response == {target: {"rows": 0}}
    assert _brief(await _rows(hass, sensor), "mean") == [(_hours_ago(9), 50.0)]


async def test_disabled_sensors_and_invalid_values_are_skipped(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    sensor = _sensor(hass, device)
    er.async_get(hass).async_update_entity(sensor, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    _tell(
        device,
        (_hours_ago(5), {"temperature": 20.0, "humidity": "wet", "no_such_thing": 1}),
        (_hours_ago(4), {"humidity": True}),
    )
    target = device_id(hass, loaded, device)
    response = await call_action(
        hass, "import_history", device_id=target, start_time=_start(_hours_ago(6))
    )
    assert response == {target: {"rows": 0}}


async def _unload_and_report(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    gap: timedelta,
    freezer: FrozenDateTimeFactory,
) -> Device:
    """Take the entry down, and let its devices report during a gap."""
    device = simulator.device("EM300-TH")
    assert await hass.config_entries.async_unload(entry.entry_id)
    began = int(time.time() * 1000)
    freezer.tick(gap)
    minutes = range(5, int(gap.total_seconds()) // 60, 10)
    reports = [
        (began + minute * MINUTE_MS, {"temperature": minute % 60 / 10, "battery": 90})
        for minute in minutes
    ]
    for made, values in reports:
        device.history.add(made, values)
    device.last_update = reports[-1][0]
    simulator.requests.clear()
    return device


async def _restart(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    gap: timedelta,
    freezer: FrozenDateTimeFactory,
) -> Device:
    """Take the entry down, let its devices report during a gap, and bring it up again."""
    device = await _unload_and_report(hass, entry, simulator, gap, freezer)
    await set_up(hass, entry)
    return device


async def test_gap_of_a_restart_is_imported_automatically(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    before = int(time.time() * 1000)
    device = await _restart(hass, loaded, simulator, timedelta(hours=30), freezer)
    assert request_counts(simulator)[HISTORY] == 2, "180 reports are two pages of one device"
    sensor = _sensor(hass, device)
    rows = await _rows(hass, sensor)
    first = start_of_hour(before + 5 * MINUTE_MS)
    assert [row["start"] for row in rows] == [first + n * HOUR_MS for n in range(30)]
    assert all(row["min"] <= row["mean"] <= row["max"] for row in rows)
    assert rows[9]["max"] - rows[9]["min"] == 5.0
    simulator.requests.clear()
    await poll(hass, loaded)
    assert HISTORY not in request_counts(simulator)


async def test_gap_survives_a_restart_before_its_import(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    before = int(time.time() * 1000)
    simulator.fault("/properties/history", "status", status=503)
    device = await _restart(hass, pushing, simulator, timedelta(hours=5), freezer)
    await simulator.report(device.sn, {"temperature": 21.0})
    assert temperature(hass, device) == "21.0"
    simulator.clear_faults()
    freezer.tick(timedelta(hours=1))
    assert await hass.config_entries.async_unload(pushing.entry_id)
    await set_up(hass, pushing)
    rows = await _rows(hass, _sensor(hass, device))
    first = start_of_hour(before + 5 * MINUTE_MS)
    assert [row["start"] for row in rows][:5] == [first + n * HOUR_MS for n in range(5)]


async def test_push_before_the_first_poll_hides_no_gap(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    coordinator = loaded.runtime_data
    device = simulator.device("EM300-TH")
    coordinator.backfill.mark_gap()
    freezer.tick(timedelta(hours=5))
    now = int(time.time() * 1000)
    for made in (now - 4 * HOUR_MS, now - 3 * HOUR_MS, now):
        device.history.add(made, {"temperature": 21.0})
    device.last_update = now
    coordinator.data[device.sn].merge(now, {"temperature": 21.0}, pushed=True)
    await poll(hass, loaded)
    rows = await _rows(hass, _sensor(hass, device))
    assert {start_of_hour(now - 4 * HOUR_MS), start_of_hour(now - 3 * HOUR_MS)} <= {
        r["start"] for r in rows
    }


async def test_gap_of_a_network_outage_is_imported(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    coordinator = loaded.runtime_data
    device = simulator.device("EM300-TH")
    simulator.fault("/devices/search", "failed", times=1)
    freezer.tick(timedelta(minutes=10))
    await poll(hass, loaded)
    freezer.tick(timedelta(hours=3))
    now = int(time.time() * 1000)
    for made in (now - 2 * HOUR_MS, now):
        device.history.add(made, {"temperature": 17.0})
    device.last_update = now
    coordinator.data[device.sn].merge(now, {"temperature": 17.0}, pushed=True)
    await poll(hass, loaded)
    rows = await _rows(hass, _sensor(hass, device))
    assert _brief(rows, "mean")[-1] == (start_of_hour(now - 2 * HOUR_MS), 17.0)


async def test_gap_is_not_imported_if_the_option_is_off(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    hass.config_entries.async_update_entry(loaded, options={CONF_IMPORT_HISTORY: False})
    await settle(hass)
    device = await _restart(hass, loaded, simulator, timedelta(hours=5), freezer)
    assert await _rows(hass, _sensor(hass, device)) == []
    assert request_counts(simulator)[HISTORY] == 1


class BusyRecorder(recorder_tasks.RecorderTask):
    """A task that keeps the recorder from its queue, like a migration."""

    commit_before = False

    def __init__(self) -> None:
        """Initialize a task that is not done."""
        self.done = threading.Event()

    @override
    def run(self, instance: Recorder) -> None:
        self.done.wait(20)


async def test_import_waits_for_what_the_recorder_missed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    attributes = {"unit_of_measurement": "°C", "state_class": "measurement"}
    hass.states.async_set("sensor.other", "5", attributes)
    await async_wait_recording_done(hass)
    stopped = _hours_ago(0)
    do_adhoc_statistics(hass, start=_start(stopped + 15 * MINUTE_MS))
    await async_wait_recording_done(hass)
    get_instance(hass).queue_task(busy := BusyRecorder())
    try:
        device = await _unload_and_report(hass, loaded, simulator, timedelta(hours=2), freezer)
        assert await hass.config_entries.async_setup(loaded.entry_id)
        await call_action_without_response(hass, "refresh")
        await hass.async_add_executor_job(threading.Event().wait, 0.5)
        get_instance(hass).queue_task(recorder_tasks.CompileMissingStatisticsTask())
    finally:
        busy.done.set()
    await settle(hass)
    assert "Blocked attempt" not in caplog.text
    for sensor in ("sensor.other", _sensor(hass, device)):
        starts = [row["start"] for row in await _rows(hass, sensor)]
        assert starts == [stopped, stopped + HOUR_MS], sensor


@pytest.mark.parametrize("max_waiting_readings", [20_000, 0])
async def test_busy_recorder_delays_only_the_import(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    max_waiting_readings: int,
) -> None:
    monkeypatch.setattr(gap_importer, "MAX_WAITING_READINGS", max_waiting_readings)
    thermometer, socket = simulator.platform.devices
    measurements = [(thermometer, "temperature", 31.5), (socket, "active_power", 120.0)]
    sensors = [_sensor(hass, device, path) for device, path, _ in measurements]
    assert await hass.config_entries.async_unload(loaded.entry_id)
    freezer.tick(timedelta(hours=5))
    for device, path, value in measurements:
        _tell(device, (_hours_ago(2), {path: value}), (_hours_ago(-0.3), {path: value}))
    get_instance(hass).queue_task(busy := BusyRecorder())
    try:
        assert await hass.config_entries.async_setup(loaded.entry_id)
        coordinator = loaded.runtime_data
        async with asyncio.timeout(PATIENCE):
            await call_action_without_response(hass, "refresh")
        for device, path, value in measurements:
            state = state_of(hass, Platform.SENSOR, f"{device.sn}_{path}")
            assert state.state == str(value)
        assert coordinator.backfill.dump().keys() == {thermometer.sn, socket.sn}
    finally:
        busy.done.set()
    monkeypatch.setattr(gap_importer, "MAX_WAITING_READINGS", 20_000)
    await settle(hass)
    await poll(hass, loaded)
    assert not coordinator.backfill.dump()
    for sensor, (_, _, value) in zip(sensors, measurements, strict=True):
        assert _brief(await _rows(hass, sensor), "mean")[-1] == (_hours_ago(2), value)


async def test_readings_stored_by_a_device_are_imported(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    device = simulator.device("EM300-TH")
    device.history = History()
    await simulator.report(device.sn, {"temperature": 21.0})
    freezer.tick(timedelta(hours=5))
    await simulator.backlog(device.sn, 290)
    await simulator.report(device.sn, {"temperature": 22.0})
    await settle(hass)
    assert temperature(hass, device) == "22.0"
    await poll(hass, pushing)
    rows = await _rows(hass, _sensor(hass, device))
    assert [row["start"] for row in rows] == [_hours_ago(hours) for hours in (5, 4, 3, 2, 1)]
    simulator.requests.clear()
    await poll(hass, pushing)
    assert HISTORY not in request_counts(simulator)


async def test_stored_readings_of_this_hour_need_no_request(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    device = simulator.device("EM300-TH")
    freezer.tick(timedelta(minutes=20))
    await simulator.report(device.sn, {"temperature": 21.0})
    await simulator.backlog(device.sn, 15)
    await settle(hass)
    simulator.requests.clear()
    await poll(hass, pushing)
    assert HISTORY not in request_counts(simulator)


async def test_unreadable_history_is_read_with_the_next_poll(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("EM300-TH")
    for path in ("/properties/history", "/oauth/token"):
        device.history.add(now := int(time.time() * 1000), {"temperature": 31.5})
        device.last_update = now
        simulator.fault("/properties/history", "status", status=401)
        simulator.fault(path, "status", status=401)
        await poll(hass, loaded)
        assert temperature(hass, device) != "31.5"
        simulator.clear_faults()
    await poll(hass, loaded)
    assert temperature(hass, device) == "31.5"


def test_angles_have_a_circular_mean() -> None:
    metadata = StatisticMetaData(
        mean_type=StatisticMeanType.CIRCULAR,
        has_sum=False,
        name=None,
        source="recorder",
        statistic_id="sensor.wind",
        unit_class=None,
        unit_of_measurement="°",
    )
    (row,) = mean_rows(
        Series(metadata, "measurement_angle", [(_hours_ago(2), 350.0), (_hours_ago(2) + 1, 20.0)])
    )
    assert row["mean"] == pytest.approx(5.0)
    assert 0 < row["mean_weight"] < 2


async def test_gap_is_imported_when_quota_is_available(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coordinator = loaded.runtime_data
    device = simulator.device("EM300-TH")
    coordinator.backfill.mark_gap()
    freezer.tick(timedelta(hours=5))
    now = int(time.time() * 1000)
    device.history.add(now - 3 * HOUR_MS, {"temperature": 21.0})
    device.last_update = now - 3 * HOUR_MS
    spare = [0]
    monkeypatch.setattr(coordinator.quota, "background_remaining", lambda _now: spare[0])
    sensor = _sensor(hass, device)
    for spare[0], expected in ((0, 0), (100, 1)):
        await poll(hass, loaded)
        assert len(await _rows(hass, sensor)) == expected
