"""Tests of the meaning of numbers by their ids and units."""

from homeassistant.const import Platform
import pytest

from custom_components.milesight.mapping import Priority

from .helpers import entities, entity, item

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
    ("color_temperature", "int", "K", None, "K", M),
    ("cct", "int", "K", None, "K", M),
    ("co2", "int", "ppm", "carbon_dioxide", "ppm", M),
    ("co2_concentration", "int", "ppm", "carbon_dioxide", "ppm", M),
    ("concentration", "int", "ppm", "carbon_dioxide", "ppm", M),
    ("concentration", "int", None, None, None, M),
    ("concentration", "float", "mg/m³", None, "mg/m³", M),
    ("co_concentration", "int", "ppm", "carbon_monoxide", "ppm", M),
    ("ch4_concentration", "float", "ppm", None, "ppm", M),
    ("hcho_concentration", "float", "mg/m³", None, "mg/m³", M),
    ("pm2_5_concentration", "int", "µg/m³", "pm25", "μg/m³", M),
    ("gas_concentration", "float", "%LEL", None, "%LEL", M),
    ("battery_tempeture", "float", "°C", "temperature", "°C", M),
    ("battery_temperature", "float", "°C", "temperature", "°C", M),
    ("battery_tempeture", "float", None, None, None, M),
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
    ("radar_rssi", "int", None, "signal_strength", "dBm", M),
    ("cellular_csq", "int", None, None, None, M),
    ("people_periodic_in", "int", None, None, None, M),
    ("line_1_periodic_counts.in", "int", None, None, None, M),
    ("region_1_avg_dwell", "int", None, "duration", "s", M),
    ("liquid", "float", "cm", "distance", "cm", M),
    ("temprature", "float", "°C", "temperature", "°C", M),
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
    ("acceleration_x", "float", "g", None, "g", M),
    ("ph", "float", "pH", "ph", None, M),
    ("daily_rainfall", "float", "mm", "precipitation", "mm", M),
    ("rainfall_today", "float", "mm", "precipitation", "mm", TI),
    ("hourly_energy", "float", "kWh", "energy", "kWh", None),
    ("daily_energy", "float", "kWh", "energy", "kWh", None),
    ("energy_last_hour", "float", "kWh", "energy", "kWh", None),
    ("energy_consumption_period", "float", "kWh", "energy", "kWh", None),
    ("energy_today", "float", "kWh", "energy", "kWh", TI),
    ("total_kilowatt_hours", "float", "kWh", "energy", "kWh", TI),
    ("total_working_hours", "float", "h", "duration", "h", TI),
    ("energy_saving", "float", "%", None, "%", M),
    ("period_water", "float", "L", "water", "L", None),
    ("hourly_water_consumption", "float", "m3", "water", "m³", None),
    ("counter_period", "long", None, None, None, M),
    ("pulse_hourly", "long", None, None, None, M),
    ("counter_hour", "long", None, None, None, M),
    ("hourly_wind_direction", "float", "°", "wind_direction", "°", ANGLE),
    ("port_1_temperature", "float", "°C", "temperature", "°C", M),
    ("sensor_id_1.temperature", "float", "°C", "temperature", "°C", M),
    ("port_1_counter", "long", None, None, None, TI),
    ("lora_port", "int", None, None, None, None),
    ("tank_volume", "float", "L", "volume_storage", "L", M),
    ("water_tank_volume", "float", "m3", "volume_storage", "m³", M),
    ("remaining_energy", "float", "kWh", "energy_storage", "kWh", M),
    ("silo_volume", "float", "m3", "volume_storage", "m³", M),
    ("oil_level", "float", "L", "volume_storage", "L", M),
    ("gas_tank_level", "float", "L", "volume_storage", "L", M),
    ("oil_consumption", "float", "L", "volume", "L", TI),
    ("total_volume", "float", "m3", "volume", "m³", TI),
    ("reactive_power", "float", "MVAr", None, "MVAr", M),
    ("line_1_child_total_in", "long", None, None, None, TI),
    ("power_factor", "int", None, "power_factor", "%", M),
    ("power_factor", "float", None, "power_factor", None, M),
    ("vaping_index", "int", None, None, None, M),
]


@pytest.mark.parametrize(
    ("path", "kind", "unit", "device_class", "native_unit", "state_class"), MEASUREMENTS
)
def test_number_that_is_read_is_a_sensor_of_what_it_measures(
    *,
    path: str,
    kind: str,
    unit: str | None,
    device_class: str | None,
    native_unit: str | None,
    state_class: str | None,
) -> None:
    described = entity(path, kind, unit)

    assert described.platform is Platform.SENSOR
    assert (described.device_class, described.unit, described.state_class) == (
        device_class,
        native_unit,
        state_class,
    )


DIFFERENCES = [
    "temperature_calibration_settings.calibration_value",
    "target_temperature_tolerance",
    "temperature_hysteresis",
    "temp_control.celsius_under_temperature_side_deadband",
    "temperature_offset",
]


@pytest.mark.parametrize("unit", ["°C", "℉", "K"])
@pytest.mark.parametrize("path", DIFFERENCES)
def test_differences_of_temperatures_are_no_temperatures(path: str, unit: str) -> None:
    assert entity(path, "float", unit, "RW").device_class == "temperature_delta"


def test_power_factor_above_one_is_told_in_percent() -> None:
    assert entity("power_factor", validator={"min": 0, "max": 100}).unit == "%"
    assert entity("power_factor", validator={"min": 0, "max": 1}).unit is None


def test_step_follows_limits_without_fraction_digits() -> None:
    described = entity("power_factor", "float", None, "RW", validator={"min": 0.01, "max": 1})

    assert described.step == pytest.approx(0.01)


def test_number_is_bounded_by_its_validator() -> None:
    described = entity("report_interval", "int", "s", "RW", validator={"min": 60, "max": 64800})
    fine = entity("gain", "float", None, "RW", fractionDigits=2)

    assert (described.minimum, described.maximum, described.step) == (60, 64800, 1)
    assert fine.step == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("path", "state_class"),
    [("modbus_chn_3", M), ("modbus_channel_2.value", M), ("valve_1_pulse", TI), ("pulse", TI)],
)
def test_counts_and_registers_that_are_read_are_sensors(path: str, state_class: str) -> None:
    described = entities(item(path, "int", None, "RW"))[path]

    assert (described.platform, described.state_class) == (Platform.SENSOR, state_class)
    assert entities(item(path, "int", None, "W"))[path].platform is Platform.NUMBER


def test_pulse_settings_stay_numbers() -> None:
    described = entities(
        item("valve_1_task.pulse", "int", None, "RW"), item("pulse_width", "int", "ms", "RW")
    )

    assert {one.platform for one in described.values()} == {Platform.NUMBER}


def test_energy_in_watt_hours_is_suggested_in_kilowatt_hours() -> None:
    assert entity("power_consumption", "int", "Wh").suggested_unit == "kWh"
    assert entity("power_consumption", "int", "kWh").suggested_unit is None


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("liquid", "cm"),
        ("pulse", None),
        ("vaping_index", None),
        ("relay_1_current", "A"),
        ("port_1_temperature", "°C"),
        ("sensor_id_1.temperature", "°C"),
        ("port_1_counter", None),
    ],
)
def test_what_a_device_measures_is_primary(path: str, unit: str | None) -> None:
    described = entity(path, "float", unit)

    assert (described.priority, described.category) == (Priority.PRIMARY, None)


def test_value_of_an_alarm_is_rare() -> None:
    described = entities(item("pm10", unit="µg/m³"), item("pm10_alarm.pm10", unit="µg/m³"))

    assert described["pm10_alarm.pm10"].priority is Priority.RARE


BOUNDS = [
    ("report_interval", "int", "min", (1, 1440)),
    ("reporting_interval.seconds_of_time", "int", "s", (60, 64800)),
    ("humidity_range.min", "int", "%", (0, 100)),
    ("temperature_calibration_settings.calibration_value", "float", "°C", (-10, 10)),
    ("target_temperature", "float", "°C", (5, 35)),
    ("target_temperature", "float", "°F", (41, 95)),
    ("freeze_protection_config.temperature", "float", "°C", (1, 10)),
    ("temperature_tolerance", "float", "°C", (0, 20)),
    ("outside_temperature", "float", "°C", (-50, 150)),
    ("color_temperature", "int", "K", (1000, 10000)),
    ("cct", "int", "K", (1000, 10000)),
    ("heating_date.start_month", "int", None, (1, 12)),
    ("alarm_report_times", "int", None, (0, 1000)),
    ("anything", "int", None, (0, 65535)),
]


@pytest.mark.parametrize(("path", "kind", "unit", "expected"), BOUNDS)
def test_number_without_a_range_is_bounded_by_what_it_is(
    path: str, kind: str, unit: str | None, expected: tuple[float, float]
) -> None:
    described = entity(path, kind, unit, "W")

    assert (described.minimum, described.maximum) == expected


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected"),
    [(0.5, 9.5, (1, 9)), (-9.5, -0.5, (-9, -1)), (0.2, 0.8, (1, 1))],
)
def test_whole_number_is_bounded_by_whole_numbers(
    minimum: float, maximum: float, expected: tuple[float, float]
) -> None:
    validator = {"min": minimum, "max": maximum}

    for facts in ({"kind": "int"}, {"kind": "float", "fractionDigits": 0}):
        described = entity("frobnication", unit=None, access="RW", validator=validator, **facts)
        assert (described.minimum, described.maximum, described.step) == (*expected, 1)


def test_one_bound_of_the_specification_moves_the_other() -> None:
    described = entity("report_interval", "int", "min", "RW", validator={"min": 2000})

    assert (described.minimum, described.maximum) == (2000, 2000)
