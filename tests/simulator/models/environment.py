"""Air, temperature, humidity and soil sensors."""

from typing import Final

from ..specification import (
    RW,
    Event,
    Service,
    Specification,
    W,
    choice,
    flag,
    integer,
    number,
    struct,
)
from .common import (
    QUERY,
    REBOOT,
    SYNCHRONIZE,
    ZERO_ONE,
    battery,
    calibration,
    historical_data,
    history_services,
    identity,
    reporting_interval,
    storage,
    threshold,
    time_zone,
)
from .life import among, drain, wander
from .model import Model

AM319_HCHO: Final = Model(
    name="AM319-HCHO",
    code="C25",
    hardware="V1.1",
    firmware=("1.4", "1.3"),
    specification=Specification(
        properties=(
            *identity(coded_status=True),
            battery(),
            number("temperature", "°C", limits=(-20, 60), initial=22.4),
            number("humidity", "%RH", limits=(0, 100), initial=43.5),
            choice("pir", ("idle", "trigger"), name="PIR"),
            integer("light_level", limits=(0, 5), initial=2),
            integer("co2", "ppm", name="CO2", limits=(400, 5000), initial=640),
            number("tvoc", name="TVOC", digits=2, limits=(0, 5), initial=1.2),
            number(
                "pressure", "hPa", name="Barometric Pressure", limits=(260, 1260), initial=1013.2
            ),
            number("hcho", "mg/m³", name="HCHO", digits=2, limits=(0, 6), initial=0.02),
            integer("pm2_5", "μg/m³", name="PM2.5", limits=(0, 1000), initial=8),
            integer("pm10", "ug/m3", name="PM10", limits=(0, 1000), initial=11),
            flag("buzzer_status", "off", "on"),
            struct(
                "reporting_interval",
                integer("time", "min", limits=(1, 1440), initial=10),
                access=RW,
            ),
            time_zone(),
            choice("tvoc_unit", ("IAQ", "µg/m³"), name="TVOC Unit", access=W),
            integer(
                "pm2_5_collection_interval",
                "s",
                name="PM2.5 Collection Interval",
                limits=(60, 64800),
                access=W,
                initial=600,
            ),
            struct(
                "co2_calibration_settings",
                choice("mode", ("factory", "abc", "manual", "background", "zero"), initial="1"),
                integer("calibration_value", "ppm", limits=(400, 2000), initial=400),
                access=W,
            ),
            flag(
                "co2_abc_calibration_enable",
                name="CO2 ABC Calibration Enable",
                access=W,
                initial=True,
            ),
            flag("buzzer_enable", access=RW),
            choice(
                "led_indicator_mode",
                ("off", "on", "blink"),
                name="LED Indicator Mode",
                access=RW,
                initial="2",
            ),
            flag("screen_display_enable", access=W, initial=True),
            flag("screen_display_alarm_enable", access=W, initial=True),
            struct(
                "screen_display_element_settings",
                *(
                    flag(element, "hide", "show", initial=True)
                    for element in (
                        "temperature",
                        "humidity",
                        "co2",
                        "light",
                        "tvoc",
                        "smile",
                        "pm2_5",
                        "pm10",
                        "hcho",
                    )
                ),
                access=W,
                hidden=True,
            ),
            struct(
                "child_lock_settings",
                flag("off_button"),
                flag("on_button"),
                flag("collection_button"),
                access=W,
            ),
            threshold("temperature_threshold", "°C", (-20, 60)),
            *storage(),
        ),
        events=(
            historical_data(
                number("temperature", "°C"),
                number("humidity", "%RH"),
                integer("co2", "ppm"),
            ),
        ),
        services=(
            REBOOT,
            QUERY,
            Service("stop_buzzer"),
            Service("time_synchronize"),
            *history_services("stop_historical_data_retrival"),
        ),
    ),
    reports=(
        (
            "temperature",
            "humidity",
            "co2",
            "tvoc",
            "hcho",
            "pressure",
            "pm2_5",
            "pm10",
            "light_level",
        ),
        ("pir",),
        ("battery",),
    ),
    life={
        "temperature": wander(18, 27, 0.4),
        "humidity": wander(28, 68, 1.2),
        "co2": wander(410, 1650, 60, 0),
        "tvoc": wander(0.4, 3.5, 0.15, 2),
        "hcho": wander(0.01, 0.12, 0.01, 2),
        "pressure": wander(985, 1035, 0.6),
        "pm2_5": wander(1, 60, 3, 0),
        "pm10": wander(2, 80, 4, 0),
        "light_level": wander(0, 5, 1, 0),
        "pir": among("0", "1", chance=0.4),
        "battery": drain(),
    },
    effects={"stop_buzzer": lambda _values, _inputs: {"buzzer_status": False}},
)

EM300_TH: Final = Model(
    name="EM300-TH",
    code="B21",
    sleeping=True,
    hardware="V3.1",
    firmware=("1.6", "1.5"),
    specification=Specification(
        properties=(
            *identity(),
            battery(),
            number("temperature", "℃", limits=(-30, 70), initial=6.3),
            number("humidity", "%r.h.", limits=(0, 100), initial=58.5),
            reporting_interval(),
            integer("collecting_interval", "s", limits=(60, 64800), access=RW, initial=60),
            threshold("threshold_parameter", "℃", (-30, 70)),
            calibration("temperature_calibration_settings", "℃", (-10, 10)),
            calibration("humidity_calibration_settings", "%r.h.", (-20, 20)),
            *storage(),
        ),
        events=(
            historical_data(
                number("temperature", "℃"),
                number("humidity", "%r.h."),
                flag("status", "normal", "alarm"),
            ),
            Event(
                "temperature_alarm",
                (
                    number("temperature", "℃"),
                    choice("alarm_type", {"0": "threshold alarm release", "1": "threshold alarm"}),
                ),
            ),
        ),
        services=(REBOOT, QUERY, *history_services()),
    ),
    reports=(("temperature", "humidity"), ("battery",)),
    life={"temperature": wander(2, 9, 0.5), "humidity": wander(40, 85, 1.5), "battery": drain()},
)

TS302: Final = Model(
    name="TS302",
    code="D38",
    sleeping=True,
    hardware="V1.0",
    firmware=("1.1",),
    specification=Specification(
        properties=(
            *identity(),
            battery(),
            number(
                "temperature_left", "°C", name="Temperature (Left)", limits=(-60, 60), initial=-18.4
            ),
            number(
                "temperature_right", "°C", name="Temperature (Right)", limits=(-60, 60), initial=4.1
            ),
            choice(
                "temperature_left_alarm",
                ("threshold alarm release", "threshold alarm", "mutation alarm"),
            ),
            choice(
                "temperature_right_alarm",
                ("threshold alarm release", "threshold alarm", "mutation alarm"),
            ),
            struct(
                "reporting_interval",
                integer("time", "min", limits=(1, 1080), initial=10),
                access=RW,
            ),
            integer("collecting_interval", "s", limits=(10, 64800), access=W, initial=60),
            choice("temperature_unit", ("℃", "℉"), access=W),
            choice("time_display", ("12-hour", "24-hour"), access=W, initial="1"),
            flag("child_lock", access=RW),
            flag("display_enable", keys=ZERO_ONE, access=W, initial=True),
            calibration("temperature_left_calibration_settings", "°C", (-20, 20)),
            calibration("temperature_right_calibration_settings", "°C", (-20, 20)),
            threshold("temperature_left_threshold", "°C", (-60, 60)),
            threshold("temperature_right_threshold", "°C", (-60, 60)),
            time_zone(),
            *storage(),
        ),
        events=(
            historical_data(number("temperature_left", "°C"), number("temperature_right", "°C")),
        ),
        services=(REBOOT, QUERY, SYNCHRONIZE, *history_services()),
    ),
    reports=(("temperature_left", "temperature_right", "battery"),),
    life={
        "temperature_left": wander(-24, -14, 0.8),
        "temperature_right": wander(1, 8, 0.5),
        "battery": drain(),
    },
)

_CHANNELS: Final = {"0": "Channel 1", "1": "Channel 2"}

EM500_SMTC: Final = Model(
    name="EM500-SMTC-MEC20",
    code="D74",
    sleeping=True,
    hardware="V1.1",
    firmware=("1.13", "1.12"),
    specification=Specification(
        properties=(
            choice("device_status", {"0": "off", "1": "on"}, data_type="INT", initial=1),
            *(
                item
                for item in identity()
                if item.id not in ("device_status", "reset_event", "tsl_version")
            ),
            battery(99),
            integer(
                "conductivity",
                "µs/cm",
                name="Electrical Conductivity",
                limits=(0, 23000),
                initial=410,
            ),
            number("temperature", "°C", limits=(-40, 80), initial=14.2),
            number("soil_moisture", "%", digits=2, limits=(0, 100), initial=31.7),
            integer("reporting_interval", "min", limits=(1, 1440), access=W, initial=20),
            time_zone(),
            struct(
                "reset_collection_settings",
                integer("times", limits=(1, 1000), initial=3),
                integer("interval", "s", limits=(1, 600), initial=10),
                access=W,
            ),
            *(
                struct(
                    f"sensor_{measure}_enable",
                    choice("channel", _CHANNELS),
                    flag("enable", initial=True),
                    access=W,
                )
                for measure in ("temperature", "humidity", "electrical_conductivity")
            ),
            integer("collection_interval", "s", limits=(60, 64800), access=W, initial=600),
            *(
                struct(
                    f"{measure}_calibration_settings",
                    choice("id", _CHANNELS, name="ID"),
                    flag("enable"),
                    number("value", unit, limits=limits, initial=0),
                    access=W,
                )
                for measure, unit, limits in (
                    ("temperature", "°C", (-20, 20)),
                    ("humidity", "%", (-50, 50)),
                    ("electrical_conductivity", "µs/cm", (-5000, 5000)),
                )
            ),
            flag("data_storage_enable", keys=ZERO_ONE, access=W),
            flag("retransmission_enable", keys=ZERO_ONE, access=W),
            struct(
                "retransmission_interval_settings",
                choice("type", ("s", "min")),
                integer("interval", limits=(30, 1200), initial=600),
                access=W,
            ),
            struct(
                "retrieval_interval",
                choice("type", ("s", "min")),
                integer("interval", limits=(30, 1200), initial=60),
                access=W,
            ),
        ),
        events=(
            Event(
                "temperature_mutation_alarm",
                (
                    number("temperature", "°C"),
                    number("temperature_mutation_value", "°C"),
                    choice("alarm_type", ("mutation alarm release", "mutation alarm")),
                ),
            ),
            historical_data(
                integer("electrical_conductivity", "µs/cm"),
                number("temperature", "°C"),
                number("soil_moisture", "%", digits=2),
                event_id="historical_data_retrieve",
            ),
        ),
        services=(*history_services("stop_historical_data_retrival"), SYNCHRONIZE, QUERY, REBOOT),
    ),
    reports=(("conductivity", "temperature", "soil_moisture"), ("battery",)),
    life={
        "conductivity": wander(120, 900, 25, 0),
        "temperature": wander(4, 24, 0.4),
        "soil_moisture": wander(12, 48, 0.9, 2),
        "battery": drain(0.01),
    },
)
