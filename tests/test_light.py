"""Lights: scales of channels, and the colour mode that was set last."""

from typing import Any

from homeassistant.components.light import ColorMode
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import call_entity_action, settle, state_of
from tests.fleets import model, new_devices
from tests.simulator import Device, Simulator
from tests.simulator.values import nest
from tests.specifications import item

COLORS = ("red", "green", "blue")
PERCENT = {"min": 0, "max": 100}
MODEL = model(
    "LAMPS",
    item("version", "int"),
    *(
        item(f"percent_strip.{color}", "int", "%", "RW", validator=PERCENT, defaultValue=level)
        for color, level in zip(COLORS, (100, 40, 0), strict=True)
    ),
    *(
        item(
            f"fine_strip.{color}",
            "int",
            None,
            "RW",
            validator={"min": 0, "max": 1000},
            defaultValue=1000,
        )
        for color in COLORS
    ),
    item("lamp.switch", "bool", None, "RW", "false=off/true=on", defaultValue=True),
    item("lamp.brightness", "int", "%", "RW", validator=PERCENT, defaultValue=50),
    *(
        item(f"lamp.{color}", "int", None, "RW", validator={"min": 0, "max": 255}, defaultValue=255)
        for color in COLORS
    ),
    item(
        "lamp.color_temperature",
        "int",
        "K",
        "RW",
        validator={"min": 2700, "max": 6500},
        defaultValue=4000,
    ),
    *(
        item(f"warm_strip.{color}", "int", "%", "RW", validator=PERCENT, defaultValue=100)
        for color in COLORS
    ),
    item("warm_strip.color_temperature", "int", "K", "RW", defaultValue=4000),
    *(
        item(f"{lamp}.brightness", "int", None, "RW", validator={"min": low, "max": high})
        for lamp, low, high in (("ten", 0, 10), ("dimmer", 10, 100))
    ),
)


@pytest.fixture
def devices() -> list[Device]:
    """Return a device with lamps."""
    return new_devices(MODEL)


@pytest.fixture
def device(simulator: Simulator) -> Device:
    """Return the device."""
    return simulator.platform.devices[0]


async def _turn(
    hass: HomeAssistant, simulator: Simulator, lamp: str, action: str, **data: Any
) -> State:
    """Call an action of a lamp; return its state when the device has reported."""
    key = f"{simulator.platform.devices[0].sn}_light_{lamp}"
    simulator.requests.clear()
    await call_entity_action(hass, Platform.LIGHT, key, action, **data)
    await simulator.settle()
    await hass.async_block_till_done()
    return state_of(hass, Platform.LIGHT, key)


def _state_of_light(hass: HomeAssistant, device: Device, lamp: str) -> State:
    return state_of(hass, Platform.LIGHT, f"{device.sn}_light_{lamp}")


def _levels(device: Device, lamp: str) -> tuple[int, ...]:
    return tuple(device.values[f"{lamp}.{color}"] for color in COLORS)


@pytest.mark.usefixtures("pushing")
@pytest.mark.parametrize(
    ("lamp", "levels", "shown"),
    [
        ("percent_strip", (100, 39, 0), (255, 99, 0)),
        ("fine_strip", (1000, 392, 0), (255, 100, 0)),
    ],
)
async def test_color_is_scaled_to_channels(
    hass: HomeAssistant,
    simulator: Simulator,
    device: Device,
    lamp: str,
    levels: tuple[int, ...],
    shown: tuple[int, ...],
) -> None:
    state = await _turn(hass, simulator, f"{lamp}.red", "turn_on", rgb_color=(255, 100, 0))
    assert _levels(device, lamp) == levels
    assert (state.attributes["rgb_color"], state.attributes["brightness"]) == (shown, 255)


@pytest.mark.usefixtures("pushing")
async def test_reported_channels_are_scaled_to_color(hass: HomeAssistant, device: Device) -> None:
    shown = _state_of_light(hass, device, "percent_strip.red")
    assert shown.attributes["rgb_color"] == (255, 102, 0)
    assert shown.attributes["brightness"] == 255


@pytest.mark.usefixtures("pushing")
async def test_brightness_scales_channels(
    hass: HomeAssistant, simulator: Simulator, device: Device
) -> None:
    shown = await _turn(hass, simulator, "percent_strip.red", "turn_on", brightness=51)
    assert _levels(device, "percent_strip") == (20, 8, 0)
    assert shown.attributes["brightness"] == 51
    await _turn(hass, simulator, "percent_strip.red", "turn_off")
    assert _levels(device, "percent_strip") == (0, 0, 0)
    await _turn(hass, simulator, "percent_strip.red", "turn_on")
    assert _levels(device, "percent_strip") == (100, 100, 100)


@pytest.mark.usefixtures("pushing")
async def test_mode_set_last_is_shown(
    hass: HomeAssistant, simulator: Simulator, device: Device
) -> None:
    shown = await _turn(hass, simulator, "lamp.brightness", "turn_on", color_temp_kelvin=3000)
    assert shown.attributes["color_mode"] == ColorMode.COLOR_TEMP
    assert shown.attributes["color_temp_kelvin"] == 3000
    shown = await _turn(hass, simulator, "lamp.brightness", "turn_on", rgb_color=(255, 0, 0))
    assert shown.attributes["color_mode"] == ColorMode.RGB
    assert shown.attributes["rgb_color"] == (255, 0, 0)
    shown = await _turn(hass, simulator, "lamp.brightness", "turn_on", brightness=255)
    assert shown.attributes["color_mode"] == ColorMode.RGB


@pytest.mark.usefixtures("pushing")
@pytest.mark.parametrize("action", ["turn_off", "turn_on"])
async def test_mode_outlives_switching_and_reload(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    device: Device,
    action: str,
) -> None:
    await _turn(hass, simulator, "lamp.brightness", "turn_on", color_temp_kelvin=3000)
    await _turn(hass, simulator, "lamp.brightness", action)
    await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    shown = await _turn(hass, simulator, "lamp.brightness", "turn_on")
    assert shown.attributes["color_mode"] == ColorMode.COLOR_TEMP
    assert shown.attributes["color_temp_kelvin"] == 3000


@pytest.mark.usefixtures("pushing")
@pytest.mark.parametrize(
    ("report", "mode"),
    [
        ({"lamp.color_temperature": 5000}, ColorMode.COLOR_TEMP),
        ({"lamp.green": 0}, ColorMode.RGB),
        ({"lamp.green": 0, "lamp.color_temperature": 5000}, ColorMode.RGB),
        ({"lamp.brightness": 10}, ColorMode.RGB),
    ],
)
async def test_mode_follows_what_device_reports(
    hass: HomeAssistant,
    simulator: Simulator,
    device: Device,
    report: dict[str, Any],
    mode: ColorMode,
) -> None:
    await _turn(hass, simulator, "lamp.brightness", "turn_on", rgb_color=(255, 100, 0))
    await simulator.report(device.sn, nest(report))
    assert _state_of_light(hass, device, "lamp.brightness").attributes["color_mode"] == mode


@pytest.mark.usefixtures("pushing")
async def test_full_report_keeps_mode(
    hass: HomeAssistant, simulator: Simulator, device: Device
) -> None:
    await _turn(hass, simulator, "lamp.brightness", "turn_on", color_temp_kelvin=3000)
    colors = {f"lamp.{color}": 10 for color in COLORS}
    await simulator.report(device.sn, nest({"lamp.color_temperature": 3001, **colors}))
    shown = _state_of_light(hass, device, "lamp.brightness")
    assert shown.attributes["color_mode"] == ColorMode.COLOR_TEMP


@pytest.mark.usefixtures("pushing")
async def test_failed_command_keeps_mode(
    hass: HomeAssistant, simulator: Simulator, device: Device
) -> None:
    await _turn(hass, simulator, "lamp.brightness", "turn_on", rgb_color=(255, 100, 0))
    simulator.fault("/properties", "status", status=400)
    with pytest.raises(HomeAssistantError):
        await _turn(hass, simulator, "lamp.brightness", "turn_on", color_temp_kelvin=3000)
    shown = _state_of_light(hass, device, "lamp.brightness")
    assert shown.attributes["color_mode"] == ColorMode.RGB


@pytest.mark.usefixtures("pushing")
@pytest.mark.parametrize("data", [{"color_temp_kelvin": 3000}, {"brightness": 10}, {}])
async def test_color_is_sent_only_when_asked_for(
    hass: HomeAssistant, simulator: Simulator, device: Device, data: dict[str, Any]
) -> None:
    await _turn(hass, simulator, "lamp.brightness", "turn_off")
    device.values["lamp.green"] = 7
    await _turn(hass, simulator, "lamp.brightness", "turn_on", **data)
    assert device.values["lamp.green"] == 7


@pytest.mark.usefixtures("pushing")
async def test_dark_strip_is_lit_by_brightness(
    hass: HomeAssistant, simulator: Simulator, device: Device
) -> None:
    await _turn(hass, simulator, "percent_strip.red", "turn_off")
    shown = await _turn(hass, simulator, "percent_strip.red", "turn_on", brightness=51)
    assert (shown.state, shown.attributes["brightness"]) == ("on", 51)


@pytest.mark.usefixtures("pushing")
@pytest.mark.parametrize(
    ("lamp", "brightness", "level"),
    [
        ("ten", 1, 1),
        ("ten", 12, 1),
        ("ten", 255, 10),
        ("dimmer", 1, 10),
        ("dimmer", 255, 100),
        ("lamp", 1, 1),
        ("lamp", 128, 50),
    ],
)
async def test_lowest_brightness_is_not_off(
    hass: HomeAssistant,
    simulator: Simulator,
    device: Device,
    lamp: str,
    brightness: int,
    level: int,
) -> None:
    shown = await _turn(hass, simulator, f"{lamp}.brightness", "turn_on", brightness=brightness)
    assert device.values[f"{lamp}.brightness"] == level
    assert shown.state == "on"


@pytest.mark.usefixtures("pushing")
async def test_lowest_brightness_of_color_is_not_off(
    hass: HomeAssistant, simulator: Simulator, device: Device
) -> None:
    shown = await _turn(hass, simulator, "percent_strip.red", "turn_on", brightness=1)
    assert _levels(device, "percent_strip") == (1, 0, 0)
    assert shown.state == "on"


@pytest.mark.usefixtures("pushing")
async def test_color_temperature_can_be_dimmed(
    hass: HomeAssistant, simulator: Simulator, device: Device
) -> None:
    await _turn(hass, simulator, "warm_strip.red", "turn_on", color_temp_kelvin=3000)
    shown = await _turn(hass, simulator, "warm_strip.red", "turn_on", brightness=51)
    assert max(_levels(device, "warm_strip")) == 20
    assert shown.attributes["brightness"] == 51
