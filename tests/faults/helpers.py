"""What the tests of faults ask for: what was told, and what is on the disk."""

import json
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
import pytest

from custom_components.milesight.api import Device as ListedDevice
from tests.common import next_poll, temperature
from tests.simulator import Device, Simulator

BROKEN: Final = "Error fetching Home data"
HEALED: Final = "Fetching Home data recovered"


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


def stored_fleet(simulator: Simulator) -> dict[str, Any]:
    """Return what a Home Assistant keeps that ran until the devices' latest reports."""
    devices = simulator.platform.devices
    infos = [ListedDevice.from_json(d.listing(simulator.application)) for d in devices]
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
            f"{device.model.name} {device.firmware}": json.loads(
                json.dumps(device.model.specification.raw)
            )
            for device in devices
        },
        "requests": [],
        "pushes": [],
        "last_push": None,
    }
