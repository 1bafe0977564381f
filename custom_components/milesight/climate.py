"""Thermostats: radiator valves, fan coils, heating and cooling."""

from typing import Any, override

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

# Which set-point holds in a mode, and which pair of them, in order of preference.
SINGLE: dict[HVACMode | None, tuple[str, ...]] = {
    HVACMode.HEAT: ("target_temperature_heat", "target_temperature"),
    HVACMode.COOL: ("target_temperature_cool", "target_temperature"),
    HVACMode.AUTO: ("target_temperature_auto", "target_temperature"),
    HVACMode.HEAT_COOL: ("target_temperature_auto", "target_temperature"),
    HVACMode.FAN_ONLY: (),
}
ANY = (
    "target_temperature",
    "target_temperature_heat",
    "target_temperature_cool",
    "target_temperature_auto",
)
PAIRS = (
    ("target_temperature_low", "target_temperature_high"),
    ("target_temperature_heat", "target_temperature_cool"),
)
RANGE_MODES = (HVACMode.HEAT_COOL, HVACMode.AUTO)

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: MilesightConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the thermostats of an Application."""
    async_setup_platform(entry, async_add_entities, ClimateDescription, MilesightClimate)


class MilesightClimate(MilesightCompositeEntity[ClimateDescription], ClimateEntity):
    """A thermostat, by the roles that its properties play."""

    @override
    def _adopt(self, description: ClimateDescription) -> None:
        """Offer what the device can do."""
        self._attr_min_temp = description.minimum
        self._attr_max_temp = description.maximum
        self._attr_target_temperature_step = description.step
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
        if any(self.has(role) for role in ANY):
            features |= ClimateEntityFeature.TARGET_TEMPERATURE
        if any(self._pair(mode) for mode in self.hvac_modes):
            features |= ClimateEntityFeature.TARGET_TEMPERATURE_RANGE
        if self.fan_modes:
            features |= ClimateEntityFeature.FAN_MODE
        if self.preset_modes:
            features |= ClimateEntityFeature.PRESET_MODE
        if HVACMode.OFF in self.hvac_modes:
            features |= ClimateEntityFeature.TURN_ON | ClimateEntityFeature.TURN_OFF
        return features

    def _written(self, role: str) -> str:
        """Return the role to write: another one than is shown, where the device has two."""
        return f"set_{role}" if self.has(f"set_{role}") else role

    def _choices(self, role: str) -> list[str]:
        """Return what can be chosen for a role."""
        return list(dict.fromkeys(self.options(self._written(role)).values()))

    def _single(self, mode: HVACMode | None) -> str | None:
        """Return the role of the set-point that holds in a mode."""
        return next((role for role in SINGLE.get(mode, ANY) if self.has(role)), None)

    def _pair(self, mode: HVACMode | None) -> tuple[str, str] | None:
        """Return the roles of the two set-points that hold in a mode, if there are two."""
        if mode not in RANGE_MODES or self._single(mode) is not None:
            return None
        return next((pair for pair in PAIRS if all(self.has(role) for role in pair)), None)

    @property
    def native_temperature_unit(self) -> str:
        """Return the unit in which the device speaks."""
        return self.description.unit

    @property
    def native_current_temperature(self) -> float | None:
        """Return the temperature of the room."""
        return self.number("current_temperature")

    @property
    @override
    def current_humidity(self) -> float | None:
        """Return the humidity of the room."""
        return self.number("current_humidity")

    @property
    def native_target_temperature(self) -> float | None:
        """Return the set-point, where one holds; if it is not known, what the device goes by."""
        role = None if self._pair(self.hvac_mode) else self._single(self.hvac_mode)
        if role is None:
            return None
        target = self.number(role)
        return self.number("effective_temperature") if target is None else target

    @property
    def native_target_temperature_low(self) -> float | None:
        """Return up to where it is heated, where two set-points hold."""
        pair = self._pair(self.hvac_mode)
        return self.number(pair[0]) if pair else None

    @property
    def native_target_temperature_high(self) -> float | None:
        """Return down to where it is cooled, where two set-points hold."""
        pair = self._pair(self.hvac_mode)
        return self.number(pair[1]) if pair else None

    @property
    @override
    def hvac_mode(self) -> HVACMode | None:
        """Return the mode; a device without a choice has the one that it is for."""
        if self.option("power") == "off":
            return HVACMode.OFF
        if "hvac_mode" not in self.description.roles:
            return self._modes[0]
        mode = self.option("hvac_mode")
        return HVACMode(mode) if mode is not None else None

    @property
    @override
    def hvac_action(self) -> HVACAction | None:
        """Return what is being done, as told by the device or by how far its valve is open."""
        if self.hvac_mode is HVACMode.OFF:
            return HVACAction.OFF
        action = self.option("hvac_action")
        if action is not None:
            return HVACAction(action)
        opening = self.number("valve_opening")
        if opening is None:
            return None
        if opening == 0:
            return HVACAction.IDLE
        return HVACAction.COOLING if self.hvac_mode is HVACMode.COOL else HVACAction.HEATING

    @property
    @override
    def fan_mode(self) -> str | None:
        """Return the mode of the fan."""
        return self.option("fan_mode")

    @property
    @override
    def preset_mode(self) -> str | None:
        """Return the preset."""
        return self.option("preset_mode")

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Set the one or two set-points, and the mode if one is given with them.

        Raises ``ServiceValidationError`` if the mode has other set-points than those given.
        """
        mode: HVACMode | None = kwargs.get(ATTR_HVAC_MODE)
        values = self._mode_values(mode) if mode is not None else {}
        mode = mode or self.hvac_mode
        pair, single = self._pair(mode), self._single(mode)
        if pair and ATTR_TARGET_TEMP_LOW in kwargs:
            values |= {
                pair[0]: kwargs[ATTR_TARGET_TEMP_LOW],
                pair[1]: kwargs[ATTR_TARGET_TEMP_HIGH],
            }
        elif single and kwargs.get(ATTR_TEMPERATURE) is not None:
            values[single] = kwargs[ATTR_TEMPERATURE]
        else:
            raise self._set_point_error(mode)
        await self.async_set(**values)

    def _set_point_error(self, mode: HVACMode | None) -> ServiceValidationError:
        """Return an error that names the set-points of a mode."""
        placeholders = {"mode": mode or STATE_UNKNOWN}
        if self._pair(mode):
            return ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="target_temperature_range_required",
                translation_placeholders=placeholders,
            )
        if self._single(mode):
            return ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="single_target_temperature_required",
                translation_placeholders=placeholders,
            )
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_target_temperature",
            translation_placeholders=placeholders,
        )

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        """Set the mode."""
        await self.async_set(**self._mode_values(hvac_mode))

    def _mode_values(self, mode: HVACMode) -> dict[str, object]:
        """Return what makes a mode of the present one."""
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
        """Switch on, in the mode that the device was in."""
        if self.has("power"):
            await self.async_set(**{self._written("power"): "on"})
        else:
            await super().async_turn_on()

    @override
    async def async_turn_off(self) -> None:
        """Switch off."""
        await self.async_set_hvac_mode(HVACMode.OFF)

    @override
    async def async_set_fan_mode(self, fan_mode: str) -> None:
        """Set the mode of the fan."""
        await self.async_set(**{self._written("fan_mode"): fan_mode})

    @override
    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Set the preset."""
        await self.async_set(**{self._written("preset_mode"): preset_mode})


# Home Assistant 2026.11 gave the values in the device's own unit names of their own.
if not hasattr(ClimateEntity, "native_target_temperature"):
    for _name in (
        "temperature_unit",
        "current_temperature",
        "target_temperature",
        "target_temperature_low",
        "target_temperature_high",
    ):
        setattr(MilesightClimate, _name, getattr(MilesightClimate, f"native_{_name}"))
