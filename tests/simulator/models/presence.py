"""Contacts, leaks, motion, occupancy and people counting."""

from typing import Final

from ..specification import (
    RW,
    Event,
    Service,
    Specification,
    W,
    choice,
    date,
    flag,
    integer,
    number,
    struct,
    text,
)
from .common import (
    QUERY,
    REBOOT,
    SYNCHRONIZE,
    ZERO_ONE,
    battery,
    calibration,
    d2d,
    daylight_saving,
    historical_data,
    history_services,
    identity,
    reporting_interval,
    storage,
    threshold,
    time_zone,
)
from .life import among, count, drain, rise, toggle, wander
from .model import Model

EM300_MCS: Final = Model(
    name="EM300-MCS",
    code="B62",
    sleeping=True,
    hardware="V3.0",
    firmware=("1.5",),
    specification=Specification(
        properties=(
            *identity(),
            battery(94),
            number("temperature", "℃", limits=(-30, 70), initial=19.8),
            number("humidity", "%r.h.", limits=(0, 100), initial=47),
            choice("magnet_status", ("close", "open")),
            reporting_interval(),
            integer("collecting_interval", "s", limits=(60, 64800), access=RW, initial=60),
            threshold("threshold_parameter", "℃", (-30, 70)),
            struct(
                "magnet_alarm_config",
                flag("enable", initial=True),
                integer("reporting_interval", "s", limits=(1, 64800), initial=60),
                integer("reporting_times", limits=(1, 1000), initial=2),
                access=W,
            ),
            calibration("temperature_calibration_settings", "℃", (-10, 10)),
            *storage(),
        ),
        events=(
            historical_data(
                number("temperature", "℃"),
                number("humidity", "%r.h."),
                choice("magnet_status", ("close", "open")),
            ),
        ),
        services=(REBOOT, QUERY, *history_services()),
    ),
    reports=(("temperature", "humidity"), ("magnet_status",), ("battery",)),
    life={
        "temperature": wander(16, 25, 0.4),
        "humidity": wander(32, 66, 1),
        "magnet_status": among("0", "1", chance=0.35),
        "battery": drain(),
    },
)

WS303: Final = Model(
    name="WS303",
    code="D19",
    sleeping=True,
    hardware="V1.2",
    firmware=("1.2",),
    specification=Specification(
        properties=(
            *identity(),
            battery(100),
            flag("leakage_status", "normal", "leak"),
            struct(
                "reporting_interval",
                integer("minutes_of_time", "min", limits=(1, 1440), initial=60),
                access=RW,
            ),
            struct(
                "leakage_alarm_settings",
                flag("enable", initial=True),
                integer("alarm_reporting_interval", "s", limits=(60, 64800), initial=60),
                integer("alarm_reporting_times", limits=(1, 1000), initial=5),
                access=W,
            ),
            flag("buzzer_enable", access=RW, initial=True),
            choice(
                "buzzer_silent_time",
                {"0": "off", "1": "5min", "2": "15min", "255": "permanent"},
                access=W,
            ),
            flag("find_enable", "no", "yes", access=W, initial=None),
            flag("led_indicator", access=RW, initial=True),
        ),
        events=(Event("leakage_alarm", (choice("alarm_type", {"0": "release", "1": "alarm"}),)),),
        services=(REBOOT, QUERY, Service("stop_buzzer")),
    ),
    reports=(("leakage_status", "battery"),),
    life={"leakage_status": toggle(0.06), "battery": drain()},
)

WS202: Final = Model(
    name="WS202",
    code="C07",
    sleeping=True,
    hardware="V2.2",
    firmware=("1.4",),
    specification=Specification(
        properties=(
            *identity(),
            battery(88),
            flag("pir", "normal", "trigger", name="PIR", keys=ZERO_ONE),
            flag("daylight", "dim", "bright", keys=ZERO_ONE),
            integer("reporting_interval", "min", limits=(1, 1080), access=RW, initial=60),
            struct(
                "light_alarm_config",
                integer("threshold_min", "Lux", limits=(1, 800), initial=300),
                integer("threshold_max", "Lux", limits=(1, 800), initial=700),
                access=W,
            ),
            integer(
                "pir_idle_time", "s", name="PIR Idle Time", limits=(60, 300), access=W, initial=60
            ),
            flag("led_indicator", keys=ZERO_ONE, access=W, initial=True),
            *d2d(),
        ),
        services=(REBOOT,),
    ),
    reports=(("pir", "daylight"), ("battery",)),
    life={"pir": toggle(0.4), "daylight": toggle(0.1), "battery": drain()},
)

VS340: Final = Model(
    name="VS340",
    code="D45",
    sleeping=True,
    hardware="V1.0",
    firmware=("1.0.2",),
    specification=Specification(
        properties=(
            *identity(),
            battery(91),
            choice("occupancy", ("vacant", "occupied")),
            struct(
                "reporting_interval",
                integer("time", "min", limits=(1, 1080), initial=30),
                access=RW,
            ),
            integer("vacancy_reporting_interval", "s", limits=(30, 300), access=W, initial=300),
            flag("led_indicator", access=RW),
            struct(
                "pir_collect_settings",
                flag("enable", initial=True),
                integer("count", limits=(1, 5), initial=1),
                access=W,
            ),
            struct(
                "thermopile_collect_settings",
                flag("enable", initial=True),
                number("separate", "°C", limits=(0, 5), initial=1.5),
                number("threshold_l", "°C", name="Threshold L", limits=(0, 10), initial=1),
                number("threshold_h", "°C", name="Threshold H", limits=(0, 10), initial=3),
                access=W,
                hidden=True,
            ),
            *d2d(),
        ),
        events=(historical_data(choice("occupancy", ("vacant", "occupied"))),),
        services=(REBOOT, QUERY, *history_services()),
    ),
    reports=(("occupancy",), ("battery",)),
    life={"occupancy": among("0", "1", chance=0.35), "battery": drain()},
)

_REGIONS: Final = range(1, 11)
_VS321_SEEN: Final = tuple(f"region_{region}" for region in _REGIONS)

VS321: Final = Model(
    name="VS321",
    code="E31",
    sleeping=True,
    hardware="V1.1",
    firmware=("310.1.0.3",),
    specification=Specification(
        properties=(
            *(item for item in identity() if item.id != "firmware_version"),
            text("firmware_version", 16),
            battery(98),
            number("temperature", "°C", limits=(-20, 60), initial=23.1),
            number("humidity", "%RH", limits=(0, 100), initial=41),
            choice("temperature_alarm", ("threshold alarm release", "threshold alarm")),
            choice("temperature_sensor_status", ("normal", "over range", "read failed")),
            integer("people_total_counts", limits=(0, 200), initial=2),
            *(
                choice(f"region_{region}", ("vacant", "occupied"), name=f"Region {region}")
                for region in _REGIONS
            ),
            *(
                flag(f"region_{region}_enable", hidden=True, initial=region < 4)
                for region in _REGIONS
            ),
            choice("illuminance_status", ("dim", "bright"), initial="1"),
            choice("detection_status", ("normal", "undetectable")),
            date("timestamp", initial=1_795_000_000),
            flag("detect", "no", "yes", access=W, initial=None),
            struct(
                "reporting_interval",
                integer("time", "min", limits=(2, 1440), initial=60),
                access=RW,
            ),
            struct(
                "collecting_interval", integer("time", "min", limits=(2, 60), initial=6), access=RW
            ),
            choice("reporting_type", ("period", "immediately"), access=W, initial="1"),
            choice("detection_mode", ("auto", "on"), access=W),
            threshold("temperature_threshold", "°C", (-20, 60)),
            threshold("humidity_threshold", "%RH", (0, 100)),
            *storage("retrieval_interval"),
            *d2d(),
        ),
        events=(historical_data(integer("people_total_counts")),),
        services=(REBOOT, QUERY, SYNCHRONIZE, Service("reset", hidden=True), *history_services()),
    ),
    reports=(
        ("people_total_counts", *_VS321_SEEN[:3], "detection_status", "timestamp"),
        ("temperature", "humidity"),
        ("illuminance_status",),
        ("battery",),
    ),
    life={
        "temperature": wander(19, 26, 0.3),
        "humidity": wander(30, 62, 1),
        "region_1": among("0", "1", chance=0.3),
        "region_2": among("0", "1", chance=0.3),
        "region_3": among("0", "1", chance=0.2),
        "people_total_counts": count(6),
        "illuminance_status": among("0", "1", chance=0.1),
        "timestamp": rise(3600),
        "battery": drain(),
    },
)

_LINES: Final = range(1, 5)

VS133: Final = Model(
    name="VS133-P",
    code="C84",
    hardware="V1.0",
    firmware=("133.1.0.7", "133.1.0.6"),
    specification=Specification(
        properties=(
            integer("ipso_version", name="IPSO", initial=1),
            text("hardware_version", 6),
            text("firmware_version", 16),
            text("sn", 16, name="SN"),
            choice("lorawan_class", {"2": "Class C"}),
            flag("device_status", "off", "on", initial=True),
            *(
                integer(
                    f"line_{line}_{span}_{way}",
                    name=f"Line {line} {span.title()} {way.title()}",
                    data_type=kind,
                    initial=0,
                )
                for line in _LINES
                for span, kind in (("total", "LONG"), ("period", "INT"))
                for way in ("in", "out")
            ),
            *(integer(f"region_{region}_count") for region in _LINES),
            *(
                integer(f"region_{region}_avg_dwell", "s", name=f"Region {region} Average Dwell")
                for region in _LINES
            ),
            *(
                integer(f"region_{region}_max_dwell", "s", name=f"Region {region} Maximum Dwell")
                for region in _LINES
            ),
            choice("master_occlusion_alarm", ("alarm_released", "alarm_triggered")),
            reporting_interval(),
            flag("adr_enable", name="ADR Enable", access=W, initial=True),
            flag("wifi_enable", name="Wi-Fi Enable", access=W),
            flag("periodic_report_enable", access=W, initial=True),
            flag("trigger_report_enable", access=W, initial=True),
            time_zone(),
            daylight_saving(),
        ),
        services=(REBOOT, Service("clear_total_count")),
    ),
    reports=(
        ("line_1_total_in", "line_1_total_out", "line_2_total_in", "line_2_total_out"),
        ("line_1_period_in", "line_1_period_out", "line_2_period_in", "line_2_period_out"),
        ("region_1_count", "region_2_count"),
        ("region_1_avg_dwell", "region_1_max_dwell", "region_2_avg_dwell", "region_2_max_dwell"),
    ),
    life={
        "line_1_total_in": rise(6),
        "line_1_total_out": rise(6),
        "line_2_total_in": rise(3),
        "line_2_total_out": rise(3),
        "line_1_period_in": count(6),
        "line_1_period_out": count(6),
        "line_2_period_in": count(3),
        "line_2_period_out": count(3),
        "region_1_count": count(5),
        "region_2_count": count(3),
        "region_1_avg_dwell": wander(5, 90, 12, 0),
        "region_1_max_dwell": wander(60, 600, 60, 0),
        "region_2_avg_dwell": wander(5, 90, 12, 0),
        "region_2_max_dwell": wander(60, 600, 60, 0),
    },
    effects={
        "clear_total_count": lambda values, _: {path: 0 for path in values if "_total_" in path},
    },
)
