"""The peer: Home Assistant's own MQTT integration, fed the same readings through a broker."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import shutil
import sys
from tempfile import TemporaryDirectory
import time
from typing import Any

from homeassistant.core import HomeAssistant
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.demo.process import any_free_port

from . import fleet, home
from .scale import Scale

PROGRAMS = ("mosquitto", "/usr/sbin/mosquitto")
SETTLED = 0.5


async def throughput(scale: Scale) -> dict[str, Any]:
    """Return the events per second of discovered sensors, none where there is no broker.

    A device publishes its ten readings as one JSON object, from which each sensor takes its own by
    a template, as network servers and gateways have it.
    """
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        return {"missing": "mosquitto"}
    async with _broker(program) as port, home.home_assistant() as (hass, _):
        started = time.perf_counter()
        await home.add_entry(hass, "mqtt", {"broker": "127.0.0.1", "port": port}, version=2)
        await _publish(port, scale, "discovery")
        await _until(hass, scale.devices * len(fleet.PATHS))
        setup = time.perf_counter() - started
        taken = []
        for turn in range(1, 4):
            started = time.perf_counter()
            await _publish(port, scale, "readings", turn)
            await _all_written(hass, scale, turn)
            taken.append(time.perf_counter() - started)
        return {"setup": setup, "events": scale.mqtt_events / sorted(taken)[1]}


@asynccontextmanager
async def _broker(program: str) -> AsyncGenerator[int]:
    port = any_free_port()
    with TemporaryDirectory() as folder:
        configuration = Path(folder) / "mosquitto.conf"
        configuration.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
        )
        process = await asyncio.create_subprocess_exec(
            program, "-c", str(configuration), stderr=asyncio.subprocess.DEVNULL
        )
        await asyncio.sleep(SETTLED)
        try:
            yield port
        finally:
            process.terminate()
            await process.wait()


async def _publish(port: int, scale: Scale, what: str, turn: int = 0) -> None:
    """Have a process of its own publish, so that its work is not counted."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        what,
        *map(str, (port, scale.devices, scale.mqtt_events, turn)),
    )
    if await process.wait():
        raise RuntimeError("nothing was published")


def _states(hass: HomeAssistant) -> list[str]:
    return [state.state for state in hass.states.async_all("sensor") if "room" in state.entity_id]


async def _until(hass: HomeAssistant, entities: int) -> None:
    while len(_states(hass)) < entities:  # noqa: ASYNC110
        await asyncio.sleep(SETTLED)
    await hass.async_block_till_done()


async def _all_written(hass: HomeAssistant, scale: Scale, turn: int) -> None:
    """Wait for the last reading of the last device, without a listener that would cost the peer."""
    last = f"sensor.room_{scale.devices - 1}_battery"
    awaited = str(
        fleet.readings(_sequence(scale.devices, scale.mqtt_events, turn, scale.mqtt_events - 1))[
            "battery"
        ]
    )
    while (state := hass.states.get(last)) is None or state.state != awaited:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def _sequence(devices: int, events: int, turn: int, event: int) -> int:
    return turn * (events // devices) + event // devices


def _messages(what: str, devices: int, events: int, turn: int) -> list[tuple[str, dict[str, Any]]]:
    if what == "readings":
        return [
            (
                f"bench/{event % devices}",
                dict(fleet.readings(_sequence(devices, events, turn, event))),
            )
            for event in range(events)
        ]
    return [
        (
            f"homeassistant/sensor/{index}_{path}/config",
            {
                "name": path,
                "unique_id": f"{index}_{path}",
                "default_entity_id": f"sensor.room_{index}_{path}",
                "state_topic": f"bench/{index}",
                "value_template": "{{ value_json." + path + " }}",
                "state_class": "measurement",
                "device": {"identifiers": [f"room_{index}"], "name": f"Room {index}"},
            },
        )
        for index in range(devices)
        for path in fleet.PATHS
    ]


def _main(what: str, port: int, devices: int, events: int, turn: int) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for topic, payload in _messages(what, devices, events, turn):
        sent = client.publish(topic, json.dumps(payload), qos=1)
    sent.wait_for_publish()
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    _main(sys.argv[1], *map(int, sys.argv[2:]))
