"""Actions for registrations at Agentcraft; their responses contain secrets."""

from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..agentcraft import actions
from ..agentcraft.manager import get_manager
from ..agentcraft.registration import Change
from ..const import DOMAIN
from .batch import RequestBatch, async_run_each
from .targets import Target, Targets

ATTR_AGENTCRAFT_DEVICE_ID: Final = "agentcraft_device_id"

REGISTER: Final = cv.make_entity_service_schema(
    {vol.Optional(ATTR_AGENTCRAFT_DEVICE_ID): vol.All(cv.string, vol.Strip, vol.Length(min=1))}
)


async def async_run(change: Change, call: ServiceCall) -> ServiceResponse:
    """Change the registration of each device, and return the identities."""

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        manager = get_manager(call.hass, target.coordinator.config_entry)
        sn = target.device.sn
        return await batch.send(target, lambda: actions.async_run(manager, sn, change))

    return await async_run_each(call, Targets(call), operate)


async def async_register(call: ServiceCall) -> ServiceResponse:
    """Create a device ID for each device, or use an existing one for one device."""
    device_id = call.data.get(ATTR_AGENTCRAFT_DEVICE_ID)
    if device_id is None:
        return await async_run(actions.register, call)
    if len(Targets(call).device_ids) > 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="agentcraft_one_device"
        )
    return await async_run(actions.adopt(call.hass, device_id), call)
