"""Registration of an Application and its devices in Home Assistant's device registry."""

from collections.abc import Container, Iterable, Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, label_registry as lr
from homeassistant.helpers.typing import UNDEFINED
from homeassistant.util import dt as dt_util

from ..api import Device
from ..const import CONSOLE, DOMAIN, MANUFACTURER

REGISTERED_FIELDS: Final = ("name", "model", "hardware_version", "firmware_version")


@callback
def async_register_application(hass: HomeAssistant, entry: ConfigEntry) -> dr.DeviceEntry:
    """Register the Application itself as a service device."""
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
def async_register_devices(
    hass: HomeAssistant, entry: ConfigEntry, devices: Iterable[Device]
) -> None:
    """Register devices, or update their registry entries.

    Project and tags of the platform only matter when a device is first created: they become its
    area and its labels, which belong to the user from then on. A device that returns gets back the
    area and the labels that it had.
    """
    registry = dr.async_get(hass)
    for device in devices:
        started = dt_util.utcnow()
        is_registered = async_get_device(hass, entry, device.sn) is not None
        registered = registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={(DOMAIN, device.sn)},
            manufacturer=MANUFACTURER,
            name=device.display_name,
            model=device.model,
            serial_number=device.sn,
            hw_version=device.hardware_version,
            configuration_url=CONSOLE,
            sw_version=device.firmware_version,
            suggested_area=UNDEFINED if is_registered else (device.project or "").strip(),
        )
        if not is_registered and registered.created_at >= started:
            labels = _async_get_or_create_labels(hass, device.tags)
            registry.async_update_device(registered.id, labels=labels)


def _async_get_or_create_labels(hass: HomeAssistant, names: Iterable[str]) -> set[str]:
    """Return the ids of the labels with these names; blank names are ignored."""
    registry = lr.async_get(hass)
    return {
        (registry.async_get_label_by_name(name) or registry.async_create(name)).label_id
        for name in map(str.strip, names)
        if name
    }


@callback
def async_link_gateways(
    hass: HomeAssistant, entry: ConfigEntry, gateways: Mapping[str, str | None]
) -> None:
    """Link registered devices to their gateways, or unlink them.

    ``gateways`` maps serial numbers of devices to those of their gateways.
    """
    registry = dr.async_get(hass)
    for sn, gateway_sn in gateways.items():
        device = async_get_device(hass, entry, sn)
        gateway = (
            async_get_device(hass, entry, gateway_sn) if gateway_sn and gateway_sn != sn else None
        )
        via_device_id = gateway.id if gateway is not None else None
        if device is not None and device.via_device_id != via_device_id:
            registry.async_update_device(device.id, via_device_id=via_device_id)


@callback
def async_get_device(hass: HomeAssistant, entry: ConfigEntry, sn: str) -> dr.DeviceEntry | None:
    """Return the registry entry of a device of this Application."""
    return dr.async_get(hass).async_get_device_by_identifier((DOMAIN, sn), entry.entry_id)


@callback
def async_device_name(hass: HomeAssistant, entry: ConfigEntry, sn: str) -> str:
    """Return the name of a device as the user knows it, or its serial number."""
    device = async_get_device(hass, entry, sn)
    return (device.name_by_user or device.name if device else None) or sn


@callback
def async_remove_unlisted(hass: HomeAssistant, entry: ConfigEntry, listed: Container[str]) -> None:
    """Remove the devices, and their entities, whose serial numbers are not listed.

    These can include devices that only an earlier run knew.
    """
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        is_application = device.entry_type is dr.DeviceEntryType.SERVICE
        if not is_application and serial_number(device) not in listed:
            registry.async_remove_device(device.id)


@callback
def async_has_other_entry(hass: HomeAssistant, entry: ConfigEntry, sn: str) -> bool:
    """Return if another config entry has registered a device."""
    return any(
        async_get_device(hass, other, sn) is not None
        for other in hass.config_entries.async_entries(DOMAIN)
        if other.entry_id != entry.entry_id
    )


def has_registry_changes(before: Device, after: Device) -> bool:
    """Return if listed information changed that registry entries or entities depend on."""
    return (before.electricity is None) is not (after.electricity is None) or any(
        getattr(before, name) != getattr(after, name) for name in REGISTERED_FIELDS
    )


def serial_number(device: dr.AnyDeviceEntry) -> str | None:
    """Return the serial number in the identifiers of a registered device."""
    return next((key for domain, key in device.identifiers if domain == DOMAIN), None)
