"""Store the registrations of one Application so that no request precedes what it builds on."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER
from .registration import UNKNOWN, Registration

STORAGE_VERSION: Final = 1


class RegistrationStore(Store[dict[str, Any]]):
    """Registrations by serial number, verified on the disk.

    ``on_disk`` is their stored form, ``None`` while it is not what it should be.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize with the file of an Application."""
        key = f"{DOMAIN}.{entry.entry_id}.agentcraft"
        super().__init__(hass, STORAGE_VERSION, key, private=True, atomic_writes=True)
        self.on_disk: dict[str, Any] | None = {}

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
            self.on_disk = stored
            return {sn: Registration.from_json(data) for sn, data in stored.items()}
        return dict.fromkeys(linked, UNKNOWN) if existed or stored is not None else {}

    async def async_write(self, registrations: Mapping[str, Registration]) -> bool:
        """Store all registrations now, and return whether they are on the disk.

        Home Assistant delays writing while it stops.
        """
        data = {sn: asdict(registration) for sn, registration in registrations.items()}
        if data != self.on_disk:
            self.on_disk = None
            await self.async_save(data)
            with suppress(HomeAssistantError):
                is_written = await self.async_load() == data
                self.on_disk = data if is_written and not self.hass.is_stopping else None
        return self.on_disk is not None

    @override
    async def async_remove(self) -> None:
        """Remove the file; no registrations need to be stored then."""
        await super().async_remove()
        self.on_disk = {}
