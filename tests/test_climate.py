"""Climate entities: states, commands and the properties or services that they use."""

from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import CALL, call_entity_action, poll, request_counts, state_of
from tests.fleets import model, new_devices
from tests.simulator import Simulator
from tests.simulator.device import Device
from tests.simulator.models import find_model
from tests.specifications import item, service

SETPOINT = {"min": 5, "max": 35}
CENTRAL = model(
    "CENTRAL",
    item("temperature", unit="°C", defaultValue=21.5),
    *(
        item(f"{role}_target_temperature", "float", "°C", "RW", validator=SETPOINT, defaultValue=at)
        for role, at in (("auto_mode_heat", 20), ("auto_mode_cool", 25), ("heat", 19), ("cool", 26))
    ),
    item("temperature_control_mode", "enum", None, "RW", "off/heat/cool/auto", defaultValue="3"),
    item("preset_mode", "enum", None, "RW", "home/away"),
    item("hvac_status", "enum", labels="idle/heating/cooling", defaultValue="1"),
    item("valve_opening", "int", "%", validator={"min": 0, "max": 100}),
)
# Reports one property and takes another.
SPLIT = model(
    "SPLIT",
    item("temperature", unit="°C", defaultValue=21.5),
    item("target_temperature", "float", "°C", "RW", validator=SETPOINT, defaultValue=20),
    item("current_temperature_mode", "enum", labels="heat/em heat/cool"),
    item("temperature_control_mode", "enum", None, "W", "heat/em heat/cool"),
    item("fan_mode", "enum", labels="auto/on/disable"),
    item("set_fan_mode", "enum", None, "W", "auto/on"),
    item("ob_mode", "enum", None, "RW", "cool/heat", defaultValue="1"),
)
SET_BY_SERVICES = [
    f"{role}_target_temperature" for role in ("auto_mode_heat", "auto_mode_cool", "heat", "cool")
]
BY_SERVICES = model(
    "SERVICES",
    item("temperature", unit="°C", defaultValue=21.5),
    *(item(path, unit="°C", validator=SETPOINT, defaultValue=20) for path in SET_BY_SERVICES),
    item("temperature_control_mode", "enum", None, "RW", "heat/auto", defaultValue="1"),
    services=[
        service(f"set_{path}", item(path, unit="°C", validator={"min": 5, "max": 30}))
        for path in SET_BY_SERVICES
    ],
)
SETTINGS = "target_temperature_settings"
# Has one set-point in automatic mode, or two.
DUAL = model(
    "DUAL",
    item("temperature", unit="°C", defaultValue=21.5),
    item(SETTINGS, "struct", access="RW"),
    *(
        item(f"{SETTINGS}.{mode}", "float", "°C", "RW", validator=SETPOINT, defaultValue=at)
        for mode, at in (
            ("heat", 19),
            ("cool", 26),
            ("auto", 22),
            ("auto_heat", 18),
            ("auto_cool", 27),
        )
    ),
    item("target_temperature1", unit="°C", defaultValue=23),
    item(
        "temperature_control_mode",
        "enum",
        None,
        "RW",
        "heat/cool/auto/dehumidify",
        defaultValue="2",
    ),
    item("target_temperature_mode", "enum", None, "RW", "single/dual", defaultValue="0"),
    item("system_status", "enum", None, "RW", "off/on", defaultValue="1"),
)


@pytest.fixture
def devices() -> list[Device]:
    """Return thermostats only."""
    return new_devices(
        CENTRAL, SPLIT, BY_SERVICES, DUAL, *map(find_model, ("WT101", "WT102", "WT303"))
    )


def _device(simulator: Simulator, model: str) -> Device:
    return next(device for device in simulator.platform.devices if device.model.name == model)


def _key(simulator: Simulator, model: str, leading: str) -> str:
    return f"{_device(simulator, model).sn}_climate_{leading}"


async def _call_action(
    hass: HomeAssistant, simulator: Simulator, key: str, action: str, **data: Any
) -> State:
    await call_entity_action(hass, Platform.CLIMATE, key, action, **data)
    await simulator.settle()
    await hass.async_block_till_done()
    return state_of(hass, Platform.CLIMATE, key)


@pytest.mark.usefixtures("pushing")
async def test_radiator_valve_sets_target_temperature(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    key = _key(simulator, "WT101", "target_temperature")
    state = state_of(hass, Platform.CLIMATE, key)
    assert state.state == "heat"
    assert state.attributes["current_temperature"] is not None
    state = await _call_action(hass, simulator, key, "set_temperature", temperature=22)
    assert state.attributes["temperature"] == 22
    assert _device(simulator, "WT101").values["target_temperature"] == 22


@pytest.mark.usefixtures("pushing")
async def test_read_only_target_temperature_is_set_by_service(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    key = _key(simulator, "WT102", "target_temperature")
    simulator.requests.clear()
    state = await _call_action(hass, simulator, key, "set_temperature", temperature=23)
    assert state.attributes["temperature"] == 23
    assert request_counts(simulator) == {CALL: 1}
    assert _device(simulator, "WT102").values["target_temperature"] == 23


@pytest.mark.usefixtures("pushing")
async def test_fan_coil_sets_mode_fan_and_power(hass: HomeAssistant, simulator: Simulator) -> None:
    device = _device(simulator, "WT303")
    key = _key(simulator, "WT303", "heating_target_temperature")
    state = await _call_action(hass, simulator, key, "set_hvac_mode", hvac_mode="cool")
    assert state.state == "cool"
    assert state.attributes["temperature"] == device.values["cooling_target_temperature"]
    state = await _call_action(hass, simulator, key, "set_temperature", temperature=24)
    assert device.values["cooling_target_temperature"] == 24
    state = await _call_action(hass, simulator, key, "set_fan_mode", fan_mode="high")
    assert state.attributes["fan_mode"] == "high"
    state = await _call_action(hass, simulator, key, "turn_off")
    assert (state.state, state.attributes["hvac_action"]) == ("off", "off")
    assert device.values["temperature_control_mode"] == "2"
    state = await _call_action(
        hass, simulator, key, "set_temperature", temperature=21, hvac_mode="heat"
    )
    assert (state.state, state.attributes["temperature"]) == ("heat", 21)
    state = await _call_action(hass, simulator, key, "turn_off")
    state = await _call_action(hass, simulator, key, "turn_on")
    assert state.state == "heat"
    state = await _call_action(hass, simulator, key, "set_hvac_mode", hvac_mode="fan_only")
    assert (state.state, state.attributes["temperature"]) == ("fan_only", None)


@pytest.mark.usefixtures("pushing")
async def test_mode_with_range_shows_and_sets_both_temperatures(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    device = _device(simulator, "CENTRAL")
    (key,) = [
        f"{device.sn}_{description.key}"
        for description in _descriptions(hass, device)
        if description.platform is Platform.CLIMATE
    ]
    state = state_of(hass, Platform.CLIMATE, key)
    assert state.state == "auto"
    assert state.attributes["hvac_action"] == "heating"
    low, high = state.attributes["target_temp_low"], state.attributes["target_temp_high"]
    assert (low, high, state.attributes["temperature"]) == (20, 25, None)
    state = await _call_action(
        hass, simulator, key, "set_temperature", target_temp_low=18, target_temp_high=27
    )
    assert state.attributes["target_temp_low"] == 18
    assert device.values["auto_mode_cool_target_temperature"] == 27
    state = await _call_action(hass, simulator, key, "set_preset_mode", preset_mode="away")
    assert state.attributes["preset_mode"] == "away"
    state = await _call_action(hass, simulator, key, "set_hvac_mode", hvac_mode="heat")
    assert (state.attributes["temperature"], state.attributes["target_temp_low"]) == (19, None)
    state = await _call_action(hass, simulator, key, "turn_off")
    assert state.state == "off"
    state = await _call_action(hass, simulator, key, "turn_on")
    assert state.state != "off"


def _descriptions(hass: HomeAssistant, device: Device) -> Any:
    (entry,) = hass.config_entries.async_entries("milesight")
    return entry.runtime_data.data[device.sn].descriptions()


@pytest.mark.parametrize(("opening", "action"), [(0, "idle"), (40, "heating")])
async def test_open_valve_means_heating(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator, opening: int, action: str
) -> None:
    device = _device(simulator, "WT101")
    await simulator.report(device.sn, {"valve_opening": opening})
    await poll(hass, loaded)
    state = state_of(hass, Platform.CLIMATE, _key(simulator, "WT101", "target_temperature"))
    assert state.attributes["hvac_action"] == action


@pytest.mark.usefixtures("pushing")
async def test_mode_and_fan_are_written_to_their_own_properties(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    key = _key(simulator, "SPLIT", "target_temperature")
    device = _device(simulator, "SPLIT")
    assert state_of(hass, Platform.CLIMATE, key).state == "heat"

    state = await _call_action(hass, simulator, key, "set_hvac_mode", hvac_mode="cool")
    assert (state.state, device.values["temperature_control_mode"]) == ("cool", "2")

    state = await _call_action(hass, simulator, key, "set_fan_mode", fan_mode="on")
    assert state.attributes["fan_mode"] == "on"
    assert device.values["set_fan_mode"] == "1"
    assert device.values["ob_mode"] == "1"


@pytest.mark.usefixtures("pushing")
@pytest.mark.parametrize(
    ("model", "leading", "mode", "data", "error"),
    [
        (
            "WT303",
            "heating_target_temperature",
            "fan_only",
            {"temperature": 21},
            "no_target_temperature",
        ),
        (
            "CENTRAL",
            "heat_target_temperature",
            "auto",
            {"temperature": 21},
            "target_temperature_range_required",
        ),
        (
            "CENTRAL",
            "heat_target_temperature",
            "heat",
            {"target_temp_low": 18, "target_temp_high": 24},
            "single_target_temperature_required",
        ),
    ],
)
async def test_temperature_unsupported_by_mode_is_refused(
    hass: HomeAssistant,
    simulator: Simulator,
    model: str,
    leading: str,
    mode: str,
    data: dict[str, Any],
    error: str,
) -> None:
    key = _key(simulator, model, leading)
    await _call_action(hass, simulator, key, "set_hvac_mode", hvac_mode="cool")
    before = dict(_device(simulator, model).values)
    simulator.requests.clear()
    with pytest.raises(ServiceValidationError) as refused:
        await _call_action(hass, simulator, key, "set_temperature", hvac_mode=mode, **data)
    assert refused.value.translation_key == error
    assert refused.value.translation_placeholders == {"mode": mode}
    assert simulator.requests == []
    await _call_action(hass, simulator, key, "set_hvac_mode", hvac_mode=mode)
    with pytest.raises(ServiceValidationError):
        await _call_action(hass, simulator, key, "set_temperature", **data)
    assert _device(simulator, model).values["temperature"] == before["temperature"]


@pytest.mark.usefixtures("pushing")
async def test_services_of_one_command_keep_their_order(
    hass: HomeAssistant, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    call = simulator.platform.call

    def note(device: Device, service_id: str, *args: Any) -> Any:
        called.append(service_id)
        return call(device, service_id, *args)

    monkeypatch.setattr(simulator.platform, "call", note)
    key = _key(simulator, "SERVICES", "heat_target_temperature")
    await _call_action(
        hass, simulator, key, "set_temperature", target_temp_low=18, target_temp_high=24
    )
    assert called == [
        "set_auto_mode_heat_target_temperature",
        "set_auto_mode_cool_target_temperature",
    ]


@pytest.mark.usefixtures("pushing")
async def test_nothing_is_sent_unless_all_values_are_valid(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    key = _key(simulator, "SERVICES", "heat_target_temperature")
    simulator.requests.clear()
    with pytest.raises(ServiceValidationError):
        await _call_action(
            hass, simulator, key, "set_temperature", hvac_mode="heat", temperature=32
        )
    assert simulator.requests == []
    assert state_of(hass, Platform.CLIMATE, key).state == "auto"


@pytest.mark.usefixtures("pushing")
async def test_device_that_is_off_keeps_set_point_of_its_mode(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    device = _device(simulator, "WT303")
    key = _key(simulator, "WT303", "heating_target_temperature")
    await simulator.report(
        device.sn,
        {
            "temperature_control_mode": "2",
            "system_status": "0",
            "heating_target_temperature": 20,
            "cooling_target_temperature": 26,
            "target_temperature": 26,
        },
    )
    state = state_of(hass, Platform.CLIMATE, key)
    assert (state.state, state.attributes["temperature"]) == ("off", 26)
    state = await _call_action(hass, simulator, key, "set_temperature", temperature=25)
    assert (state.state, state.attributes["temperature"]) == ("off", 25)
    assert device.values["heating_target_temperature"] == 20
    assert device.values["cooling_target_temperature"] == 25


@pytest.mark.usefixtures("pushing")
async def test_mode_without_own_set_point_writes_none(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    key = _key(simulator, "DUAL", f"{SETTINGS}.heat")
    state = await _call_action(hass, simulator, key, "set_hvac_mode", hvac_mode="dry")
    assert (state.state, state.attributes["temperature"]) == ("dry", None)
    state = await _call_action(hass, simulator, key, "turn_off")
    assert (state.state, state.attributes["temperature"]) == ("off", None)
    simulator.requests.clear()
    for data in ({"temperature": 21}, {"temperature": 21, "hvac_mode": "dry"}):
        with pytest.raises(ServiceValidationError) as refused:
            await _call_action(hass, simulator, key, "set_temperature", **data)
        assert refused.value.translation_key == "no_target_temperature"
    assert simulator.requests == []


@pytest.mark.usefixtures("pushing")
async def test_target_mode_decides_set_points_of_automatic_mode(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    device = _device(simulator, "DUAL")
    key = _key(simulator, "DUAL", f"{SETTINGS}.heat")
    state = await _call_action(hass, simulator, key, "set_temperature", temperature=21)
    assert (state.state, state.attributes["temperature"]) == ("auto", 21)
    assert device.values[f"{SETTINGS}.auto"] == 21

    await simulator.report(device.sn, {"target_temperature_mode": "1"})
    state = state_of(hass, Platform.CLIMATE, key)
    low, high = state.attributes["target_temp_low"], state.attributes["target_temp_high"]
    assert (low, high, state.attributes["temperature"]) == (18, 27, None)
    await _call_action(
        hass, simulator, key, "set_temperature", target_temp_low=17, target_temp_high=28
    )
    assert device.values[f"{SETTINGS}.auto_heat"] == 17
    assert device.values[f"{SETTINGS}.auto_cool"] == 28
    with pytest.raises(ServiceValidationError) as refused:
        await _call_action(hass, simulator, key, "set_temperature", temperature=20)
    assert refused.value.translation_key == "target_temperature_range_required"
    assert device.values[f"{SETTINGS}.auto"] == 21
