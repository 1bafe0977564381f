"""What is known of the device IDs at Agentcraft, on the disk before it is relied on."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..api.decode import Json
from ..const import DOMAIN, LOGGER
from .life import NotKeptError
from .registration import Registration

VERSION: Final = 1


class RegistrationStore:
    """Keeps the registrations of one Application in Home Assistant's storage."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the config entry."""
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}.agentcraft", private=True, atomic_writes=True
        )
        self._writing = asyncio.Lock()

    async def async_load(self) -> dict[str, Registration] | None:
        """Return the registrations by serial number, ``None`` if there were some that are lost."""
        existed = await self._hass.async_add_executor_job(Path(self._store.path).exists)
        try:
            stored = await self._store.async_load()
        except (HomeAssistantError, NotImplementedError, KeyError, TypeError, ValueError) as error:
            kind = type(error).__name__
            LOGGER.error("The stored Agentcraft registrations cannot be read (%s)", kind)
            return None
        if stored is None and not existed:
            return {}
        if not isinstance(stored, dict):
            return None
        return {sn: Registration.from_json(data) for sn, data in stored.items()}

    async def async_save(self, registrations: Mapping[str, Registration]) -> None:
        """Write all of them now; raises ``NotKeptError`` unless they are on the disk.

        While Home Assistant stops, they get there only at its very end.
        """
        written: dict[str, Json] = {sn: held.to_json() for sn, held in registrations.items()}
        async with self._writing:
            await self._store.async_save(written)
            try:
                found = await self._store.async_load()
            except HomeAssistantError:
                found = None
        if (found or {}) != written or self._hass.state is CoreState.stopping:
            raise NotKeptError

    async def async_remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()
