"""New firmware brings a new specification: existing entities follow it without a reload."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from homeassistant.const import EntityCategory, Platform
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import DOMAIN
from tests.common import (
    call_action_without_response,
    call_entity_action,
    enable_all,
    entity_id,
    poll,
    set_up,
    settle,
    state_of,
)
from tests.fleets import Raw, install, model, new_devices, specification
from tests.simulator import Device, Simulator
from tests.simulator.models import Model
from tests.simulator.specification import Specification
from tests.specifications import event, item, service

PROPERTIES: Final = (
    item("temperature", unit="°C", defaultValue=21.5),
    item("distance", "int", "mm", defaultValue=600),
    item("operation_state", "enum", labels="idle/busy"),
    item("leak_alarm", "bool", labels="false=normal/true=alarm"),
    item("button_event", "enum", labels="short press/long press"),
    item("led_mode", "enum", None, "RW", "steady/blinking"),
    item("child_lock", "bool", None, "RW", "false=disable/true=enable"),
    item(
        "reporting_interval", "int", "min", "RW", validator={"min": 1, "max": 60}, defaultValue=10
    ),
    item("label", "text", None, "RW", validator={"maxSize": 8}, defaultValue="abc"),
    item("clear_alarm", "enum", None, "W", "1=yes"),
    item(
        "relays",
        "array",
        None,
        "RW",
        validator={"maxSize": 4},
        defaultValue=[{"state": True}, {"state": False}],
    ),
    item("relays._item", "struct", None, "RW"),
    item("relays._item.state", "bool", None, "RW", "false=off/true=on"),
    item("lamp", "struct"),
    item("lamp.brightness", "int", None, "RW", validator={"min": 0, "max": 255}, defaultValue=100),
    item("curtain", "struct"),
    item("curtain.action", "enum", None, "RW", "open/close/stop"),
    item("curtain.position", "int", "%", validator={"min": 0, "max": 100}, defaultValue=40),
    item("valve_1_opening", "int", "%", "RW", validator={"min": 0, "max": 100}, defaultValue=30),
)
EVENTS: Final = (event("tilt_alarm", item("type", "enum", labels="upright/tilted")),)
SERVICES: Final = (service("reboot"), service("query_device_status"))
THERMOSTAT_PROPERTIES: Final = (
    item("temperature", unit="°C", defaultValue=21.5),
    item(
        "target_temperature", "float", "°C", "RW", validator={"min": 5, "max": 35}, defaultValue=20
    ),
    item("temperature_control_mode", "enum", None, "RW", "heat/cool"),
)


def _kept(*ids: str, old: Iterable[Raw] = PROPERTIES) -> tuple[Raw, ...]:
    return tuple(raw for raw in old if raw["id"].partition(".")[0] not in ids)


def _with(*new: Raw, **functions: Iterable[Raw]) -> Specification:
    """Return the old specification with these properties in place of those of their ids."""
    kept = _kept(*(raw["id"] for raw in new))
    return specification(*kept, *new, **{"events": EVENTS, "services": SERVICES} | functions)


def _without(*ids: str) -> Specification:
    return specification(*_kept(*ids), events=EVENTS, services=SERVICES)


def _thermostat(*new: Raw) -> Specification:
    kept = _kept(*(raw["id"] for raw in new), old=THERMOSTAT_PROPERTIES)
    return specification(*kept, *new)


OLD: Final = _with()
THING: Final = model("THING", *PROPERTIES, events=EVENTS, services=SERVICES)
THERMOSTAT: Final = model("THERMOSTAT", *THERMOSTAT_PROPERTIES)


@pytest.fixture
def devices() -> list[Device]:
    """Return two devices, of which one is updated."""
    return new_devices(THING, THING)


@pytest.fixture
def device(simulator: Simulator) -> Device:
    """Return the device that is updated."""
    return simulator.platform.devices[0]


@pytest.fixture
async def enabled(hass: HomeAssistant, pushing: MockConfigEntry) -> MockConfigEntry:
    """Return the entry with all its entities enabled."""
    await enable_all(hass, pushing)
    return pushing


def update_firmware(device: Device, firmware: Specification, version: str = "2.0") -> None:
    """Install other firmware on a device that keeps the values that it had."""
    install(device, firmware, version)
    device.values = device.model.values | device.values


def entry_of(hass: HomeAssistant, platform: Platform, unique_id: str) -> er.RegistryEntry | None:
    """Return the registry entry of an entity, if there is one."""
    registry = er.async_get(hass)
    found = registry.async_get_entity_id(platform, DOMAIN, unique_id)
    return registry.async_get(found) if found else None


class Change(NamedTuple):
    """A new specification, a report, and the state and attributes of an entity after both."""

    specification: Specification
    report: dict[str, Any]
    platform: Platform
    key: str
    state: str
    attributes: dict[str, Any]


CHANGES: Final = {
    "select": Change(
        _with(item("led_mode", "enum", None, "RW", "steady/blinking/off")),
        {"led_mode": "2"},
        Platform.SELECT,
        "led_mode",
        "off",
        {"options": ["steady", "blinking", "off"]},
    ),
    "enum": Change(
        _with(item("operation_state", "enum", labels="idle/busy/stuck")),
        {"operation_state": "2"},
        Platform.SENSOR,
        "operation_state",
        "stuck",
        {"options": ["idle", "busy", "stuck"]},
    ),
    "labels": Change(
        _with(item("operation_state", "enum", labels="resting/working")),
        {},
        Platform.SENSOR,
        "operation_state",
        "resting",
        {"options": ["resting", "working"]},
    ),
    "number": Change(
        _with(item("reporting_interval", "int", "s", "RW", validator={"min": 60, "max": 64800})),
        {"reporting_interval": 1200},
        Platform.NUMBER,
        "reporting_interval",
        "1200",
        {"min": 60, "max": 64800, "unit_of_measurement": "s"},
    ),
    "unit": Change(
        _with(item("distance", "int", "cm")),
        {"distance": 61},
        Platform.SENSOR,
        "distance",
        "61",
        {"unit_of_measurement": "cm"},
    ),
    "kind of unit": Change(
        _with(item("distance", "int", "%")),
        {},
        Platform.SENSOR,
        "distance",
        "600",
        {"unit_of_measurement": "%", "device_class": None},
    ),
    "number to text": Change(
        _with(item("distance", "text")),
        {"distance": "far"},
        Platform.SENSOR,
        "distance",
        "far",
        {"unit_of_measurement": None, "state_class": None},
    ),
    "enum to number": Change(
        _with(item("operation_state", unit="V", fractionDigits=2)),
        {"operation_state": 3.25},
        Platform.SENSOR,
        "operation_state",
        "3.25",
        {"unit_of_measurement": "V", "options": None},
    ),
    "text": Change(
        _with(item("label", "text", None, "RW", validator={"maxSize": 20})),
        {"label": "abcdefghijkl"},
        Platform.TEXT,
        "label",
        "abcdefghijkl",
        {"max": 20},
    ),
    "binary sensor": Change(
        _with(item("leak_alarm", "bool", labels="false=alarm/true=normal")),
        {},
        Platform.BINARY_SENSOR,
        "leak_alarm",
        "on",
        {},
    ),
    "switch": Change(
        _with(item("child_lock", "bool", None, "RW", "false=enable/true=disable")),
        {},
        Platform.SWITCH,
        "child_lock",
        "on",
        {},
    ),
    "element of an array": Change(
        _with(
            item("relays", "array", None, "RW", validator={"maxSize": 4}),
            item("relays._item", "struct", None, "RW"),
            item("relays._item.state", "bool", None, "RW", "false=on/true=off"),
        ),
        {},
        Platform.SWITCH,
        "relays[0].state",
        "off",
        {},
    ),
    "light": Change(
        _with(
            item("lamp", "struct"),
            item("lamp.brightness", "int", "%", "RW", validator={"min": 0, "max": 100}),
        ),
        {},
        Platform.LIGHT,
        "light_lamp.brightness",
        "on",
        {"brightness": 255},
    ),
    "role of a light": Change(
        _with(
            item("lamp", "struct"),
            item("lamp.brightness", "int", None, "RW", validator={"min": 0, "max": 255}),
            item("lamp.color_temperature", "int", "K", "RW", validator={"min": 2700, "max": 6500}),
        ),
        {"lamp": {"color_temperature": 3000}},
        Platform.LIGHT,
        "light_lamp.brightness",
        "on",
        {"supported_color_modes": ["color_temp"], "color_temp_kelvin": 3000},
    ),
    "cover": Change(
        _with(
            item("curtain", "struct"),
            item("curtain.action", "enum", None, "RW", "open/close/stop"),
            item("curtain.position", "int", "%", "RW", validator={"min": 0, "max": 100}),
        ),
        {},
        Platform.COVER,
        "cover_curtain.action",
        "open",
        {"supported_features": 15},
    ),
    "valve to sensor": Change(
        _with(item("valve_1_opening", "int", "%", validator={"min": 0, "max": 100})),
        {"valve_1_opening": 50},
        Platform.SENSOR,
        "valve_1_opening",
        "50",
        {},
    ),
    "range of a thermostat": Change(
        _thermostat(
            item("target_temperature", "float", "°C", "RW", validator={"min": 10, "max": 25})
        ),
        {},
        Platform.CLIMATE,
        "climate_target_temperature",
        "heat",
        {"min_temp": 10, "max_temp": 25},
    ),
    "modes of a thermostat": Change(
        _thermostat(item("temperature_control_mode", "enum", None, "RW", "heat/cool/auto")),
        {"temperature_control_mode": "2"},
        Platform.CLIMATE,
        "climate_target_temperature",
        "auto",
        {"hvac_modes": ["heat", "cool", "auto"]},
    ),
    "role of a thermostat": Change(
        _thermostat(
            item("temperature_control_mode", "enum", None, "RW", "heat/cool"),
            item("fan_mode", "enum", None, "RW", "low/high", defaultValue="1"),
        ),
        {"fan_mode": "1"},
        Platform.CLIMATE,
        "climate_target_temperature",
        "heat",
        {"fan_modes": ["low", "high"], "fan_mode": "high"},
    ),
}


def _thing_or_thermostat(platform: Platform) -> Model:
    return THERMOSTAT if platform is Platform.CLIMATE else THING


@pytest.mark.parametrize(
    "devices",
    [new_devices(*(_thing_or_thermostat(change.platform) for change in CHANGES.values()), THING)],
    ids=["one of each change"],
)
async def test_new_specification_reaches_entities(
    hass: HomeAssistant, enabled: MockConfigEntry, simulator: Simulator, devices: list[Device]
) -> None:
    for version, (device, change) in enumerate(zip(devices, CHANGES.values(), strict=False)):
        update_firmware(device, change.specification, f"2.{version}")
    await poll(hass, enabled)
    for device, change in zip(devices, CHANGES.values(), strict=False):
        simulator.platform.report(device, change.report or {"temperature": 20})
    await simulator.settle()
    await settle(hass)

    shown = {
        name: state_of(hass, change.platform, f"{device.sn}_{change.key}")
        for device, (name, change) in zip(devices, CHANGES.items(), strict=False)
    }
    for name, change in CHANGES.items():
        state, registered = shown[name], er.async_get(hass).async_get(shown[name].entity_id)
        seen = {attribute: state.attributes.get(attribute) for attribute in change.attributes}
        assert (state.state, seen) == (change.state, change.attributes), name
        assert registered is not None
        assert (registered.capabilities or {}).items() <= state.attributes.items(), name
        assert registered.unit_of_measurement == state.attributes.get("unit_of_measurement"), name
        assert registered.supported_features == state.attributes.get("supported_features", 0), name
    assert state_of(hass, Platform.SENSOR, f"{devices[-1].sn}_temperature").state == "21.5"

    await hass.config_entries.async_reload(enabled.entry_id)
    await settle(hass)
    for name, state in shown.items():
        again = hass.states.get(state.entity_id)
        assert again is not None
        assert (again.state, again.attributes) == (state.state, state.attributes), name


@pytest.mark.usefixtures("enabled")
async def test_updated_entity_is_never_unavailable(
    hass: HomeAssistant, pushing: MockConfigEntry, device: Device
) -> None:
    written: list[str | None] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        written.append(new.state if (new := event.data["new_state"]) else None)

    observed = [
        entity_id(hass, platform, f"{device.sn}_{key}")
        for platform, key in (
            (Platform.SELECT, "led_mode"),
            (Platform.SENSOR, "temperature"),
            (Platform.EVENT, "event_tilt_alarm"),
        )
    ]
    async_track_state_change_event(hass, observed, note)
    update_firmware(
        device,
        _with(
            item("led_mode", "enum", None, "RW", "steady/blinking/off"),
            events=[event("tilt_alarm", item("type", "enum", labels="up/down"))],
        ),
    )
    await poll(hass, pushing)
    await settle(hass)
    assert set(written) == {"steady", "unknown"}
    assert len(written) == 2  # the temperature, whose description is as before, is not written


@pytest.mark.usefixtures("enabled")
async def test_updated_entity_sends_by_new_specification(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, device: Device
) -> None:
    update_firmware(
        device,
        _with(
            item("led_mode", "enum", None, "RW", "0=steady/7=off"),
            item("reporting_interval", "int", "min", "RW", validator={"min": 5, "max": 20}),
        ),
    )
    await poll(hass, pushing)
    await call_entity_action(
        hass, Platform.SELECT, f"{device.sn}_led_mode", "select_option", option="off"
    )
    await simulator.settle()
    assert device.values["led_mode"] == "7"
    interval = f"{device.sn}_reporting_interval"
    with pytest.raises(ServiceValidationError):
        await call_entity_action(hass, Platform.NUMBER, interval, "set_value", value=30)


@pytest.mark.usefixtures("enabled")
async def test_updated_event_fires_new_kinds(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, device: Device
) -> None:
    update_firmware(
        device,
        _with(
            item("button_event", "enum", labels="0=short press/2=double press"),
            events=[event("tilt_alarm", item("type", "enum", labels="0=up/5=down"))],
        ),
    )
    await poll(hass, pushing)
    await simulator.report(device.sn, {"button_event": "2"})
    shown = state_of(hass, Platform.EVENT, f"{device.sn}_button_event")
    assert shown.attributes["event_type"] == "double_press"
    await simulator.event(device.sn, "tilt_alarm", {"type": "5"})
    shown = state_of(hass, Platform.EVENT, f"{device.sn}_event_tilt_alarm")
    assert (shown.attributes["event_type"], shown.attributes["event_types"]) == (
        "down",
        ["up", "down", "tilt_alarm"],
    )


REMOVALS: Final = (
    (_without("distance"), Platform.SENSOR, "distance"),
    (_without("leak_alarm"), Platform.BINARY_SENSOR, "leak_alarm"),
    (_without("child_lock"), Platform.SWITCH, "child_lock"),
    (_without("led_mode"), Platform.SELECT, "led_mode"),
    (_without("relays"), Platform.SWITCH, "relays[1].state"),
    (_without("lamp"), Platform.LIGHT, "light_lamp.brightness"),
    (_without("clear_alarm"), Platform.BUTTON, "clear_alarm"),
    (_without("valve_1_opening"), Platform.VALVE, "valve_valve_1_opening"),
    (_with(services=()), Platform.BUTTON, "service_reboot"),
    (_with(events=()), Platform.EVENT, "event_tilt_alarm"),
    (
        _with(
            item("relays", "array", None, "RW", validator={"maxSize": 1}),
            item("relays._item", "struct", None, "RW"),
            item("relays._item.state", "bool", None, "RW", "false=off/true=on"),
        ),
        Platform.SWITCH,
        "relays[1].state",
    ),
)


@pytest.mark.parametrize(
    "devices", [new_devices(*[THING] * (len(REMOVALS) + 1))], ids=["one of each removal"]
)
async def test_entities_missing_from_new_specification_are_removed(
    hass: HomeAssistant, pushing: MockConfigEntry, devices: list[Device]
) -> None:
    def registered() -> list[bool]:
        return [
            entry_of(hass, platform, f"{device.sn}_{key}") is not None
            for device, (_, platform, key) in zip(devices, REMOVALS, strict=False)
        ]

    assert all(registered())
    for version, (device, removal) in enumerate(zip(devices, REMOVALS, strict=False)):
        update_firmware(device, removal[0], f"2.{version}")
    await poll(hass, pushing)
    assert not any(registered())
    assert not [state for state in hass.states.async_all() if state.attributes.get("restored")]
    for _, platform, key in REMOVALS:
        assert entry_of(hass, platform, f"{devices[-1].sn}_{key}") is not None


@pytest.mark.usefixtures("enabled")
async def test_writable_flag_moves_between_platforms(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, device: Device
) -> None:
    unique_id = f"{device.sn}_child_lock"
    update_firmware(device, _with(item("child_lock", "enum", None, "RW", "off/keys/all")))
    await poll(hass, pushing)
    assert entry_of(hass, Platform.SWITCH, unique_id) is None
    await simulator.report(device.sn, {"child_lock": "1"})
    select = entry_of(hass, Platform.SELECT, unique_id)
    assert select is not None
    assert select.entity_category is EntityCategory.CONFIG

    update_firmware(device, OLD, "1.0")
    await poll(hass, pushing)
    assert entry_of(hass, Platform.SELECT, unique_id) is None
    assert entry_of(hass, Platform.SWITCH, unique_id) is not None


async def test_removed_entity_returns_with_its_own_name(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, device: Device
) -> None:
    unique_id = f"{device.sn}_distance"
    er.async_get(hass).async_update_entity(
        entity_id(hass, Platform.SENSOR, unique_id), name="Level"
    )
    update_firmware(device, _without("distance"))
    await poll(hass, pushing)
    update_firmware(device, OLD, "2.1")
    await poll(hass, pushing)
    returned = entry_of(hass, Platform.SENSOR, unique_id)
    assert returned is not None
    assert returned.name == "Level"
    assert state_of(hass, Platform.SENSOR, unique_id).state == "600"


async def test_unreadable_specification_changes_nothing(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, device: Device
) -> None:
    before = set(hass.states.async_entity_ids())
    simulator.fault(f"/{device.device_id}/thing-specification", "html")
    update_firmware(device, _without("distance"))
    await poll(hass, pushing)
    assert set(hass.states.async_entity_ids()) == before
    await simulator.report(device.sn, {"distance": 601})
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_distance").state == "601"

    simulator.clear_faults()
    await poll(hass, pushing)
    assert entry_of(hass, Platform.SENSOR, f"{device.sn}_distance") is None


async def test_unreadable_specification_outlives_reload(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, device: Device
) -> None:
    simulator.fault(f"/{device.device_id}/thing-specification", "html")
    update_firmware(device, _without("distance"))
    await poll(hass, pushing)
    await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    await simulator.report(device.sn, {"distance": 601})
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_distance").state == "601"

    simulator.clear_faults()
    await call_action_without_response(hass, "refresh")
    await settle(hass)
    assert entry_of(hass, Platform.SENSOR, f"{device.sn}_distance") is None


async def test_firmware_update_while_entry_is_unloaded(
    hass: HomeAssistant, pushing: MockConfigEntry, device: Device
) -> None:
    await hass.config_entries.async_unload(pushing.entry_id)
    update_firmware(device, _without("distance"))
    await set_up(hass, pushing)
    assert entry_of(hass, Platform.SENSOR, f"{device.sn}_distance") is None
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_temperature").state == "21.5"


async def test_reported_battery_replaces_listed_battery(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, device: Device
) -> None:
    device.listed["electricity"] = 80
    await poll(hass, pushing)
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_battery").state == "80"
    update_firmware(
        device,
        _with(item("battery", "int", "%", validator={"min": 0, "max": 100}, defaultValue=77)),
    )
    await poll(hass, pushing)
    await simulator.report(device.sn, {"battery": 76})
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_battery").state == "76"


async def test_other_battery_property_removes_listed_battery(
    hass: HomeAssistant, pushing: MockConfigEntry, device: Device
) -> None:
    device.listed["electricity"] = 80
    await poll(hass, pushing)
    update_firmware(
        device,
        _with(item("battery_level", "int", "%", validator={"min": 0, "max": 100}, defaultValue=77)),
    )
    await poll(hass, pushing)
    assert entry_of(hass, Platform.SENSOR, f"{device.sn}_battery") is None
    device.listed["electricity"] = None
    await poll(hass, pushing)
    assert entry_of(hass, Platform.SENSOR, f"{device.sn}_battery_level") is not None


async def test_unlisted_battery_keeps_its_entity(
    hass: HomeAssistant, pushing: MockConfigEntry, device: Device
) -> None:
    device.listed["electricity"] = 80
    await poll(hass, pushing)
    device.listed["electricity"] = None
    update_firmware(device, OLD)
    await poll(hass, pushing)
    assert entry_of(hass, Platform.SENSOR, f"{device.sn}_battery") is not None
