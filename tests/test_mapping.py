"""What a property means, for those that exist and for their siblings to come."""

from typing import Any

from homeassistant.const import EntityCategory, Platform
import pytest

from custom_components.milesight.mapping import Grade

from .mapping_helpers import entities, entity, event, item, service

DIAGNOSTIC, CONFIG = EntityCategory.DIAGNOSTIC, EntityCategory.CONFIG
M, TI, ANGLE = "measurement", "total_increasing", "measurement_angle"

# id, type, unit as the platform spells it -> device class, unit, state class
MEASUREMENTS = [
    ("temperature", "float", "℃", "temperature", "°C", M),
    ("temperature_left", "float", "°C", "temperature", "°C", M),
    ("ambient_temperature", "float", "°C", "temperature", "°C", M),
    ("temperature_chn1", "float", "°C", "temperature", "°C", M),
    ("tempProbe2", "float", "°C", "temperature", "°C", M),
    ("celsius_temperature", "float", "°C", "temperature", "°C", M),
    ("fahrenheit_temperature", "float", "℉", "temperature", "°F", M),
    ("pt100_2", "float", "℃", "temperature", "°C", M),
    ("temperature_mutation", "float", "°C", "temperature_delta", "°C", M),
    ("humidity", "float", "%r.h.", "humidity", "%", M),
    ("humi_indoor", "float", "%RH", "humidity", "%", M),
    ("soil_moisture", "float", "%", "moisture", "%", M),
    ("moisture", "float", "%r.h.", "moisture", "%", M),
    ("conductivity", "int", "us/cm", "conductivity", "μS/cm", M),
    ("electrical_conductivity", "int", "µS/cm", "conductivity", "μS/cm", M),
    ("co2", "int", "ppm", "carbon_dioxide", "ppm", M),
    ("co2_concentration", "int", "ppm", "carbon_dioxide", "ppm", M),
    ("co", "int", "ppm", "carbon_monoxide", "ppm", M),
    ("tvoc", "float", "ug/m3", "volatile_organic_compounds", "μg/m³", M),
    ("tvoc", "float", "ppb", "volatile_organic_compounds_parts", "ppb", M),
    ("tvoc", "float", None, None, None, M),
    ("hcho", "float", "mg/m³", None, "mg/m³", M),
    ("o3", "float", "ppm", "ozone", "ppm", M),
    ("nh3", "float", "ppm", None, "ppm", M),
    ("pm2_5", "int", "µg/m³", "pm25", "μg/m³", M),
    ("pm10", "int", "μg/m³", "pm10", "μg/m³", M),
    ("pm1_0", "int", "ug/m3", "pm1", "μg/m³", M),
    ("pressure", "float", "hPa", "atmospheric_pressure", "hPa", M),
    ("pressure", "int", "kPa", "pressure", "kPa", M),
    ("pipe_pressure_2", "int", "kPa", "pressure", "kPa", M),
    ("barometric_pressure", "float", "kPa", "atmospheric_pressure", "kPa", M),
    ("light_level", "int", None, None, None, M),
    ("illumination", "int", "Lux", "illuminance", "lx", M),
    ("illuminance", "long", "lx", "illuminance", "lx", M),
    ("sound_level_leq", "float", "dB", "sound_pressure", "dB", M),
    ("LAeq", "float", "dBA", "sound_pressure", "dBA", M),
    ("wind_speed", "float", "m/s", "wind_speed", "m/s", M),
    ("wind_direction", "float", None, "wind_direction", "°", ANGLE),
    ("rainfall_total", "float", "mm", "precipitation", "mm", TI),
    ("rain_intensity", "float", "mm/h", "precipitation_intensity", "mm/h", M),
    ("voltage", "float", "V", "voltage", "V", M),
    ("voltage_a", "float", "mV", "voltage", "mV", M),
    ("current", "int", "mA", "current", "mA", M),
    ("current_chn2", "float", "a", "current", "A", M),
    ("active_power", "long", "W", "power", "W", M),
    ("total_active_power", "float", "kW", "power", "kW", M),
    ("reactive_power1.group1.chan1", "float", "kvar", "reactive_power", "kvar", M),
    ("apparent_power_total", "float", "kVA", "apparent_power", "kVA", M),
    ("power_factor", "int", "%", "power_factor", "%", M),
    ("power_factor", "float", None, "power_factor", None, M),
    ("power_factor", "int", None, "power_factor", "%", M),
    ("power_consumption", "long", "Wh", "energy", "Wh", TI),
    ("power_consumption", "float", "kWh", "energy", "kWh", TI),
    ("ch1_sumkwh", "float", "kWh", "energy", "kWh", TI),
    ("forward_active_energy2.group1.chan3", "float", "kWh", "energy", "kWh", TI),
    ("forward_reactive_energy1.chan1", "float", "kVArh", "reactive_energy", "kvarh", TI),
    ("apparent_energy1", "float", "kVAh", None, "kVAh", TI),
    ("current_chn1_total", "float", None, None, None, TI),
    ("voltage_three_phase_imbalance", "float", "%", None, "%", M),
    ("frequency", "float", "Hz", "frequency", "Hz", M),
    ("line_1_total_in", "long", None, None, None, TI),
    ("line_2_period_out", "int", None, None, None, M),
    ("total_in", "int", None, None, None, TI),
    ("period_in", "int", None, None, None, M),
    ("people_in", "int", None, None, None, M),
    ("people_count_all", "int", None, None, None, M),
    ("people_total_counts", "int", None, None, None, M),
    ("region_3_count", "int", None, None, None, M),
    ("region_1_avg_dwell", "int", "s", "duration", "s", M),
    ("gpio_counter_1", "long", None, None, None, TI),
    ("pulse", "long", None, None, None, TI),
    ("valve_1_pulse", "long", None, None, None, TI),
    ("water_consumption", "float", "L", "water", "L", TI),
    ("water", "float", "m3", "water", "m³", TI),
    ("water", "float", None, None, None, TI),
    ("flow_rate", "float", "m3/h", "volume_flow_rate", "m³/h", M),
    ("distance", "long", "mm", "distance", "mm", M),
    ("liquid_level", "int", "cm", "distance", "cm", M),
    ("depth", "int", "cm", "distance", "cm", M),
    ("remaining_level", "int", "%", None, "%", M),
    ("valve_opening", "int", "%", None, "%", M),
    ("angle_x", "float", "°", None, "°", M),
    ("battery", "int", "%", "battery", "%", M),
    ("battery_level", "int", None, "battery", "%", M),
    ("battery_voltage", "int", "mV", "voltage", "mV", M),
    ("rssi", "int", "dBm", "signal_strength", "dBm", M),
    ("snr", "float", "dB", "signal_strength", "dB", M),
    ("use_time_today", "long", "s", "duration", "s", TI),
    ("frobnication", "float", "furlong", None, "furlong", M),
    ("frobnication_1", "float", "kPa", "pressure", "kPa", M),
    ("weight", "float", "kg", "weight", "kg", M),
    ("vaping_index", "int", None, None, None, M),
]


@pytest.mark.parametrize(
    ("path", "kind", "unit", "device_class", "native_unit", "state_class"), MEASUREMENTS
)
def test_a_number_that_is_read_is_a_sensor_of_what_it_measures(
    *,
    path: str,
    kind: str,
    unit: str | None,
    device_class: str | None,
    native_unit: str | None,
    state_class: str,
) -> None:
    found = entity(path, kind, unit)

    assert found.platform is Platform.SENSOR
    assert (found.device_class, found.unit, found.state_class) == (
        device_class,
        native_unit,
        state_class,
    )


# id, type, labels -> device class, label that means on
FLAGS = [
    ("magnet_status", "bool", "close/open", "opening", "open"),
    ("magnet_status", "enum", "1=Close/0=Open", "opening", "Open"),
    ("door_sensor_state", "enum", "closed/open", "door", "open"),
    ("window_status", "enum", "open/closed", "window", "open"),
    ("leakage_status", "bool", "normal/leak", "moisture", "leak"),
    ("water_leak_chn2", "enum", "leak/normal", "moisture", "leak"),
    ("pir", "bool", "idle/trigger", "motion", "trigger"),
    ("pir_status", "enum", "vacant/occupied", "occupancy", "occupied"),
    ("occupancy", "bool", "vacant/occupied", "occupancy", "occupied"),
    ("region_4", "enum", "vacant/occupied", "occupancy", "occupied"),
    ("daylight", "bool", "dim/bright", "light", "bright"),
    ("illuminance_status", "enum", "dim/bright", "light", "bright"),
    ("tamper_status", "bool", "installed/uninstalled", "tamper", "uninstalled"),
    ("position", "bool", "normal/tilt", "problem", "tilt"),
    ("gas_status", "bool", "normal/alarm", "gas", "alarm"),
    ("smoke_status", "enum", "normal/alarm", "smoke", "alarm"),
    ("temperature_alarm", "bool", "normal/abnormal", "problem", "abnormal"),
    (
        "temperature_alarm",
        "enum",
        "threshold alarm release/threshold alarm",
        "problem",
        "threshold alarm",
    ),
    (
        "distance_alarm",
        "enum",
        "threshold_alarm/threshold_alarm_release",
        "problem",
        "threshold_alarm",
    ),
    ("pressure_sensor_status", "enum", "1=sensor error/2=sensor normal", "problem", "sensor error"),
    ("relay_status.valve_1_status", "bool", "Open/Close", "opening", "Open"),
    ("gpio_input_2", "bool", "low/high", None, "high"),
    ("probe_connect_status", "enum", "disconnect/connect", "connectivity", "connect"),
    ("occlusion", "enum", "alarm_released/alarm_triggered", "problem", "alarm_triggered"),
    ("frobnicator", "enum", "normal/abnormal", "problem", "abnormal"),
    ("frobnicator", "bool", None, None, "true"),
]


@pytest.mark.parametrize(("path", "kind", "labels", "device_class", "on"), FLAGS)
def test_two_labels_that_mean_off_and_on_are_a_binary_sensor(
    path: str, kind: str, labels: str | None, device_class: str | None, on: str
) -> None:
    found = entity(path, kind, None, "R", labels)

    assert found.platform is Platform.BINARY_SENSOR
    assert found.device_class == device_class
    assert [found.states[key] for key in found.on] == [on]


NOT_BINARY = [
    ("lorawan_class", "Class A/Class B/Class C"),
    ("temperature_alarm", "threshold alarm release/threshold alarm/mutation alarm"),
    ("valve_1_direction", "left/right"),
    ("wifi_scan_result", "success/timeout"),
    ("calibration_result", "success/failed"),
    ("analog_alarm", "threshold alarm/value change alarm"),
    ("power_mode", "high performance/low power"),
    ("temperature_sensor_status", "read error/out of range"),
    ("pressure_sensor_status", "1=read error"),
]


@pytest.mark.parametrize(("path", "labels"), NOT_BINARY)
def test_labels_that_name_something_else_are_an_enumeration(path: str, labels: str) -> None:
    found = entity(path, "enum", None, "R", labels)

    assert (found.platform, found.device_class) == (Platform.SENSOR, "enum")
    assert len(found.states) == len(labels.split("/"))


def test_a_flag_that_tells_how_something_ended_is_an_enumeration() -> None:
    found = entity("valve_1_result", "bool", None, "R", "success/failed")

    assert (found.platform, found.device_class) == (Platform.SENSOR, "enum")
    assert found.states == {"false": "success", "true": "failed"}


# id, type, unit, access, labels -> platform, category, enabled
WRITABLE = [
    ("socket_status", "bool", None, "RW", "off/on", Platform.SWITCH, None, Grade.PRIMARY),
    ("set_socket.status", "enum", None, "RW", "off/on", Platform.SWITCH, None, Grade.PRIMARY),
    ("set_socket.ctrl_status1", "enum", None, "RW", "off/on", Platform.SWITCH, None, Grade.PRIMARY),
    ("switch_1", "bool", None, "RW", "off/on", Platform.SWITCH, None, Grade.PRIMARY),
    ("gpio_output_1", "bool", None, "RW", "low/high", Platform.SWITCH, None, Grade.PRIMARY),
    ("relay_3", "bool", None, "RW", None, Platform.SWITCH, None, Grade.PRIMARY),
    ("digital_output", "bool", None, "W", "low/high", Platform.SWITCH, None, Grade.PRIMARY),
    ("light_1", "enum", None, "RW", "off/on", Platform.SWITCH, None, Grade.PRIMARY),
    ("target_temperature", "float", "°C", "RW", None, Platform.NUMBER, None, Grade.PRIMARY),
    ("reporting_interval", "int", "s", "RW", None, Platform.NUMBER, CONFIG, Grade.SECONDARY),
    ("report_interval", "int", "min", "RW", None, Platform.NUMBER, CONFIG, Grade.SECONDARY),
    ("reporting_interval.time", "int", "min", "RW", None, Platform.NUMBER, CONFIG, Grade.SECONDARY),
    (
        "reporting_interval.seconds_of_time",
        "int",
        "s",
        "RW",
        None,
        Platform.NUMBER,
        CONFIG,
        Grade.SECONDARY,
    ),
    (
        "reporting_interval_settings.time",
        "int",
        "min",
        "W",
        None,
        Platform.NUMBER,
        CONFIG,
        Grade.SECONDARY,
    ),
    (
        "led_indicator_enable",
        "bool",
        None,
        "RW",
        "disable/enable",
        Platform.SWITCH,
        CONFIG,
        Grade.SECONDARY,
    ),
    (
        "led_indicator_mode",
        "enum",
        None,
        "RW",
        "off/on/blink",
        Platform.SELECT,
        CONFIG,
        Grade.SECONDARY,
    ),
    (
        "button_lock_config.enable",
        "bool",
        None,
        "RW",
        None,
        Platform.SWITCH,
        CONFIG,
        Grade.SECONDARY,
    ),
    (
        "buzzer_enable",
        "bool",
        None,
        "RW",
        "disable/enable",
        Platform.SWITCH,
        CONFIG,
        Grade.SECONDARY,
    ),
    (
        "power_consumption_3w",
        "bool",
        None,
        "W",
        "Disable/Enable",
        Platform.SWITCH,
        CONFIG,
        Grade.RARE,
    ),
    ("d2d_key", "text", None, "RW", None, Platform.TEXT, CONFIG, Grade.RARE),
    ("d2d_enable", "bool", None, "RW", "disable/enable", Platform.SWITCH, CONFIG, Grade.RARE),
    (
        "time_zone",
        "enum",
        None,
        "RW",
        "0=UTC/60=UTC+1/120=UTC+2",
        Platform.SELECT,
        CONFIG,
        Grade.RARE,
    ),
    (
        "temperature_calibration_settings.calibration_value",
        "float",
        "°C",
        "RW",
        None,
        Platform.NUMBER,
        CONFIG,
        Grade.RARE,
    ),
    ("frobnication_depth", "int", None, "RW", None, Platform.NUMBER, CONFIG, Grade.RARE),
    ("timestamp", "date", "s", "W", None, Platform.DATETIME, CONFIG, Grade.RARE),
    ("buzzer_sleep.item_1.start_time", "time", None, "RW", None, Platform.TIME, CONFIG, Grade.RARE),
    ("collect_data", "bool", None, "W", "no/yes", Platform.BUTTON, CONFIG, Grade.RARE),
    ("reboot", "enum", None, "W", "1=Reboot", Platform.BUTTON, CONFIG, Grade.SECONDARY),
    ("clear_history", "bool", None, "W", None, Platform.BUTTON, CONFIG, Grade.RARE),
    ("history_enable", "bool", None, "RW", "no/yes", Platform.SWITCH, CONFIG, Grade.RARE),
]


@pytest.mark.parametrize(
    ("path", "kind", "unit", "access", "labels", "platform", "category", "grade"), WRITABLE
)
def test_what_can_be_written_is_a_control_or_a_setting(
    *,
    path: str,
    kind: str,
    unit: str | None,
    access: str,
    labels: str | None,
    platform: Platform,
    category: EntityCategory | None,
    grade: Grade,
) -> None:
    found = entity(path, kind, unit, access, labels)

    assert (found.platform, found.category, found.grade) == (platform, category, grade)


DIAGNOSTICS = [
    ("battery", "int", "%", None, Grade.PRIMARY),
    ("device_status", "bool", None, "off/on", Grade.RARE),
    ("lorawan_class", "enum", None, "Class A/Class B/Class C", Grade.RARE),
    ("reset_event", "bool", None, "normal/reset", Grade.RARE),
    ("temperature_sensor_status", "enum", None, "normal/over range/read failed", Grade.SECONDARY),
    ("moisture_error", "enum", None, "collection failed/out of range", Grade.SECONDARY),
    ("rssi", "int", "dBm", None, Grade.RARE),
    ("cellular_status.iccid", "text", None, None, Grade.RARE),
    ("frobnicator_note", "text", None, None, Grade.SECONDARY),
]


@pytest.mark.parametrize(("path", "kind", "unit", "labels", "grade"), DIAGNOSTICS)
def test_what_speaks_of_the_device_itself_is_diagnostic(
    path: str, kind: str, unit: str | None, labels: str | None, grade: Grade
) -> None:
    found = entity(path, kind, unit, "R", labels)

    assert (found.category, found.grade) == (DIAGNOSTIC, grade)


NAMES: list[tuple[dict[str, Any], str]] = [
    (item("frobnicator_level", name="Frobnicator Level"), "Frobnicator level"),
    (
        item("temperature_chn7_x", name="Temperature (Channel 7)", unit="°C"),
        "Channel 7 temperature",
    ),
    (
        item("freeze_setting.enable", "bool", name="Enable(Freeze Protection)"),
        "Freeze protection enable",
    ),
    (
        item("alarm_config.threshold_min", name="Alarm Config (Threshold Min)"),
        "Alarm threshold min",
    ),
    (item("a.b", name="CO2 Offset(CO2)"), "CO2 offset"),
    (item("frob_1", name="CoolingTarget Frob1"), "Cooling target frob 1"),
    (item("frob", name=""), "Frob"),
    (item("frob", name="  \u200bA\tvery   odd\nName "), "A very odd name"),
    (item("frob", name="LoRaWAN ADR mode"), "LoRaWAN ADR mode"),
    (item("温度計", name="温度計"), "温度計"),
]


@pytest.mark.parametrize(("raw", "name"), NAMES)
def test_names_are_the_specifications_words_tidied(raw: dict[str, Any], name: str) -> None:
    (found,) = entities(raw).values()

    assert found.name == name


def test_long_names_are_cut_between_words() -> None:
    found = entity("frob", name="word " * 100)

    assert found.name is not None
    assert len(found.name) <= 80
    assert found.name.endswith("word")


KNOWN = [
    (item("celsius_temperature", unit="°C"), "temperature", {}),
    (item("temperature_chn2", unit="°C"), "temperature_channel", {"channel": "2"}),
    (item("line_3_total_in", "long"), "line_total_in_number", {"number": "3"}),
    (item("report_interval", "int", "s", "RW"), "report_interval", {}),
    (item("button_lock_config.enable", "bool", None, "RW"), "button_lock", {}),
    (item("pressure", "float", "hPa"), "barometric_pressure", {}),
    (item("pressure", "float", "kPa"), "pressure", {}),
    (item("temperature_left", unit="°C"), None, {}),
]


@pytest.mark.parametrize(("raw", "key", "placeholders"), KNOWN)
def test_well_known_properties_are_translated(
    raw: dict[str, Any], key: str | None, placeholders: dict[str, str]
) -> None:
    (found,) = entities(raw).values()

    assert (found.translation_key, dict(found.placeholders)) == (key, placeholders)


def test_entities_of_one_name_are_told_apart() -> None:
    found = entities(
        item("first.enable", "bool", None, "RW", name="Enable(Rule)"),
        item("second.enable", "bool", None, "RW", name="Enable(Rule)"),
        item("interval.a", "int", "s", "RW", name="Waiting(Waiting)"),
        item("interval.b", "int", "min", "RW", name="Waiting(Waiting)"),
    )

    names = [description.name for description in found.values()]
    assert len(set(names)) == len(names)
    assert "Waiting (min)" in names


def test_the_one_control_of_a_device_has_the_devices_name() -> None:
    found = entities(
        item("socket_status", "bool", None, "RW", "off/on"), item("temperature", unit="°C")
    )

    assert found["socket_status"].name is None
    assert found["socket_status"].translation_key is None
    assert found["temperature"].translation_key == "temperature"


def test_of_two_switches_each_has_a_name() -> None:
    found = entities(
        item("switch_1", "bool", None, "RW", "off/on"),
        item("switch_2", "bool", None, "RW", "off/on"),
    )

    assert [description.placeholders for description in found.values()] == [
        {"number": "1"},
        {"number": "2"},
    ]


def test_the_registrys_facts_are_no_entities_at_any_depth() -> None:
    paths = "sn product_sn hardware_version firmware_version tsl_version ipso_version imei"
    properties = [item(path, "text") for path in paths.split()]
    deep = [item("version.firmware_version", "text"), item("cellular.status.imei", "text")]

    assert entities(*properties, *deep) == {}


def test_of_celsius_and_fahrenheit_twins_the_celsius_one_stays() -> None:
    found = entities(
        item("temperature", unit="°C"),
        item("celsius_temperature", unit="°C"),
        item("fahrenheit_temperature", unit="℉"),
        item("limit", unit="℉"),
        item("celsius_limit", unit="°C"),
        item("fahrenheit_limit", unit="℉"),
        item("fahrenheit_alone", unit="℉"),
    )

    assert set(found) == {"temperature", "celsius_limit", "fahrenheit_alone"}


def test_past_readings_make_no_entities() -> None:
    found = entities(
        item("history", "array"),
        item("history._item", "struct"),
        item("history._item.temperature", unit="°C"),
        item("historical_data_retrieve.humidity", unit="%"),
        item("history_enable", "bool", None, "RW"),
        events=[event("historical_data_report", item("mode", "enum", labels="a/b"))],
    )

    assert set(found) == {"history_enable"}


def test_what_is_hidden_is_disabled() -> None:
    assert entity("temperature", unit="°C", hidden=True).grade is Grade.RARE


def test_an_enumeration_without_labels_is_text() -> None:
    found = entity("mystery", "enum")

    assert (found.platform, found.device_class, dict(found.states)) == (Platform.SENSOR, None, {})


def test_a_whole_number_with_labels_is_an_enumeration() -> None:
    found = entity("work_state", "int", None, "R", "idle/busy/broken")

    assert (found.platform, found.device_class) == (Platform.SENSOR, "enum")
    assert list(found.states.values()) == ["idle", "busy", "broken"]


def test_options_that_read_the_same_are_told_apart() -> None:
    found = entity("shift", "enum", None, "RW", "1=day/2=day/3=night")

    assert list(found.states.values()) == ["day", "day (2)", "night"]


def test_well_known_states_are_keys_of_a_translation() -> None:
    found = entity("lorawan_class", "enum", None, "R", "Class A/Class B/Class C")

    assert list(found.states.values()) == ["class_a", "class_b", "class_c"]


PRESSES = [
    ("button_1", "bool", "released/pressed"),
    ("button_event.status", "enum", "1=short press/2=long press/3=double press"),
    ("button_status", "enum", "single_click/double_click/long_press"),
    ("sos_key", "bool", None),
    ("function_key_event", "bool", "no/yes"),
]


@pytest.mark.parametrize(("path", "kind", "labels"), PRESSES)
def test_a_press_of_a_button_is_an_event(path: str, kind: str, labels: str | None) -> None:
    found = entity(path, kind, None, "R", labels)

    assert (found.platform, found.device_class) == (Platform.EVENT, "button")
    assert found.grade is Grade.PRIMARY
    assert found.states


def test_the_state_of_a_wall_switch_is_no_press() -> None:
    assert entity("button_status.button1", "enum", labels="Off/On").platform is (
        Platform.BINARY_SENSOR
    )


def test_an_event_has_the_kinds_that_its_type_names() -> None:
    found = entities(
        events=[
            event(
                "frost_alarm",
                item("frost_alarm.type", "enum", labels="16=release/17=trigger"),
                item("frost_alarm.temperature", unit="°C"),
            )
        ]
    )["event_frost_alarm"]

    assert found.platform is Platform.EVENT
    assert found.roles["type"].path == "type"
    assert dict(found.states) == {"16": "release", "17": "trigger", "": "frost_alarm"}


def test_a_service_without_inputs_is_a_button() -> None:
    found = entities(
        services=[
            service("reboot"),
            service("clear_history"),
            service("set_speed", item("speed", "int")),
            service("set_pace", item("pace", "int", defaultValue=3)),
            service("set_list", item("list", "array")),
        ]
    )

    assert set(found) == {"service_reboot", "service_clear_history", "service_set_pace"}
    assert found["service_reboot"].device_class == "restart"
    assert found["service_reboot"].grade is Grade.SECONDARY
    assert found["service_clear_history"].grade is Grade.RARE


def test_a_number_is_bounded_by_its_validator() -> None:
    found = entity("report_interval", "int", "s", "RW", validator={"min": 60, "max": 64800})
    fine = entity("gain", "float", None, "RW", fractionDigits=2)

    assert (found.minimum, found.maximum, found.step) == (60, 64800, 1)
    assert fine.step == pytest.approx(0.01)
    assert fine.precision == 2


DIFFERENCES = [
    "temperature_calibration_settings.calibration_value",
    "target_temperature_tolerance",
    "temperature_hysteresis",
    "temp_control.celsius_under_temperature_side_deadband",
    "temperature_offset",
]


@pytest.mark.parametrize("unit", ["°C", "℉"])
@pytest.mark.parametrize("path", DIFFERENCES)
def test_differences_of_temperatures_are_no_temperatures(path: str, unit: str) -> None:
    assert entity(path, "float", unit, "RW").device_class == "temperature_delta"


def test_an_alarm_flag_knows_the_flag_that_ends_it() -> None:
    found = entities(
        item("alarms.current_threshold_alarm", "bool", labels="no/yes"),
        item("alarms.current_threshold_alarm_release", "bool", labels="no/yes"),
    )

    release = found["alarms.current_threshold_alarm"].roles["release"]
    assert release.path == "alarms.current_threshold_alarm_release"
    assert found[release.path].grade is Grade.RARE


def test_a_switch_that_can_only_be_written_shows_the_state_that_is_read() -> None:
    found = entities(
        item("button_status.button1", "enum", labels="Off/On"),
        item("button_status_control.button_status1", "enum", None, "W", "Off/On"),
    )

    switch = found["button_status_control.button_status1"]
    assert switch.platform is Platform.SWITCH
    assert switch.roles["state"].path == "button_status.button1"
    assert switch.options["state"] == {"0": "off", "1": "on"}
    assert found["button_status.button1"].grade is Grade.RARE


def test_a_socket_that_only_a_service_switches_is_a_switch() -> None:
    found = entities(
        item("socket_status.switch_status_1", "enum", labels="off/on"),
        services=[service("set_socket", item("set_socket.status_1", "enum", labels="off/on"))],
    )["socket_status.switch_status_1"]

    assert (found.platform, found.device_class) == (Platform.SWITCH, "outlet")
    assert (found.calls["set"].service.id, found.calls["set"].input.path) == (
        "set_socket",
        "status_1",
    )


def test_the_elements_of_an_array_are_described_by_a_template() -> None:
    (template,) = entities(
        item("relay", "array", name="Relay"),
        item("relay._item", "struct", name="Relay Item"),
        item("relay._item.frob_level", "int", "%", name="Frob Level"),
    ).values()

    assert template.is_template
    element = template.element(2)
    assert (element.key, element.path) == ("relay[2].frob_level", "relay[2].frob_level")
    assert element.item is not None
    assert element.item.path == "relay[2].frob_level"
    assert element.name == "Relay 3 frob level"


def test_elements_of_elements_are_counted_from_the_left() -> None:
    (template,) = entities(
        item("board", "array"),
        item("board._item", "struct"),
        item("board._item.port", "array"),
        item("board._item.port._item", "float", "V"),
    ).values()

    assert template.element(0, 4).key == "board[0].port[4]"


def test_well_known_elements_have_their_number_as_a_placeholder() -> None:
    (template,) = entities(
        item("relay", "array"),
        item("relay._item", "bool", None, "RW", "off/on"),
    ).values()

    assert template.element(0).translation_key == "relay_number"
    assert template.element(0).placeholders == {"number": "1"}


def test_a_latitude_and_its_longitude_are_one_tracker() -> None:
    found = entities(item("latitude", fractionDigits=6), item("longitude", fractionDigits=6))

    assert set(found) == {"device_tracker_latitude"}
    assert {role: item.path for role, item in found["device_tracker_latitude"].roles.items()} == {
        "latitude": "latitude",
        "longitude": "longitude",
    }


def test_a_position_that_can_be_written_is_two_numbers() -> None:
    found = entities(item("latitude", access="RW"), item("longitude", access="RW"))

    assert {description.platform for description in found.values()} == {Platform.NUMBER}
    assert set(found) == {"latitude", "longitude"}


def test_a_device_shows_a_dozen_at_most_and_the_first_of_each_kind_first() -> None:
    found = entities(
        *(item(f"temperature_chn{number}", unit="°C") for number in range(1, 20)),
        *(item(f"humidity_chn{number}", unit="%") for number in range(1, 20)),
        item("battery", "int", "%"),
    )

    enabled = {key for key, one in found.items() if one.grade is not Grade.RARE}
    assert len(enabled) == 12
    assert {"battery", "temperature_chn1", "humidity_chn1", "temperature_chn5"} <= enabled
    assert "temperature_chn9" not in enabled


def test_thousands_of_properties_are_described() -> None:
    many = (
        item(f"group{number % 40}.frob_{number}_temperature", "float", "°C", name=f"Frob {number}")
        for number in range(5000)
    )

    found = entities(*many)

    assert len(found) == 5000
    assert len({description.name for description in found.values()}) > 4000
