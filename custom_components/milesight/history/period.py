"""Statistics of sensors over a period, from the recorder."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Final, Literal

from homeassistant.components.recorder import DOMAIN as RECORDER, get_instance
from homeassistant.components.recorder.statistics import StatisticsRow, statistics_during_period
from homeassistant.core import HomeAssistant

PERIODS: Final[tuple[Literal["hour", "5minute"], ...]] = ("hour", "5minute")


async def async_period_statistics(
    hass: HomeAssistant, entity_ids: Iterable[str], start: datetime
) -> Mapping[str, list[StatisticsRow]]:
    """Return the rows of sensors since a time: by the hour, in the first hour by five minutes."""
    if RECORDER not in hass.config.components:
        return {}
    rows: dict[str, list[StatisticsRow]] = {}
    missing = set(entity_ids)
    for period in PERIODS:
        read = partial(
            statistics_during_period,
            hass,
            start,
            None,
            missing,
            period,
            None,
            {"min", "max", "mean"},
        )
        if missing:
            rows |= await get_instance(hass).async_add_executor_job(read)
            missing -= rows.keys()
    return rows
