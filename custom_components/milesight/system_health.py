"""System health: whether the platform can be reached, and how the Applications are."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
import time
from typing import Any

from homeassistant.components import system_health
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import MilesightCoordinator


@callback
def async_register(_hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Offer the information, with a link to the integration's page."""
    register.async_register_info(
        async_system_health_info, f"/config/integrations/integration/{DOMAIN}"
    )


async def async_system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the page shows; where Applications differ, one after the other."""
    entries = hass.config_entries.async_entries(DOMAIN, include_disabled=False)
    loaded: list[MilesightCoordinator] = [
        entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]
    now = time.time()
    lives = [coordinator.client.tokens.seconds_left or 0 for coordinator in loaded]
    valid = [dt_util.utcnow() + timedelta(seconds=left) for left in lives if left > 0]
    healthy = [coordinator for coordinator in loaded if coordinator.pushes.healthy]
    spent = [f"{found.quota.used(now)} / {found.quota.limit}" for found in loaded]
    pushed = [str(found.pushes.counter.count(now)) for found in loaded]
    return {
        "applications": f"{len(loaded)} / {len(entries)}",
        "can_reach_server": _async_can_reach(hass, {entry.data[CONF_URL] for entry in entries}),
        "token_valid_until": min(valid, default=None),
        "requests": ", ".join(spent),
        "pushes": ", ".join(pushed),
        "pushes_healthy": f"{len(healthy)} / {len(loaded)}",
    }


async def _async_can_reach(hass: HomeAssistant, urls: Iterable[str]) -> str | dict[str, str]:
    """Return what Home Assistant finds out about the servers, the first failure if there is one."""
    found = await asyncio.gather(
        *(system_health.async_check_can_reach_url(hass, url) for url in sorted(urls))
    )
    return next((result for result in found if result != "ok"), "ok")
