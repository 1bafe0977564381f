"""A sender of pushes as a child process: it prepares deliveries, then sends them at full speed."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
import json
import sys
import time
from typing import Any
from uuid import uuid4

import aiohttp
import orjson

from tests.simulator.push import sign

from . import fleet

CONNECTIONS = 8


@dataclass(frozen=True, kw_only=True)
class Load:
    """What to send where: ``events`` in arrays of ``array``, going round ``devices``.

    ``first`` counts the events sent before; each device reports once a millisecond.
    """

    url: str
    devices: int
    events: int
    array: int = 1
    first: int = 0
    started: int = field(default_factory=lambda: int(time.time() * 1000))
    model: str = fleet.MODEL.name
    paths: tuple[str, ...] = fleet.PATHS

    def deliveries(self) -> list[bytes]:
        """Return the bodies."""
        known = [
            (device.sn, device.device_id) for device in fleet.devices(self.devices, self.model)
        ]
        events = [
            event(
                sequence,
                *known[sequence % self.devices],
                self.started + (sequence - self.first) // self.devices,
                self.devices,
                self.paths,
            )
            for sequence in range(self.first, self.first + self.events)
        ]
        return [
            orjson.dumps(events[start : start + self.array])
            for start in range(0, self.events, self.array)
        ]


def event(
    sequence: int,
    sn: str,
    device_id: int,
    ts: int,
    devices: int,
    paths: Iterable[str] = fleet.PATHS,
) -> dict[str, Any]:
    """Return the event of a sequence that goes round a number of devices."""
    readings = fleet.readings(sequence // devices)
    return {
        "eventId": f"{ts}-{sequence}",
        "eventCreatedTime": ts // 1000,
        "eventVersion": "1.0",
        "eventType": "DEVICE_DATA",
        "data": {
            "type": "PROPERTY",
            "ts": ts,
            "tslId": None,
            "payload": {path: readings[path] for path in paths},
            "deviceProfile": {"sn": sn, "deviceId": device_id, "model": fleet.MODEL.name},
        },
    }


class Sender:
    """A child that prepares one load after the other, and sends each on request."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Take the child."""
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        self._input, self._output = process.stdin, process.stdout

    async def prepare(self, load: Load) -> None:
        """Have a load ready to be sent."""
        await self._ask(json.dumps(asdict(load)))

    async def send(self) -> float:
        """Send everything that is ready; return the seconds that took."""
        return float(await self._ask("send"))

    async def _ask(self, line: str) -> bytes:
        self._input.write(f"{line}\n".encode())
        answer = await self._output.readline()
        if not answer:
            raise RuntimeError("a delivery was not accepted")
        return answer


@asynccontextmanager
async def sender() -> AsyncGenerator[Sender]:
    """Run a sender in a process of its own, so that its work is not counted."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Sender(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


def signature(nonce: str | None = None) -> dict[str, str]:
    """Return the headers of a delivery that is signed now, with a nonce of its own or this one."""
    timestamp, nonce = str(int(time.time())), nonce or str(uuid4())
    return {
        "x-msc-request-timestamp": timestamp,
        "x-msc-request-nonce": nonce,
        "x-msc-request-signature": sign(fleet.WEBHOOK_SECRET, timestamp, nonce),
    }


async def _send(url: str, bodies: Iterable[bytes]) -> float:
    pending = iter(bodies)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def connection() -> None:
            for body in pending:
                headers = {"Content-Type": "application/json", **signature()}
                async with session.post(url, data=body, headers=headers) as reply:
                    reply.raise_for_status()

        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(connection())
        return time.perf_counter() - started


def _serve() -> None:
    url, bodies = "", list[bytes]()
    for line in sys.stdin:
        if line == "send\n":
            print(asyncio.run(_send(url, bodies)), flush=True)
        else:
            load = Load(**json.loads(line))
            url, bodies = load.url, load.deliveries()
            print("ready", flush=True)


if __name__ == "__main__":
    _serve()
