"""Device triggers for what devices say once: presses, alarms and other events.

Home Assistant has its own for going offline and coming back, for alarms that are on or off and for
everything else that a binary sensor shows.
"""

from typing import Final

from homeassistant.components.device_automation import DEVICE_TRIGGER_BASE_SCHEMA
from homeassistant.components.event import ATTR_EVENT_TYPE, ATTR_EVENT_TYPES
from homeassistant.const import (
    CONF_DEVICE_ID,
    CONF_DOMAIN,
    CONF_ENTITY_ID,
    CONF_PLATFORM,
    CONF_TYPE,
    STATE_UNAVAILABLE,
    Platform,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HassJob,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.trigger import TriggerActionType, TriggerInfo
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .const import DOMAIN

CONF_SUBTYPE: Final = "subtype"
EVENT_RECEIVED: Final = "event_received"

TRIGGER_SCHEMA: Final = DEVICE_TRIGGER_BASE_SCHEMA.extend(
    {
        vol.Required(CONF_TYPE): EVENT_RECEIVED,
        vol.Required(CONF_ENTITY_ID): cv.entity_id_or_uuid,
        vol.Required(CONF_SUBTYPE): cv.string,
    }
)


async def async_get_triggers(hass: HomeAssistant, device_id: str) -> list[dict[str, str]]:
    """Return a trigger for each kind of event that a device's event entities tell of."""
    registry = er.async_get(hass)
    return [
        {
            CONF_PLATFORM: "device",
            CONF_DOMAIN: DOMAIN,
            CONF_DEVICE_ID: device_id,
            CONF_ENTITY_ID: entry.id,
            CONF_TYPE: EVENT_RECEIVED,
            CONF_SUBTYPE: kind,
        }
        for entry in er.async_entries_for_device(registry, device_id)
        if entry.domain == Platform.EVENT and entry.platform == DOMAIN
        for kind in (entry.capabilities or {}).get(ATTR_EVENT_TYPES, ())
    ]


async def async_attach_trigger(
    hass: HomeAssistant,
    config: ConfigType,
    action: TriggerActionType,
    trigger_info: TriggerInfo,
) -> CALLBACK_TYPE:
    """Run an action at every event of a kind, also when the one before was of the same kind."""
    job = HassJob(action)
    entity_id = er.async_validate_entity_id(er.async_get(hass), config[CONF_ENTITY_ID])
    trigger = {**trigger_info["trigger_data"], **config, "description": "event received"}

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        if _kind(event.data["old_state"], event.data["new_state"]) == config[CONF_SUBTYPE]:
            hass.async_run_hass_job(job, {"trigger": trigger}, event.context)

    return async_track_state_change_event(hass, [entity_id], changed)


def _kind(before: State | None, after: State | None) -> str | None:
    """Return the kind of the event that a change of state is, unless the last one returns."""
    if before is None or after is None or before.state == after.state:
        return None
    if STATE_UNAVAILABLE in (before.state, after.state):
        return None
    kind: str | None = after.attributes.get(ATTR_EVENT_TYPE)
    return kind
