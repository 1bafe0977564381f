"""Home Assistant's device registry: what it is told of the fleet."""

from collections.abc import Iterable, Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .api import Device
from .const import CONSOLE, DOMAIN, MANUFACTURER


@callback
def register_application(hass: HomeAssistant, entry: ConfigEntry) -> dr.DeviceEntry:
    """Write the Application itself to the registry, as a service."""
    return dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.unique_id or entry.entry_id)},
        entry_type=dr.DeviceEntryType.SERVICE,
        manufacturer=MANUFACTURER,
        model="Development Platform Application",
        name=entry.title,
        configuration_url=CONSOLE,
    )


@callback
def register_devices(hass: HomeAssistant, entry: ConfigEntry, devices: Iterable[Device]) -> None:
    """Write devices to the registry."""
    registry = dr.async_get(hass)
    for device in devices:
        registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={(DOMAIN, device.sn)},
            manufacturer=MANUFACTURER,
            name=device.display_name,
            model=device.model,
            serial_number=device.sn,
            hw_version=device.hardware_version,
            configuration_url=CONSOLE,
            sw_version=device.firmware_version,
        )


@callback
def link_devices(
    hass: HomeAssistant, entry: ConfigEntry, gateways: Mapping[str, str | None]
) -> None:
    """Link devices to their gateways, both by serial number; one without gateway to none."""
    registry = dr.async_get(hass)
    for sn, gateway in gateways.items():
        device = registered(hass, entry, sn)
        via = registered(hass, entry, gateway) if gateway and gateway != sn else None
        via_device_id = via.id if via is not None else None
        if device is not None and device.via_device_id != via_device_id:
            registry.async_update_device(device.id, via_device_id=via_device_id)


@callback
def registered(hass: HomeAssistant, entry: ConfigEntry, sn: str) -> dr.DeviceEntry | None:
    """Return what the registry knows of a device of this Application."""
    return dr.async_get(hass).async_get_device_by_identifier((DOMAIN, sn), entry.entry_id)


def differs(before: Device, after: Device) -> bool:
    """Return whether something changed that registry or entities are made of."""
    return (before.electricity is None) is not (after.electricity is None) or any(
        getattr(before, name) != getattr(after, name)
        for name in ("name", "model", "hardware_version", "firmware_version")
    )


@callback
def remove_device(hass: HomeAssistant, entry: ConfigEntry, sn: str) -> None:
    """Take a device, and with it its entities, out of the registry."""
    device = registered(hass, entry, sn)
    if device is not None:
        dr.async_get(hass).async_remove_device(device.id)


@callback
def belongs_elsewhere(hass: HomeAssistant, entry: ConfigEntry, sn: str) -> bool:
    """Return whether another Application showed this device first."""
    registry = dr.async_get(hass)
    return any(
        registry.async_get_device_by_identifier((DOMAIN, sn), other.entry_id) is not None
        for other in hass.config_entries.async_entries(DOMAIN)
        if other.entry_id != entry.entry_id
    )


def serial_number(device: dr.AnyDeviceEntry) -> str | None:
    """Return the serial number by which the integration knows a registered device."""
    return next((key for domain, key in device.identifiers if domain == DOMAIN), None)
