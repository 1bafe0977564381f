"""Store the registrations of one Application so that no request precedes what it builds on."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER
from .lifecycle import NotStoredError
from .registration import UNKNOWN, Registration

STORAGE_VERSION: Final = 1


class RegistrationStore(Store[dict[str, Any]]):
    """Registrations by serial number, verified on the disk."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize with the file of an Application."""
        key = f"{DOMAIN}.{entry.entry_id}.agentcraft"
        super().__init__(hass, STORAGE_VERSION, key, private=True, atomic_writes=True)
        self._verify_lock = asyncio.Lock()

    async def async_read(self, linked: Iterable[str]) -> dict[str, Registration]:
        """Return the registrations; of linked devices a damaged file says nothing."""
        existed = await self.hass.async_add_executor_job(Path(self.path).exists)
        try:
            stored = await self.async_load()
        except (HomeAssistantError, NotImplementedError, KeyError, TypeError, ValueError) as error:
            kind = type(error).__name__
            LOGGER.error("The stored Agentcraft registrations cannot be read (%s)", kind)
            stored = None
        if isinstance(stored, dict):
            return {sn: Registration.from_json(data) for sn, data in stored.items()}
        return dict.fromkeys(linked, UNKNOWN) if existed or stored is not None else {}

    async def async_write(self, registrations: Mapping[str, Registration]) -> None:
        """Store all registrations now; raises ``NotStoredError`` unless they are on the disk.

        Home Assistant delays writing while it stops.
        """
        data = {sn: registration.to_json() for sn, registration in registrations.items()}
        async with self._verify_lock:
            await self.async_save(data)
            try:
                written = await self.async_load()
            except HomeAssistantError:
                written = None
        if (written or {}) != data or self.hass.state is CoreState.stopping:
            raise NotStoredError
