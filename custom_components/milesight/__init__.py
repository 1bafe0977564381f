"""Milesight: devices of the Milesight Development Platform."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from . import issues
from .agentcraft.manager import get_manager
from .const import DOMAIN
from .coordinator import MilesightConfigEntry, MilesightCoordinator
from .devices import registry
from .devices.storage import ApplicationStore
from .frontend import async_setup_frontend
from .push.webhook_manager import WebhookManager
from .services import async_setup_services

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CLIMATE,
    Platform.COVER,
    Platform.DATETIME,
    Platform.DEVICE_TRACKER,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.LIGHT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TEXT,
    Platform.TIME,
    Platform.VALVE,
)


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Register the actions and the dashboard, which outlive the entries."""
    async_setup_services(hass)
    await async_setup_frontend(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: MilesightConfigEntry) -> bool:
    """Bring up an Application: what is stored at once, the rest from the platform.

    Pushes are received before the first request, so that none gets lost meanwhile.
    """
    coordinator = MilesightCoordinator(hass, entry)
    entry.runtime_data = coordinator
    registry.async_register_application(hass, entry)
    await coordinator.async_restore()
    await get_manager(hass, entry).async_load()
    WebhookManager(hass, entry).async_register(coordinator.pushes, coordinator.async_receive)
    if not coordinator.data:
        await coordinator.async_config_entry_first_refresh()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    coordinator.async_start()
    get_manager(hass, entry).async_start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: MilesightConfigEntry) -> bool:
    """Take an Application down; what is known of its devices stays on the disk."""
    coordinator = entry.runtime_data
    coordinator.received.close()
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await coordinator.async_save()
    else:
        coordinator.received.open()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: MilesightConfigEntry) -> None:
    """Forget an Application that was removed."""
    issues.async_delete_issues(hass, entry)
    await get_manager(hass, entry).async_remove()
    await ApplicationStore(hass, entry.entry_id).async_remove()
    await WebhookManager(hass, entry).async_remove()


async def async_remove_config_entry_device(
    _hass: HomeAssistant, entry: MilesightConfigEntry, device: DeviceEntry
) -> bool:
    """Return whether a device may be removed by hand: only one that the platform lacks."""
    return registry.serial_number(device) not in entry.runtime_data.data
