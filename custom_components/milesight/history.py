"""The platform's property history as long-term statistics of the sensors that show it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import time
from typing import Final

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

from .api import InvalidValueError, Reading
from .api.codec import decode
from .const import DOMAIN
from .devices.device import MilesightDevice
from .hourly import (
    HOUR_MS,
    Point,
    Total,
    by_hour,
    deviation,
    hour_of,
    means,
    totals,
)
from .mapping import SensorDescription

SETTLED_MS: Final = 60_000  # an hour this long over was compiled by Home Assistant itself
EPOCH: Final = datetime.fromtimestamp(0, UTC)
NEAR: Final = timedelta(days=30)
LAST_PERIOD: Final = timedelta(minutes=55)
NOISE: Final = 1e-6
TOTALS: Final = (SensorStateClass.TOTAL, SensorStateClass.TOTAL_INCREASING)


def last_full_hour(now: float) -> int:
    """Return the end of the last hour of which statistics may be written (epoch ms)."""
    return hour_of(int(now * 1000) - SETTLED_MS)


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of one sensor in the unit of its statistics."""

    metadata: StatisticMetaData
    state_class: str
    points: list[Point] = field(default_factory=list)

    @property
    def entity_id(self) -> str:
        """Return the sensor, by which its statistics are known."""
        return self.metadata["statistic_id"]

    @property
    def increasing(self) -> bool:
        """Return whether a fall of the value means that the counter began anew."""
        return self.state_class == SensorStateClass.TOTAL_INCREASING


class HistoryImporter:
    """Writes readings into long-term statistics, one device after the other."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Take Home Assistant."""
        self._hass = hass
        self._lock = asyncio.Lock()

    @property
    def available(self) -> bool:
        """Return whether this Home Assistant records."""
        return RECORDER in self._hass.config.components

    async def async_import(self, device: MilesightDevice, readings: Sequence[Reading]) -> int:
        """Write statistics of all hours in which a device reported; return how many.

        Only hours that are over count, and only sensors that are enabled and recorded. The
        readings must be all of those hours: what was written before is replaced.
        """
        if not self.available:
            return 0
        end = last_full_hour(time.time())
        kept = [reading for reading in readings if reading.time < end]
        if not kept:
            return 0
        async with self._lock:
            found = await get_instance(self._hass).async_add_executor_job(
                self._series, list(self._sensors(device))
            )
            written = 0
            for series, decoded in found:
                series.points.extend(decoded(kept))
                if series.points:
                    written += await self._write(series)
            await self._written()
        return written

    async def _written(self) -> None:
        """Wait until the recorder has done all that it was told.

        Its own wait ends at once when it has taken the last task, and not done it yet.
        """
        done: asyncio.Future[None] = self._hass.loop.create_future()
        get_instance(self._hass).queue_task(SynchronizeTask(done))
        await done

    def _sensors(
        self, device: MilesightDevice
    ) -> Iterator[tuple[SensorDescription, str, str | None]]:
        """Yield what has statistics, with entity id and the unit in which the state is shown."""
        registry = er.async_get(self._hass)
        for description in device.descriptions():
            if not isinstance(description, SensorDescription) or description.state_class is None:
                continue
            entity_id = registry.async_get_entity_id(
                Platform.SENSOR, DOMAIN, f"{device.sn}_{description.key}"
            )
            state = self._hass.states.get(entity_id or "")
            if entity_id and state and is_entity_recorded(self._hass, entity_id):
                shown = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, description.unit)
                yield description, entity_id, shown

    def _series(
        self, sensors: Sequence[tuple[SensorDescription, str, str | None]]
    ) -> list[tuple[Series, Decoder]]:
        """Return the statistics to be, in the unit that they have already if there are any."""
        held = get_metadata(self._hass, statistic_ids={entity_id for _, entity_id, _ in sensors})
        found: list[tuple[Series, Decoder]] = []
        for description, entity_id, shown in sensors:
            known = held[entity_id][1] if entity_id in held else None
            unit = known["unit_of_measurement"] if known else shown
            unit_class = known["unit_class"] if known else None
            unit_class = unit_class or _unit_class(description.device_class, unit)
            convert = _converter(unit_class, description.unit, unit)
            if convert is not None:
                metadata = _metadata(description, entity_id, unit_class, unit)
                series = Series(metadata, description.state_class or "")
                found.append((series, _decoder(description, convert)))
        return found

    async def _write(self, series: Series) -> int:
        if series.state_class in TOTALS:
            return await self._write_totals(series)
        rows = list(mean_rows(series))
        async_import_statistics(self._hass, series.metadata, rows)
        return len(rows)

    async def _write_totals(self, series: Series) -> int:
        """Write sums that go on from those before, and make those after go on from them."""
        instance = get_instance(self._hass)
        first = hour_of(min(time for time, _ in series.points))
        held, newest = await instance.async_add_executor_job(self._held, series, first)
        before = [total for total in held if total.start < first]
        found = totals(series.points, before[-1] if before else None, increasing=series.increasing)
        last = found[-1]
        excess = deviation(found, held, increasing=series.increasing)
        async_import_statistics(self._hass, series.metadata, [_total_row(total) for total in found])
        following = _time(last.start + HOUR_MS)
        if abs(excess) > NOISE * max(1.0, abs(last.sum)):
            unit = series.metadata["unit_of_measurement"] or ""
            instance.async_adjust_statistics(series.entity_id, following, excess, unit)
        if newest is None or newest < following:
            # Home Assistant counts on from the newest row of this table.
            row = _total_row(last) | {"start": _time(last.start) + LAST_PERIOD}
            instance.async_import_statistics(series.metadata, [row], StatisticsShortTerm)
        return len(found)

    def _held(self, series: Series, first: int) -> tuple[list[Total], datetime | None]:
        """Return the sums from some time before ``first`` on, and the newest five minutes."""
        start = _time(first)
        held = self._totals(series, start - NEAR, None)
        if not held or held[0].start >= first:
            held = self._totals(series, EPOCH, start)[-1:] + held
        newest = get_last_short_term_statistics(
            self._hass, 1, series.entity_id, convert_units=False, types={"sum"}
        ).get(series.entity_id)
        return held, datetime.fromtimestamp(newest[0]["start"], UTC) if newest else None

    def _totals(self, series: Series, start: datetime, end: datetime | None) -> list[Total]:
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
            Total(round(row["start"] * 1000), state, counted)
            for row in rows
            if (state := row.get("state")) is not None and (counted := row.get("sum")) is not None
        ]


type Convert = Callable[[float], float]
type Decoder = Callable[[Iterable[Reading]], Iterator[Point]]


def _unit_class(device_class: str | None, unit: str | None) -> str | None:
    """Return by what Home Assistant would convert the unit of new statistics."""
    converter = UNIT_CONVERTERS.get(device_class or "")
    if converter is None or unit not in converter.VALID_UNITS:
        converter = STATISTIC_UNIT_TO_UNIT_CONVERTER.get(unit)
    return converter.UNIT_CLASS if converter is not None else None


def _converter(unit_class: str | None, reported: str | None, unit: str | None) -> Convert | None:
    """Return what brings a reported value into the unit of the statistics, if that is possible."""
    if reported == unit:
        return lambda value: value
    converter = UNIT_CLASS_TO_UNIT_CONVERTER.get(unit_class or "")
    if converter is None or not {reported, unit} <= converter.VALID_UNITS:
        return None
    return converter.converter_factory(reported, unit)


def _decoder(description: SensorDescription, convert: Convert) -> Decoder:
    item = description.item

    def decoder(readings: Iterable[Reading]) -> Iterator[Point]:
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
    """Yield the statistics of something that is measured; directions have no extremes."""
    if series.state_class == SensorStateClass.MEASUREMENT_ANGLE:
        for hour, values in by_hour(series.points):
            mean, weight = weighted_circular_mean([(value, 1.0) for value in values])
            yield StatisticData(start=_time(hour), mean=mean, mean_weight=weight)
        return
    for found in means(series.points):
        yield StatisticData(
            start=_time(found.start), mean=found.mean, min=found.low, max=found.high
        )


def _total_row(total: Total) -> StatisticData:
    return StatisticData(start=_time(total.start), state=total.state, sum=total.sum)


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
