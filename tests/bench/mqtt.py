"""The peer: Home Assistant's own MQTT integration, fed the same readings through a broker."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
import json
from pathlib import Path
import shutil
import sys
from tempfile import TemporaryDirectory

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import StateMachine
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.demo.process import any_free_port, port_is_free, running, until_ready

from . import fleet
from .home import home_assistant
from .process import other_process
from .scale import Scale
from .times import Times

PROGRAMS = ("mosquitto", "/usr/sbin/mosquitto")
TURNS = 3

type Message = tuple[str, str]  # topic and payload


async def throughput(scale: Scale) -> float | None:
    """Return the events per second of discovered sensors, none where there is no broker.

    A device publishes its ten readings as one JSON object, from which each sensor takes its own by
    a template, as network servers and gateways have it.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        print("The peer is left out: the program mosquitto is missing.", file=sys.stderr)
        return None
    times = Times()
    async with _broker(program) as port, home_assistant() as home, other_process() as call:
        states = home.hass.states
        await home.add("mqtt", {"broker": "127.0.0.1", "port": port}, version=2)
        await call(_publish, port, _discovery(scale.devices))
        while _discovered(states) < scale.devices * len(fleet.PATHS):  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        await home.hass.async_block_till_done()
        last = f"sensor.room_{scale.devices - 1}_battery"
        # What is published before Home Assistant has subscribed is lost.
        while _unknown(states):
            await call(_publish, port, _readings(scale, 0)[-scale.devices :])
            await asyncio.sleep(0.5)
        for turn in range(1, TURNS + 1):
            messages = _readings(scale, turn)
            awaited = str(json.loads(messages[-1][1])["battery"])
            with times.take("mqtt"):
                await call(_publish, port, messages)
                # A listener would cost the peer.
                while not states.is_state(last, awaited):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
    return scale.mqtt_events / times.average()["mqtt"]


def _discovered(states: StateMachine) -> int:
    return sum("room" in entity_id for entity_id in states.async_entity_ids("sensor"))


def _unknown(states: StateMachine) -> bool:
    return any(
        state.state == STATE_UNKNOWN
        for state in states.async_all("sensor")
        if "room" in state.entity_id
    )


@asynccontextmanager
async def _broker(program: str) -> AsyncGenerator[int]:
    port = any_free_port()

    async def listens() -> bool:
        return not port_is_free(port)

    with TemporaryDirectory() as folder:
        configuration, log = Path(folder) / "mosquitto.conf", Path(folder) / "output"
        configuration.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
        )
        async with running([program, "-c", str(configuration)], log) as process:
            await until_ready(process, listens, "The broker", log)
            yield port


def _discovery(devices: int) -> list[Message]:
    """Return the messages by which Home Assistant discovers a sensor for each reading."""
    return [
        (
            f"homeassistant/sensor/{index}_{path}/config",
            json.dumps(
                {
                    "name": path,
                    "unique_id": f"{index}_{path}",
                    "default_entity_id": f"sensor.room_{index}_{path}",
                    "state_topic": f"bench/{index}",
                    "value_template": "{{ value_json." + path + " }}",
                    "state_class": "measurement",
                    "device": {"identifiers": [f"room_{index}"], "name": f"Room {index}"},
                }
            ),
        )
        for index in range(devices)
        for path in fleet.PATHS
    ]


def _readings(scale: Scale, turn: int) -> list[Message]:
    """Return the reports of a turn, which go round the devices."""
    sequences = range(turn * scale.mqtt_events, (turn + 1) * scale.mqtt_events)
    return [
        (
            f"bench/{sequence % scale.devices}",
            json.dumps(dict(fleet.readings(sequence // scale.devices))),
        )
        for sequence in sequences
    ]


def _publish(port: int, messages: Iterable[Message]) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for topic, payload in messages:
        sent = client.publish(topic, payload, qos=1)
    sent.wait_for_publish()
    client.disconnect()
    client.loop_stop()
