"""Images: pictures whose address a device reports."""

from collections.abc import Iterator
from typing import override

from homeassistant.components.image import ImageEntity
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api.codec import Value
from .api.parsing import Json
from .coordinator import MilesightConfigEntry, MilesightCoordinator
from .devices.device import MilesightDevice
from .entity import MilesightPropertyEntity, async_setup_platform
from .mapping import ImageDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the images of an Application."""
    async_setup_platform(entry, async_add_entities, ImageDescription, MilesightImage)


class MilesightImage(MilesightPropertyEntity[ImageDescription], ImageEntity):
    """The picture at the reported address."""

    _value_attribute = "_attr_image_url"
    _attr_image_url: str | None = None

    def __init__(
        self,
        coordinator: MilesightCoordinator,
        device: MilesightDevice,
        description: ImageDescription,
    ) -> None:
        """Initialize both bases: the image entity needs Home Assistant."""
        ImageEntity.__init__(self, coordinator.hass)
        super().__init__(coordinator, device, description)

    @override
    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Subscribe to reports of the same address too: the picture may be a new one."""
        yield from super()._subscribe()
        yield self.device.listen_reports(self._reported_item.path, self._reported)

    @callback
    def _reported(self, _raw: Json, _time: int, _pushed: bool) -> None:
        self._value_changed(self._raw)

    @override
    def _convert(self, value: Value) -> str | None:
        is_address = isinstance(value, str) and value.startswith(("https://", "http://"))
        return str(value) if is_address else None

    @override
    def _update(self, raw: Json) -> bool:
        """Show the picture with the time of its report."""
        changed = super()._update(raw)
        reported = self.device.reported_at(self._reported_item.path) if self._attr_image_url else 0
        updated = dt_util.utc_from_timestamp(reported / 1000) if reported else None
        if not changed and updated == self._attr_image_last_updated:
            return False
        self._cached_image = None
        self._attr_image_last_updated = updated
        return True
