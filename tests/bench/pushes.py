"""How many pushes a second: ours against a bare handler, and at two thousand devices."""

from statistics import median
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from . import fleet, home, load
from .platform import platform

DEVICES = 900
ROUNDS = 5
EVENTS = {1: 3000, 16: 9600}


async def throughput() -> dict[str, Any]:
    """Return events per second of both, by the size of the array, and the ratio of medians.

    Both live in one Home Assistant and get the same deliveries in turn.
    """
    async with (
        platform(DEVICES) as address,
        load.sender() as sender,
        home.home_assistant() as (hass, url),
    ):
        _show_the_readings(hass)
        await home.add_milesight(hass, address, secret=fleet.WEBHOOK_SECRET)
        await home.add_floor(hass, DEVICES, ("connectivity", *fleet.DISABLED[1:]))
        await hass.async_block_till_done(wait_background_tasks=True)
        return {str(array): await _compare(sender, url, array) for array in EVENTS}


def _show_the_readings(hass: HomeAssistant) -> None:
    """Have exactly the ten readings of each device enabled, and ten other entities disabled."""
    registry = er.async_get(hass)
    for sn in fleet.serial_numbers(DEVICES):
        registry.async_get_or_create("sensor", "milesight", f"{sn}_{fleet.HIDDEN}")
        registry.async_get_or_create(
            "binary_sensor",
            "milesight",
            f"{sn}_connectivity",
            disabled_by=er.RegistryEntryDisabler.USER,
        )


async def _compare(sender: load.Sender, url: str, array: int) -> dict[str, float]:
    events = EVENTS[array]
    seconds: dict[str, list[float]] = {home.WEBHOOK: [], "floor": []}
    for index in range(ROUNDS):
        for webhook, taken in seconds.items():
            await sender.prepare(
                load.Load(
                    url=f"{url}/api/webhook/{webhook}",
                    devices=DEVICES,
                    events=events,
                    array=array,
                    first=index * events,
                )
            )
            taken.append(await sender.send())
    ours, floor = (events / median(taken) for taken in seconds.values())
    return {"ours": ours, "floor": floor, "ratio": ours / floor}


async def cost(devices: int) -> float:
    """Return the CPU seconds of one push of primary readings in a fleet of this size."""
    events = 6000
    async with (
        platform(devices, fleet.SMALL.name) as address,
        load.sender() as sender,
        home.home_assistant() as (hass, url),
    ):
        await home.add_milesight(hass, address, secret=fleet.WEBHOOK_SECRET)
        await hass.async_block_till_done(wait_background_tasks=True)
        taken = []
        for index in range(ROUNDS):
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
