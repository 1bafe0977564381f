"""The actions of the integration."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.helpers.typing import VolSchemaType

from ..agentcraft.actions import check, refresh, unregister
from ..const import DOMAIN
from . import account, agentcraft, control, queries
from .targets import APPLICATION_ONLY, DEVICES_ONLY

NONE, OPTIONAL, ONLY = SupportsResponse.NONE, SupportsResponse.OPTIONAL, SupportsResponse.ONLY

type Handler = Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse | None]]


@dataclass(frozen=True, slots=True)
class Action:
    """An action with its handler, schema, response and permission."""

    name: str
    handler: Handler
    schema: VolSchemaType
    response: SupportsResponse
    admin: bool = False


ACTIONS: Final = (
    Action("call_service", control.async_call_service, control.CALL_SERVICE, OPTIONAL),
    Action("set_properties", control.async_set_properties, control.SET_PROPERTIES, OPTIONAL),
    Action(
        "create_config_task",
        control.async_create_config_task,
        control.CREATE_CONFIG_TASK,
        OPTIONAL,
        admin=True,
    ),
    Action("get_thing_specification", queries.async_get_thing_specification, DEVICES_ONLY, ONLY),
    Action("get_history", queries.async_get_history, queries.GET_HISTORY, ONLY),
    Action("import_history", queries.async_import_history, queries.IMPORT_HISTORY, OPTIONAL),
    Action("get_device", queries.async_get_device, DEVICES_ONLY, ONLY),
    Action("get_device_config", queries.async_get_device_config, DEVICES_ONLY, ONLY),
    Action("refresh", queries.async_refresh, APPLICATION_ONLY, NONE),
    Action("search_devices", queries.async_search_devices, queries.SEARCH_DEVICES, ONLY),
    Action("add_device", account.async_add_device, account.ADD_DEVICE, OPTIONAL, admin=True),
    Action(
        "update_device", account.async_update_device, account.UPDATE_DEVICE, OPTIONAL, admin=True
    ),
    Action("delete_device", account.async_delete_device, DEVICES_ONLY, OPTIONAL, admin=True),
    Action(
        "remove_from_application",
        account.async_remove_from_application,
        DEVICES_ONLY,
        OPTIONAL,
        admin=True,
    ),
    Action(
        "set_rps_profile_url",
        account.async_set_rps_profile_url,
        account.SET_RPS_PROFILE_URL,
        NONE,
        admin=True,
    ),
    Action(
        "list_rps_profile_urls",
        account.async_list_rps_profile_urls,
        APPLICATION_ONLY,
        ONLY,
        admin=True,
    ),
    Action(
        "delete_rps_record",
        account.async_delete_rps_record,
        account.DELETE_RPS_RECORD,
        NONE,
        admin=True,
    ),
    Action(
        "agentcraft_get_token", partial(agentcraft.async_run, check), DEVICES_ONLY, ONLY, admin=True
    ),
    Action(
        "agentcraft_register", agentcraft.async_register, agentcraft.REGISTER, OPTIONAL, admin=True
    ),
    Action(
        "agentcraft_unregister",
        partial(agentcraft.async_run, unregister),
        DEVICES_ONLY,
        OPTIONAL,
        admin=True,
    ),
    Action(
        "agentcraft_refresh",
        partial(agentcraft.async_run, refresh),
        DEVICES_ONLY,
        OPTIONAL,
        admin=True,
    ),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register all actions."""
    for action in ACTIONS:
        if action.admin:
            async_register_admin_service(
                hass, DOMAIN, action.name, action.handler, action.schema, action.response
            )
        else:
            hass.services.async_register(
                DOMAIN, action.name, action.handler, action.schema, action.response
            )
