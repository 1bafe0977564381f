"""Pushes a second: ours against a bare handler, and at two thousand devices."""

from itertools import product
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from . import fleet, load
from .home import home_assistant
from .process import other_process, platform
from .scale import Scale
from .times import Times


async def throughput(scale: Scale) -> dict[str, Any]:
    """Return the events per second of ``ours`` and the ``floor`` by the size of the array.

    Both run in one Home Assistant and get the same deliveries in turn.
    """
    rates = {}
    async with (
        platform(scale.devices) as address,
        home_assistant(address) as home,
        other_process() as call,
    ):
        _enable_readings(home.hass, scale)
        await home.add_ours()
        await home.add_floor(scale.devices, ("connectivity", *fleet.DISABLED[1:]))
        await home.settle()
        for array, events in scale.events.items():
            times = Times()
            for turn, subject in product(range(scale.rounds), ("ours", "floor")):
                sent = load.Load(
                    devices=scale.devices, events=events, array=array, first=turn * events
                )
                await call(load.prepare, sent)
                times[subject].append(await call(load.send, home.webhook(subject)))
            rates[str(array)] = {
                subject: events / seconds for subject, seconds in times.average().items()
            }
    return rates


def _enable_readings(hass: HomeAssistant, scale: Scale) -> None:
    """Enable exactly the ten readings of each device, and disable ten other entities."""
    registry = er.async_get(hass)
    user = er.RegistryEntryDisabler.USER
    for device in fleet.devices(scale.devices):
        registry.async_get_or_create("sensor", "milesight", f"{device.sn}_{fleet.HIDDEN}")
        registry.async_get_or_create(
            "binary_sensor", "milesight", f"{device.sn}_connectivity", disabled_by=user
        )


async def cost(scale: Scale, which: str) -> float:
    """Return the CPU seconds of one push of primary readings in the `small` or `large` fleet."""
    devices = scale.small_fleet if which == "small" else scale.large_fleet
    events = scale.cost_events
    async with (
        platform(devices, fleet.SMALL.name) as address,
        home_assistant(address) as home,
        other_process() as call,
    ):
        await home.add_ours()
        await home.settle()
        times = Times(time.process_time)
        for turn in range(scale.rounds):
            sent = load.Load(
                devices=devices, events=events, first=turn * events, model=fleet.SMALL.name
            )
            await call(load.prepare, sent)
            with times.take(which):
                await call(load.send, home.webhook())
    return times.average()[which] / events
