"""Pushes: what devices report, and a sender of it at full speed."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched
import time
from typing import Any, NamedTuple
from uuid import uuid4

import aiohttp
import orjson

from tests.simulator import Device, sign

from . import fleet

CONNECTIONS = 8

type Event = dict[str, Any]


def now_ms() -> int:
    """Return the time in epoch milliseconds."""
    return int(time.time() * 1000)


class Delivery(NamedTuple):
    """One request: its body, the status that answers it, and how it is signed."""

    body: bytes
    status: int = 200
    signed: bool = True
    nonce: str | None = None  # one of its own if none is given

    def headers(self) -> dict[str, str]:
        """Return the headers, signed now."""
        if not self.signed:
            return {}
        timestamp, nonce = str(int(time.time())), self.nonce or str(uuid4())
        return {
            "x-msc-request-timestamp": timestamp,
            "x-msc-request-nonce": nonce,
            "x-msc-request-signature": sign(fleet.WEBHOOK_SECRET, timestamp, nonce),
        }


def event(sequence: int, devices: Sequence[Device], started: int) -> Event:
    """Return the event of a sequence that goes round devices, each of them once a millisecond."""
    turn, index = divmod(sequence, len(devices))
    device, readings, ts = devices[index], fleet.readings(turn), started + turn
    model = device.model.name
    return {
        "eventId": f"{ts}-{sequence}",
        "eventCreatedTime": ts // 1000,
        "eventVersion": "1.0",
        "eventType": "DEVICE_DATA",
        "data": {
            "type": "PROPERTY",
            "ts": ts,
            "tslId": None,
            "payload": {path: readings[path] for path in fleet.REPORTED[model]},
            "deviceProfile": {"sn": device.sn, "deviceId": device.device_id, "model": model},
        },
    }


@dataclass(frozen=True, kw_only=True)
class Load:
    """``events`` events, the first with the number ``first``, in arrays of ``array``."""

    devices: int
    events: int
    array: int = 1
    first: int = 0
    started: int = field(default_factory=now_ms)
    model: str = fleet.MODEL.name

    def arrays(self) -> Iterator[list[Event]]:
        """Yield the events of each delivery."""
        devices = fleet.devices(self.devices, self.model)
        for part in batched(range(self.first, self.first + self.events), self.array, strict=False):
            yield [event(sequence, devices, self.started) for sequence in part]


async def post(url: str, deliveries: Iterable[Delivery]) -> float:
    """Send deliveries over all connections; return the seconds that took."""
    pending = iter(deliveries)
    json = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=json) as session:

        async def connection() -> None:
            for delivery in pending:
                async with session.post(
                    url, data=delivery.body, headers=delivery.headers()
                ) as reply:
                    if reply.status != delivery.status:
                        raise RuntimeError(f"{reply.status} instead of {delivery.status}")

        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(connection())
        return time.perf_counter() - started


_prepared: list[Delivery] = []


def prepare(load: Load) -> None:
    """Have a load ready in this process."""
    _prepared[:] = [Delivery(orjson.dumps(events)) for events in load.arrays()]


def send(url: str) -> float:
    """Send everything that is ready; return the seconds that took."""
    return asyncio.run(post(url, _prepared))
