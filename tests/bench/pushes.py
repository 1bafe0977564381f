"""How many pushes a second: ours against a bare handler, and at two thousand devices."""

from statistics import median
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from . import fleet, home, load
from .platform import platform
from .scale import Scale


async def throughput(scale: Scale) -> dict[str, Any]:
    """Return events per second of both, by the size of the array, and the ratio of medians.

    Both run in one Home Assistant and get the same deliveries in turn.
    """
    async with (
        platform(scale.devices) as address,
        load.sender() as sender,
        home.home_assistant() as (hass, url),
    ):
        _enable_readings(hass, scale)
        await home.add_milesight(hass, address, secret=fleet.WEBHOOK_SECRET)
        await home.add_floor(hass, scale.devices, ("connectivity", *fleet.DISABLED[1:]))
        await hass.async_block_till_done(wait_background_tasks=True)
        return {
            str(array): await _compare(sender, url, scale, array=array, events=events)
            for array, events in scale.events.items()
        }


def _enable_readings(hass: HomeAssistant, scale: Scale) -> None:
    """Enable exactly the ten readings of each device, and disable ten other entities."""
    registry = er.async_get(hass)
    for sn in fleet.serial_numbers(scale.devices):
        registry.async_get_or_create("sensor", "milesight", f"{sn}_{fleet.HIDDEN}")
        registry.async_get_or_create(
            "binary_sensor",
            "milesight",
            f"{sn}_connectivity",
            disabled_by=er.RegistryEntryDisabler.USER,
        )


async def _compare(
    sender: load.Sender, url: str, scale: Scale, *, array: int, events: int
) -> dict[str, float]:
    seconds: dict[str, list[float]] = {home.WEBHOOK: [], "floor": []}
    for index in range(scale.rounds):
        for webhook, taken in seconds.items():
            await sender.prepare(
                load.Load(
                    url=f"{url}/api/webhook/{webhook}",
                    devices=scale.devices,
                    events=events,
                    array=array,
                    first=index * events,
                )
            )
            taken.append(await sender.send())
    ours, floor = (events / median(taken) for taken in seconds.values())
    return {"ours": ours, "floor": floor, "ratio": ours / floor}


async def cost(scale: Scale, which: str) -> float:
    """Return the CPU seconds of one push of primary readings in the `small` or `large` fleet."""
    devices = scale.small_fleet if which == "small" else scale.large_fleet
    events = scale.cost_events
    async with (
        platform(devices, fleet.SMALL.name) as address,
        load.sender() as sender,
        home.home_assistant() as (hass, url),
    ):
        await home.add_milesight(hass, address, secret=fleet.WEBHOOK_SECRET)
        await hass.async_block_till_done(wait_background_tasks=True)
        taken = []
        for index in range(scale.rounds):
            await sender.prepare(
                load.Load(
                    url=f"{url}/api/webhook/{home.WEBHOOK}",
                    devices=devices,
                    events=events,
                    first=index * events,
                    model=fleet.SMALL.name,
                    paths=fleet.SMALL_PATHS,
                )
            )
            before = time.process_time()
            await sender.send()
            taken.append(time.process_time() - before)
        return median(taken) / events
