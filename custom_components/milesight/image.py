"""Images: pictures that a device refers to."""

from typing import override

from homeassistant.components.image import ImageEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api.decode import Json
from .api.values import Value
from .coordinator import MilesightConfigEntry
from .entity import MilesightValueEntity, async_setup_platform
from .mapping import ImageDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the images of an Application."""
    async_setup_platform(entry, async_add_entities, ImageDescription, MilesightImage)


class MilesightImage(MilesightValueEntity[ImageDescription], ImageEntity):
    """The picture at the address that a device reported."""

    _shown = "_attr_image_url"

    @override
    def _adopt(self, description: ImageDescription) -> None:
        """Prepare to fetch pictures."""
        ImageEntity.__init__(self, self.coordinator.hass)

    @override
    def _convert(self, value: Value) -> str | None:
        is_address = isinstance(value, str) and value.startswith(("https://", "http://"))
        return str(value) if is_address else None

    @override
    def _update(self, raw: Json) -> bool:
        changed = super()._update(raw)
        if changed:
            self._cached_image = None
            self._attr_image_last_updated = dt_util.utcnow()
        return changed
