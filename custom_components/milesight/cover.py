"""Covers: motors that open, close and stop, or move to a position."""

from typing import Any, Final, override

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


FEATURES: Final = {
    "open": CoverEntityFeature.OPEN,
    "close": CoverEntityFeature.CLOSE,
    "stop": CoverEntityFeature.STOP,
}


class MilesightCover(MilesightCompositeEntity[CoverDescription], CoverEntity):
    """A cover with a command, a position, or both."""

    @override
    def _apply_description(self, description: CoverDescription) -> None:
        super()._apply_description(description)
        self._attr_device_class = description.device_class
        self._attr_supported_features = CoverEntityFeature(0)
        for command in self.options("command").values():
            self._attr_supported_features |= FEATURES[command]
        if self.has("set_position"):
            self._attr_supported_features |= (
                CoverEntityFeature.SET_POSITION | CoverEntityFeature.OPEN | CoverEntityFeature.CLOSE
            )

    @override
    def _update_state(self) -> None:
        position, command = self.rounded("position"), self.option("command")
        self._attr_current_cover_position = position
        if position is not None:
            self._attr_is_closed = position == 0
        else:
            self._attr_is_closed = command == "close" if command in ("open", "close") else None

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
        """Stop the cover."""
        await self.async_set(command="stop")

    @override
    async def async_set_cover_position(self, **kwargs: Any) -> None:
        """Move the cover to a position in percent."""
        await self.async_set(set_position=kwargs[ATTR_POSITION])

    async def _move(self, command: str, position: int) -> None:
        if command in self.options("command").values():
            await self.async_set(command=command)
        else:
            await self.async_set(set_position=position)
