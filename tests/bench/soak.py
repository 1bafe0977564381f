"""Very many pushes, a tenth of them broken, repeated, late or hostile.

The same seed determines what the sender sends, and what the model expects.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import gc
import json
from pathlib import Path
from random import Random
import resource
import sys
import time
from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
import orjson

from . import fleet, home
from .load import CONNECTIONS, event, signature
from .platform import platform
from .scale import Scale

ARRAY = 16
LATE_MS = 10 * 60 * 1000
WARM = 0.2  # of the pushes; after them memory must not grow
TOO_LARGE = 1024 * 1024 + 1


@dataclass(frozen=True)
class SoakRequest:
    """One request: its body, how it is signed, and the status that it must be answered with."""

    body: bytes
    status: int
    signed: bool = True
    nonce: str | None = None


def deliveries(
    devices: int, pushes: int, started: int
) -> Iterator[tuple[SoakRequest, list[dict[str, Any]]]]:
    """Yield deliveries and the events of each that must be accepted."""
    random = Random(1)
    known = [(device.sn, device.device_id) for device in fleet.devices(devices)]
    for first in range(0, pushes, ARRAY):
        events = [
            event(sequence, *known[sequence % devices], started + sequence // devices, devices)
            for sequence in range(first, min(first + ARRAY, pushes))
        ]
        yield from _sent(random, events)


def _sent(
    random: Random, events: list[dict[str, Any]]
) -> Iterator[tuple[SoakRequest, list[dict[str, Any]]]]:
    """Yield the events, and sometimes something that must do no harm."""
    good = orjson.dumps(events)
    trouble = random.randrange(60)
    if trouble == 0:
        yield SoakRequest(good[: len(good) // 2], 400), []
    elif trouble == 1:
        yield SoakRequest(orjson.dumps([_forged(events[0])]), 401, signed=False), []
    elif trouble == 2:
        late = {**events[0], "eventId": f"late {random.random()}"}
        late["data"] = {**late["data"], "ts": late["data"]["ts"] - LATE_MS, "payload": {"co2": 1}}
        yield (
            SoakRequest(orjson.dumps([late, None, 7, {"eventType": "NEWS"}, {"data": []}]), 200),
            [],
        )
    elif trouble == 3:
        unlisted = {**events[0], "eventId": None}
        unlisted["data"] = {
            **unlisted["data"],
            "deviceProfile": {"sn": f"unlisted {random.random()}"},
        }
        yield SoakRequest(orjson.dumps([unlisted, json.loads("[" * 200 + "]" * 200)]), 200), []
    elif trouble == 4:
        events[0]["data"]["payload"].update(temperature="warm", humidity=[1], co2=10**12)
        good = orjson.dumps(events)
    elif trouble == 5:
        nonce = f"again {random.random()}"
        yield SoakRequest(good, 200, nonce=nonce), events
        yield SoakRequest(good, 200, nonce=nonce), []
        return
    yield SoakRequest(good, 200), events
    if random.randrange(20) == 0:
        yield SoakRequest(good, 200), []
    if random.randrange(2000) == 0:
        yield SoakRequest(b" " * TOO_LARGE, 413), []


def _forged(genuine: dict[str, Any]) -> dict[str, Any]:
    data = {**genuine["data"], "ts": genuine["data"]["ts"] + LATE_MS // 4, "payload": {"co2": 2}}
    return {**genuine, "eventId": "forged", "data": data}


async def soak(scale: Scale, pushes: int) -> dict[str, Any]:
    """Return what this many pushes leave behind, compared with what the model expects."""
    async with platform(scale.devices) as address, home.home_assistant() as (hass, url):
        entry = await home.add_milesight(hass, address, secret=fleet.WEBHOOK_SECRET)
        await hass.async_block_till_done(wait_background_tasks=True)
        began, started = time.perf_counter(), int(time.time() * 1000)
        sizes = []
        warm = int(pushes * WARM) // ARRAY * ARRAY
        for first, upto in ((0, warm), (warm, pushes)):
            await _send(url, scale.devices, first, upto, started)
            await hass.async_block_till_done()
            gc.collect()
            sizes.append(_resident())
        expected = _expected(deliveries(scale.devices, pushes, started))
        return {
            "pushes": pushes,
            "seconds": time.perf_counter() - began,
            "megabytes": sizes,
            "wrong": _differences(hass, entry.runtime_data.data, expected),
        }


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def _expected(
    sent: Iterable[tuple[SoakRequest, list[dict[str, Any]]]],
) -> dict[tuple[str, str], Any]:
    """Return the value of each device and path that the accepted events leave.

    A list in place of a number is held as an empty object.
    """
    expected: dict[tuple[str, str], Any] = {}
    for _, events in sent:
        for accepted in events:
            data = accepted["data"]
            for path, value in data["payload"].items():
                held = {} if isinstance(value, list) else value
                expected[data["deviceProfile"]["sn"], path] = held
    return expected


def _differences(hass: HomeAssistant, devices: Any, expected: dict[tuple[str, str], Any]) -> int:
    """Return the number of values and states that are not what the model expects."""
    wrong: int = sum(
        devices[sn].values.get(path) != value for (sn, path), value in expected.items()
    )
    for index, sn in enumerate(fleet.serial_numbers(len(devices))):
        state = hass.states.get(f"sensor.room_{index}_battery")
        wrong += state is None or state.state != str(expected[sn, "battery"])
    return wrong


async def _send(url: str, *numbers: int) -> None:
    """Have a process of its own send deliveries: see `_main`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, url, *map(str, numbers)
    )
    if await process.wait():
        raise RuntimeError("a delivery was not answered as it should be")


async def _main(url: str, devices: int, first: int, upto: int, started: int) -> None:
    """Send the pushes from the `first` on."""
    # The whole sequence is generated, so that both parts use the same random numbers.
    pending = (delivery for delivery, _ in deliveries(devices, upto, started))
    for _ in range(sum(1 for _ in deliveries(devices, first, started))):
        next(pending)
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(_connection(session, url, pending))


async def _connection(
    session: aiohttp.ClientSession, url: str, pending: Iterator[SoakRequest]
) -> None:
    for delivery in pending:
        headers = signature(delivery.nonce) if delivery.signed else {}
        async with session.post(
            f"{url}/api/webhook/{home.WEBHOOK}", data=delivery.body, headers=headers
        ) as reply:
            if reply.status != delivery.status:
                raise RuntimeError(f"{reply.status} instead of {delivery.status}")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], *map(int, sys.argv[2:])))
