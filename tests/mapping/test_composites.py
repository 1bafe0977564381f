"""Thermostats, valves, covers, lights and trackers: recognised by the roles of properties."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import Platform
import pytest

from custom_components.milesight.mapping import ClimateDescription, CompositeDescription, Priority

from .helpers import entities, item, service

TEMPERATURE = item("temperature", unit="°C")
RANGE: dict[str, Any] = {"validator": {"min": 5, "max": 35}, "fractionDigits": 1}


def of(described: Mapping[str, Any], platform: Platform) -> list[Any]:
    """Return the entities of one platform."""
    return [description for description in described.values() if description.platform is platform]


def climate_of(described: Mapping[str, Any]) -> ClimateDescription:
    """Return the one thermostat."""
    (climate,) = of(described, Platform.CLIMATE)
    assert isinstance(climate, ClimateDescription)
    return climate


def paths(description: CompositeDescription) -> dict[str, str]:
    """Return the path of each role."""
    return {role: item.path for role, item in description.roles.items()}


def test_fan_coil_thermostat_has_set_point_modes_and_fan() -> None:
    described = entities(
        TEMPERATURE,
        item("thermostat_status", "bool", None, "RW", "off/on"),
        item("mode", "enum", None, "RW", "cool/heat/fan"),
        item("fan_speed", "enum", None, "RW", "auto/high/medium/low"),
        item("target_temperature", "float", "°C", "RW", **RANGE),
        item("card_mode", "enum", None, "RW", "remove/insert"),
    )

    climate = climate_of(described)
    assert climate.key == "climate_target_temperature"
    assert climate.name is None
    assert climate.priority is Priority.PRIMARY
    assert (climate.minimum, climate.maximum) == (5, 35)
    assert climate.step == pytest.approx(0.1)
    assert paths(climate) == {
        "current_temperature": "temperature",
        "fan_mode": "fan_speed",
        "hvac_mode": "mode",
        "power": "thermostat_status",
        "target_temperature": "target_temperature",
    }
    assert climate.options["hvac_mode"] == {"0": "cool", "1": "heat", "2": "fan_only"}
    assert climate.options["fan_mode"] == {"0": "auto", "1": "high", "2": "medium", "3": "low"}
    assert climate.options["power"] == {"false": "off", "true": "on"}
    assert set(described) == {"climate_target_temperature", "temperature", "card_mode"}


def test_heating_and_cooling_set_points_are_a_pair() -> None:
    described = entities(
        TEMPERATURE,
        item("humidity", unit="%"),
        item("system_status", "enum", None, "RW", "Off/On"),
        item("temperature_control_mode", "enum", None, "RW", "Ventilation/Heat/Cool"),
        item("temperature_control_info.status", "enum", None, "R", "Standby/Heat/Cool"),
        item("heating_target_temperature", "float", "°C", "RW", **RANGE),
        item("celsius_heating_target_temperature", "float", "°C", "RW", **RANGE),
        item("fahrenheit_heating_target_temperature", "float", "℉", "RW"),
        item("cooling_target_temperature", "float", "°C", "RW", **RANGE),
        item("heating_target_temperature_range.max", "float", "°C", "RW"),
        item("target_temperature", "float", "°C", "R"),
        item("target_temperature_resolution", "enum", None, "RW", "0.5/1"),
        item("freeze_protection_settings.target_temperature", "float", "°C", "RW"),
    )

    climate = climate_of(described)
    assert climate.key == "climate_heating_target_temperature"
    assert climate.step == pytest.approx(0.5)
    roles = paths(climate)
    assert roles["target_temperature_heat"] == "heating_target_temperature"
    assert roles["target_temperature_cool"] == "cooling_target_temperature"
    assert roles["current_humidity"] == "humidity"
    assert roles["hvac_action"] == "temperature_control_info.status"
    assert climate.options["hvac_action"] == {"0": "idle", "1": "heating", "2": "cooling"}
    assert {"temperature", "humidity", "target_temperature"} <= set(described)
    assert not {"heating_target_temperature", "system_status"} & set(described)


def test_radiator_valve_heats_and_is_set_through_a_service() -> None:
    described = entities(
        TEMPERATURE,
        item("target_temperature", "float", "°C", "R", **RANGE),
        item("valve_opening_degree", "int", "%"),
        services=[
            service("set_temperature", item("value", unit="°C")),
            service(
                "set_target_temperature",
                item("set_target_temperature.value", unit="°C"),
                item("set_target_temperature.celsius_value", unit="°C"),
                item("set_target_temperature.fahrenheit_value", unit="℉"),
            ),
        ],
    )

    climate = climate_of(described)
    setter = climate.setters["target_temperature"]
    assert (setter.service.id, setter.input.path) == ("set_target_temperature", "value")
    assert climate.options["hvac_mode"] == {"": "heat"}
    assert paths(climate)["valve_opening"] == "valve_opening_degree"
    assert "valve_opening_degree" in described
    assert not of(described, Platform.VALVE)


SETTINGS = "target_temperature_settings"
FOR_EACH_MODE = (
    TEMPERATURE,
    item(SETTINGS, "struct", access="RW"),
    *(
        item(f"{SETTINGS}.{mode}", "float", "°C", "RW", **RANGE)
        for mode in ("heat", "em_heat", "cool", "auto", "auto_heat", "auto_cool")
    ),
    item("temperature_control_mode.mode", "enum", None, "RW", "heat/em heat/cool/auto"),
    item("fan_control_mode", "enum", None, "RW", "auto/circulate/on/low"),
)


@pytest.mark.parametrize("labels", ["single/dual", "Single target/Double target"])
def test_set_point_for_each_mode_belongs_to_one_thermostat(labels: str) -> None:
    described = entities(
        *FOR_EACH_MODE, item("target_temperature_mode", "enum", None, "RW", labels)
    )

    climate = climate_of(described)
    roles = paths(climate)
    assert climate.key == f"climate_{SETTINGS}.heat"
    assert roles["target_temperature_auto"] == f"{SETTINGS}.auto"
    assert roles["target_temperature_low"] == f"{SETTINGS}.auto_heat"
    assert roles["target_temperature_high"] == f"{SETTINGS}.auto_cool"
    assert climate.options["hvac_mode"] == {"0": "heat", "1": "heat", "2": "cool", "3": "auto"}
    assert climate.options["target_count"] == {"0": "single", "1": "dual"}
    assert described["target_temperature_mode"].platform is Platform.SELECT
    assert not {f"{SETTINGS}.auto_heat", f"{SETTINGS}.auto_cool"} & described.keys()


def test_range_beside_single_set_point_is_two_numbers() -> None:
    described = entities(*FOR_EACH_MODE)

    roles = paths(climate_of(described))
    assert roles["target_temperature_auto"] == f"{SETTINGS}.auto"
    assert not {"target_temperature_low", "target_temperature_high", "target_count"} & roles.keys()
    assert described[f"{SETTINGS}.auto_heat"].platform is Platform.NUMBER
    assert described[f"{SETTINGS}.auto_cool"].platform is Platform.NUMBER


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        ("heat", "fan/cool/auto"),
        ("cool", "heat/auto"),
        ("auto", "heat/cool"),
    ],
)
def test_set_point_that_no_mode_uses_is_a_number(role: str, labels: str) -> None:
    described = entities(
        TEMPERATURE,
        item("target_temperature", "float", "°C", "RW", **RANGE),
        item(f"{role}_target_temperature", "float", "°C", "RW", **RANGE),
        item("temperature_control_mode", "enum", None, "RW", labels),
    )

    assert paths(climate_of(described))["target_temperature"] == "target_temperature"
    assert described[f"{role}_target_temperature"].platform is Platform.NUMBER


def test_thermostat_speaks_the_unit_of_its_set_point() -> None:
    described = entities(
        item("room_temperature", unit="℉"),
        item("setpoint_temperature", "float", "℉", "RW"),
    )

    climate = climate_of(described)
    assert climate.unit == "°F"
    assert paths(climate)["current_temperature"] == "room_temperature"


def test_set_points_are_known_by_their_other_names() -> None:
    described = entities(
        item("roomTemperature", unit="°C"),
        item("heatSetpoint", "float", "°C", "RW"),
        item("cool_set_point", "float", "°C", "RW"),
        item("hvacMode", "enum", None, "RW", "off/heat/cool/heat cool"),
        item("modes_enable", "enum", None, "RW", "heat, cool/heat"),
        item("wind_speed", "enum", None, "RW", "auto/low/high"),
    )

    climate = climate_of(described)
    assert paths(climate) == {
        "current_temperature": "roomTemperature",
        "fan_mode": "wind_speed",
        "hvac_mode": "hvacMode",
        "target_temperature_cool": "cool_set_point",
        "target_temperature_heat": "heatSetpoint",
    }
    assert set(described) == {"climate_heatSetpoint", "roomTemperature", "modes_enable"}


def test_thermostat_may_stand_in_a_structure() -> None:
    described = entities(
        item("data.temperature", unit="°C"),
        item("data.target_temperature_settings.heat", "float", "°C", "RW"),
        item("data.plan.eco.target_temperature", "float", "°C", "RW"),
    )

    assert climate_of(described).key == "climate_data.target_temperature_settings.heat"
    assert "data.plan.eco.target_temperature" in described


NO_THERMOSTATS = [
    [TEMPERATURE, item("temperature_alarm_config.threshold_max", "float", "°C", "RW")],
    [TEMPERATURE, item("target_temperature", "float", "°C", "R")],
    [item("target_temperature", "float", "°C", "RW")],
    [TEMPERATURE, item("schedule.target_temperature", "float", "°C", "RW")],
    [TEMPERATURE, item("target_temperature_tolerance", "float", "°C", "RW")],
]


@pytest.mark.parametrize("properties", NO_THERMOSTATS)
def test_what_sets_no_temperature_is_no_thermostat(properties: list[dict[str, Any]]) -> None:
    assert not of(entities(*properties), Platform.CLIMATE)


def test_valve_that_can_be_written_opens_and_closes() -> None:
    described = entities(
        item("valve_1", "bool", None, "RW", "close/open"),
        item("valve_2", "enum", None, "RW", "1=Open/0=Close"),
        item("valve_1_pulse", "long"),
    )

    first, second = of(described, Platform.VALVE)
    assert (first.key, first.device_class) == ("valve_valve_1", "water")
    assert first.options["set_state"] == {"false": "closed", "true": "open"}
    assert second.options["set_state"] == {"1": "open", "0": "closed"}
    assert second.placeholders == {"number": "2"}
    assert "valve_1" not in described
    assert "valve_1_pulse" in described


def test_valve_that_is_only_read_is_a_binary_sensor() -> None:
    described = entities(item("valve_1", "bool", None, "R", "close/open"))

    assert described["valve_1"].platform is Platform.BINARY_SENSOR
    assert described["valve_1"].device_class == "opening"


def test_valve_with_a_position_is_set_to_it() -> None:
    described = entities(
        item("valve_1_opening", "int", "%"),
        item("valve_1_task.valve_opening", "int", None, "RW"),
        item("valve_1_task.time", "int", "min", "RW"),
    )

    (valve,) = of(described, Platform.VALVE)
    assert valve.key == "valve_valve_1_opening"
    assert paths(valve) == {
        "position": "valve_1_opening",
        "set_position": "valve_1_task.valve_opening",
    }
    assert "valve_1_opening" in described


def test_command_for_several_valves_serves_each() -> None:
    described = entities(
        item("valve_1", "bool", None, "R", "close/open"),
        item("valve_2", "bool", None, "R", "close/open"),
        item("valve_task.valve_index", "enum", None, "RW", "1=valve 1/2=valve 2/8=all valves"),
        item("valve_task.valve_status", "bool", None, "RW", "close/open"),
    )

    _, second = of(described, Platform.VALVE)
    assert paths(second)["set_state"] == "valve_task.valve_status"
    assert paths(second)["index"] == "valve_task.valve_index"
    assert second.options["index"] == {"2": "valve 2"}


def test_valve_that_a_service_moves_is_a_valve() -> None:
    described = entities(
        item("valve_status", "enum", None, "R", "closed/open"),
        services=[service("set_valve_status", item("status", "enum", labels="closed/open"))],
    )

    (valve,) = of(described, Platform.VALVE)
    assert valve.setters["set_state"].service.id == "set_valve_status"
    assert valve.options["set_state"] == {"0": "closed", "1": "open"}


def test_service_for_one_valve_moves_no_other() -> None:
    described = entities(
        item("valve_1_status", "enum", None, "R", "closed/open"),
        item("valve_2_status", "enum", None, "R", "closed/open"),
        services=[service("set_valve_1", item("status", "enum", labels="closed/open"))],
    )

    (valve,) = of(described, Platform.VALVE)
    assert paths(valve)["state"] == "valve_1_status"
    assert described["valve_2_status"].platform is Platform.BINARY_SENSOR


@pytest.mark.parametrize("path", ["valve_closed", "valve_not_open", "valve.off"])
def test_flag_that_may_say_the_opposite_controls_no_valve(path: str) -> None:
    described = entities(item(path, "bool", None, "RW", "no/yes"))

    assert [each.platform for each in described.values()] == [Platform.SWITCH]
    assert described[path].on == {"true"}


def test_valve_does_not_show_a_flag_that_may_say_the_opposite() -> None:
    described = entities(
        item("valve_closed", "bool", None, "R", "no/yes"),
        item("valve_control", "bool", None, "RW", "close/open"),
    )

    (valve,) = of(described, Platform.VALVE)
    assert set(paths(valve).values()) == {"valve_control"}
    assert described["valve_closed"].on == {"false"}


def test_valve_named_for_both_states_is_controlled() -> None:
    (valve,) = entities(item("valve_open_close", "bool", None, "RW", "no/yes")).values()

    assert valve.options["set_state"] == {"false": "closed", "true": "open"}


def test_valve_named_for_the_opposite_follows_clear_labels() -> None:
    (valve,) = entities(item("valve_closed", "bool", None, "RW", "open/closed")).values()

    assert valve.options["set_state"] == {"false": "open", "true": "closed"}


def test_lamp_is_not_switched_by_a_flag_that_switches_it_off() -> None:
    described = entities(
        item("light.brightness", "int", "%", "RW"), item("light.off", "bool", None, "RW", "no/yes")
    )

    (lamp,) = of(described, Platform.LIGHT)
    assert set(paths(lamp)) == {"brightness"}


def test_valve_has_the_command_for_several_or_its_own_service() -> None:
    command = [
        item("valve_task.valve_index", "enum", None, "RW", "1=valve 1/2=valve 2"),
        item("valve_task.valve_status", "bool", None, "RW", "close/open"),
    ]
    own = item("valve_1_status", "enum", None, "R", "closed/open")
    setter = service("set_valve_1", item("status", "enum", labels="closed/open"))

    (shared,) = of(entities(own, *command, services=[setter]), Platform.VALVE)
    assert set(paths(shared)) == {"state", "set_state", "index"}
    assert not shared.setters
    (single,) = of(entities(own, command[0], services=[setter]), Platform.VALVE)
    assert set(single.setters) == {"set_state"}
    assert set(paths(single)) == {"state"}


def test_each_element_of_an_array_of_valves_is_a_valve() -> None:
    described = entities(
        item("valves", "array"),
        item("valves._item", "struct"),
        item("valves._item.status", "enum", None, "RW", "close/open"),
        item("valves._item.pulse", "long"),
    )

    (valve,) = of(described, Platform.VALVE)
    element = valve.element(1)
    assert element.key == "valve_valves[1].status"
    assert element.placeholders == {"number": "2"}
    assert paths(element) == {"state": "valves[1].status", "set_state": "valves[1].status"}


def test_motor_that_opens_closes_and_stops_is_a_cover() -> None:
    described = entities(
        item("curtain_control", "enum", None, "RW", "close/open/stop"),
        item("curtain_position", "int", "%", "RW"),
        item("battery", "int", "%"),
    )

    (cover,) = of(described, Platform.COVER)
    assert (cover.key, cover.device_class) == ("cover_curtain_control", "curtain")
    assert cover.options["command"] == {"0": "close", "1": "open", "2": "stop"}
    assert paths(cover)["set_position"] == "curtain_position"
    assert set(described) == {"cover_curtain_control", "battery"}


def test_lamp_that_can_be_dimmed_is_a_light() -> None:
    described = entities(
        item("light_switch", "bool", None, "RW", "off/on"),
        item("light_brightness", "int", "%", "RW"),
        item("screen_brightness", "int", "%", "RW"),
    )

    (light,) = of(described, Platform.LIGHT)
    assert light.key == "light_light_brightness"
    assert paths(light) == {"brightness": "light_brightness", "power": "light_switch"}
    assert (light.minimum, light.maximum) == (0, 100)
    assert described["screen_brightness"].platform is Platform.NUMBER


def test_red_green_and_blue_are_one_light() -> None:
    described = entities(
        *(item(f"led_strip.{color}", "int", None, "RW") for color in COLORS),
        item("led_strip.color_temperature", "int", "K", "RW"),
    )

    (light,) = of(described, Platform.LIGHT)
    assert light.key == "light_led_strip.red"
    assert set(light.roles) == {*COLORS}
    assert light.maximum == 255
    assert described["led_strip.color_temperature"].platform is Platform.NUMBER


def test_lamp_with_a_brightness_has_a_color_temperature() -> None:
    described = entities(
        item("lamp.brightness", "int", "%", "RW"), item("lamp.color_temperature", "int", "K", "RW")
    )

    (light,) = of(described, Platform.LIGHT)
    assert set(light.roles) == {"brightness", "color_temperature"}


COLORS = ("red", "green", "blue")


def test_letters_of_the_colors_will_do() -> None:
    described = entities(*(item(f"rgb.{letter}", "int", None, "RW") for letter in "rgb"))

    (light,) = of(described, Platform.LIGHT)
    assert paths(light) == {"red": "rgb.r", "green": "rgb.g", "blue": "rgb.b"}


def test_lamps_are_named_without_their_brightness() -> None:
    described = entities(
        *(item(f"light_{number}_brightness", "int", "%", "RW") for number in (1, 2))
    )

    assert {light.name for light in of(described, Platform.LIGHT)} == {"Light 1", "Light 2"}


def test_lamp_that_is_only_switched_is_a_switch() -> None:
    described = entities(item("light_1", "bool", None, "RW", "off/on"))

    assert described["light_1"].platform is Platform.SWITCH


def test_latitude_and_its_longitude_are_one_tracker() -> None:
    described = entities(item("latitude", fractionDigits=6), item("longitude", fractionDigits=6))

    assert set(described) == {"device_tracker_latitude"}
    assert paths(described["device_tracker_latitude"]) == {
        "latitude": "latitude",
        "longitude": "longitude",
    }


def test_position_that_can_be_written_is_two_numbers() -> None:
    described = entities(item("latitude", access="RW"), item("longitude", access="RW"))

    assert {description.platform for description in described.values()} == {Platform.NUMBER}
    assert set(described) == {"latitude", "longitude"}


def test_thermostat_writes_one_property_and_reads_another() -> None:
    described = entities(
        item("ambient_temperature", unit="°C"),
        item("target_temperature", unit="°C"),
        item("systemstatus", "enum", labels="off/on"),
        item(
            "temperature_control_info.temperature_control_mode", "enum", labels="heat/em heat/cool"
        ),
        item("fan_control_info.fan_control_mode", "enum", labels="auto/on/circulate/disable"),
        item("fan_control_info.fan_control_status", "enum", labels="standby/high speed/low speed"),
        item("system_on_off_control", "bool", None, "W", "off/on"),
        item("current_temperature_control_mode", "enum", None, "W", "em heat/heat/cool"),
        item("fan_mode_setting.mode_value", "enum", None, "W", "auto/on/circulate"),
        item("heat_target_temperature_settings.target_temperature_value", "int", "°C", "W"),
        item("cool_target_temperature_settings.target_temperature_value", "int", "°C", "W"),
    )

    climate = climate_of(described)
    assert paths(climate) == {
        "current_temperature": "ambient_temperature",
        "effective_temperature": "target_temperature",
        "fan_mode": "fan_control_info.fan_control_mode",
        "hvac_mode": "temperature_control_info.temperature_control_mode",
        "power": "systemstatus",
        "set_fan_mode": "fan_mode_setting.mode_value",
        "set_hvac_mode": "current_temperature_control_mode",
        "set_power": "system_on_off_control",
        "target_temperature_cool": "cool_target_temperature_settings.target_temperature_value",
        "target_temperature_heat": "heat_target_temperature_settings.target_temperature_value",
    }
    assert next(iter(climate.options["set_hvac_mode"].items())) == ("1", "heat")
    assert (climate.minimum, climate.maximum, climate.step) == (5, 35, 1)


@pytest.mark.parametrize("path", ["temperature_control.enable", "thermostat_control_enable"])
def test_control_that_can_be_disabled_is_the_mode_off(path: str) -> None:
    described = entities(
        TEMPERATURE,
        item("target_temperature", "float", "°C", "RW"),
        item(path, "bool", None, "RW", "disable/enable"),
    )

    assert climate_of(described).options["power"] == {"false": "off", "true": "on"}


def test_step_is_what_the_service_takes() -> None:
    described = entities(
        TEMPERATURE,
        item("target_temperature", "float", "°C"),
        services=[service("set_target_temperature", item("value", "int", "°C"))],
    )

    assert climate_of(described).step == 1


def test_mode_and_fan_are_read_with_a_slip_of_the_pen() -> None:
    described = entities(
        item("tempeture", unit="°C"),
        item("target_temprature", "float", "°C", "RW"),
        item("temperature_controll_mode", "enum", None, "RW", "heat/cool"),
    )

    assert climate_of(described).roles["hvac_mode"].path == "temperature_controll_mode"
    assert described["tempeture"].device_class == "temperature"
