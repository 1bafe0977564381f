"""Log lines, flows and stored data in tests of faults."""

import json
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
import pytest

from custom_components.milesight.api import Device as ListedDevice
from tests.common import next_poll, temperature
from tests.simulator import Device, Simulator

FAILED: Final = "Error fetching Home data"
RECOVERED: Final = "Fetching Home data recovered"


async def report_unpushed(
    hass: HomeAssistant, simulator: Simulator, device: Device, value: float
) -> str:
    """Let a device report a temperature; return what is shown after the next poll."""
    await simulator.report(device.sn, {"temperature": value})
    await next_poll(hass)
    return temperature(hass, device)


def log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the log lines of the integration, without those at debug level."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.milesight") and record.levelno >= logging.INFO
    ]


def reauth_flows(hass: HomeAssistant) -> int:
    """Return the number of reauthentication flows."""
    flows = hass.config_entries.flow.async_progress()
    return sum(flow["context"]["source"] == "reauth" for flow in flows)


def stored_devices(simulator: Simulator) -> dict[str, Any]:
    """Return the stored data of an earlier run that received all reports."""
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
