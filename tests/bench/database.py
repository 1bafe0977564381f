"""What a day of reports writes to the recorder's database."""

import time

import aiohttp
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.util import session_scope
from homeassistant.core import HomeAssistant
import orjson
from sqlalchemy import text

from . import fleet, home
from .load import event, signature
from .platform import platform
from .scale import Scale

REPORTS = 144  # one every ten minutes
ROWS = (
    "SELECT COUNT(*) FROM states JOIN states_meta USING (metadata_id)"
    " WHERE states_meta.entity_id LIKE '%.room_%'"
)
SIZE = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"


async def day(scale: Scale) -> dict[str, float]:
    """Return the ``rows`` and ``bytes`` of a device, and how many values ``changed``.

    All ten readings are in each report; one differs from that before. Nine of them are enabled.
    """
    known = [(device.sn, device.device_id) for device in fleet.devices(scale.recorded_devices)]
    values, changed = dict(fleet.readings(0)), 0
    async with (
        platform(len(known)) as address,
        home.home_assistant("recorder:\n  commit_interval: 0\n") as (hass, url),
        aiohttp.ClientSession() as session,
    ):
        await home.add_milesight(hass, address, secret=fleet.WEBHOOK_SECRET)
        started = int(time.time() * 1000)
        for number in range(REPORTS + 1):
            if number == 1:  # the first report gave every reading a value
                rows, size = await _recorded(hass)
            if number:
                path = fleet.PATHS[number % len(fleet.PATHS)]
                values[path] = fleet.readings(number)[path]
                changed += path != fleet.HIDDEN
            events = [
                event(number * len(known) + index, *device, started + number, len(known))
                for index, device in enumerate(known)
            ]
            for one in events:
                one["data"]["payload"] = values
            async with session.post(
                f"{url}/api/webhook/{home.WEBHOOK}", data=orjson.dumps(events), headers=signature()
            ) as reply:
                reply.raise_for_status()
        rows_after, size_after = await _recorded(hass)
    count = len(known)
    return {
        "rows": (rows_after - rows) / count,
        "bytes": (size_after - size) / count,
        "changed": changed,
    }


async def _recorded(hass: HomeAssistant) -> tuple[int, int]:
    """Return the rows of states of the devices, and the size of the database in bytes."""
    recorder = get_instance(hass)
    await hass.async_block_till_done()
    await recorder.async_block_till_done()

    def read() -> tuple[int, int]:
        with session_scope(hass=hass, read_only=True) as session:
            rows, size = (session.execute(text(query)).scalar_one() for query in (ROWS, SIZE))
            return int(rows), int(size)

    return await recorder.async_add_executor_job(read)
