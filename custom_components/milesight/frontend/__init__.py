"""The dashboard strategy: its JavaScript modules, and the command that they call."""

import hashlib
from pathlib import Path
from typing import Final

from homeassistant.components.frontend import DOMAIN as FRONTEND_DOMAIN, add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from ..const import DOMAIN
from .status import async_setup_status

FOLDER: Final = Path(__file__).parent
ENTRY_MODULE: Final = "milesight.js"


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Serve the strategy, and have Home Assistant's web interface load it if there is one."""
    async_setup_status(hass)
    if FRONTEND_DOMAIN not in hass.config.components:
        return
    integration = await async_get_integration(hass, DOMAIN)
    digest = await hass.async_add_executor_job(_digest)
    address = f"/{DOMAIN}_frontend/{integration.version}-{digest}"
    await hass.http.async_register_static_paths(
        [StaticPathConfig(address, str(FOLDER), cache_headers=True)]
    )
    add_extra_js_url(hass, f"{address}/{ENTRY_MODULE}")


def _digest() -> str:
    """Return a digest of the modules, so that a browser never mixes two versions of them."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.js")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
