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

LONGEST_SERIAL_NUMBER: Final = 64
MOST_TAGS: Final = 20

NAME: Final = vol.All(cv.string, vol.Strip, vol.Length(min=1))
ADDITIONS: Final = {
    vol.Optional(ATTR_DESCRIPTION): cv.string,
    vol.Optional(ATTR_PROJECT): cv.string,
    vol.Optional(ATTR_TAGS): vol.All(cv.ensure_list, [cv.string], vol.Length(max=MOST_TAGS)),
}
SERIAL_NUMBER: Final = {vol.Required(ATTR_SERIAL_NUMBER): cv.string}

ADD_DEVICE: Final = vol.Schema(
    {**APPLICATION, **SERIAL_NUMBER, vol.Required(ATTR_NAME): NAME, **ADDITIONS}
)
UPDATE_DEVICE: Final = cv.make_entity_service_schema({vol.Optional(ATTR_NAME): NAME, **ADDITIONS})
SET_RPS_PROFILE_URL: Final = vol.Schema(
    {**APPLICATION, **SERIAL_NUMBER, vol.Required(ATTR_PROFILE_URL): cv.url}
)
DELETE_RPS_RECORD: Final = vol.Schema({**APPLICATION, **SERIAL_NUMBER})


async def async_add_device(call: ServiceCall) -> ServiceResponse:
    """Add a device to the platform and to the Application."""
    coordinator = get_coordinator(call)
    facts = replace(DeviceDetails(name=call.data[ATTR_NAME]), **_given(call))
    added = await _ask(coordinator, coordinator.client.add_device(_serial_number(call), facts))
    await coordinator.async_request_refresh()
    return {
        "sn": added.sn,
        "device_id": added.device_id,
        "dev_eui": added.dev_eui,
        "imei": added.imei,
    }


async def async_update_device(call: ServiceCall) -> ServiceResponse:
    """Change what people say of devices; what is not given stays as it is."""
    given = _given(call)
    if not given:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="nothing_to_change")

    async def update(client: MilesightClient, address: str) -> None:
        held = await client.get_device(address)
        facts = DeviceDetails(
            name=held.name or held.sn,
            description=held.description,
            project=held.project,
            tags=held.tags,
        )
        await client.update_device(address, replace(facts, **given))

    return await _change(call, update)


async def async_delete_device(call: ServiceCall) -> ServiceResponse:
    """Delete devices from the platform."""
    return await _change(call, MilesightClient.delete_device)


async def async_remove_from_application(call: ServiceCall) -> ServiceResponse:
    """Take devices out of the Application."""
    return await _change(call, MilesightClient.remove_from_application)


async def async_set_rps_profile_url(call: ServiceCall) -> None:
    """Say from where a device fetches its profile."""
    coordinator = get_coordinator(call)
    serial_number, url = _serial_number(call), call.data[ATTR_PROFILE_URL]
    await _ask(coordinator, coordinator.client.set_rps_profile_url(serial_number, url))


async def async_list_rps_profile_urls(call: ServiceCall) -> ServiceResponse:
    """Return the profile URLs, in the platform's words."""
    coordinator = get_coordinator(call)
    return {"profile_urls": await _ask(coordinator, coordinator.client.list_rps_profile_urls())}


async def async_delete_rps_record(call: ServiceCall) -> None:
    """Forget the profile URL of a device."""
    coordinator = get_coordinator(call)
    await _ask(coordinator, coordinator.client.delete_rps_record(_serial_number(call)))


async def _change(
    call: ServiceCall, change: Callable[[MilesightClient, str], Awaitable[None]]
) -> ServiceResponse:
    """Change something about each device, then read the list again."""
    targets = Targets(call)

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        await batch.send(target, lambda: change(target.coordinator.client, target.address))
        return {}

    try:
        return await async_run_each(call, targets, operate)
    finally:
        for coordinator in {target.coordinator for target in targets}:
            await coordinator.async_request_refresh()


async def _ask[Answer](coordinator: MilesightCoordinator, asking: Awaitable[Answer]) -> Answer:
    try:
        return await asking
    except MilesightError as error:
        raise coordinator.commands.request_failed(error) from error


def _given(call: ServiceCall) -> dict[str, Any]:
    """Return what a call says of a device."""
    given = {
        key: call.data[key]
        for key in (ATTR_NAME, ATTR_DESCRIPTION, ATTR_PROJECT, ATTR_TAGS)
        if key in call.data
    }
    return given | ({ATTR_TAGS: tuple(given[ATTR_TAGS])} if ATTR_TAGS in given else {})


def _serial_number(call: ServiceCall) -> str:
    """Return the serial number or DevEUI of a call, which becomes part of an address."""
    serial_number: str = call.data[ATTR_SERIAL_NUMBER].strip()
    plain = serial_number.replace("_", "").replace("-", "")
    if not (plain.isascii() and plain.isalnum() and len(serial_number) <= LONGEST_SERIAL_NUMBER):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="invalid_serial_number",
            translation_placeholders={"serial_number": serial_number[:100]},
        )
    return serial_number
