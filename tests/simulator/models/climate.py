"""Radiator valves and the fan-coil thermostat."""

from random import Random
from typing import Final

from ..specification import (
    RW,
    Event,
    Item,
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
from ..values import Values
from .common import (
    CONDITIONS,
    QUERY,
    REBOOT,
    SCHEDULES,
    SYNCHRONIZE,
    ZERO_ONE,
    battery,
    daylight_saving,
    history_services,
    identity,
    interval_with_unit,
    time_zone,
)
from .life import drain, wander
from .model import Model


def _fahrenheit(celsius: float) -> float:
    return round(celsius * 9 / 5 + 32, 1)


def _opening(room: float, target: float) -> int:
    """How far a radiator valve opens: fully at two degrees below the set-point."""
    return round(min(100, max(0, 50 * (target - room))))


def _radiator(values: Values, _changed: Values, _: Random) -> Values:
    if values["temperature_control.mode"] == "1":
        return {"valve_opening": values["temperature_control.valve_opening"]}
    return {"valve_opening": _opening(values["temperature"], values["target_temperature"])}


WT101: Final = Model(
    name="WT101",
    code="C97",
    sleeping=True,
    hardware="V1.2",
    firmware=("1.4", "1.3"),
    specification=Specification(
        properties=(
            *identity(),
            battery(84),
            number("temperature", "°C", limits=(-20, 60), initial=20.6),
            number("target_temperature", "°C", limits=(5, 35), access=RW, initial=21),
            integer("valve_opening", "%", limits=(0, 100), initial=20),
            choice("tamper_status", ("installed", "uninstalled")),
            choice("window_detection", ("normal", "open")),
            choice(
                "motor_calibration_result", ("success", "fail: out of range", "fail: uninstalled")
            ),
            integer("motor_position", name="Motor Stroke", initial=1200),
            choice("freeze_protection", ("normal", "triggered")),
            struct(
                "reporting_interval",
                integer("time", "min", limits=(1, 1440), initial=60),
                access=RW,
            ),
            struct(
                "temperature_control",
                choice("mode", ("automatic temperature control", "valve opening control")),
                integer("valve_opening", "%", limits=(0, 100), initial=50),
                number("temperature_tolerance", "°C", limits=(0.1, 5), initial=0.5),
                access=RW,
            ),
            struct(
                "open_window_detection",
                flag("enable", initial=True),
                number("temperature_threshold", "°C", limits=(1, 10), initial=3),
                integer("time", "min", limits=(1, 1440), initial=30),
                access=W,
            ),
            struct(
                "freeze_protection_config",
                flag("enable", initial=True),
                number("temperature", "°C", limits=(1, 5), initial=3),
                access=W,
            ),
            choice("child_lock", ("disable", "enable"), access=RW),
            choice(
                "display_ambient_temperature_enable", ("disable", "enable"), access=W, initial="1"
            ),
            choice("temperature_unit", ("℃", "℉"), access=W),
            struct(
                "heating_period",
                choice("start_month", {str(m): f"month {m}" for m in range(1, 13)}, initial="10"),
                integer("start_day", limits=(1, 31), initial=1),
                choice("end_month", {str(m): f"month {m}" for m in range(1, 13)}, initial="4"),
                integer("end_day", limits=(1, 31), initial=30),
                access=W,
            ),
            time_zone(),
        ),
        services=(
            REBOOT,
            QUERY,
            Service("time_synchronize"),
            Service("motor_calibrate"),
            Service("set_target_temperature", (number("value", "°C", limits=(5, 35)),)),
        ),
    ),
    reports=(
        ("temperature", "target_temperature", "valve_opening"),
        ("window_detection", "tamper_status"),
        ("battery",),
    ),
    life={"temperature": wander(16, 24, 0.3), "battery": drain()},
    follow=_radiator,
    effects={
        "set_target_temperature": lambda _, inputs: (
            {"target_temperature": inputs["value"]} if "value" in inputs else {}
        ),
    },
)


def _twins(
    item_id: str, limits: tuple[float, float], initial: float, access: str | None = None
) -> tuple[Item, ...]:
    """Repeat a temperature as some models do: plain, `celsius_` and `fahrenheit_`."""
    fahrenheit = (_fahrenheit(limits[0]), _fahrenheit(limits[1]))
    return (
        number(item_id, "°C", limits=limits, access=access, initial=initial),
        number(f"celsius_{item_id}", "°C", limits=limits, access=access, initial=initial),
        number(
            f"fahrenheit_{item_id}",
            "℉",
            limits=fahrenheit,
            access=access,
            initial=_fahrenheit(initial),
        ),
    )


def _align(item_id: str, values: Values, changed: Values) -> Values:
    """Return the three spellings of one temperature, after whichever of them changed."""
    in_celsius, in_fahrenheit = f"celsius_{item_id}", f"fahrenheit_{item_id}"
    celsius = values[in_celsius if in_celsius in changed else item_id]
    if in_fahrenheit in changed:
        celsius = round((values[in_fahrenheit] - 32) * 5 / 9, 1)
    return {item_id: celsius, in_celsius: celsius, in_fahrenheit: _fahrenheit(celsius)}


def _given_setpoint(_: Values, inputs: Values) -> Values:
    """What `set_target_temperature` changes, given in any of the three spellings."""
    spellings = {
        "value": "target_temperature",
        "celsius_value": "celsius_target_temperature",
        "fahrenheit_value": "fahrenheit_target_temperature",
    }
    return {spellings[name]: degrees for name, degrees in inputs.items()}


def _valve(values: Values, changed: Values, _: Random) -> Values:
    """The spellings of both temperatures, and the opening that they or a command ask for."""
    return {
        **_align("temperature", values, changed),
        **(aligned := _align("target_temperature", values, changed)),
        "valve_opening_degree": values["target_valve_opening_degree"]
        or _opening(values["temperature"], aligned["target_temperature"]),
    }


WT102: Final = Model(
    name="WT102",
    code="E58",
    sleeping=True,
    hardware="V1.0",
    firmware=("1.0.1",),
    specification=Specification(
        properties=(
            *(
                item
                for item in identity()
                if item.id not in ("hardware_version", "firmware_version", "sn")
            ),
            struct(
                "version",
                text("hardware_version", 6),
                text("firmware_version", 12),
                name="Product Version",
            ),
            text("product_sn", 16, name="SN"),
            battery(96),
            *_twins("temperature", (-20, 60), 19.4),
            *_twins("target_temperature", (5, 35), 20),
            integer(
                "valve_opening_degree",
                "%",
                name="Current Valve Opening",
                limits=(0, 100),
                initial=30,
            ),
            integer(
                "target_valve_opening_degree", "%", name="Target Valve Opening", limits=(0, 100)
            ),
            integer("motor_stroke_position", initial=980),
            choice("temperature_unit", ("℃", "℉"), access=RW),
            struct(
                "temperature_source_settings",
                choice("type", ("Internal NTC", "External NTC", "LoRa Receive")),
                *(
                    struct(
                        source,
                        integer("timeout", "min", limits=(1, 1440), initial=30),
                        choice(
                            "timeout_response",
                            (
                                "Maintaining State Control",
                                "Close the Valve",
                                "Switch to Internal NTC Control",
                            ),
                            initial="2",
                        ),
                    )
                    for source in ("external_ntc_reception", "lorawan_reception")
                ),
                access=RW,
            ),
            flag("environment_temperature_display_enable", access=RW, initial=True),
            struct(
                "heating_period_settings",
                struct(
                    "heating_date_settings",
                    integer("start_mon", limits=(1, 12), initial=10),
                    integer("start_day", limits=(1, 31), initial=1),
                    integer("end_mon", limits=(1, 12), initial=4),
                    integer("end_day", limits=(1, 31), initial=30),
                ),
                struct(
                    "heating_period_reporting_interval",
                    choice("unit", ("second", "min"), initial="1"),
                    integer("minutes_of_time", "min", limits=(1, 1440), initial=60),
                ),
                access=RW,
            ),
            struct(
                "child_lock", flag("enable", "Disable", "Enable"), flag("system_button"), access=RW
            ),
            struct(
                "window_opening_detection_settings",
                flag("enable", initial=True),
                *_twins("cooling_rate", (2, 10), 3),
                choice("valve_status", ("Remains Unchanged", "Close the Valve")),
                access=RW,
            ),
            daylight_saving(),
            time_zone(),
        ),
        events=(
            Event(
                "window_opening_alarm",
                (
                    choice("type", {"32": "Open Window Release", "33": "Open Window Trigger"}),
                    struct("trigger", choice("state", ("Normal", "Open"))),
                ),
            ),
            Event(
                "motor_calibration_result_report",
                (choice("status", ("Uncalibrated", "Calibration success", "Calibration failed")),),
            ),
            Event(
                "historical_data_report",
                (date("timestamp"), choice("mode", ("target time", "historical time"))),
            ),
        ),
        services=(
            Service("reconnect"),
            QUERY,
            SYNCHRONIZE,
            *history_services(),
            Service("query_motor_stroke_position"),
            Service("calibrate_motor"),
            Service("set_target_valve_opening_degree", (integer("value", "%", limits=(0, 100)),)),
            Service(
                "set_target_temperature",
                (
                    number("value", "℃", limits=(5, 35)),
                    number("celsius_value", "℃", limits=(5, 35)),
                    number("fahrenheit_value", "℉", limits=(41, 95)),
                ),
            ),
            REBOOT,
        ),
    ),
    reports=(
        ("temperature", "celsius_temperature", "fahrenheit_temperature"),
        ("target_temperature", "celsius_target_temperature", "fahrenheit_target_temperature"),
        ("valve_opening_degree", "battery"),
    ),
    life={"temperature": wander(16, 24, 0.3), "battery": drain()},
    follow=_valve,
    effects={
        "set_target_temperature": _given_setpoint,
        "set_target_valve_opening_degree": lambda _, inputs: {
            "target_valve_opening_degree": inputs.get("value", 0)
        },
    },
)

_ALIGNED: Final = ("temperature", "heating_target_temperature", "cooling_target_temperature")
_FAN_SPEEDS: Final = ("Auto", "Low", "Medium", "High")


def _fan_coil(values: Values, changed: Values, _: Random) -> Values:
    """The set-point that counts, and what valve and fan do about it."""
    aligned = {
        path: value
        for item_id in _ALIGNED
        for path, value in _align(item_id, values, changed).items()
    }
    mode = values["temperature_control_mode"] if values["system_status"] == "1" else "0"
    target = aligned["cooling_target_temperature" if mode == "2" else "heating_target_temperature"]
    gap = {"1": target - values["temperature"], "2": values["temperature"] - target}.get(mode, 0.0)
    active = mode if gap > 0 else "0"
    asked = values["fan_control_mode"]
    speed = asked if asked != "0" else str(min(3, 1 + int(gap)))
    return aligned | {
        "target_temperature": target,
        "celsius_target_temperature": target,
        "fahrenheit_target_temperature": _fahrenheit(target),
        "temperature_control_info.mode": values["temperature_control_mode"],
        "temperature_control_info.status": active,
        "temperature_control_valve_status": "100" if active != "0" else "0",
        "fan_control_info.mode": asked,
        "fan_control_info.status": speed if active != "0" else "0",
        "relay_status.valve_1_status": active != "0",
    }


WT303: Final = Model(
    name="WT303",
    code="E36",
    hardware="V1.0",
    firmware=("1.0.1-r2", "1.0.1-r1"),
    specification=Specification(
        properties=(
            *(
                item
                for item in identity(lorawan_class="2")
                if item.id not in ("hardware_version", "firmware_version", "sn", "reset_event")
            ),
            struct(
                "version",
                text("hardware_version", 6),
                text("firmware_version", 12),
                name="Product Version",
            ),
            text("product_sn", 16, name="SN"),
            text("oem_id", 4, name="OEM ID", hidden=True),
            *_twins("temperature", (-20, 60), 22.5),
            number("humidity", "%", limits=(0, 100), initial=44),
            *_twins("target_temperature", (5, 35), 21),
            *_twins("heating_target_temperature", (5, 35), 21, RW),
            *_twins("cooling_target_temperature", (5, 35), 26, RW),
            *_twins("target_temperature_tolerance", (0, 5), 1, RW),
            choice("system_status", ("Off", "On"), name="System On/Off", access=RW, initial="1"),
            choice(
                "temperature_control_mode", ("Ventilation", "Heat", "Cool"), access=RW, initial="1"
            ),
            choice("fan_control_mode", _FAN_SPEEDS, name="Fan Mode", access=RW),
            struct(
                "temperature_control_info",
                choice("mode", ("Ventilation", "Heat", "Cool"), initial="1"),
                choice("status", ("Standby", "Heat", "Cool")),
            ),
            struct(
                "fan_control_info",
                choice("mode", _FAN_SPEEDS),
                choice("status", ("Off", "Low", "Medium", "High")),
            ),
            choice(
                "temperature_control_valve_status",
                {"0": "Close", "100": "Open"},
                name="Valve Status",
            ),
            struct(
                "relay_status",
                *(
                    flag(f"{relay}_status", "Open", "Close")
                    for relay in ("low", "mid", "high", "valve_1", "valve_2")
                ),
            ),
            choice(
                "data_source", ("Internal", "External NTC", "LoRaWAN Reception", "D2D Reception")
            ),
            choice(
                "execution_plan_id",
                SCHEDULES | {"255": "Not executed"},
                name="Schedule",
                initial="255",
            ),
            interval_with_unit("reporting_interval", 10),
            interval_with_unit("collection_interval", 1),
            choice("temperature_unit", ("℃", "℉"), access=RW),
            choice("target_temperature_resolution", ("0.5", "1"), access=RW),
            choice(
                "mode_enable",
                {
                    "7": "Ventilation、Heat、Cool",
                    "3": "Ventilation、Heat",
                    "5": "Ventilation、Cool",
                },
                access=RW,
            ),
            struct(
                "heating_target_temperature_range",
                *_twins("min", (5, 35), 5),
                *_twins("max", (5, 35), 30),
                access=RW,
            ),
            struct(
                "cooling_target_temperature_range",
                *_twins("min", (5, 35), 18),
                *_twins("max", (5, 35), 35),
                access=RW,
            ),
            struct(
                "temperature_source",
                choice(
                    "type", ("Embedded Temperature", "External NTC", "LoRa Receive", "D2D Receive")
                ),
                struct(
                    "lorawan_reception",
                    integer("timeout", "min", limits=(1, 60), initial=10),
                    choice(
                        "timeout_response",
                        ("Keep Control", "Turn Off The Control", "Switch to Internal"),
                    ),
                ),
                access=RW,
            ),
            struct(
                "freeze_protection_settings",
                flag("enable"),
                *_twins("target_temperature", (1, 5), 3),
                access=RW,
            ),
            struct(
                "child_lock",
                flag("enable"),
                flag("system_button"),
                flag("temperature_button"),
                flag("fan_button"),
                flag("reserved", hidden=True),
                access=RW,
            ),
            struct(
                "fan_delay_close",
                flag("enable"),
                integer("time", "s", limits=(30, 3600), initial=60),
                access=RW,
            ),
            struct(
                "humidity_calibration_settings",
                flag("enable"),
                number("calibration_value", "%", limits=(-100, 100)),
                access=RW,
            ),
            struct(
                "temperature_calibration_settings",
                flag("enable"),
                *_twins("calibration_value", (-80, 80), 0),
                access=RW,
            ),
            struct(
                "temperature_alarm_settings",
                flag("enable"),
                choice("threshold_condition", CONDITIONS),
                *_twins("threshold_min", (-20, 60), 5),
                *_twins("threshold_max", (-20, 60), 35),
                access=RW,
            ),
            flag("window_opening_detection_enable", keys=ZERO_ONE, access=RW),
            flag("intelligent_display_enable", name="Smart Display", access=RW, initial=True),
            flag("d2d_pairing_enable", name="D2D Pairing Enable", access=RW),
            time_zone(),
            daylight_saving(),
        ),
        events=(
            Event(
                "temperature_alarm",
                (
                    choice(
                        "type",
                        {
                            "0": "Collection Error",
                            "1": "Exceed the Range Lower Limit",
                            "2": "Exceed the Range Upper Limit",
                            "3": "No Data",
                            "16": "Temperature Below Alarm Released",
                            "17": "Temperature Below Alarm",
                        },
                    ),
                    number("temperature", "°C"),
                ),
            ),
            Event(
                "humidity_alarm",
                (choice("type", ("Collection Error", "Exceed the Range Lower Limit")),),
            ),
            Event(
                "window_opening_alarm",
                (choice("type", {"32": "Open Window Release", "33": "Open Window Trigger"}),),
            ),
        ),
        services=(
            QUERY,
            SYNCHRONIZE,
            Service("reconnect"),
            Service("send_temperature", (number("temperature", "℃", limits=(-20, 60)),)),
            Service("send_humidity", (number("humidity", "%RH", limits=(0, 100)),)),
            Service("update_open_windows_state", (choice("type", ("Normal", "Open")),)),
            Service("insert_schedule", (choice("type", SCHEDULES),)),
            Service("delete_schedule", (choice("type", SCHEDULES | {"255": "All"}),)),
            REBOOT,
        ),
    ),
    reports=(
        ("temperature", "celsius_temperature", "fahrenheit_temperature", "humidity"),
        ("target_temperature", "celsius_target_temperature", "fahrenheit_target_temperature"),
        (
            "system_status",
            "temperature_control_mode",
            "temperature_control_info",
            "temperature_control_valve_status",
        ),
        ("fan_control_mode", "fan_control_info", "relay_status"),
    ),
    life={"temperature": wander(18, 27, 0.3), "humidity": wander(32, 60, 1)},
    follow=_fan_coil,
    effects={
        "send_temperature": lambda _, inputs: (
            {"temperature": inputs["temperature"]} if inputs else {}
        ),
        "send_humidity": lambda _, inputs: {"humidity": inputs["humidity"]} if inputs else {},
        "insert_schedule": lambda _, inputs: {"execution_plan_id": inputs.get("type", "0")},
        "delete_schedule": lambda _values, _inputs: {"execution_plan_id": "255"},
    },
)
