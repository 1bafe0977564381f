"""Climate: thermostats of radiators, fan coils, heating and cooling."""

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.components.climate import (
    ATTR_HVAC_MODE,
    ATTR_TARGET_TEMP_HIGH,
    ATTR_TARGET_TEMP_LOW,
    ClimateEntity,
    ClimateEntityFeature,
    HVACAction,
    HVACMode,
)
from homeassistant.const import ATTR_TEMPERATURE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import MilesightConfigEntry
from .entity import MilesightCompositeEntity, async_setup_platform
from .mapping import ClimateDescription
from .mapping.set_points import SET_POINTS, mode_set_points

if TYPE_CHECKING or hasattr(ClimateEntity, "native_temperature_unit"):
    NativeClimateEntity = ClimateEntity
else:

    class NativeClimateEntity(ClimateEntity):
        """Read the temperatures where Home Assistant 2026.11 does, with an older version."""

        temperature_unit = property(attrgetter("_attr_native_temperature_unit"))
        current_temperature = property(attrgetter("_attr_native_current_temperature"))
        target_temperature = property(attrgetter("_attr_native_target_temperature"))
        target_temperature_low = property(attrgetter("_attr_native_target_temperature_low"))
        target_temperature_high = property(attrgetter("_attr_native_target_temperature_high"))


# The error for a mode without a set-point, with one, and with two.
SET_POINT_ERRORS: Final = (
    "no_target_temperature",
    "single_target_temperature_required",
    "target_temperature_range_required",
)

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the thermostats of an Application."""
    async_setup_platform(entry, async_add_entities, ClimateDescription, MilesightClimate)


class MilesightClimate(MilesightCompositeEntity[ClimateDescription], NativeClimateEntity):
    """A thermostat."""

    @override
    def _apply_description(self, description: ClimateDescription) -> None:
        super()._apply_description(description)
        self._attr_native_temperature_unit = description.unit
        self._attr_min_temp = description.minimum
        self._attr_max_temp = description.maximum
        self._attr_target_temperature_step = description.step
        self._set_point_roles = frozenset(filter(self.has, SET_POINTS))
        self._modes = [HVACMode(mode) for mode in self._choices("hvac_mode")]
        modes = dict.fromkeys(self._modes)
        if self.has("power"):
            modes[HVACMode.OFF] = None
        self._attr_hvac_modes = list(modes)
        self._attr_fan_modes = self._choices("fan_mode") or None
        self._attr_preset_modes = self._choices("preset_mode") or None
        self._attr_supported_features = self._features()

    def _features(self) -> ClimateEntityFeature:
        features = ClimateEntityFeature(0)
        set_points = {
            mode_set_points(mode, self._set_point_roles, dual=dual)
            for mode in (*self._attr_hvac_modes, *self.options("hvac_mode").values())
            for dual in (False, self.has("target_count"))
        }
        if any(len(roles) == 1 for roles in set_points):
            features |= ClimateEntityFeature.TARGET_TEMPERATURE
        if any(len(roles) > 1 for roles in set_points):
            features |= ClimateEntityFeature.TARGET_TEMPERATURE_RANGE
        if self._attr_fan_modes:
            features |= ClimateEntityFeature.FAN_MODE
        if self._attr_preset_modes:
            features |= ClimateEntityFeature.PRESET_MODE
        if HVACMode.OFF in self._attr_hvac_modes:
            features |= ClimateEntityFeature.TURN_ON | ClimateEntityFeature.TURN_OFF
        return features

    def _written(self, role: str) -> str:
        """Return the role to write: some devices report a value in another property."""
        return f"set_{role}" if self.has(f"set_{role}") else role

    def _choices(self, role: str) -> list[str]:
        """Return the options that can be set for a role."""
        return list(dict.fromkeys(self.options(self._written(role)).values()))

    def _set_points(self, mode: HVACMode | None) -> tuple[str, ...]:
        """Return the roles of the set-points of a mode; off, those of the mode when turned on."""
        return mode_set_points(
            self._reported_mode() if mode is HVACMode.OFF else mode,
            self._set_point_roles,
            dual=self.option("target_count") == "dual",
        )

    @override
    def _update_state(self) -> None:
        mode = self._present_mode()
        target = low = high = None
        match self._set_points(mode):
            case (role,):
                target = self._set_point(role)
            case (low_role, high_role):
                low, high = self.number(low_role), self.number(high_role)
        self._attr_hvac_mode = mode
        self._attr_hvac_action = self._present_action(mode)
        self._attr_native_current_temperature = self.number("current_temperature")
        self._attr_native_target_temperature = target
        self._attr_native_target_temperature_low = low
        self._attr_native_target_temperature_high = high
        self._attr_current_humidity = self.number("current_humidity")
        self._attr_fan_mode = self.option("fan_mode")
        self._attr_preset_mode = self.option("preset_mode")

    def _present_mode(self) -> HVACMode | None:
        """Return the mode, which is off if the device is."""
        return HVACMode.OFF if self.option("power") == "off" else self._reported_mode()

    def _reported_mode(self) -> HVACMode | None:
        """Return the mode of a device that is on; one without a mode property has only one."""
        if "hvac_mode" not in self.description.roles:
            return self._modes[0]
        mode = self.option("hvac_mode")
        return HVACMode(mode) if mode is not None else None

    def _present_action(self, mode: HVACMode | None) -> HVACAction | None:
        """Return the action as reported, else as the opening of the valve implies."""
        if mode is HVACMode.OFF:
            return HVACAction.OFF
        action = self.option("hvac_action")
        if action is not None:
            return HVACAction(action)
        opening = self.number("valve_opening")
        if opening is None:
            return None
        if opening == 0:
            return HVACAction.IDLE
        return HVACAction.COOLING if mode is HVACMode.COOL else HVACAction.HEATING

    def _set_point(self, role: str) -> float | None:
        """Return a set-point, else the temperature that the device regulates to."""
        target = self.number(role)
        return self.number("effective_temperature") if target is None else target

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Set the set-points of a mode, and the mode if it is given.

        Raises ``ServiceValidationError`` if the mode has other set-points.
        """
        mode: HVACMode | None = kwargs.get(ATTR_HVAC_MODE)
        values = self._mode_values(mode) if mode is not None else {}
        mode = mode or self._attr_hvac_mode
        roles = self._set_points(mode)
        match roles:
            case (low, high) if ATTR_TARGET_TEMP_LOW in kwargs:
                values |= {low: kwargs[ATTR_TARGET_TEMP_LOW], high: kwargs[ATTR_TARGET_TEMP_HIGH]}
            case (role,) if kwargs.get(ATTR_TEMPERATURE) is not None:
                values[role] = kwargs[ATTR_TEMPERATURE]
            case _:
                raise ServiceValidationError(
                    translation_domain=DOMAIN,
                    translation_key=SET_POINT_ERRORS[len(roles)],
                    translation_placeholders={"mode": mode or STATE_UNKNOWN},
                )
        await self.async_set(**values)

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        """Set the mode."""
        await self.async_set(**self._mode_values(hvac_mode))

    def _mode_values(self, mode: HVACMode) -> dict[str, object]:
        """Return the roles to set for a mode."""
        if mode is HVACMode.OFF and self.has("power"):
            return {self._written("power"): "off"}
        values: dict[str, object] = {}
        if self.has("power") and self.option("power") != "on":
            values[self._written("power")] = "on"
        if self.has("hvac_mode"):
            values[self._written("hvac_mode")] = mode.value
        return values

    @override
    async def async_turn_on(self) -> None:
        """Turn on, in the last mode."""
        if self.has("power"):
            await self.async_set(**{self._written("power"): "on"})
        else:
            await super().async_turn_on()

    @override
    async def async_turn_off(self) -> None:
        """Turn off."""
        await self.async_set_hvac_mode(HVACMode.OFF)

    @override
    async def async_set_fan_mode(self, fan_mode: str) -> None:
        """Set the fan mode."""
        await self.async_set(**{self._written("fan_mode"): fan_mode})

    @override
    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Set the preset mode."""
        await self.async_set(**{self._written("preset_mode"): preset_mode})
