"""Writing of single elements of arrays, which the platform replaces as a whole."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.api import Device as DeviceInformation, parse_specification
from custom_components.milesight.api.paths import flatten
from custom_components.milesight.commands.arrays import nest_properties
from custom_components.milesight.devices.capabilities import Capabilities
from custom_components.milesight.devices.device import MilesightDevice
from tests.common import (
    TASK,
    call_action,
    call_action_without_response,
    call_entity_action,
    device_id,
    request_counts,
    settle,
    state_of,
)
from tests.fleets import model, new_devices
from tests.simulator import Device, Simulator
from tests.specifications import item
from tests.traffic import Answer, handle_requests


def array(path: str, kind: str, access: str = "RW", **facts: Any) -> tuple[dict[str, Any], ...]:
    """Return an array of up to four elements, and its element."""
    element = item(f"{path}._item", kind, access=access, **facts)
    return item(path, "array", access=access, validator={"maxSize": 4}), element


PANEL: Final = model(
    "PANEL",
    *array("outputs", "bool"),
    *array("relay", "struct"),
    item("relay._item.status", "enum", access="RW", labels="off/on"),
    item("relay._item.delay", "int", "s", "RW", validator={"min": 0, "max": 100}),
    item("relay._item.power", "int", "W", "R"),
    item("relay._item.restart", "enum", access="W", labels="no/yes"),
    *array("limits", "int"),
    item("power", "int", "W"),
)
OUTPUTS: Final = [False, True, True]
RELAYS: Final = [{"status": "0", "delay": 5}, {"status": "1", "delay": 6}]


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return new_devices(PANEL, PANEL)


@pytest.fixture
async def panel(hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator) -> Device:
    """Return a device that has reported its arrays."""
    panel = simulator.platform.devices[0]
    await report(hass, simulator, panel, {"outputs": OUTPUTS, "relay": RELAYS})
    return panel


@pytest.fixture
def written(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what is written, to devices that never receive it."""
    written: list[Any] = []
    patch = simulator.platform.patch

    def patched(device: Device, properties: Any) -> Any:
        written.append(properties)
        return patch(device, properties)

    monkeypatch.setattr(simulator.platform, "patch", patched)
    monkeypatch.setattr(simulator.platform, "_command", lambda *_: None)
    return written


async def report(
    hass: HomeAssistant, simulator: Simulator, panel: Device, properties: dict[str, Any]
) -> None:
    """Let a device report properties."""
    await simulator.report(panel.sn, properties)
    await settle(hass)


async def switch(hass: HomeAssistant, panel: Device, path: str, state: str) -> None:
    """Switch an element of an array on or off."""
    await call_entity_action(hass, Platform.SWITCH, f"{panel.sn}_{path}", f"turn_{state}")


def shown(hass: HomeAssistant, panel: Device, path: str) -> str:
    """Return the state of the switch of an element."""
    return state_of(hass, Platform.SWITCH, f"{panel.sn}_{path}").state


def hold_writes(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Hold the answers to writes until the event is set."""
    released = asyncio.Event()

    async def handle(request: web.Request, answer: Callable[[], Awaitable[Answer]]) -> Answer:
        if request.method == "PATCH":
            await released.wait()
        return await answer()

    handle_requests(simulator, monkeypatch, handle)
    return released


@pytest.mark.parametrize(
    ("path", "state", "array", "expected"),
    [
        ("outputs[0]", "on", "outputs", [True, True, True]),
        ("outputs[1]", "off", "outputs", [False, False, True]),
        ("outputs[2]", "off", "outputs", [False, True, False]),
        ("relay[0].status", "on", "relay", [{"status": "1", "delay": 5}, RELAYS[1]]),
        ("relay[1].status", "off", "relay", [RELAYS[0], {"status": "0", "delay": 6}]),
    ],
)
async def test_switched_element_leaves_the_others(
    hass: HomeAssistant,
    panel: Device,
    simulator: Simulator,
    path: str,
    state: str,
    array: str,
    expected: object,
) -> None:
    await switch(hass, panel, path, state)
    await simulator.settle()
    assert panel.values[array] == expected
    assert shown(hass, panel, path) == state


async def test_element_written_by_action_leaves_the_others(
    hass: HomeAssistant, pushing: MockConfigEntry, panel: Device, simulator: Simulator
) -> None:
    properties = {"relay[1].delay": 9, "outputs": [True]}
    target = device_id(hass, pushing, panel)
    await call_action(hass, "set_properties", device_id=target, properties=properties)
    await simulator.settle()
    assert panel.values["relay"] == [RELAYS[0], {"status": "1", "delay": 9}]
    assert panel.values["outputs"] == [True]


async def test_each_device_keeps_its_own_elements(
    hass: HomeAssistant, pushing: MockConfigEntry, panel: Device, simulator: Simulator
) -> None:
    other = simulator.platform.devices[1]
    await report(hass, simulator, other, {"outputs": [True, False]})
    targets = [device_id(hass, pushing, device) for device in (panel, other)]
    await call_action(hass, "set_properties", device_id=targets, properties={"outputs[0]": "on"})
    await simulator.settle()
    assert panel.values["outputs"] == [True, True, True]
    assert other.values["outputs"] == [True, False]


async def test_accepted_element_is_part_of_next_write(
    hass: HomeAssistant, panel: Device, written: list[Any]
) -> None:
    await switch(hass, panel, "outputs[0]", "on")
    await switch(hass, panel, "outputs[1]", "off")
    assert written == [{"outputs": [True, True, True]}, {"outputs": [True, False, True]}]


async def test_waiting_element_is_part_of_its_own_write_only(
    hass: HomeAssistant,
    panel: Device,
    written: list[Any],
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = hold_writes(simulator, monkeypatch)
    calls = [
        hass.async_create_task(switch(hass, panel, f"outputs[{index}]", state))
        for index, state in ((0, "on"), (1, "off"), (2, "off"))
    ]
    await asyncio.sleep(0)
    assert [shown(hass, panel, f"outputs[{index}]") for index in range(3)] == ["on", "off", "off"]
    released.set()
    await asyncio.gather(*calls)
    assert written == [
        {"outputs": [True, True, True]},
        {"outputs": [True, False, True]},
        {"outputs": [True, False, False]},
    ]


async def test_refused_element_is_not_part_of_next_write(
    hass: HomeAssistant, panel: Device, written: list[Any], simulator: Simulator
) -> None:
    simulator.fault("/properties", "failed", times=1)
    calls = [
        hass.async_create_task(switch(hass, panel, f"outputs[{index}]", state))
        for index, state in ((0, "on"), (1, "off"))
    ]
    with pytest.raises(HomeAssistantError):
        await calls[0]
    await calls[1]
    assert written == [{"outputs": [False, False, True]}]


async def test_element_of_unreported_array_is_refused(
    hass: HomeAssistant, pushing: MockConfigEntry, written: list[Any], simulator: Simulator
) -> None:
    panel = simulator.platform.devices[0]
    target = device_id(hass, pushing, panel)
    for properties in (
        {"outputs[1]": True},
        {"outputs[0]": True},
        {"relay[0].status": "on", "relay[0].delay": 1},
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await call_action_without_response(
                hass, "set_properties", device_id=target, properties=properties
            )
        assert refused.value.translation_key == "incomplete_list"
    assert not written


async def test_array_with_unknown_member_is_refused(
    hass: HomeAssistant, panel: Device, written: list[Any], simulator: Simulator
) -> None:
    relays = [*RELAYS, {"status": "0"}]
    await report(hass, simulator, panel, {"relay": relays})
    with pytest.raises(ServiceValidationError):
        await switch(hass, panel, "relay[0].status", "on")
    assert shown(hass, panel, "relay[0].status") == "off"
    assert not written


async def test_array_that_became_shorter_is_refused(
    hass: HomeAssistant, panel: Device, written: list[Any], simulator: Simulator
) -> None:
    await asyncio.sleep(0.01)  # the next report has a later time
    await report(hass, simulator, panel, {"outputs": [False]})
    for path in ("outputs[0]", "outputs[2]"):
        with pytest.raises(ServiceValidationError):
            await switch(hass, panel, path, "off")
    assert not written


async def test_readings_and_triggers_are_not_written(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    panel: Device,
    written: list[Any],
    simulator: Simulator,
) -> None:
    relays = [{**relay, "power": 40, "restart": "1"} for relay in RELAYS]
    await report(hass, simulator, panel, {"relay": relays})
    await switch(hass, panel, "relay[0].status", "on")
    expected: list[dict[str, Any]] = [{"status": "1", "delay": 5}, RELAYS[1]]
    assert written.pop() == {"relay": expected}
    target = device_id(hass, pushing, panel)
    restart = {"relay[1].restart": "yes"}
    await call_action(hass, "set_properties", device_id=target, properties=restart)
    assert written.pop() == {"relay": [expected[0], {**expected[1], "restart": "1"}]}
    await switch(hass, panel, "relay[0].status", "off")
    assert written.pop() == {"relay": RELAYS}


async def test_list_replaces_an_array(
    hass: HomeAssistant, pushing: MockConfigEntry, panel: Device, written: list[Any]
) -> None:
    target = device_id(hass, pushing, panel)
    lists: tuple[dict[str, Any], ...] = (
        {"outputs": [True]},
        {"outputs": []},
        {"relay": [{"status": "1"}]},
    )
    for properties in lists:
        await call_action(hass, "set_properties", device_id=target, properties=properties)
        assert written.pop() == properties


async def test_config_task_needs_equal_other_elements(
    hass: HomeAssistant, pushing: MockConfigEntry, panel: Device, simulator: Simulator
) -> None:
    other = simulator.platform.devices[1]
    targets = [device_id(hass, pushing, device) for device in (panel, other)]
    task = {"device_id": targets, "properties": {"outputs[1]": False}, "timeout": 20}
    for outputs, reason in ((None, "incomplete_list"), ([True, True], "differing_devices")):
        if outputs:
            await report(hass, simulator, other, {"outputs": outputs})
        with pytest.raises(ServiceValidationError) as refused:
            await call_action(hass, "create_config_task", **task)
        assert refused.value.translation_key == reason
    assert not request_counts(simulator)[TASK]
    await report(hass, simulator, other, {"outputs": OUTPUTS})
    response = await call_action(hass, "create_config_task", **task)
    assert [response[target]["status"] for target in targets] == ["SUCCESS", "SUCCESS"]
    await simulator.settle()
    assert panel.values["outputs"] == other.values["outputs"] == [False, False, True]


# Nested arrays

PLAN: Final = parse_specification(
    {
        "properties": [
            item("plan", "struct", access="RW"),
            *array("plan.days", "struct"),
            item("plan.days._item.enable", "bool", access="RW"),
            *array("plan.days._item.times", "int"),
        ]
    }
)
DAYS: Final = [{"enable": True, "times": [60, 120]}, {"enable": False, "times": [30]}]


def plan(days: list[Any]) -> MilesightDevice:
    """Return a device that has reported nested arrays."""
    information = DeviceInformation.from_json({"deviceId": 1, "sn": "6700000000000001"})
    assert information is not None
    device = MilesightDevice(information, Capabilities.of(PLAN))
    device.merge(1000, flatten({"plan": {"days": days}}), pushed=True)
    return device


@pytest.mark.parametrize(
    ("given", "lists", "days"),
    [
        ({"[1].enable": True}, (), [DAYS[0], {"enable": True, "times": [30]}]),
        ({"[0].times[1]": 90}, (), [{"enable": True, "times": [60, 90]}, DAYS[1]]),
        ({"[1].times[1]": 90}, (), [DAYS[0], {"enable": False, "times": [30, 90]}]),
        ({"[0].times[0]": 5}, ("[0].times",), [{"enable": True, "times": [5]}, DAYS[1]]),
        ({"[0].times": []}, ("[0].times",), [{"enable": True, "times": []}, DAYS[1]]),
    ],
)
def test_nested_arrays_are_completed(
    given: dict[str, Any], lists: tuple[str, ...], days: list[Any]
) -> None:
    values = {f"plan.days{path}": value for path, value in given.items()}
    paths = [f"plan.days{path}" for path in lists]
    assert nest_properties(plan(DAYS), values, paths) == {"plan": {"days": days}}


@pytest.mark.parametrize("path", ["[0].enable", "[2].enable", "[3].times[0]"])
def test_nested_array_without_known_elements_is_refused(path: str) -> None:
    device = plan([*DAYS, {"enable": True, "times": []}])
    with pytest.raises(ServiceValidationError):
        nest_properties(device, {f"plan.days{path}": 1})
