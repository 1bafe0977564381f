"""Import of the property history into the long-term statistics of sensors."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import time
from typing import Final, cast

from homeassistant.components.recorder import DOMAIN as RECORDER, get_instance, is_entity_recorded
from homeassistant.components.recorder.db_schema import StatisticsShortTerm
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    STATISTIC_UNIT_TO_UNIT_CONVERTER,
    UNIT_CLASS_TO_UNIT_CONVERTER,
    async_import_statistics,
    get_last_short_term_statistics,
    get_metadata,
    statistics_during_period,
    weighted_circular_mean,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.components.sensor import SensorStateClass
from homeassistant.components.sensor.const import UNIT_CONVERTERS
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..api import InvalidValueError, Reading
from ..api.codec import decode
from ..const import DOMAIN
from ..devices.device import MilesightDevice
from ..mapping import SensorDescription
from .statistics import (
    HOUR_MS,
    HourlyTotal,
    Sample,
    group_by_hour,
    hourly_means,
    hourly_totals,
    start_of_hour,
    sum_adjustment,
)

COMPILED_AFTER_MS: Final = 60_000  # after the end of an hour, until the recorder compiled it
EPOCH: Final = datetime.fromtimestamp(0, UTC)
RECENT: Final = timedelta(days=30)
LAST_FIVE_MINUTES: Final = timedelta(minutes=55)
PRECISION: Final = 1e-6
TOTALS: Final = (SensorStateClass.TOTAL, SensorStateClass.TOTAL_INCREASING)


def end_of_last_hour(now: float) -> int:
    """Return the end of the last hour that may be imported (epoch milliseconds)."""
    return start_of_hour(int(now * 1000) - COMPILED_AFTER_MS)


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one sensor, in the unit of its statistics."""

    metadata: StatisticMetaData
    state_class: str
    samples: list[Sample] = field(default_factory=list)

    @property
    def entity_id(self) -> str:
        """Return the entity id of the sensor, which identifies its statistics."""
        return self.metadata["statistic_id"]

    @property
    def increasing(self) -> bool:
        """Return if a decrease of the value means that the counter was reset."""
        return self.state_class == SensorStateClass.TOTAL_INCREASING


class HistoryImporter:
    """Import readings into long-term statistics, one device at a time."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize the importer."""
        self._hass = hass
        self._lock = asyncio.Lock()
        self._is_compiled = False

    @property
    def available(self) -> bool:
        """Return if the recorder is set up."""
        return RECORDER in self._hass.config.components

    async def async_import(self, device: MilesightDevice, readings: Sequence[Reading]) -> int:
        """Import the readings of a device; return the number of rows written.

        Only past hours are written, and only for enabled sensors that are recorded. The readings
        must be complete for each hour, since existing rows are replaced.
        """
        if not self.available:
            return 0
        end = end_of_last_hour(time.time())
        past = [reading for reading in readings if reading.time < end]
        if not past:
            return 0
        async with self._lock:
            await self._wait_until_compiled()
            sensors = await get_instance(self._hass).async_add_executor_job(
                self._series, list(self._sensors(device))
            )
            rows = 0
            for series, decoder in sensors:
                series.samples.extend(decoder(past))
                if series.samples:
                    rows += await self._write(series)
            await self._wait_until_processed()
        return rows

    async def _wait_until_compiled(self) -> None:
        """Wait until the recorder has compiled what it missed while it did not run.

        It queues this task at its start, behind all that waits already. A row that is written
        before it ends the task, for all entities of Home Assistant.
        """
        if not self._is_compiled:
            await self._wait_until_processed()  # its queue, since then the task waits, too
            await self._wait_until_processed()
            self._is_compiled = True

    async def _wait_until_processed(self) -> None:
        """Wait until the recorder has processed its queue.

        ``Recorder.async_block_till_done`` does not wait for a task that was taken from the queue
        and is still running.
        """
        processed: asyncio.Future[None] = self._hass.loop.create_future()
        get_instance(self._hass).queue_task(SynchronizeTask(processed))
        await processed

    def _sensors(
        self, device: MilesightDevice
    ) -> Iterator[tuple[SensorDescription, str, str | None]]:
        """Yield the sensors with statistics: description, entity id and unit of the state."""
        registry = er.async_get(self._hass)
        for description in device.descriptions():
            if not isinstance(description, SensorDescription) or description.state_class is None:
                continue
            entity_id = registry.async_get_entity_id(
                Platform.SENSOR, DOMAIN, f"{device.sn}_{description.key}"
            )
            state = self._hass.states.get(entity_id or "")
            if entity_id and state and is_entity_recorded(self._hass, entity_id):
                unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, description.unit)
                yield description, entity_id, unit

    def _series(
        self, sensors: Sequence[tuple[SensorDescription, str, str | None]]
    ) -> list[tuple[Series, Decoder]]:
        """Return an empty series per sensor, in the unit of its existing statistics if any."""
        stored = get_metadata(self._hass, statistic_ids={entity_id for _, entity_id, _ in sensors})
        result: list[tuple[Series, Decoder]] = []
        for description, entity_id, state_unit in sensors:
            existing = stored[entity_id][1] if entity_id in stored else None
            unit = existing["unit_of_measurement"] if existing else state_unit
            unit_class = existing["unit_class"] if existing else None
            unit_class = unit_class or _unit_class(description.device_class, unit)
            convert = _converter(unit_class, description.unit, unit)
            if convert is not None:
                metadata = _metadata(description, entity_id, unit_class, unit)
                series = Series(metadata, description.state_class or "")
                result.append((series, _decoder(description, convert)))
        return result

    async def _write(self, series: Series) -> int:
        if series.state_class in TOTALS:
            return await self._write_totals(series)
        rows = list(mean_rows(series))
        async_import_statistics(self._hass, series.metadata, rows)
        return len(rows)

    async def _write_totals(self, series: Series) -> int:
        """Write sums that continue those before, and let the sums after continue them."""
        instance = get_instance(self._hass)
        first = start_of_hour(min(time for time, _ in series.samples))
        existing, newest = await instance.async_add_executor_job(self._existing, series, first)
        before = [total for total in existing if total.start < first]
        totals = hourly_totals(
            series.samples, before[-1] if before else None, increasing=series.increasing
        )
        last = totals[-1]
        adjustment = sum_adjustment(totals, existing, increasing=series.increasing)
        async_import_statistics(
            self._hass, series.metadata, [_total_row(total) for total in totals]
        )
        following = _datetime(last.start + HOUR_MS)
        if abs(adjustment) > PRECISION * max(1.0, abs(last.sum)):
            unit = cast("str", series.metadata["unit_of_measurement"])  # or None, as it is stored
            instance.async_adjust_statistics(series.entity_id, following, adjustment, unit)
        if newest is None or newest < following:
            # The recorder continues from the newest row of this table.
            row = _total_row(last) | {"start": _datetime(last.start) + LAST_FIVE_MINUTES}
            instance.async_import_statistics(series.metadata, [row], StatisticsShortTerm)
        return len(totals)

    def _existing(self, series: Series, first: int) -> tuple[list[HourlyTotal], datetime | None]:
        """Return the sums around ``first``, and the start of the newest short-term row."""
        start = _datetime(first)
        totals = self._totals(series, start - RECENT, None)
        if not totals or totals[0].start >= first:
            totals = self._totals(series, EPOCH, start)[-1:] + totals
        newest = get_last_short_term_statistics(
            self._hass, 1, series.entity_id, convert_units=False, types={"sum"}
        ).get(series.entity_id)
        return totals, datetime.fromtimestamp(newest[0]["start"], UTC) if newest else None

    def _totals(self, series: Series, start: datetime, end: datetime | None) -> list[HourlyTotal]:
        unit_class = series.metadata["unit_class"]
        unit = series.metadata["unit_of_measurement"]
        rows = statistics_during_period(
            self._hass,
            start,
            end,
            {series.entity_id},
            "hour",
            {unit_class: unit} if unit_class and unit else None,
            {"state", "sum"},
        ).get(series.entity_id, [])
        return [
            HourlyTotal(round(row["start"] * 1000), state, total)
            for row in rows
            if (state := row.get("state")) is not None and (total := row.get("sum")) is not None
        ]


type Convert = Callable[[float], float]
type Decoder = Callable[[Iterable[Reading]], Iterator[Sample]]


def _unit_class(device_class: str | None, unit: str | None) -> str | None:
    """Return the unit class that the recorder gives to new statistics."""
    converter = UNIT_CONVERTERS.get(device_class or "")
    if converter is None or unit not in converter.VALID_UNITS:
        converter = STATISTIC_UNIT_TO_UNIT_CONVERTER.get(unit)
    return converter.UNIT_CLASS if converter is not None else None


def _converter(unit_class: str | None, reported: str | None, unit: str | None) -> Convert | None:
    """Return a function from the reported unit to that of the statistics, if they convert."""
    if reported == unit:
        return lambda value: value
    converter = UNIT_CLASS_TO_UNIT_CONVERTER.get(unit_class or "")
    if converter is None or not {reported, unit} <= converter.VALID_UNITS:
        return None
    return converter.converter_factory(reported, unit)


def _decoder(description: SensorDescription, convert: Convert) -> Decoder:
    item = description.item

    def decoder(readings: Iterable[Reading]) -> Iterator[Sample]:
        for reading in readings:
            raw = reading.values.get(description.path)
            if raw is None:
                continue
            try:
                value = decode(item, raw)
            except InvalidValueError:
                continue
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield reading.time, convert(float(value))

    return decoder


def _metadata(
    description: SensorDescription, entity_id: str, unit_class: str | None, unit: str | None
) -> StatisticMetaData:
    mean_type = {
        SensorStateClass.MEASUREMENT: StatisticMeanType.ARITHMETIC,
        SensorStateClass.MEASUREMENT_ANGLE: StatisticMeanType.CIRCULAR,
    }
    state_class = SensorStateClass(description.state_class or "")
    return StatisticMetaData(
        mean_type=mean_type.get(state_class, StatisticMeanType.NONE),
        has_sum=state_class in TOTALS,
        name=None,
        source=RECORDER,
        statistic_id=entity_id,
        unit_class=unit_class,
        unit_of_measurement=unit,
    )


def mean_rows(series: Series) -> Iterator[StatisticData]:
    """Yield the rows of a measurement; an angle has no minimum and maximum."""
    if series.state_class == SensorStateClass.MEASUREMENT_ANGLE:
        for hour, values in group_by_hour(series.samples):
            mean, weight = weighted_circular_mean([(value, 1.0) for value in values])
            yield StatisticData(start=_datetime(hour), mean=mean, mean_weight=weight)
        return
    for hourly in hourly_means(series.samples):
        yield StatisticData(
            start=_datetime(hourly.start),
            mean=hourly.mean,
            min=hourly.minimum,
            max=hourly.maximum,
        )


def _total_row(total: HourlyTotal) -> StatisticData:
    return StatisticData(start=_datetime(total.start), state=total.state, sum=total.sum)


def _datetime(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
