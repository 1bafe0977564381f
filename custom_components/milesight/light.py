"""Lights: lamps that are dimmed or coloured."""

from typing import Any, override

from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_COLOR_TEMP_KELVIN,
    ATTR_RGB_COLOR,
    ColorMode,
    LightEntity,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.color import brightness_to_value, value_to_brightness

from .coordinator import MilesightConfigEntry
from .entity import MilesightCompositeEntity, async_setup_platform
from .mapping import LightDescription

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the lights of an Application."""
    async_setup_platform(entry, async_add_entities, LightDescription, MilesightLight)


COLORS = ("red", "green", "blue")


class MilesightLight(MilesightCompositeEntity[LightDescription], LightEntity):
    """A lamp, by its brightness, its colour, or both."""

    @override
    def _adopt(self, description: LightDescription) -> None:
        """Offer what the device can do."""
        self._levels = (max(1.0, description.minimum), description.maximum)
        modes: set[ColorMode] = set()
        if all(self.has(color) for color in COLORS):
            modes.add(ColorMode.RGB)
        if self.has("color_temperature"):
            modes.add(ColorMode.COLOR_TEMP)
            item = description.roles["color_temperature"]
            self._attr_min_color_temp_kelvin = int(item.minimum or 2000)
            self._attr_max_color_temp_kelvin = int(item.maximum or 6500)
        self._attr_supported_color_modes = modes or {ColorMode.BRIGHTNESS}

    @property
    @override
    def color_mode(self) -> ColorMode:
        """Return how the lamp is lit; a colour counts before a white."""
        modes = self._attr_supported_color_modes or {ColorMode.BRIGHTNESS}
        return next(
            mode
            for mode in (ColorMode.RGB, ColorMode.COLOR_TEMP, ColorMode.BRIGHTNESS)
            if mode in modes
        )

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the lamp is lit."""
        if self.has("power"):
            power = self.option("power")
            return None if power is None else power == "on"
        levels = [self.number(role) for role in ("brightness", *COLORS) if self.has(role)]
        known = [level for level in levels if level is not None]
        return any(level > 0 for level in known) if known else None

    @property
    @override
    def brightness(self) -> int | None:
        """Return how bright the lamp is, from 1 to 255."""
        if not self.has("brightness"):
            return max(self.rgb_color or (0,)) or None
        level = self.number("brightness")
        return None if not level else value_to_brightness(self._levels, level)

    @property
    @override
    def rgb_color(self) -> tuple[int, int, int] | None:
        """Return the colour."""
        red, green, blue = (self.number(color) for color in COLORS)
        if red is None or green is None or blue is None:
            return None
        return round(red), round(green), round(blue)

    @property
    @override
    def color_temp_kelvin(self) -> int | None:
        """Return the temperature of the white, in kelvin."""
        kelvin = self.number("color_temperature")
        return None if kelvin is None else round(kelvin)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Light the lamp, as bright and in the colour that is asked for."""
        values: dict[str, object] = {}
        if self.has("power"):
            values["power"] = "on"
        if self.has("brightness"):
            if ATTR_BRIGHTNESS in kwargs:
                values["brightness"] = round(
                    brightness_to_value(self._levels, kwargs[ATTR_BRIGHTNESS])
                )
            elif not self.has("power") and not self.is_on:
                values["brightness"] = round(self._levels[1])
        if ATTR_COLOR_TEMP_KELVIN in kwargs:
            values["color_temperature"] = kwargs[ATTR_COLOR_TEMP_KELVIN]
        if self.has("red"):
            values |= self._colors(kwargs)
        await self.async_set(**values)

    def _colors(self, kwargs: dict[str, Any]) -> dict[str, object]:
        """Return the levels of the colours, scaled where nothing else carries the brightness."""
        color = kwargs.get(ATTR_RGB_COLOR) or self.rgb_color or (255, 255, 255)
        bright = kwargs.get(ATTR_BRIGHTNESS)
        if not self.has("brightness") and bright is not None:
            top = max(color) or 255
            color = tuple(round(level * bright / top) for level in color)
        elif not self.has("power") and not any(color):
            color = (255, 255, 255)
        elif ATTR_RGB_COLOR not in kwargs and self.is_on is not False:
            return {}
        return dict(zip(COLORS, color, strict=True))

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Put the lamp out."""
        if self.has("power"):
            await self.async_set(power="off")
        elif self.has("brightness"):
            await self.async_set(brightness=0)
        else:
            await self.async_set(**dict.fromkeys(COLORS, 0))
