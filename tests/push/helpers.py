"""Home Assistant Cloud, replaced by its public functions."""

from typing import Final
from unittest.mock import AsyncMock

from homeassistant.core import HomeAssistant

CLOUD: Final = "homeassistant.components.cloud"


class Cloud:
    """The public functions of Home Assistant Cloud, which keep the cloudhooks they create."""

    class CloudNotAvailable(Exception):  # noqa: N818 - its name there
        """Raised when the cloud is needed and no user is logged in."""

    def __init__(self) -> None:
        """Initialize an active subscription without cloudhooks."""
        self.hooks: dict[str, str] = {}
        self.active = True
        self.async_active_subscription = lambda _hass: self.active
        self.async_get_or_create_cloudhook = AsyncMock(side_effect=self._get_or_create)
        self.async_delete_cloudhook = AsyncMock(side_effect=self._delete)

    async def _get_or_create(self, _hass: HomeAssistant, webhook_id: str) -> str:
        return self.hooks.setdefault(webhook_id, f"https://hooks.nabu.casa/{len(self.hooks)}")

    async def _delete(self, _hass: HomeAssistant, webhook_id: str) -> None:
        if webhook_id not in self.hooks:
            raise ValueError("Hook is not enabled for the cloud.")
        del self.hooks[webhook_id]
