"""Very many pushes, a tenth of them broken, repeated, late or hostile."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
import gc
from itertools import pairwise
import json
from pathlib import Path
from random import Random
import resource
import time
from typing import Any

from homeassistant.core import HomeAssistant
import orjson

from . import fleet
from .home import home_assistant
from .load import Delivery, Event, Load, post
from .process import other_process, platform
from .scale import Scale

ARRAY = 16
LATE_MS = 10 * 60 * 1000
SEED = 7100  # with it, so few pushes as TINY has hold each kind
WARM = 0.2  # of the pushes; after them memory must not grow
TOO_LARGE = 1024 * 1024 + 1

type Expected = dict[tuple[str, str], Any]


def deliveries(load: Load) -> Iterator[tuple[Delivery, list[Event]]]:
    """Yield deliveries, some of which must do no harm, and the events to be accepted of each.

    They depend on the place of an array in the sequence, not on where the load begins.
    """
    for number, events in enumerate(load.arrays(), load.first // ARRAY):
        random = Random(SEED + number)
        good, one = Delivery(orjson.dumps(events)), events[0]
        match random.randrange(60):
            case 0:
                yield Delivery(good.body[: len(good.body) // 2], status=400), []
            case 1:
                forged = _like(one, "forged", LATE_MS // 4, payload={"co2": 2})
                yield Delivery(orjson.dumps([forged]), status=401, signed=False), []
            case 2:
                late = _like(one, f"late {number}", -LATE_MS, payload={"co2": 1})
                body = orjson.dumps([late, None, 7, {"eventType": "NEWS"}, {"data": []}])
                yield Delivery(body), []
            case 3:
                unlisted = _like(one, None, deviceProfile={"sn": f"unlisted {number}"})
                nested = json.loads("[" * 200 + "]" * 200)
                yield Delivery(orjson.dumps([unlisted, nested])), []
            case 4:
                one["data"]["payload"].update(temperature="warm", humidity=[1], co2=10**12)
                good = Delivery(orjson.dumps(events))
            case 5:
                good = good._replace(nonce=f"again {number}")
                yield good, events
        yield good, events
        if random.randrange(20) == 0:
            yield good, []
        if random.randrange(2000) == 0:
            yield Delivery(b" " * TOO_LARGE, status=413), []


def _like(event: Event, event_id: str | None, later_ms: int = 0, **data: Any) -> Event:
    """Return an event like another one, with other data and a later time."""
    own = event["data"]
    return {**event, "eventId": event_id, "data": {**own, "ts": own["ts"] + later_ms, **data}}


async def soak(scale: Scale) -> dict[str, float]:
    """Return what the pushes leave behind, compared with what must be accepted of them."""
    async with (
        platform(scale.devices) as address,
        home_assistant(address) as home,
        other_process() as call,
    ):
        entry = await home.add_ours()
        await home.settle()
        began, megabytes = time.perf_counter(), []
        warm = int(scale.soak * WARM) // ARRAY * ARRAY
        whole = Load(devices=scale.devices, events=scale.soak, array=ARRAY)
        for first, upto in pairwise((0, warm, scale.soak)):
            load = replace(whole, first=first, events=upto - first)
            await call(_send, home.webhook(), load)
            await home.hass.async_block_till_done()
            gc.collect()
            megabytes.append(_resident())
        wrong = _differences(home.hass, entry.runtime_data.data, _expected(whole))
        return {
            "pushes": scale.soak,
            "seconds": time.perf_counter() - began,
            "warm": megabytes[0],
            "end": megabytes[1],
            "wrong": wrong,
        }


def _send(url: str, load: Load) -> None:
    asyncio.run(post(url, (delivery for delivery, _ in deliveries(load))))


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def _expected(load: Load) -> Expected:
    """Return the value of each device and path that the accepted events leave.

    A list in place of a number is held as an empty object.
    """
    return {
        (event["data"]["deviceProfile"]["sn"], path): {} if isinstance(value, list) else value
        for _, events in deliveries(load)
        for event in events
        for path, value in event["data"]["payload"].items()
    }


def _differences(hass: HomeAssistant, devices: Any, expected: Expected) -> int:
    """Return the number of values and states that are not what is expected."""
    wrong: int = sum(
        devices[sn].values.get(path) != value for (sn, path), value in expected.items()
    )
    states = sum(
        not hass.states.is_state(f"sensor.room_{index}_battery", str(expected[sn, "battery"]))
        for index, sn in enumerate(device.sn for device in fleet.devices(len(devices)))
    )
    return wrong + states
