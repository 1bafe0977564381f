"""Triggers: devices that go offline, come online or are silent, and finished tasks."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, cast, override

from homeassistant.const import (
    ATTR_DEVICE_ID,
    CONF_FOR,
    CONF_OPTIONS,
    CONF_TARGET,
    CONF_TYPE,
    STATE_OFF,
    STATE_ON,
)
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.trigger import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_EACH,
    BEHAVIOR_FIRST,
    EntityTargetStateTriggerBase,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .automation.connectivity import CONNECTIVITY, async_connectivity_sensors
from .automation.silence import SILENCE_OPTIONS, Silence, async_get_silence
from .commands.responses import EVENT_TASK, SUCCESS
from .const import LOGGER
from .devices.target_devices import async_devices_in_target

ATTR_LAST_REPORT: Final = "last_report"
ATTR_STATUS: Final = "status"
OFFLINE: Final = {STATE_OFF}
ONLINE: Final = {STATE_ON}
STATUS_FAILURE: Final = "failure"
STATUS_SUCCESS: Final = "success"
TASK_TYPES: Final = ("config", "ota")

MAX_CHECK_INTERVAL: Final = 60
STARTUP_SECONDS: Final = 5 * 60
REGISTRY_EVENTS: Final = (
    ar.EVENT_AREA_REGISTRY_UPDATED,
    dr.EVENT_DEVICE_REGISTRY_UPDATED,
    er.EVENT_ENTITY_REGISTRY_UPDATED,
)


class ConnectivityTrigger(EntityTargetStateTriggerBase):
    """Trigger on the connectivity of devices."""

    _domain_specs = CONNECTIVITY
    _primary_entities_only = False

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Keep the connectivity sensors of devices."""
        return async_connectivity_sensors(self._hass, entities)


class DeviceWentOfflineTrigger(ConnectivityTrigger):
    """Trigger when devices go offline."""

    _to_states = OFFLINE


class DeviceCameOnlineTrigger(ConnectivityTrigger):
    """Trigger when devices come online."""

    _to_states = ONLINE


class DeviceTrigger(Trigger):
    """Trigger on the devices of a target."""

    _schema: vol.Schema

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Validate the config."""
        return cast(ConfigType, cls._schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Initialize the trigger."""
        super().__init__(hass, config)
        self._target = config.target
        self._options: dict[str, Any] = config.options or {}


class DeviceSilentTrigger(DeviceTrigger):
    """Trigger when devices have not reported for some time.

    Devices that are silent already when the trigger starts do not trigger, unless their silence
    began while Home Assistant was not running.
    """

    _schema = vol.Schema(
        {
            vol.Optional(CONF_TARGET): cv.TARGET_FIELDS,
            vol.Required(CONF_OPTIONS): {
                vol.Required(ATTR_BEHAVIOR, default=BEHAVIOR_EACH): vol.In(
                    [BEHAVIOR_FIRST, BEHAVIOR_ALL, BEHAVIOR_EACH]
                ),
                **SILENCE_OPTIONS,
            },
        }
    )

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Check the devices until the returned function is called."""
        return SilenceMonitor(self._hass, self._target, self._options, run_action).start()


class SilenceMonitor:
    """Check the silence of the devices of a target, and run an action when it begins.

    Reports postpone the next check only when it is due, so that they cost nothing.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        target: ConfigType | None,
        options: dict[str, Any],
        run_action: TriggerActionRunner,
    ) -> None:
        """Initialize the monitor."""
        self._hass = hass
        self._target = target
        self._behavior: str = options[ATTR_BEHAVIOR]
        self._duration: timedelta = options[CONF_FOR]
        self._run_action = run_action
        self._added: dict[str, float] = {}
        self._silent: dict[str, bool] = {}
        self._target_changed = True
        self._is_stopped = False
        self._cancel_check: CALLBACK_TYPE | None = None
        self._unsubscribe: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> CALLBACK_TYPE:
        """Start; return a function to stop."""
        self._unsubscribe = [
            self._hass.bus.async_listen(event, self._mark_target_changed)
            for event in REGISTRY_EVENTS
        ]
        self._check(dt_util.utcnow())
        return self._stop

    @callback
    def _stop(self) -> None:
        """Stop, also from within an action."""
        self._is_stopped = True
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._cancel_check is not None:
            self._cancel_check()

    @callback
    def _mark_target_changed(self, _event: Event[Any]) -> None:
        self._target_changed = True

    def _resolve_target(self, now: float) -> None:
        if not self._target_changed:
            return
        self._target_changed = False
        self._added = {
            device_id: self._added.get(device_id, now)
            for device_id in async_devices_in_target(self._hass, self._target)
        }
        self._silent = {
            device_id: silent
            for device_id, silent in self._silent.items()
            if device_id in self._added
        }

    @callback
    def _check(self, check_time: datetime) -> None:
        now = check_time.timestamp()
        self._resolve_target(now)
        silences = {
            device_id: silence
            for device_id in self._added
            if (silence := async_get_silence(self._hass, device_id, self._duration)) is not None
        }
        for device_id, silence in silences.items():
            if self._silent.get(device_id) is None:
                self._silent[device_id] = silence.begins <= self._known_until(device_id, silence)
            elif silence.begins > now:
                self._silent[device_id] = False
        due = [
            device_id
            for device_id, silence in silences.items()
            if not self._silent[device_id] and silence.begins <= now
        ]
        self._schedule(now, silences.values())
        for device_id in sorted(due, key=lambda device_id: silences[device_id].begins):
            self._silent[device_id] = True
            if not self._is_stopped and self._is_wanted(silences):
                self._run(device_id, silences[device_id])

    def _known_until(self, device_id: str, silence: Silence) -> float:
        """Return the time up to which a silence is old when a device is first checked.

        It is the present, or the end of the previous run when Home Assistant has just started.
        """
        added = self._added[device_id]
        return (silence.saved if added - silence.loaded < STARTUP_SECONDS else None) or added

    def _is_wanted(self, known: Collection[str]) -> bool:
        """Return if the behavior wants the action for the device that became silent last."""
        silent = sum(self._silent[device_id] for device_id in known)
        wanted = {BEHAVIOR_EACH: silent, BEHAVIOR_FIRST: 1, BEHAVIOR_ALL: len(known)}
        return silent == wanted[self._behavior]

    def _run(self, device_id: str, silence: Silence) -> None:
        """Run the action; its failure does not affect other devices."""
        variables = {
            ATTR_DEVICE_ID: device_id,
            ATTR_LAST_REPORT: dt_util.utc_from_timestamp(silence.last_report),
            CONF_FOR: self._duration,
        }
        try:
            self._run_action(variables, f"silence of {device_id}")
        except Exception:  # noqa: BLE001 - variables of the trigger may be templates
            LOGGER.exception("The action for the silence of %s failed", device_id)

    def _schedule(self, now: float, silences: Iterable[Silence]) -> None:
        """Check again when the next silence may begin, and once a minute for what changes."""
        delays = (silence.begins - now for silence in silences if silence.begins > now)
        delay = min(delays, default=MAX_CHECK_INTERVAL)
        self._cancel_check = async_call_later(
            self._hass,
            min(delay, MAX_CHECK_INTERVAL),
            HassJob(self._check, cancel_on_shutdown=True),
        )


class TaskFinishedTrigger(DeviceTrigger):
    """Trigger when configuration tasks and firmware updates of devices have ended."""

    _schema = vol.Schema(
        {
            vol.Optional(CONF_TARGET): cv.TARGET_FIELDS,
            vol.Required(CONF_OPTIONS, default={}): {
                vol.Optional(CONF_TYPE): vol.All(
                    cv.ensure_list, [vol.All(str, vol.Lower, vol.In(TASK_TYPES))]
                ),
                vol.Optional(ATTR_STATUS): vol.All(
                    cv.ensure_list,
                    [vol.All(str, vol.Lower, vol.In((STATUS_SUCCESS, STATUS_FAILURE)))],
                ),
            },
        }
    )

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Listen for finished tasks until the returned function is called."""

        @callback
        def handle_task(event: Event[Any]) -> None:
            if self._is_wanted(event.data):
                run_action(dict(event.data), "finished task", event.context)

        return self._hass.bus.async_listen(EVENT_TASK, handle_task)

    def _is_wanted(self, task: dict[str, Any]) -> bool:
        status = STATUS_SUCCESS if task[ATTR_STATUS].upper() == SUCCESS else STATUS_FAILURE
        return (
            task[CONF_TYPE].lower() in (self._options.get(CONF_TYPE) or (task[CONF_TYPE].lower(),))
            and status in (self._options.get(ATTR_STATUS) or (status,))
            and (
                self._target is None
                or task[ATTR_DEVICE_ID] in async_devices_in_target(self._hass, self._target)
            )
        )


TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "device_came_online": DeviceCameOnlineTrigger,
    "device_silent": DeviceSilentTrigger,
    "device_went_offline": DeviceWentOfflineTrigger,
    "task_finished": TaskFinishedTrigger,
}


async def async_get_triggers(_hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of the integration."""
    return TRIGGERS
