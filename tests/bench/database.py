"""Rows that a day of reports writes to the recorder's database."""

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.util import session_scope
from homeassistant.core import HomeAssistant
import orjson
from sqlalchemy import text

from . import fleet
from .home import home_assistant
from .load import Delivery, event, now_ms, post
from .process import platform
from .scale import Scale

REPORTS = 144  # one every ten minutes
RECORDER = "recorder:\n  commit_interval: 0\n"
ROWS = (
    "SELECT COUNT(*) FROM states JOIN states_meta USING (metadata_id)"
    " WHERE states_meta.entity_id LIKE '%.room_%'"
)
SIZE = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"


async def day(scale: Scale) -> dict[str, float]:
    """Return the ``rows`` and ``kilobytes`` of a device, and how many values ``changed``.

    All ten readings are in each report; one differs from that before. Nine of them are enabled.
    """
    devices = fleet.devices(scale.recorded_devices)
    count, changed = len(devices), 0
    values = dict(fleet.readings(0))
    async with platform(count) as address, home_assistant(address, RECORDER) as home:
        await home.add_ours()
        started = now_ms()
        for number in range(REPORTS + 1):
            if number == 1:  # the first report gave every reading a value
                rows, size = await _recorded(home.hass)
            if number:
                path = fleet.PATHS[number % len(fleet.PATHS)]
                values[path] = fleet.readings(number)[path]
                changed += path != fleet.HIDDEN
            events = [event(number * count + index, devices, started) for index in range(count)]
            for one in events:
                one["data"]["payload"] = values
            await post(home.webhook(), [Delivery(orjson.dumps(events))])
        rows_after, size_after = await _recorded(home.hass)
    return {
        "rows": (rows_after - rows) / count,
        "kilobytes": (size_after - size) / count / 1024,
        "changed": changed,
    }


async def _recorded(hass: HomeAssistant) -> list[int]:
    """Return the rows of states of the devices, and the size of the database in bytes."""
    recorder = get_instance(hass)
    await hass.async_block_till_done()
    await recorder.async_block_till_done()

    def read() -> list[int]:
        with session_scope(hass=hass, read_only=True) as session:
            return [session.execute(text(query)).scalar_one() for query in (ROWS, SIZE)]

    return await recorder.async_add_executor_job(read)
