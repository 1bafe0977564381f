"""Lights: lamps with a brightness, a color or a color temperature."""

from collections.abc import Iterator
from functools import partial
from math import ceil
from typing import Any, Final, override

from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_COLOR_MODE,
    ATTR_COLOR_TEMP_KELVIN,
    ATTR_RGB_COLOR,
    ColorMode,
    LightEntity,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoredExtraData, RestoreEntity
from homeassistant.util.color import brightness_to_value, value_to_brightness

from .api.parsing import Json
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


type Color = tuple[int, int, int]

COLORS: Final = ("red", "green", "blue")
WHITE: Final[Color] = (255, 255, 255)
MODE_ROLES: Final = {ColorMode.RGB: COLORS, ColorMode.COLOR_TEMP: ("color_temperature",)}


class MilesightLight(MilesightCompositeEntity[LightDescription], LightEntity, RestoreEntity):
    """A lamp."""

    @override
    def _apply_description(self, description: LightDescription) -> None:
        super()._apply_description(description)
        self._levels = (max(1.0, description.minimum), description.maximum)
        modes = [
            mode for mode, roles in MODE_ROLES.items() if all(self.has(role) for role in roles)
        ]
        if ColorMode.COLOR_TEMP in modes:
            item = description.roles["color_temperature"]
            self._attr_min_color_temp_kelvin = int(item.minimum or 2000)
            self._attr_max_color_temp_kelvin = int(item.maximum or 6500)
        self._attr_supported_color_modes = set(modes) or {ColorMode.BRIGHTNESS}
        if self._attr_color_mode not in self._attr_supported_color_modes:
            self._attr_color_mode = next(iter(modes), ColorMode.BRIGHTNESS)

    @override
    async def async_added_to_hass(self) -> None:
        """Restore the color mode, which no property reports."""
        data = await self.async_get_last_extra_data()
        mode = data.as_dict().get(ATTR_COLOR_MODE) if data is not None else None
        if mode is not None and mode in (self._attr_supported_color_modes or ()):
            self._attr_color_mode = ColorMode(mode)
        await super().async_added_to_hass()

    @property
    @override
    def extra_restore_state_data(self) -> RestoredExtraData:
        """Return the color mode."""
        return RestoredExtraData({ATTR_COLOR_MODE: self._attr_color_mode})

    @override
    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Subscribe for the color mode first: it must be set when the state is written."""
        roles = self.description.roles
        if len(self._attr_supported_color_modes or ()) > 1:
            for mode, parts in MODE_ROLES.items():
                for part in parts:
                    changed = partial(self._mode_changed, mode)
                    yield self.device.listen_values(roles[part].path, changed)
        yield from super()._subscribe()

    @callback
    def _mode_changed(self, mode: ColorMode, _raw: Json) -> None:
        """Set a mode if its values are newer than those of the other mode."""
        roles = self.description.roles
        reported = {
            mode: max(self.device.reported_at(roles[part].path) for part in parts)
            for mode, parts in MODE_ROLES.items()
        }
        if all(reported[mode] > reported[other] for other in reported.keys() - {mode}):
            self._attr_color_mode = mode

    @override
    def _update_state(self) -> None:
        self._attr_rgb_color = self._reported_color()
        self._attr_color_temp_kelvin = self.rounded("color_temperature")
        level = self.number("brightness")
        if self.has("brightness"):
            self._attr_brightness = value_to_brightness(self._levels, level) if level else None
        else:
            self._attr_brightness = max(self._attr_rgb_color or (0,)) or None
        if self.has("power"):
            power = self.option("power")
            self._attr_is_on = None if power is None else power == "on"
        else:
            levels = [self.number(role) for role in ("brightness", *COLORS)]
            known = [level for level in levels if level is not None]
            self._attr_is_on = any(known) if known else None

    def _reported_color(self) -> Color | None:
        red, green, blue = (self.number(color) for color in COLORS)
        if red is None or green is None or blue is None:
            return None
        scale = 255 / self.description.color_maximum
        return round(red * scale), round(green * scale), round(blue * scale)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn the lamp on, with a brightness and a color."""
        values: dict[str, object] = {}
        mode = self._attr_color_mode
        if self.has("power"):
            values["power"] = "on"
        if self.has("brightness"):
            if ATTR_BRIGHTNESS in kwargs:
                level = brightness_to_value(self._levels, kwargs[ATTR_BRIGHTNESS])
                values["brightness"] = max(round(level), ceil(self._levels[0]))
            elif not self.has("power") and not self._attr_is_on:
                values["brightness"] = round(self._levels[1])
        if ATTR_COLOR_TEMP_KELVIN in kwargs:
            mode = ColorMode.COLOR_TEMP
            values["color_temperature"] = kwargs[ATTR_COLOR_TEMP_KELVIN]
        elif ATTR_RGB_COLOR in kwargs:
            mode = ColorMode.RGB
        if mode is ColorMode.RGB and (color := self._color(kwargs)) is not None:
            scale = self.description.color_maximum / 255
            values |= {
                part: level and max(round(level * scale), 1)
                for part, level in zip(COLORS, color, strict=True)
            }
        await self.async_set(**values)
        if mode is not self._attr_color_mode:
            self._attr_color_mode = mode
            self.async_write_ha_state()

    def _color(self, kwargs: dict[str, Any]) -> Color | None:
        """Return the color to set; it includes the brightness of a lamp without that role."""
        color: Color | None = kwargs.get(ATTR_RGB_COLOR)
        reported = self._attr_rgb_color
        present = reported if reported is not None and any(reported) else None
        bright = kwargs.get(ATTR_BRIGHTNESS)
        if bright is not None and not self.has("brightness"):
            lit = color if color is not None and any(color) else None
            red, green, blue = lit or present or WHITE
            scale = bright / max(red, green, blue)
            return round(red * scale), round(green * scale), round(blue * scale)
        if color is None and present is None and not self.has("power"):
            return WHITE
        return color

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn the lamp off."""
        if self.has("power"):
            await self.async_set(power="off")
        elif self.has("brightness"):
            await self.async_set(brightness=0)
        else:
            await self.async_set(**dict.fromkeys(COLORS, 0))
