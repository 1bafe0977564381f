"""A real Home Assistant inside this process, with our integration and the floors in it."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
import json
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from homeassistant import bootstrap, runner
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from tests.demo.configuration import http_settings
from tests.demo.process import ROOT, any_free_port

from . import fleet

WEBHOOK = "bench"

CONFIGURATION = """\
homeassistant:
  name: Bench
  unit_system: metric
  time_zone: UTC
webhook:
logger:
  default: error
  logs:
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""
INTEGRATIONS = {
    "milesight": ROOT / "custom_components" / "milesight",
    "floor": ROOT / "tests" / "bench" / "floor",
}


@asynccontextmanager
async def home_assistant(configuration: str = "") -> AsyncGenerator[tuple[HomeAssistant, str]]:
    """Run Home Assistant, with more configuration if given; give it and its web address."""
    port = any_free_port()
    with TemporaryDirectory() as folder:
        _prepare(Path(folder), port, configuration)
        hass = await bootstrap.async_setup_hass(
            runner.RuntimeConfig(config_dir=folder, skip_pip=True, log_no_color=True)
        )
        if hass is None:
            raise RuntimeError("Home Assistant does not start")
        await hass.async_start()
        try:
            yield hass, f"http://127.0.0.1:{port}"
        finally:
            await hass.async_stop(force=True)


def _prepare(folder: Path, port: int, configuration: str) -> None:
    (folder / "configuration.yaml").write_text(CONFIGURATION + configuration)
    (folder / ".storage").mkdir()
    data = http_settings(port, ["127.0.0.1"])
    content = {"version": 3, "minor_version": 1, "key": "http", "data": data}
    (folder / ".storage" / "http").write_text(json.dumps(content))
    (folder / "custom_components").mkdir()
    for name, source in INTEGRATIONS.items():
        (folder / "custom_components" / name).symlink_to(source, target_is_directory=True)
    sys.path.append(str(folder))


async def add_entry(
    hass: HomeAssistant,
    domain: str,
    data: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    *,
    version: int = 1,
) -> ConfigEntry[Any]:
    """Add a config entry and wait until it and its entities are set up."""
    entry: ConfigEntry[Any] = ConfigEntry(
        version=version,
        minor_version=1,
        domain=domain,
        title=domain,
        data=dict(data),
        options=dict(options or {}),
        source="user",
        unique_id=domain,
        discovery_keys=MappingProxyType({}),
        subentries_data=None,
    )
    await hass.config_entries.async_add(entry)
    await hass.async_block_till_done()
    return entry


async def add_milesight(
    hass: HomeAssistant, platform: str, *, daily_limit: int = 1000, secret: str | None = None
) -> ConfigEntry[Any]:
    """Add our integration with the Application of the platform at an address."""
    data = {
        "url": platform,
        "client_id": fleet.CLIENT_ID,
        "client_secret": fleet.CLIENT_SECRET,
        "webhook_id": WEBHOOK,
        "webhook_secret": secret,
    }
    return await add_entry(hass, "milesight", data, {"daily_api_limit": daily_limit})


async def add_floor(hass: HomeAssistant, devices: int, disabled: Iterable[str]) -> ConfigEntry[Any]:
    """Add the floor with as many entities, those ``disabled`` of each device disabled."""
    data = {"devices": fleet.serial_numbers(devices), "disabled": list(disabled)}
    return await add_entry(hass, "floor", data)
