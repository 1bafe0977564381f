"""Actions for the devices' identities at Agentcraft; their answers hold secrets."""

from collections.abc import Awaitable, Callable
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..agentcraft import commands
from ..agentcraft.link import AgentcraftLink
from ..agentcraft.setup import link_of
from ..const import DOMAIN
from .targets import DEVICES, Round, Target, answer_each, targets_of

ATTR_AGENTCRAFT_DEVICE_ID: Final = "agentcraft_device_id"

REGISTER: Final = vol.Schema(
    {
        **DEVICES,
        vol.Optional(ATTR_AGENTCRAFT_DEVICE_ID): vol.All(cv.string, vol.Strip, vol.Length(min=1)),
    }
)

type Command = Callable[[AgentcraftLink, str], Awaitable[JsonValueType]]


async def async_get_token(call: ServiceCall) -> ServiceResponse:
    """Return device ID, device token, status and shadow id of each device."""
    return await _command(call, commands.async_get_token)


async def async_refresh(call: ServiceCall) -> ServiceResponse:
    """Replace the tokens of each device."""
    return await _command(call, commands.async_refresh)


async def async_unregister(call: ServiceCall) -> ServiceResponse:
    """Delete the device ID of each device."""
    return await _command(call, commands.async_unregister)


async def async_register(call: ServiceCall) -> ServiceResponse:
    """Give each device a device ID, or one device the ID that the user brings."""
    brought = call.data.get(ATTR_AGENTCRAFT_DEVICE_ID)
    if brought is not None and len(targets_of(call)) > 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="agentcraft_one_device"
        )
    return await _command(call, lambda link, sn: commands.async_register(link, sn, brought))


async def _command(call: ServiceCall, command: Command) -> ServiceResponse:
    async def operate(target: Target, the_round: Round) -> JsonValueType:
        link = link_of(call.hass, target.coordinator.config_entry)
        return await the_round.send(target, lambda: command(link, target.device.sn))

    return await answer_each(call, targets_of(call), operate)
