"""System health: reachability of the platform, quota and pushes of the Applications."""

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
    """Register the information, with a link to the page of the integration."""
    register.async_register_info(
        async_system_health_info, f"/config/integrations/integration/{DOMAIN}"
    )


async def async_system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the information; values of several Applications are listed in order."""
    entries = hass.config_entries.async_entries(DOMAIN, include_disabled=False)
    loaded: list[MilesightCoordinator] = [
        entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]
    now = time.time()
    lifetimes = [coordinator.client.tokens.seconds_left or 0 for coordinator in loaded]
    expirations = [dt_util.utcnow() + timedelta(seconds=left) for left in lifetimes if left > 0]
    healthy = [coordinator for coordinator in loaded if coordinator.pushes.healthy]
    quotas = [coordinator.quota for coordinator in loaded]
    pushes = [str(coordinator.pushes.counter.count(now)) for coordinator in loaded]
    return {
        "applications": f"{len(loaded)} / {len(entries)}",
        "can_reach_server": _async_can_reach(hass, {entry.data[CONF_URL] for entry in entries}),
        "token_valid_until": min(expirations, default=None),
        "requests": ", ".join(f"{quota.used(now)} / {quota.limit}" for quota in quotas),
        "pushes": ", ".join(pushes),
        "pushes_healthy": f"{len(healthy)} / {len(loaded)}",
    }


async def _async_can_reach(hass: HomeAssistant, urls: Iterable[str]) -> str | dict[str, str]:
    """Return the first failure of the servers, or ``ok``."""
    results = await asyncio.gather(
        *(system_health.async_check_can_reach_url(hass, url) for url in sorted(urls))
    )
    return next((result for result in results if result != "ok"), "ok")
