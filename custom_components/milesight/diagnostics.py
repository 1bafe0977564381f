"""Diagnostics of an Application and its devices, redacted with an allow-list."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
import time
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntry

from .agentcraft.manager import get_manager
from .api import dump_specification
from .api.parsing import Json
from .api.paths import template_of
from .config_flow import SERVERS
from .const import (
    CONF_CLOUDHOOK_URL,
    CONF_DAILY_API_LIMIT,
    CONF_IMPORT_HISTORY,
    CONF_WEBHOOK_SECRET,
    DOMAIN,
)
from .coordinator import MilesightConfigEntry
from .devices import registry
from .devices.capabilities import Capabilities
from .devices.correction_subentries import corrections_of
from .devices.device import MilesightDevice
from .devices.redaction import REDACTED, redact_specification, redact_values
from .issues import async_active_issues
from .mapping.corrections import DEVICE_CLASS, ENABLED, INVERTED, NAME, STATE_CLASS, UNIT

CORRECTED_FIELDS: Final = (ENABLED, DEVICE_CLASS, UNIT, STATE_CLASS, INVERTED)
OPTIONS: Final = (CONF_DAILY_API_LIMIT, CONF_IMPORT_HISTORY)

type Section = Callable[[HomeAssistant, MilesightConfigEntry], Json]


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: MilesightConfigEntry
) -> Mapping[str, Any]:
    """Return diagnostics of an Application, its devices identified by number and model."""
    if entry.state is not ConfigEntryState.LOADED:
        return {"entry": _entry(hass, entry)}
    devices = list(entry.runtime_data.data.values())
    shared = list({id(device.capabilities): device.capabilities for device in devices}.values())
    numbers = {id(capabilities): number for number, capabilities in enumerate(shared, start=1)}
    sections: list[Json] = []
    for number, device in enumerate(devices, start=1):
        specification = numbers[id(device.capabilities)]
        sections.append({"number": number, "specification": specification, **_device(device)})
        await asyncio.sleep(0)  # do not block the event loop for a large fleet
    return {
        **_account(hass, entry),
        "devices": sections,
        "specifications": {
            str(number): _specification(capabilities)
            for number, capabilities in enumerate(shared, start=1)
        },
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: MilesightConfigEntry, device: DeviceEntry
) -> Mapping[str, Any]:
    """Return diagnostics of a device, or of the Application for its own device."""
    if entry.state is not ConfigEntryState.LOADED:
        return {"entry": _entry(hass, entry)}
    sections = _account(hass, entry)
    sn = registry.serial_number(device)
    for number, known in enumerate(entry.runtime_data.data.values(), start=1):
        if known.sn == sn:
            sections["device"] = {"number": number, **_device(known)}
            sections["entities"] = _descriptions(hass, entry, known)
            sections["specification"] = _specification(known.capabilities)
    return sections


def _account(hass: HomeAssistant, entry: MilesightConfigEntry) -> dict[str, Json]:
    return {name: section(hass, entry) for name, section in SECTIONS.items()}


def _entry(hass: HomeAssistant, entry: MilesightConfigEntry) -> Json:
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    enabled = [entity for entity in entities if not entity.disabled]
    return {
        "state": entry.state.value,
        "server": entry.data[CONF_URL] if entry.data[CONF_URL] in SERVERS else "another",
        "options": {key: entry.options[key] for key in OPTIONS if key in entry.options},
        "webhook_secret": bool(entry.data.get(CONF_WEBHOOK_SECRET)),
        "callback_through_cloud": CONF_CLOUDHOOK_URL in entry.data,
        "external_url": hass.config.external_url is not None,
        "issues": list[Json](sorted(async_active_issues(hass, entry))),
        "entities": len(entities),
        "enabled_entities": dict(sorted(Counter(entity.domain for entity in enabled).items())),
    }


def _requests(_hass: HomeAssistant, entry: MilesightConfigEntry) -> Json:
    quota, now = entry.runtime_data.quota, time.time()
    return {
        "last_24_hours": quota.used(now),
        "limit": quota.limit,
        "left_for_background": quota.background_remaining(now),
        "token_seconds_left": _rounded(entry.runtime_data.client.tokens.seconds_left),
    }


def _polls(_hass: HomeAssistant, entry: MilesightConfigEntry) -> Json:
    coordinator = entry.runtime_data
    interval, error = coordinator.update_interval, coordinator.last_exception
    return {
        "interval": _rounded(interval.total_seconds() if interval else None),
        "age": _age(coordinator.last_poll),
        "succeeded": coordinator.last_update_success,
        "error": type(error.__cause__ or error).__name__ if error else None,
        "in_touch": coordinator.connected,
    }


def _pushes(_hass: HomeAssistant, entry: MilesightConfigEntry) -> Json:
    pushes = entry.runtime_data.pushes
    return {
        "last_24_hours": pushes.counter.count(time.time()),
        "age": _age(pushes.last_push * 1000 if pushes.last_push is not None else None),
        "healthy": pushes.healthy,
    }


def _agentcraft(hass: HomeAssistant, entry: MilesightConfigEntry) -> Json:
    """Return the numbers of registrations by state and by problem."""
    registrations = get_manager(hass, entry).registrations.values()
    return {
        "states": dict(Counter(item.state.value for item in registrations)),
        "problems": dict(Counter(item.problem.value for item in registrations if item.problem)),
    }


def _corrections(_hass: HomeAssistant, entry: MilesightConfigEntry) -> Json:
    """Return the corrections without the names that users entered."""
    return [
        {
            "model": model,
            "key": key,
            "named": NAME in changes,
            **{field: changes[field] for field in CORRECTED_FIELDS if field in changes},
        }
        for model, corrections in corrections_of(entry).items()
        for key, changes in corrections.items()
    ]


def _specification(capabilities: Capabilities) -> Json:
    specification = capabilities.specification
    return {
        **dump_specification(redact_specification(specification)),
        "problems": list(specification.problems),
    }


def _device(device: MilesightDevice) -> dict[str, Json]:
    info = device.info
    values, unknown = redact_values(device.capabilities.specification, device.values)
    return {
        "model": info.model,
        "hardware_version": info.hardware_version,
        "firmware_version": info.firmware_version,
        "type": info.device_type,
        "has_gateway": info.gateway is not None,
        "connect_status": info.connect_status.value,
        "online": device.online,
        "electricity": info.electricity,
        "report_age": _age(device.last_report),
        "listed_age": _age(info.last_update_time),
        "behind": device.has_unread_reports,
        "shown_priority": device.shown_priority.name.lower(),
        "entities": dict(Counter(found.priority.name.lower() for found in device.descriptions())),
        "values": values,
        "ages": {path: _age(device.times.get(path)) for path in values},
        "paths_not_in_specification": unknown,
    }


def _descriptions(
    hass: HomeAssistant, entry: MilesightConfigEntry, device: MilesightDevice
) -> Json:
    """Return what the specification gave rise to, and what became of it here."""
    entities = er.async_get(hass)
    corrections = corrections_of(entry).get(device.info.model or "", {})
    renamed = {key for key, changes in corrections.items() if NAME in changes}
    rows: list[Json] = []
    for description in device.descriptions():
        entity_id = entities.async_get_entity_id(
            description.platform, DOMAIN, f"{device.sn}_{description.key}"
        )
        entity = entities.async_get(entity_id) if entity_id else None
        rows.append(
            {
                "key": description.key,
                "platform": description.platform.value,
                "priority": description.priority.name.lower(),
                "name": REDACTED if template_of(description.key) in renamed else description.name,
                "translation_key": description.translation_key,
                "device_class": getattr(description, "device_class", None),
                "unit": getattr(description, "unit", None),
                "category": description.category.value if description.category else None,
                "enabled": entity is not None and not entity.disabled,
            }
        )
    return rows


def _rounded(seconds: float | None) -> int | None:
    return round(seconds) if seconds is not None else None


def _age(milliseconds: float | None) -> int | None:
    """Return the seconds since a time in epoch milliseconds, ``None`` for none."""
    return round(time.time() - milliseconds / 1000) if milliseconds else None


SECTIONS: Final[Mapping[str, Section]] = {
    "entry": _entry,
    "requests": _requests,
    "polls": _polls,
    "pushes": _pushes,
    "agentcraft": _agentcraft,
    "corrections": _corrections,
}
