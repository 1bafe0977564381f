"""Conditions: devices that are online, offline or silent."""

from datetime import timedelta
import time
from typing import Any, Final, Unpack, cast, override

from homeassistant.const import CONF_FOR, CONF_OPTIONS, CONF_TARGET, STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
    EntityStateConditionBase,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .automation.connectivity import CONNECTIVITY, async_connectivity_sensors
from .automation.silence import SILENCE_OPTIONS, async_get_silence
from .devices.target_devices import async_devices_in_target

OFFLINE: Final[set[str | bool]] = {STATE_OFF}
ONLINE: Final[set[str | bool]] = {STATE_ON}


class ConnectivityCondition(EntityStateConditionBase):
    """Condition on the connectivity of devices."""

    _domain_specs = CONNECTIVITY
    _primary_entities_only = False

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Keep the connectivity sensors of devices."""
        return async_connectivity_sensors(self._hass, entities)


class IsOnlineCondition(ConnectivityCondition):
    """Test if devices are online."""

    _states = ONLINE


class IsOfflineCondition(ConnectivityCondition):
    """Test if devices are offline."""

    _states = OFFLINE


class IsSilentCondition(Condition):
    """Test if devices have not reported for some time.

    Devices whose silence is unknown are left out.
    """

    _schema: Final = vol.Schema(
        {
            vol.Required(CONF_TARGET): cv.TARGET_FIELDS,
            vol.Required(CONF_OPTIONS): {
                vol.Required(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In(
                    [BEHAVIOR_ANY, BEHAVIOR_ALL]
                ),
                **SILENCE_OPTIONS,
            },
        }
    )

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Validate the config."""
        return cast(ConfigType, cls._schema(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Initialize the condition."""
        super().__init__(hass, config)
        options: dict[str, Any] = config.options or {}
        self._target = config.target or {}
        self._duration: timedelta = options[CONF_FOR]
        self._match = all if options[ATTR_BEHAVIOR] == BEHAVIOR_ALL else any

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        now = time.time()
        silences = (
            async_get_silence(self._hass, device_id, self._duration)
            for device_id in async_devices_in_target(self._hass, self._target)
        )
        known = [silence.begins <= now for silence in silences if silence is not None]
        return bool(known) and self._match(known)


CONDITIONS: Final[dict[str, type[Condition]]] = {
    "is_offline": IsOfflineCondition,
    "is_online": IsOnlineCondition,
    "is_silent": IsSilentCondition,
}


async def async_get_conditions(_hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions of the integration."""
    return CONDITIONS
