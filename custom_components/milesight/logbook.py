"""Activity: finished tasks, devices that went offline or came online, webhook tests."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.logbook import LOGBOOK_ENTRY_MESSAGE, LOGBOOK_ENTRY_NAME
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_cached_translations

from .commands.responses import EVENT_TASK, SUCCESS
from .const import DOMAIN
from .devices.device_manager import EVENT_AVAILABILITY
from .push.monitor import EVENT_NOTICE
from .push.webhook_manager import EVENT_WEBHOOK_TEST


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event[Any]], dict[str, str]]], None],
) -> None:
    """Describe the events of the integration."""

    def describe(event: Event[Any], key: str) -> dict[str, str]:
        texts = async_get_cached_translations(hass, hass.config.language, "common", DOMAIN)
        message = texts.get(f"component.{DOMAIN}.common.activity_{key}", key)
        device = dr.async_get(hass).async_get(event.data[ATTR_DEVICE_ID] or "")
        return {
            LOGBOOK_ENTRY_NAME: (device and (device.name_by_user or device.name)) or "Milesight",
            LOGBOOK_ENTRY_MESSAGE: message.format(
                error=event.data.get("error") or "-", info=event.data.get("info") or "-"
            ),
        }

    @callback
    def describe_availability(event: Event[Any]) -> dict[str, str]:
        return describe(event, "online" if event.data["online"] else "offline")

    @callback
    def describe_task(event: Event[Any]) -> dict[str, str]:
        kind = "update" if event.data["type"].upper() == "OTA" else "configuration"
        outcome = "finished" if event.data["status"].upper() == SUCCESS else "failed"
        return describe(event, f"{kind}_{outcome}")

    @callback
    def describe_test(event: Event[Any]) -> dict[str, str]:
        return describe(event, "webhook_test")

    @callback
    def describe_notice(event: Event[Any]) -> dict[str, str]:
        return describe(event, "notice")

    async_describe_event(DOMAIN, EVENT_NOTICE, describe_notice)
    async_describe_event(DOMAIN, EVENT_WEBHOOK_TEST, describe_test)
    async_describe_event(DOMAIN, EVENT_AVAILABILITY, describe_availability)
    async_describe_event(DOMAIN, EVENT_TASK, describe_task)
