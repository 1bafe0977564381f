"""Corrections of an Application: its subentries, and what they do to existing entities."""

from collections.abc import Callable, Iterable, Mapping

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import CONF_KEY, CONF_MODEL, DOMAIN, SUBENTRY_CORRECTION
from ..mapping import Description
from ..mapping.corrections import Changes
from .device import MilesightDevice

type Corrections = Mapping[str, Mapping[str, Changes]]


def corrections_of(entry: ConfigEntry) -> Corrections:
    """Return the corrections of a config entry by model and key of the entity description."""
    corrections: dict[str, dict[str, Changes]] = {}
    for subentry in entry.get_subentries_of_type(SUBENTRY_CORRECTION):
        changes = dict(subentry.data)
        model, key = changes.pop(CONF_MODEL), changes.pop(CONF_KEY)
        corrections.setdefault(model, {})[key] = changes
    return corrections


@callback
def async_follow_corrections(
    hass: HomeAssistant, entry: ConfigEntry, apply: Callable[[Corrections], None]
) -> CALLBACK_TYPE:
    """Call ``apply`` with the corrections whenever they change."""
    present = corrections_of(entry)

    @callback
    def entry_changed(_change: ConfigEntryChange, changed: ConfigEntry) -> None:
        nonlocal present
        if changed is entry and (corrections := corrections_of(entry)) != present:
            present = corrections
            apply(corrections)

    return async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed)


@callback
def async_update_enabled(
    hass: HomeAssistant, device: MilesightDevice, before: Iterable[Description]
) -> None:
    """Enable and disable the existing entities whose default changed.

    What a user disabled stays disabled.
    """
    registry = er.async_get(hass)
    was_enabled = {item.key: item.priority <= device.shown_priority for item in before}
    for description in device.descriptions():
        enabled = description.priority <= device.shown_priority
        if was_enabled.get(description.key, enabled) is enabled:
            continue
        unique_id = f"{device.sn}_{description.key}"
        entity_id = registry.async_get_entity_id(description.platform, DOMAIN, unique_id)
        entity = registry.async_get(entity_id or "")
        disabler = er.RegistryEntryDisabler.INTEGRATION
        if entity is not None and entity.disabled_by == (disabler if enabled else None):
            registry.async_update_entity(
                entity.entity_id, disabled_by=None if enabled else disabler
            )
