"""Actions that change the account: devices of the Application, and RPS records."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..api import DeviceDetails, MilesightClient, MilesightError
from ..const import DOMAIN
from ..coordinator import MilesightCoordinator
from .batch import RequestBatch, async_run_each
from .targets import APPLICATION, Target, Targets, get_coordinator

ATTR_SERIAL_NUMBER: Final = "serial_number"
ATTR_NAME: Final = "name"
ATTR_DESCRIPTION: Final = "description"
ATTR_PROJECT: Final = "project"
ATTR_TAGS: Final = "tags"
ATTR_PROFILE_URL: Final = "profile_url"

MAX_SERIAL_NUMBER_LENGTH: Final = 64
MAX_TAGS: Final = 20

NAME: Final = vol.All(cv.string, vol.Strip, vol.Length(min=1))
OPTIONAL_FIELDS: Final = {
    vol.Optional(ATTR_DESCRIPTION): cv.string,
    vol.Optional(ATTR_PROJECT): cv.string,
    vol.Optional(ATTR_TAGS): vol.All(cv.ensure_list, [cv.string], vol.Length(max=MAX_TAGS)),
}
SERIAL_NUMBER: Final = {vol.Required(ATTR_SERIAL_NUMBER): cv.string}

ADD_DEVICE: Final = vol.Schema(
    {**APPLICATION, **SERIAL_NUMBER, vol.Required(ATTR_NAME): NAME, **OPTIONAL_FIELDS}
)
UPDATE_DEVICE: Final = cv.make_entity_service_schema(
    {vol.Optional(ATTR_NAME): NAME, **OPTIONAL_FIELDS}
)
SET_RPS_PROFILE_URL: Final = vol.Schema(
    {**APPLICATION, **SERIAL_NUMBER, vol.Required(ATTR_PROFILE_URL): cv.url}
)
DELETE_RPS_RECORD: Final = vol.Schema({**APPLICATION, **SERIAL_NUMBER})


async def async_add_device(call: ServiceCall) -> ServiceResponse:
    """Add a device to the platform and to the Application."""
    coordinator = get_coordinator(call)
    details = replace(DeviceDetails(name=call.data[ATTR_NAME]), **_details(call))
    added = await _send(coordinator, coordinator.client.add_device(_serial_number(call), details))
    await coordinator.async_request_refresh()
    return {
        "sn": added.sn,
        "device_id": added.device_id,
        "dev_eui": added.dev_eui,
        "imei": added.imei,
    }


async def async_update_device(call: ServiceCall) -> ServiceResponse:
    """Change name, description, project or tags of devices; other fields are kept."""
    details = _details(call)
    if not details:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="nothing_to_change")

    async def update(client: MilesightClient, address: str) -> None:
        info = await client.get_device(address)
        current = DeviceDetails(
            name=info.name or info.sn,
            description=info.description,
            project=info.project,
            tags=info.tags,
        )
        await client.update_device(address, replace(current, **details))

    return await _change(call, update)


async def async_delete_device(call: ServiceCall) -> ServiceResponse:
    """Delete devices from the platform."""
    return await _change(call, MilesightClient.delete_device)


async def async_remove_from_application(call: ServiceCall) -> ServiceResponse:
    """Remove devices from the Application."""
    return await _change(call, MilesightClient.remove_from_application)


async def async_set_rps_profile_url(call: ServiceCall) -> None:
    """Set the URL from which a device loads its profile."""
    coordinator = get_coordinator(call)
    serial_number, url = _serial_number(call), call.data[ATTR_PROFILE_URL]
    await _send(coordinator, coordinator.client.set_rps_profile_url(serial_number, url))


async def async_list_rps_profile_urls(call: ServiceCall) -> ServiceResponse:
    """Return the profile URLs as the platform lists them."""
    coordinator = get_coordinator(call)
    return {"profile_urls": await _send(coordinator, coordinator.client.list_rps_profile_urls())}


async def async_delete_rps_record(call: ServiceCall) -> None:
    """Delete the profile URL of a device."""
    coordinator = get_coordinator(call)
    await _send(coordinator, coordinator.client.delete_rps_record(_serial_number(call)))


async def _change(
    call: ServiceCall, change: Callable[[MilesightClient, str], Awaitable[None]]
) -> ServiceResponse:
    """Change each device, then refresh the device list."""
    targets = Targets(call)

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        await batch.send(target, lambda: change(target.coordinator.client, target.address))
        return {}

    try:
        return await async_run_each(call, targets, operate)
    finally:
        for coordinator in {target.coordinator for target in targets}:
            await coordinator.async_request_refresh()


async def _send[T](coordinator: MilesightCoordinator, request: Awaitable[T]) -> T:
    """Await a request; raises ``HomeAssistantError`` if it fails."""
    try:
        return await request
    except MilesightError as error:
        raise coordinator.commands.request_failed(error) from error


def _details(call: ServiceCall) -> dict[str, Any]:
    """Return the details of a device that a call contains."""
    details = {
        key: call.data[key]
        for key in (ATTR_NAME, ATTR_DESCRIPTION, ATTR_PROJECT, ATTR_TAGS)
        if key in call.data
    }
    return details | ({ATTR_TAGS: tuple(details[ATTR_TAGS])} if ATTR_TAGS in details else {})


def _serial_number(call: ServiceCall) -> str:
    """Return the serial number or DevEUI of a call, which becomes part of a URL."""
    serial_number: str = call.data[ATTR_SERIAL_NUMBER].strip()
    plain = serial_number.replace("_", "").replace("-", "")
    if not (plain.isascii() and plain.isalnum() and len(serial_number) <= MAX_SERIAL_NUMBER_LENGTH):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="invalid_serial_number",
            translation_placeholders={"serial_number": serial_number[:100]},
        )
    return serial_number
