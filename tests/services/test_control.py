"""Tests of the actions that send commands: services, properties, configuration tasks."""

import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from tests.common import (
    CALL,
    TASK,
    UPDATE,
    call_action,
    call_action_without_response,
    device_id,
    request_counts,
    state_of,
    until,
)
from tests.simulator import Simulator
from tests.simulator.events import device_data

RADIATOR = "set_target_temperature"


async def test_service_call_returns_when_accepted(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WT101")
    target = device_id(hass, pushing, device)
    response = await call_action(
        hass, "call_service", device_id=target, service_id=RADIATOR, inputs={"value": "21.5"}
    )
    assert len(response[target].pop("request_id")) == 32
    assert response == {target: {"delivery": "when the device next reports"}}
    await simulator.settle()
    assert device.values["target_temperature"] == 21.5


async def test_service_call_with_timeout_returns_outputs(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WT101")
    target = device_id(hass, pushing, device)
    simulator.platform.command_delay = 60
    calling = hass.async_create_task(
        call_action(hass, "call_service", device_id=target, service_id="reboot", timeout=20)
    )
    await until(lambda: request_counts(simulator)[CALL])
    for tsl_id, payload in (
        ("query_device_status", {"cause": 1}),
        ("reboot", {"reboot.cause": 2, "reboot.took.seconds": 3}),
    ):
        simulator.push.publish(
            [device_data(device, "SERVICE", time.time(), payload, tsl_id=tsl_id)]
        )
    assert (await calling)[target]["outputs"] == {"cause": 2, "took": {"seconds": 3}}


async def test_service_outputs_are_returned_after_a_reload(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WT101")
    target = device_id(hass, pushing, device)
    simulator.platform.command_delay = 60
    calling = hass.async_create_task(
        call_action(hass, "call_service", device_id=target, service_id="reboot", timeout=20)
    )
    await until(lambda: pushing.runtime_data.responses._queues)
    await until(lambda: request_counts(simulator)[CALL])
    assert await hass.config_entries.async_reload(pushing.entry_id)
    report = device_data(device, "SERVICE", time.time(), {"cause": 2}, tsl_id="reboot")
    simulator.push.publish([report])
    assert (await calling)[target]["outputs"] == {"cause": 2}


async def test_report_of_property_set_by_service_is_its_outcome(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WT101")
    target = device_id(hass, pushing, device)
    simulator.platform.command_delay = 60
    calling = hass.async_create_task(
        call_action(
            hass,
            "call_service",
            device_id=target,
            service_id=RADIATOR,
            inputs={"value": 23},
            timeout=20,
        )
    )
    await until(lambda: request_counts(simulator)[CALL])
    simulator.platform.report(device, {"battery": 50})
    simulator.platform.report(device, {"target_temperature": 23, "battery": 50})
    assert (await calling)[target]["outputs"] == {"target_temperature": 23}


async def test_service_call_timeout_is_no_error(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, pushing, simulator.device("WS523"))
    simulator.platform.command_delay = 60
    response = await call_action(
        hass, "call_service", device_id=target, service_id="reboot", timeout=0.1
    )
    assert response[target].keys() == {"request_id"}
    assert not pushing.runtime_data.responses._queues


async def test_properties_accept_dotted_nested_keys_and_labels(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.device("WS523")
    response = await call_action(
        hass,
        "set_properties",
        device_id=device_id(hass, pushing, device),
        properties={
            "set_socket.status": "OFF",
            "button_lock_config": {"enable": "yes"},
            "reporting_interval": "900",
        },
    )
    assert response[device_id(hass, pushing, device)]["properties"] == {
        "set_socket": {"status": "0"},
        "button_lock_config": {"enable": True},
        "reporting_interval": 900,
    }
    assert request_counts(simulator)[UPDATE] == 1
    assert state_of(hass, Platform.SWITCH, f"{device.sn}_set_socket.status").state == "off"


async def test_command_to_offline_device_waits_for_its_report(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    device = simulator.device("WS523")
    target = device_id(hass, pushing, device)
    simulator.platform.command_delay = 0  # the clock is frozen
    await simulator.report(device.sn, {"set_socket": {"status": "1"}})
    response = await call_action(
        hass, "set_properties", device_id=target, properties={"set_socket": {"status": "off"}}
    )
    assert "delivery" not in response[target]
    await simulator.settle()
    freezer.tick(2)  # an OFFLINE event counts if it is a second newer than the last report
    await simulator.offline(device.sn)
    response = await call_action(
        hass, "set_properties", device_id=target, properties={"set_socket.status": "on"}
    )
    assert response[target] == {
        "properties": {"set_socket": {"status": "1"}},
        "delivery": "when the device next reports",
    }
    await simulator.settle()
    assert device.values["set_socket.status"] == "0"
    await simulator.report(device.sn, {"voltage": 230})
    await simulator.settle()
    assert device.values["set_socket.status"] == "1"


# Tasks


async def test_config_task_uses_one_request_and_returns_status(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    devices = [d for d in simulator.platform.devices if d.model.name == "WS523"]
    targets = [device_id(hass, pushing, device) for device in devices]
    events = async_capture_events(hass, "milesight_task")
    response = await call_action(
        hass,
        "create_config_task",
        device_id=targets,
        properties={"reporting_interval": "1800"},
        timeout=20,
    )
    await simulator.settle()
    assert [response[target]["status"] for target in targets] == ["SUCCESS", "SUCCESS"]
    assert request_counts(simulator)[TASK] == 1
    assert all(device.values["reporting_interval"] == 1800 for device in devices)
    assert [event.data for event in events] == [
        {
            "device_id": target,
            "task_id": response[target]["task_id"],
            "type": "CONFIG",
            "status": "SUCCESS",
            "error": "",
        }
        for target in targets
    ]


async def test_config_task_status_is_returned_after_a_reload(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, pushing, simulator.device("WS523"))
    simulator.platform.command_delay = 2
    calling = hass.async_create_task(
        call_action(
            hass,
            "create_config_task",
            device_id=target,
            properties={"reporting_interval": 1800},
            timeout=20,
        )
    )
    await until(lambda: request_counts(simulator)[TASK])
    assert await hass.config_entries.async_reload(pushing.entry_id)
    await simulator.settle()
    assert (await calling)[target]["status"] == "SUCCESS"


async def test_failed_config_task_returns_error_of_device(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, pushing, simulator.device("UG65"))
    response = await call_action(
        hass,
        "create_config_task",
        device_id=target,
        values=[{"key": "no.such.key", "value": 1}],
        timeout=20,
    )
    assert response[target]["status"] == "FAILED"
    assert response[target]["error"] == "property_not_found"


async def test_config_task_without_timeout_returns_task_id(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, loaded, simulator.device("EM300-TH"))
    response = await call_action(
        hass, "create_config_task", device_id=target, properties={"reporting_interval": 600}
    )
    assert response[target].pop("task_id").isdecimal()
    assert response[target] == {"delivery": "when the device next reports"}


async def test_refused_config_task_is_an_error_of_each_device(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, loaded, simulator.device("EM300-TH"))
    data = {"device_id": target, "properties": {"reporting_interval": 600}}
    simulator.fault("/tasks", "failed", times=2)
    response = await call_action(hass, "create_config_task", **data)
    assert response[target].keys() == {"error"}
    with pytest.raises(HomeAssistantError):
        await call_action_without_response(hass, "create_config_task", **data)


async def test_device_without_created_task_has_an_error(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        simulator.platform, "create_task", lambda _body: {"deviceTaskRelations": []}
    )
    target = device_id(hass, loaded, simulator.device("EM300-TH"))
    response = await call_action(
        hass, "create_config_task", device_id=target, properties={"reporting_interval": 600}
    )
    assert response == {target: {"error": "The platform did not create a task for Cold store"}}


async def test_config_task_refuses_devices_with_differing_values(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    flag, option = (device_id(hass, loaded, simulator.device(m)) for m in ("TS302", "WT101"))
    task = {"properties": {"child_lock": "enable"}}
    simulator.requests.clear()
    with pytest.raises(ServiceValidationError) as raised:
        await call_action(hass, "create_config_task", device_id=[flag, option], **task)
    assert raised.value.translation_key == "differing_devices"
    assert not simulator.requests
    for target in (flag, option):
        response = await call_action(hass, "create_config_task", device_id=target, **task)
        assert "task_id" in response[target]
