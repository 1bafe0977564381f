"""Tests of the validation of action data before a request is sent."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from tests.common import call_action, call_action_without_response, device_id
from tests.simulator import Simulator

REFUSALS: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("call_service", {"service_id": "Reboot"}, "unknown_service", "reboot"),
    ("call_service", {"service_id": "set_delay_work", "inputs": "5"}, "not_an_object", "inputs"),
    ("call_service", {"service_id": "set_delay_work"}, "missing_input", "delay_time"),
    (
        "call_service",
        {"service_id": "set_delay_work", "inputs": {"delay_time": 5}},
        "missing_input",
        "status1",
    ),
    (
        "call_service",
        {"service_id": "set_delay_work", "inputs": {"delay_time": 5, "status1": 1, "x": 2}},
        "unknown_path",
        "delay_time, status1",
    ),
    (
        "call_service",
        {"service_id": "set_delay_work", "inputs": {"delay_time": 65536, "status1": 1}},
        "invalid_number",
        "65535",
    ),
    (
        "call_service",
        {"service_id": "set_delay_work", "inputs": {"delay_time": 1, "status1": "sideways"}},
        "invalid_option",
        "1 (on)",
    ),
    ("set_properties", {"properties": {"set_socket": ["1"]}}, "invalid_object", "status"),
    ("set_properties", {"properties": {"reporting_interval": {}}}, "invalid_number", "reporting"),
    ("set_properties", {"properties": {}}, "not_an_object", "properties"),
    ("set_properties", {"properties": ["a"]}, "not_an_object", "properties"),
    ("set_properties", {"properties": {"voltage": 1}}, "read_only_property", "set_socket.status"),
    ("set_properties", {"properties": {"nothing": 1}}, "unknown_path", "reporting_interval"),
    (
        "set_properties",
        {"properties": {"set_socket.status": 1, "set_socket": {"status": 0}}},
        "duplicate_path",
        "set_socket.status",
    ),
    (
        "get_history",
        {"start_time": "2026-02-01", "end_time": "2026-01-01"},
        "invalid_range",
        "2026-02-01",
    ),
    (
        "get_history",
        {"start_time": "2026-02-01", "properties": ["Voltage"]},
        "unknown_path",
        "voltage",
    ),
    (
        "import_history",
        {"start_time": "2026-02-01", "end_time": "2026-01-01"},
        "invalid_range",
        "2026-01-01",
    ),
    ("import_history", {"start_time": "2026-01-01"}, "no_recorder", ""),
    ("create_config_task", {}, "properties_or_values", ""),
    ("create_config_task", {"values": {"a": 1}}, "invalid_key_value_list", ""),
    ("create_config_task", {"values": []}, "invalid_key_value_list", ""),
    (
        "create_config_task",
        {"properties": {"reporting_interval": 60}, "values": []},
        "properties_or_values",
        "",
    ),
    ("update_device", {}, "nothing_to_change", ""),
)


async def test_invalid_input_is_refused_before_sending(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    target = device_id(hass, loaded, simulator.device("WS523"))
    simulator.requests.clear()
    for name, data, key, message_part in REFUSALS:
        with pytest.raises(ServiceValidationError) as raised:
            await call_action(hass, name, device_id=target, **data)
        assert raised.value.translation_key == key, (name, data)
        assert message_part in str(raised.value), (name, data)
        assert str(raised.value) != key
    assert not simulator.requests


async def test_device_without_the_service_stops_the_call(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    targets = [device_id(hass, loaded, simulator.device(model)) for model in ("WS523", "EM300-TH")]
    simulator.requests.clear()
    with pytest.raises(ServiceValidationError) as raised:
        await call_action(hass, "call_service", device_id=targets, service_id="del_delay_work")
    assert raised.value.translation_key == "unknown_service"
    assert not simulator.requests


async def test_invalid_call_data_is_refused(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    for name, data in (
        ("call_service", {"service_id": "reboot"}),
        ("call_service", {"device_id": "x", "service_id": "reboot", "timeout": -1}),
        ("call_service", {"device_id": "x", "service_id": "reboot", "timeout": "soon"}),
        ("import_history", {"device_id": "x", "start_time": "yesterday"}),
        ("add_device", {"serial_number": "6723D38552440001", "name": " "}),
        ("add_device", {"serial_number": "6723D38552440001", "name": "x", "tags": ["t"] * 21}),
        ("set_rps_profile_url", {"serial_number": "1", "profile_url": "ftp"}),
    ):
        with pytest.raises(vol.Invalid):
            await call_action_without_response(hass, name, **data)
