"""Commands and the values that are shown until the device reports."""

import asyncio
from datetime import timedelta
import time
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import (
    UPDATE,
    call_action,
    call_action_without_response,
    call_entity_action,
    device_id,
    pass_time,
    poll,
    request_counts,
    settle,
    state_of,
    until,
)
from tests.fleets import model, new_devices
from tests.simulator import Device, Simulator
from tests.simulator.events import device_data
from tests.specifications import item, service
from tests.traffic import Traffic

PANEL: Final = model(
    "PANEL",
    item("relay_status", "enum", None, "RW", "off/on"),
    item("power", "int", "W"),
    item("led_indicator_enable", "bool", None, "W", "false=disable/true=enable"),
    services=[service("beep")],
)


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return new_devices(PANEL, PANEL)


@pytest.fixture
def panel(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Device:
    """Return a device that never receives the commands that the platform accepts."""
    monkeypatch.setattr(simulator.platform, "_command", lambda *_: None)
    return simulator.platform.devices[0]


def relay(hass: HomeAssistant, panel: Device) -> str:
    """Return the state of the relay."""
    return state_of(hass, Platform.SWITCH, f"{panel.sn}_relay_status").state


async def switch(hass: HomeAssistant, panel: Device, state: str) -> None:
    """Switch the relay on or off."""
    await call_entity_action(hass, Platform.SWITCH, f"{panel.sn}_relay_status", f"turn_{state}")


def indicator(hass: HomeAssistant, panel: Device) -> str:
    """Return the state of the indicator, which the device never reports."""
    return state_of(hass, Platform.SWITCH, f"{panel.sn}_led_indicator_enable").state


async def switch_indicator(hass: HomeAssistant, panel: Device, state: str) -> None:
    """Switch the indicator on or off."""
    await call_entity_action(
        hass, Platform.SWITCH, f"{panel.sn}_led_indicator_enable", f"turn_{state}"
    )


async def hang_while_switching(
    hass: HomeAssistant, simulator: Simulator, panel: Device, state: str
) -> asyncio.Task[None]:
    """Send a command that the platform does not answer."""
    before = request_counts(simulator)[UPDATE]
    simulator.fault("/properties", "hang", times=1)
    task = hass.async_create_task(switch(hass, panel, state))
    await until(lambda: len(simulator.faults.state()) == 0)
    assert request_counts(simulator)[UPDATE] == before
    return task


async def test_cancelled_command_is_not_shown(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, panel: Device
) -> None:
    task = await hang_while_switching(hass, simulator, panel, "on")
    assert relay(hass, panel) == "on"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert relay(hass, panel) == "off"


async def test_unanswered_command_is_not_shown(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, panel: Device
) -> None:
    task = await hang_while_switching(hass, simulator, panel, "on")
    simulator.clear_faults()
    with pytest.raises(HomeAssistantError):
        await task
    assert relay(hass, panel) == "off"


async def test_refused_command_leaves_accepted_one(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, panel: Device
) -> None:
    await switch(hass, panel, "on")
    simulator.fault("/properties", "failed", times=1)
    with pytest.raises(HomeAssistantError):
        await switch(hass, panel, "off")
    assert relay(hass, panel) == "on"


async def test_older_command_that_fails_leaves_newer_one(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, panel: Device
) -> None:
    older = await hang_while_switching(hass, simulator, panel, "on")
    newer = hass.async_create_task(switch(hass, panel, "off"))
    await asyncio.sleep(0)
    assert relay(hass, panel) == "off"
    simulator.clear_faults()
    with pytest.raises(HomeAssistantError):
        await older
    await newer
    assert relay(hass, panel) == "off"


# Order of the commands to a device


@pytest.fixture
def received(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the commands that the platform accepts, which the devices never receive."""
    platform, received = simulator.platform, list[object]()
    patch, call = platform.patch, platform.call

    def patched(device: Device, properties: Any) -> Any:
        received.append(properties)
        return patch(device, properties)

    def called(device: Device, service_id: Any, inputs: Any) -> None:
        received.append(service_id)
        call(device, service_id, inputs)

    monkeypatch.setattr(platform, "patch", patched)
    monkeypatch.setattr(platform, "call", called)
    monkeypatch.setattr(platform, "_command", lambda *_: None)
    return received


async def test_commands_to_a_device_keep_their_order(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    received: list[object],
) -> None:
    panel = simulator.platform.devices[0]
    tasks = [await hang_while_switching(hass, simulator, panel, "on")]
    target = {"device_id": device_id(hass, loaded, panel)}
    for command in (
        switch(hass, panel, "off"),
        call_action(hass, "call_service", **target, service_id="beep"),
        call_action(hass, "set_properties", **target, properties={"relay_status": "on"}),
    ):
        tasks.append(hass.async_create_task(command))
        await asyncio.sleep(0.05)
    assert received == []
    assert relay(hass, panel) == "on"
    simulator.clear_faults()
    with pytest.raises(HomeAssistantError):
        await tasks.pop(0)
    await asyncio.gather(*tasks)
    assert received == [{"relay_status": "0"}, "beep", {"relay_status": "1"}]


async def test_command_does_not_wait_for_other_devices(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, panel: Device
) -> None:
    task = await hang_while_switching(hass, simulator, panel, "on")
    other = simulator.platform.devices[1]
    await switch(hass, other, "on")
    assert relay(hass, other) == "on"
    assert not task.done()
    simulator.clear_faults()
    with pytest.raises(HomeAssistantError):
        await task


async def test_waiting_command_that_is_cancelled_is_not_sent(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    received: list[object],
) -> None:
    panel = simulator.platform.devices[0]
    first = await hang_while_switching(hass, simulator, panel, "on")
    second, third = (hass.async_create_task(switch(hass, panel, "off")) for _ in range(2))
    await asyncio.sleep(0)
    second.cancel()
    simulator.clear_faults()
    await asyncio.wait((first, second, third))
    assert isinstance(first.exception(), HomeAssistantError)
    assert second.cancelled()
    third.result()
    assert received == [{"relay_status": "0"}]


async def test_waiting_command_is_refused_after_unloading(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    received: list[object],
) -> None:
    panel = simulator.platform.devices[0]
    first = await hang_while_switching(hass, simulator, panel, "off")
    target = device_id(hass, loaded, panel)
    properties = {"relay_status": "on"}
    second = hass.async_create_task(
        call_action_without_response(
            hass, "set_properties", device_id=target, properties=properties
        )
    )
    await asyncio.sleep(0)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    simulator.clear_faults()
    with pytest.raises(HomeAssistantError):
        await first
    with pytest.raises(HomeAssistantError) as refused:
        await second
    assert refused.value.translation_key == "service_config_entry_not_loaded"
    assert received == []


async def test_refusal_after_removal_starts_no_reauthentication(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    panel: Device,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    traffic = Traffic(simulator, monkeypatch)
    simulator.fault("/properties", "status", status=401)
    simulator.fault("/oauth/token", "status", status=401)
    target = device_id(hass, loaded, panel)
    properties = {"relay_status": "on"}
    traffic.hold()
    task = hass.async_create_task(
        call_action_without_response(
            hass, "set_properties", device_id=target, properties=properties
        )
    )
    await traffic.wait_for(1)
    await hass.config_entries.async_remove(loaded.entry_id)
    traffic.release()
    with pytest.raises(HomeAssistantError):
        await task
    await settle(hass)
    assert not hass.config_entries.flow.async_progress()
    assert "UnknownEntry" not in caplog.text


async def test_held_report_read_again_settles_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, panel: Device
) -> None:
    await simulator.report(panel.sn, {"relay_status": "0"})
    await poll(hass, loaded)
    await switch(hass, panel, "on")
    await simulator.report(panel.sn, {"power": 5})
    await poll(hass, loaded)
    assert state_of(hass, Platform.SENSOR, f"{panel.sn}_power").state == "5"
    assert relay(hass, panel) == "on"


async def test_polled_report_from_before_command_settles_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
    panel: Device,
) -> None:
    await simulator.report(panel.sn, {"relay_status": "0", "power": 5})
    freezer.tick(5)
    await switch(hass, panel, "on")
    await poll(hass, loaded)
    assert state_of(hass, Platform.SENSOR, f"{panel.sn}_power").state == "5"
    assert relay(hass, panel) == "on"
    await pass_time(hass, freezer, seconds=61)
    assert relay(hass, panel) == "off"


async def test_pushed_backlog_settles_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    panel: Device,
) -> None:
    freezer.tick(timedelta(hours=1))
    await switch(hass, panel, "on")
    payload = {"relay_status": "0", "power": 7}
    time_of_report = round((time.time() - 1800) * 1000)
    simulator.push.publish(
        [device_data(panel, "PROPERTY", time.time(), payload, ts=time_of_report)]
    )
    await simulator.settle()
    await hass.async_block_till_done()
    assert state_of(hass, Platform.SENSOR, f"{panel.sn}_power").state == "7"
    assert relay(hass, panel) == "on"


@pytest.mark.parametrize("lag", [0, 60], ids=["clock right", "clock behind"])
async def test_pushed_report_settles_command(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    panel: Device,
    lag: int,
) -> None:
    freezer.tick(timedelta(hours=1))
    await switch(hass, panel, "on")
    simulator.application.configure(clock_offset=-lag)
    await simulator.report(panel.sn, {"relay_status": "0"})
    await hass.async_block_till_done()
    assert relay(hass, panel) == "off"


async def test_report_during_command_is_shown_after_it(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, panel: Device
) -> None:
    task = await hang_while_switching(hass, simulator, panel, "on")
    await simulator.report(panel.sn, {"relay_status": "1"})
    simulator.clear_faults()
    with pytest.raises(HomeAssistantError):
        await task
    assert relay(hass, panel) == "on"


async def test_repeated_command_has_its_own_minute(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    panel: Device,
) -> None:
    await switch(hass, panel, "on")
    await pass_time(hass, freezer, seconds=30)
    await switch(hass, panel, "on")
    await pass_time(hass, freezer, seconds=31)
    assert relay(hass, panel) == "on"
    await pass_time(hass, freezer, seconds=30)
    assert relay(hass, panel) == "off"


async def test_command_survives_reload_until_its_minute_ends(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    panel: Device,
) -> None:
    await switch(hass, panel, "on")
    await pass_time(hass, freezer, seconds=30)
    await hass.config_entries.async_reload(loaded.entry_id)
    await settle(hass)
    assert relay(hass, panel) == "on"
    await pass_time(hass, freezer, seconds=31)
    assert relay(hass, panel) == "off"


async def test_minute_that_ends_while_unloaded_is_over(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    panel: Device,
) -> None:
    await switch(hass, panel, "on")
    await hass.config_entries.async_unload(loaded.entry_id)
    freezer.tick(61)
    await hass.config_entries.async_setup(loaded.entry_id)
    await settle(hass)
    assert relay(hass, panel) == "off"


async def test_unreported_value_survives_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, panel: Device
) -> None:
    await switch_indicator(hass, panel, "on")
    await hass.config_entries.async_reload(loaded.entry_id)
    await settle(hass)
    assert indicator(hass, panel) == "on"


async def test_unreported_value_is_the_last_accepted(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    simulator: Simulator,
    panel: Device,
) -> None:
    await switch_indicator(hass, panel, "on")
    await pass_time(hass, freezer, seconds=61)
    await switch_indicator(hass, panel, "off")
    simulator.fault("/properties", "failed", times=1)
    with pytest.raises(HomeAssistantError):
        await switch_indicator(hass, panel, "on")
    assert indicator(hass, panel) == "off"
    await pass_time(hass, freezer, seconds=61)
    assert indicator(hass, panel) == "off"
