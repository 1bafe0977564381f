"""A real Home Assistant inside this process, with our integration and the floor in it."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from homeassistant import bootstrap, runner
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from tests.demo.configuration import http_settings, write_storage
from tests.demo.process import ROOT, any_free_port

from . import fleet

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
FLOOR = ROOT / "tests" / "bench" / "floor"


@dataclass(frozen=True)
class Home:
    """A running Home Assistant, its web address, and the address of its platform."""

    hass: HomeAssistant
    url: str
    platform: str

    def webhook(self, subject: str = "ours") -> str:
        """Return the address to which deliveries for ``ours`` or the ``floor`` go."""
        return f"{self.url}/api/webhook/{subject}"

    async def settle(self) -> None:
        """Wait until Home Assistant is idle, background tasks included."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def add(
        self,
        domain: str,
        data: Mapping[str, Any],
        options: Mapping[str, Any] = MappingProxyType({}),
        version: int = 1,
    ) -> ConfigEntry[Any]:
        """Add a config entry and wait until it and its entities are set up."""
        entry: ConfigEntry[Any] = ConfigEntry(
            version=version,
            minor_version=1,
            domain=domain,
            title=domain,
            data=data,
            options=options,
            source="user",
            unique_id=domain,
            discovery_keys=MappingProxyType({}),
            subentries_data=None,
        )
        await self.hass.config_entries.async_add(entry)
        await self.hass.async_block_till_done()
        return entry

    async def add_ours(self, daily_limit: int = 1000) -> ConfigEntry[Any]:
        """Add our integration with the Application of the platform."""
        data = {
            "url": self.platform,
            "client_id": fleet.CLIENT_ID,
            "client_secret": fleet.CLIENT_SECRET,
            "webhook_id": "ours",
            "webhook_secret": fleet.WEBHOOK_SECRET,
        }
        return await self.add("milesight", data, {"daily_api_limit": daily_limit})

    async def add_floor(
        self, devices: int, disabled: Iterable[str] = fleet.DISABLED
    ) -> ConfigEntry[Any]:
        """Add the floor with as many entities, those ``disabled`` of each device disabled."""
        sns = [device.sn for device in fleet.devices(devices)]
        return await self.add("floor", {"devices": sns, "disabled": list(disabled)})


@asynccontextmanager
async def home_assistant(platform: str = "", configuration: str = "") -> AsyncGenerator[Home]:
    """Run Home Assistant for a platform, with more configuration if given."""
    port = any_free_port()
    with TemporaryDirectory() as name:
        folder = Path(name)
        for part in (".storage", "custom_components"):
            (folder / part).mkdir()
        (folder / "configuration.yaml").write_text(CONFIGURATION + configuration)
        write_storage(folder / ".storage" / "http", 3, http_settings(port, ["127.0.0.1"]))
        (folder / "custom_components" / "floor").symlink_to(FLOOR)
        sys.path.append(name)  # ours is found in the checkout
        hass = await bootstrap.async_setup_hass(
            runner.RuntimeConfig(config_dir=name, skip_pip=True, log_no_color=True)
        )
        if hass is None:
            raise RuntimeError("Home Assistant does not start")
        await hass.async_start()
        try:
            yield Home(hass, f"http://127.0.0.1:{port}", platform)
        finally:
            await hass.async_stop(force=True)
