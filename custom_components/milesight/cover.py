"""Covers: motors that open, close and stop."""

from typing import Any, override

from homeassistant.components.cover import (
    ATTR_POSITION,
    CoverEntity,
    CoverEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import MilesightConfigEntry
from .entity import MilesightCompositeEntity, async_setup_platform
from .mapping import CoverDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the covers of an Application."""
    async_setup_platform(entry, async_add_entities, CoverDescription, MilesightCover)


FEATURES = {
    "open": CoverEntityFeature.OPEN,
    "close": CoverEntityFeature.CLOSE,
    "stop": CoverEntityFeature.STOP,
}


class MilesightCover(MilesightCompositeEntity[CoverDescription], CoverEntity):
    """A cover, by a command, a position, or both."""

    @override
    def _adopt(self, description: CoverDescription) -> None:
        """Offer what the device can do."""
        self._attr_device_class = description.device_class
        self._attr_supported_features = CoverEntityFeature(0)
        for motion in self.options("command").values():
            self._attr_supported_features |= FEATURES[motion]
        if self.has("set_position"):
            self._attr_supported_features |= (
                CoverEntityFeature.SET_POSITION | CoverEntityFeature.OPEN | CoverEntityFeature.CLOSE
            )

    @property
    @override
    def current_cover_position(self) -> int | None:
        """Return how far the cover is open, in percent."""
        position = self.number("position")
        return None if position is None else round(position)

    @property
    @override
    def is_closed(self) -> bool | None:
        """Return whether the cover is closed, as far as the device tells."""
        position = self.current_cover_position
        if position is not None:
            return position == 0
        command = self.option("command")
        return command == "close" if command in ("open", "close") else None

    @override
    async def async_open_cover(self, **kwargs: Any) -> None:
        """Open the cover."""
        await self._move("open", 100)

    @override
    async def async_close_cover(self, **kwargs: Any) -> None:
        """Close the cover."""
        await self._move("close", 0)

    @override
    async def async_stop_cover(self, **kwargs: Any) -> None:
        """Stop where the cover is."""
        await self.async_set(command="stop")

    @override
    async def async_set_cover_position(self, **kwargs: Any) -> None:
        """Open the cover so far, in percent."""
        await self.async_set(set_position=kwargs[ATTR_POSITION])

    async def _move(self, motion: str, position: int) -> None:
        if motion in self.options("command").values():
            await self.async_set(command=motion)
        else:
            await self.async_set(set_position=position)
