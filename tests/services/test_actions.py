"""Tests of the registration, descriptions and permissions of actions."""

from typing import Any

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant, SupportsResponse
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import selector
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components.milesight import services
from custom_components.milesight.const import DOMAIN
from custom_components.milesight.services import ACTIONS
from custom_components.milesight.services.queries import FILTERS
from tests.common import device_id
from tests.files import ICONS, INTEGRATION, SOURCE
from tests.simulator import Simulator

NAMES = {
    "call_service",
    "set_properties",
    "get_thing_specification",
    "get_history",
    "import_history",
    "get_device",
    "get_device_config",
    "refresh",
    "search_devices",
    "add_device",
    "update_device",
    "delete_device",
    "remove_from_application",
    "set_rps_profile_url",
    "list_rps_profile_urls",
    "delete_rps_record",
    "create_config_task",
    "agentcraft_get_token",
    "agentcraft_register",
    "agentcraft_unregister",
    "agentcraft_refresh",
}


async def test_actions_exist_without_a_loaded_entry(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert hass.services.async_services_for_domain(DOMAIN).keys() == NAMES


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_action_has_texts_selectors_and_icon(
    action: services.Action,
) -> None:
    described = load_yaml_dict(str(INTEGRATION / "services.yaml"))[action.name]
    keys = _keys(action.schema)
    targets = _keys(cv.make_entity_service_schema(None)).keys()
    assert ("target" in described) is (targets <= keys.keys())
    fields = keys.keys() - targets
    if action.name == "search_devices":
        fields -= {spelling for field, spelling, _ in FILTERS if field != spelling}
    texts = SOURCE["services"][action.name]
    fields_described, field_texts = described.get("fields", {}), texts.get("fields", {})
    assert fields_described.keys() == fields == field_texts.keys()
    for field in fields_described.values():
        selector(field["selector"])
    assert all(text["name"] and text["description"] for text in [texts, *field_texts.values()])
    assert ICONS["services"][action.name]["service"].startswith("mdi:")
    required = {key for key, is_required in keys.items() if is_required}
    assert required == {name for name, field in fields_described.items() if field.get("required")}


def _keys(schema: Any) -> dict[str, bool]:
    """Return the keys of an action schema, and whether each is required."""
    while not isinstance(schema, dict):
        schema = schema.validators[0] if hasattr(schema, "validators") else schema.schema
    return {str(key): isinstance(key, vol.Required) for key in schema}


def _admin_actions(target: str) -> dict[str, dict[str, Any]]:
    """Return valid data for each administrator action, except those of Agentcraft."""
    sn = {"serial_number": "6757D3317995"}
    return {
        "create_config_task": {"device_id": target, "properties": {"reporting_interval": 600}},
        "add_device": {**sn, "name": "x"},
        "update_device": {"device_id": target, "name": "x"},
        "delete_device": {"device_id": target},
        "remove_from_application": {"device_id": target},
        "set_rps_profile_url": {**sn, "profile_url": "https://example.com"},
        "list_rps_profile_urls": {},
        "delete_rps_record": sn,
    }


async def test_account_actions_require_administrator(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_read_only_user: User,
) -> None:
    target = device_id(hass, loaded, simulator.device("WS523"))
    user = Context(user_id=hass_read_only_user.id)
    simulator.requests.clear()
    for name, data in _admin_actions(target).items():
        return_response = hass.services.supports_response(DOMAIN, name) is SupportsResponse.ONLY
        with pytest.raises(Unauthorized):
            await hass.services.async_call(
                DOMAIN, name, data, blocking=True, context=user, return_response=return_response
            )
    assert not simulator.requests


async def test_user_can_call_service_but_not_delete_device(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    hass_read_only_user: User,
    hass_admin_user: User,
) -> None:
    users = await hass.auth.async_get_group(GROUP_ID_USER)
    assert users is not None
    hass_read_only_user.groups = [users]
    client = await hass_ws_client(hass, hass_read_only_access_token)
    device = simulator.device("WS523")
    target = {"device_id": device_id(hass, loaded, device)}
    request = {"type": "call_service", "domain": DOMAIN, "return_response": True}
    await client.send_json_auto_id(
        {**request, "service": "call_service", "service_data": {**target, "service_id": "reboot"}}
    )
    response = await client.receive_json()
    assert response["success"]
    assert "request_id" in response["result"]["response"][target["device_id"]]
    await client.send_json_auto_id({**request, "service": "delete_device", "service_data": target})
    response = await client.receive_json()
    assert not response["success"]
    assert response["error"]["message"] == "Unauthorized"
    assert simulator.platform.has(device.sn)
