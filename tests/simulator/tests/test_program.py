"""Tests of the simulator as a background task and as a program."""

import asyncio
from asyncio.subprocess import PIPE
import sys

import aiohttp

from tests.common import until
from tests.patience import PATIENCE
from tests.simulator import Simulator

from .helpers import Receiver


def _reports(receiver: Receiver) -> set[tuple[str, int]]:
    """Return the devices that reported, with the time of each report."""
    return {(data["deviceProfile"]["name"], data["ts"]) for data in receiver.data("PROPERTY")}


async def test_devices_report_in_turn(socket_enabled: None, receiver: Receiver) -> None:
    async with Simulator(live_interval=0.01) as simulator:
        await simulator.add_callback(receiver.uri)
        first = simulator.platform.devices[0].name
        await until(lambda: [name for name, _ in _reports(receiver)].count(first) > 1)
    reporting = {name for name, _ in _reports(receiver)}
    assert len(reporting) > 10
    assert "Spare button" not in reporting
    total = len(receiver.events)
    await asyncio.sleep(0.05)
    assert len(receiver.events) == total


async def test_fleet_without_online_device_waits(socket_enabled: None) -> None:
    async with Simulator([], live_interval=0.001) as simulator:
        await asyncio.sleep(0.02)
        device = await simulator.add_device("WS523")
        arrived = len(device.history)
        await until(lambda: len(device.history) > arrived)


async def _run(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "tests.simulator", *arguments, stdout=PIPE, stderr=PIPE
    )


async def test_program_prints_credentials_and_stops_cleanly(socket_enabled: None) -> None:
    program = await _run("--port", "0", "--devices", "3", "--client-id", "me", "--plan", "free")
    assert program.stdout is not None
    lines = [(await program.stdout.readline()).decode() for _ in range(5)]
    url, client_id, secret = (line.split()[-1] for line in lines[:3])
    assert client_id == "me"
    async with aiohttp.ClientSession() as session:
        form = {"client_id": "me", "client_secret": secret, "grant_type": "client_credentials"}
        async with session.post(f"{url}/oauth/token", data=form) as response:
            assert response.status == 200
    program.terminate()
    async with asyncio.timeout(PATIENCE):
        assert await program.communicate() == (b"", b"")
    assert program.returncode == 0


async def test_program_reports_taken_port(simulator: Simulator) -> None:
    port = simulator.url.rpartition(":")[2]
    program = await _run("--port", port)
    async with asyncio.timeout(PATIENCE):
        _, complaint = await program.communicate()
    assert program.returncode == 1
    assert complaint.decode() == f"Port {port} is taken; choose another one with --port.\n"
