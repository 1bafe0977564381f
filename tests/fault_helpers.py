"""What the tests of faults share: small and large fleets, the next poll, and what was told."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
import logging
from random import Random
from typing import Any, Final

from aiohttp import web
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.milesight.api import Device as ListedDevice
from tests.common import state_of
from tests.simulator import Device, Simulator
from tests.simulator.fleet import new_device
from tests.simulator.models import Model, find_model
from tests.simulator.specification import Specification, number

BROKEN: Final = "Error fetching Home data"
HEALED: Final = "Fetching Home data recovered"
PROBE: Final = Model(
    name="PROBE-1",
    code="F01",
    specification=Specification(properties=(number("temperature", "°C", initial=20.0),)),
    reports=(("temperature",),),
)


def household() -> list[Device]:
    """Return a thermometer and a socket."""
    random, taken = Random(1), set[str]()
    return [
        new_device(find_model(model), name, random, taken)
        for model, name in (("EM300-TH", "Cellar"), ("WS523", "Lamp"))
    ]


def probes(size: int) -> list[Device]:
    """Return many devices that measure a temperature and nothing else."""
    random, taken = Random(3), set[str]()
    return [new_device(PROBE, f"Probe {number}", random, taken) for number in range(size)]


def temperature(hass: HomeAssistant, device: Device) -> str:
    """Return the temperature that is shown of a device."""
    return state_of(hass, Platform.SENSOR, f"{device.sn}_temperature").state


async def next_poll(hass: HomeAssistant, within: timedelta = timedelta(days=2)) -> None:
    """Let time pass until everything that is due within it has been done."""
    async_fire_time_changed(hass, dt_util.utcnow() + within)
    await hass.async_block_till_done(wait_background_tasks=True)


async def report_unpushed(
    hass: HomeAssistant, simulator: Simulator, device: Device, value: float
) -> str:
    """Let a device report a temperature; return what is shown after the next poll."""
    await simulator.report(device.sn, {"temperature": value})
    await next_poll(hass)
    return temperature(hass, device)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the lines that the integration wrote into the log, those for developers left out."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.milesight") and record.levelno >= logging.INFO
    ]


def reauth_flows(hass: HomeAssistant) -> int:
    """Return how many dialogs ask for credentials."""
    flows = hass.config_entries.flow.async_progress()
    return sum(flow["context"]["source"] == "reauth" for flow in flows)


class Load:
    """How many requests the platform has under way: now, and at the most."""

    def __init__(
        self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, seconds: float = 0
    ) -> None:
        """Watch from now on; each request takes some time."""
        self.now = 0
        self.most = 0
        self.total = 0
        answer = simulator.faults.answer

        async def watched(
            request: web.Request, proper: Callable[[], Awaitable[web.Response]]
        ) -> tuple[int, web.StreamResponse]:
            self.now += 1
            self.total += 1
            self.most = max(self.most, self.now)
            try:
                await asyncio.sleep(seconds)
                return await answer(request, proper)
            finally:
                self.now -= 1

        monkeypatch.setattr(simulator.faults, "answer", watched)

    async def reaches(self, number: int) -> None:
        """Wait until so many requests are under way."""
        while self.now < number:  # noqa: ASYNC110 - it is not worth an event
            await asyncio.sleep(0.01)


def stored_fleet(simulator: Simulator) -> dict[str, Any]:
    """Return what a Home Assistant keeps that ran until the devices' latest reports."""
    devices = simulator.platform.devices
    infos = [ListedDevice.from_json(d.listing(simulator.application.reference())) for d in devices]
    return {
        "devices": [
            {
                "info": info.to_json(),
                "values": {"temperature": 20.0},
                "times": {"temperature": info.last_update_time},
                "last_report": info.last_update_time,
                "online": True,
                "covered_until": info.last_update_time,
                "is_new": False,
            }
            for info in infos
            if info is not None
        ],
        "specifications": {
            f"{device.model.name} {device.firmware}": device.model.specification.as_json
            for device in devices
        },
        "requests": [],
        "pushes": [],
        "last_push": None,
    }


def store(hass_storage: dict[str, Any], entry_id: str, fleet: dict[str, Any]) -> None:
    """Put a fleet on the disk."""
    key = f"milesight.{entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": fleet}
