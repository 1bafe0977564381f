"""Home Assistant is killed while it writes, as by a power failure."""

import asyncio
import json
import os
from pathlib import Path
import sys
import time
from typing import Any, Final

from homeassistant import config_entries
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import DOMAIN
from tests.common import ADDRESS, entry_of, settle, temperature
from tests.demo.process import free_port, running, until_ready
from tests.fleets import probes
from tests.simulator import ApiError, Simulator

KILLS: Final = 10
LAUNCHER: Final = """
import sys
from homeassistant import bootstrap
from homeassistant.__main__ import main
from custom_components.milesight.devices import storage
bootstrap.CRITICAL_INTEGRATIONS = set()  # the frontend is not needed
storage.SAVE_DELAY = 0  # write as often as anything changes
sys.exit(main())
"""
WRITER: Final = """
import asyncio, json, os, pathlib, signal, sys, time
from homeassistant.core import HomeAssistant
from custom_components.milesight.devices.storage import ApplicationStore

FOLDER, KILLS = sys.argv[1], int(sys.argv[2])
DEVICE = {"values": {f"value_{number}": number for number in range(20)}}

async def write(number, pipe):
    store = ApplicationStore(HomeAssistant(FOLDER), "entry")
    while True:
        number += 1
        await store.async_save({"devices": [DEVICE] * 500, "last_push": number})
        os.write(pipe, number.to_bytes(8))

saved = 0
for kill in range(KILLS):
    read, pipe = os.pipe()
    child = os.fork()
    if not child:
        asyncio.run(write(saved, pipe))
    os.close(pipe)
    for _ in range(3):
        saved = int.from_bytes(os.read(read, 8))
    time.sleep(kill * 0.004)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while number := os.read(read, 8):
        saved = int.from_bytes(number)
    path = pathlib.Path(FOLDER, ".storage", "milesight.entry")
    kept = json.loads(path.read_bytes())["data"]
    outcome = {"saved": saved, "kept": kept["last_push"], "devices": len(kept["devices"])}
    print(json.dumps(outcome))
"""
CONFIGURATION: Final = """
homeassistant:
http:
  server_host: 127.0.0.1
  server_port: {port}
"""


@pytest.mark.slow
async def test_store_is_complete_after_a_kill_during_writing(
    hass: HomeAssistant, hass_storage: dict[str, Any], socket_enabled: None, tmp_path: Path
) -> None:
    async with Simulator(probes(100), past_reports=1) as simulator:
        entry = entry_of(simulator)
        port = free_port(20_000 + os.getpid() % 10_000)
        _prepare(tmp_path, port, entry)
        path, log = tmp_path / ".storage" / f"{DOMAIN}.{entry.entry_id}", tmp_path / "log"
        command = [sys.executable, "-c", LAUNCHER, "--config", str(tmp_path), "--skip-pip"]
        reporting = asyncio.create_task(_report_on(simulator))
        async with running(command, log) as process:
            address = f"http://127.0.0.1:{port}{ADDRESS}"
            await until_ready(process, lambda: _accepted(simulator, address), "It", log)
            await asyncio.to_thread(_wait_for_writes, path, 20)
            process.kill()
            await process.wait()
        reporting.cancel()
        written = json.loads(await asyncio.to_thread(path.read_bytes))

        simulator.fault("/", "status", status=503)
        hass_storage[written["key"]] = written
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        devices = written["data"]["devices"]
        assert len(devices) == 100
        for device in devices:
            shown = temperature(hass, entry.runtime_data.data[device["info"]["sn"]])
            assert shown == str(device["values"]["temperature"])
        await settle(hass)


@pytest.mark.slow
async def test_interrupted_write_keeps_the_previous_store(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), str(KILLS)]
    async with running(command, tmp_path / "log") as process:
        await process.wait()
    lines = await asyncio.to_thread((tmp_path / "log").read_text)
    outcomes = [json.loads(line) for line in lines.splitlines()]
    assert len(outcomes) == KILLS
    for outcome in outcomes:
        assert outcome["kept"] >= outcome["saved"] > 0
        assert outcome["devices"] == 500
    assert outcomes[-1]["saved"] > 3 * KILLS


def _prepare(folder: Path, port: int, entry: MockConfigEntry) -> None:
    """Make the folder that a Home Assistant with one entry starts from."""
    (folder / "configuration.yaml").write_text(CONFIGURATION.format(port=port))
    entries = {
        "version": config_entries.STORAGE_VERSION,
        "minor_version": config_entries.STORAGE_VERSION_MINOR,
        "key": config_entries.STORAGE_KEY,
        "data": {"entries": [entry.as_dict()]},
    }
    (folder / ".storage").mkdir()
    (folder / ".storage" / config_entries.STORAGE_KEY).write_bytes(json_bytes(entries))


async def _accepted(simulator: Simulator, address: str) -> bool:
    try:
        await simulator.push.add(address)
    except ApiError:
        return False
    return True


def _wait_for_writes(path: Path, number: int) -> None:
    """Return in the middle of things, when a file was written so often."""
    for _ in range(number):
        before = path.stat().st_mtime_ns if path.exists() else 0
        while not path.exists() or path.stat().st_mtime_ns == before:
            time.sleep(0.001)


async def _report_on(simulator: Simulator) -> None:
    """Let one device after the other report."""
    value = 20.0
    while True:
        for device in simulator.platform.devices:
            value = round(value + 0.1, 1)
            simulator.platform.report(device, {"temperature": value})
            await asyncio.sleep(0.002)
