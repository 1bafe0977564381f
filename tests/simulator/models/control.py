"""Controllers, buttons, displays, trackers and gateways."""

from typing import Final

from ..specification import (
    RW,
    Event,
    Item,
    R,
    Service,
    Specification,
    W,
    array,
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
    QUERY,
    REBOOT,
    SYNCHRONIZE,
    ZERO_ONE,
    battery,
    d2d,
    historical_data,
    history_services,
    identity,
    quiet_hours,
    reporting_interval,
    storage,
    time_zone,
)
from .life import among, drain, each, members, rise, toggle, wander
from .model import Model


def _valve_task(_: Values, inputs: Values) -> Values:
    """Open or close the valve that a plan names."""
    return {f"valve_{inputs.get('valve_index', '1')}": bool(inputs.get("valve_status", False))}


UC511: Final = Model(
    name="UC511",
    code="B41",
    sleeping=True,
    hardware="V4.1",
    firmware=("4.0",),
    specification=Specification(
        version="v4.0",
        properties=(
            *identity(),
            battery(90),
            flag("valve_1", "close", "open", access=RW),
            flag("valve_2", "close", "open", access=RW),
            integer("valve_1_pulse", data_type="LONG", initial=10432),
            integer("valve_2_pulse", data_type="LONG", initial=512),
            flag("gpio_1", "off", "on", name="GPIO 1"),
            flag("gpio_2", "off", "on", name="GPIO 2"),
            integer("pressure", "kPa", data_type="LONG", limits=(0, 2000), initial=310),
            choice(
                "pressure_sensor_status", {"1": "sensor error", "2": "sensor normal"}, initial="2"
            ),
            text("custom_message", 8),
            integer("collect_interval", "s", limits=(10, 64800), access=RW, initial=21600),
            reporting_interval(21600),
            time_zone(),
            *storage(),
            flag("auto_confirm", access=W),
            integer(
                "class_a_response_time",
                "s",
                data_type="LONG",
                limits=(10, 64800),
                access=W,
                initial=600,
            ),
            struct(
                "filter_setting",
                choice("mode", {"1": "hardware", "2": "software"}),
                integer("time", "ms", limits=(40, 1000), initial=250),
                access=W,
            ),
            struct(
                "valve_1_task_status",
                choice(
                    "task_status",
                    ("free task", "normal local plan", "force local plan", "rain stop plan"),
                ),
                choice("real_status", ("valve is currently closed", "valve is currently open")),
            ),
            array(
                "valve_schedule",
                struct(
                    "plan",
                    flag("enable"),
                    integer("sequence_id", limits=(1, 16)),
                    date("start_time"),
                    integer("duration", "min", limits=(1, 1440)),
                    integer("valve_index", limits=(1, 2)),
                ),
                16,
                access=W,
                hidden=True,
            ),
            *d2d(),
        ),
        events=(
            Event(
                "pressure_threshold_alarm",
                (
                    choice("threshold_type", ("below", "above", "between", "outside")),
                    integer("current_pressure", "kPa"),
                    choice("alarm_status", ("trigger alarm", "release alarm")),
                ),
            ),
            historical_data(flag("valve_1", "close", "open"), integer("pressure", "kPa")),
        ),
        services=(
            REBOOT,
            QUERY,
            SYNCHRONIZE,
            Service("clear_valve_1_pulse"),
            Service("clear_valve_2_pulse"),
            Service(
                "set_valve_task",
                (
                    choice("valve_index", {"1": "valve 1", "2": "valve 2"}),
                    flag("valve_status", "close", "open"),
                    integer("duration", "s", limits=(0, 64800)),
                ),
            ),
            *history_services(),
        ),
    ),
    reports=(
        ("valve_1", "valve_2", "valve_1_pulse", "valve_2_pulse"),
        ("gpio_1", "gpio_2"),
        ("pressure", "pressure_sensor_status"),
        ("battery",),
    ),
    life={
        "pressure": wander(180, 420, 12, 0),
        "gpio_1": toggle(0.1),
        "battery": drain(0.01),
        "valve_1_pulse": lambda pulses, random, values: (
            pulses + (random.randint(1, 40) if values["valve_1"] else 0)
        ),
        "valve_2_pulse": lambda pulses, random, values: (
            pulses + (random.randint(1, 40) if values["valve_2"] else 0)
        ),
    },
    follow=lambda values, *_: {
        "valve_1_task_status.real_status": "1" if values["valve_1"] else "0"
    },
    effects={
        "clear_valve_1_pulse": lambda _values, _inputs: {"valve_1_pulse": 0},
        "clear_valve_2_pulse": lambda _values, _inputs: {"valve_2_pulse": 0},
        "set_valve_task": _valve_task,
    },
)

UC300: Final = Model(
    name="UC300-868M",
    code="B73",
    hardware="V3.2",
    firmware=("3.4", "3.3"),
    specification=Specification(
        properties=(
            *identity(lorawan_class="2"),
            array(
                "gpio_input",
                struct(
                    "channel", flag("state", "low", "high"), integer("counter", data_type="LONG")
                ),
                4,
                name="GPIO Input",
                initial=[
                    {"state": False, "counter": 0},
                    {"state": True, "counter": 118},
                    {"state": False, "counter": 7},
                    {"state": False, "counter": 0},
                ],
            ),
            flag("gpio_output_1", "off", "on", keys=ZERO_ONE, name="GPIO Output 1", access=RW),
            flag("gpio_output_2", "off", "on", keys=ZERO_ONE, name="GPIO Output 2", access=RW),
            array(
                "pt100",
                number("value", "°C", limits=(-200, 800)),
                2,
                name="PT100",
                initial=[21.4, 64.0],
            ),
            array(
                "adc",
                number("value", "mA", digits=2, limits=(4, 20)),
                2,
                name="ADC",
                initial=[4.12, 11.9],
            ),
            array(
                "adv",
                number("value", "V", digits=2, limits=(0, 10)),
                2,
                name="ADV",
                initial=[0.02, 5.1],
            ),
            array(
                "modbus_channel",
                struct(
                    "channel",
                    integer("channel_id", limits=(1, 32)),
                    text("name", 16),
                    number("value", digits=2),
                    choice("status", ("collected", "collection failed")),
                ),
                32,
                initial=[
                    {"channel_id": 1, "name": "Flow", "value": 12.5, "status": "0"},
                    {"channel_id": 2, "name": "Level", "value": 3.75, "status": "0"},
                    {"channel_id": 5, "name": "Spare", "value": 0, "status": "1"},
                ],
            ),
            array(
                "sensor_alarm_thresholds",
                integer("value", limits=(0, 1000)),
                4,
                access=RW,
                initial=[100, 200],
            ),
            text("custom_message", 48),
            reporting_interval(),
            integer("collection_interval", "s", limits=(10, 64800), access=RW, initial=300),
            struct(
                "gpio_output_1_pulse",
                integer("duration", "ms", data_type="LONG", limits=(0, 0xFFFFFFFF)),
                access=W,
            ),
            time_zone(),
            *storage(),
        ),
        events=(
            Event(
                "modbus_alarm",
                (
                    integer("channel_id"),
                    choice(
                        "alarm_type",
                        ("threshold alarm release", "threshold alarm", "mutation alarm"),
                    ),
                    number("value", digits=2),
                ),
            ),
        ),
        services=(
            REBOOT,
            QUERY,
            SYNCHRONIZE,
            Service("clear_counter", (integer("channel", limits=(1, 4)),)),
            Service(
                "write_modbus",
                (integer("channel_id", limits=(1, 32)), number("value", digits=2)),
                prefixed=False,
            ),
        ),
    ),
    reports=(
        ("gpio_input", "gpio_output_1", "gpio_output_2"),
        ("pt100", "adc", "adv"),
        ("modbus_channel",),
    ),
    life={
        "gpio_input": each(members(state=toggle(0.15), counter=rise(3))),
        "pt100": each(wander(15, 80, 0.5)),
        "adc": each(wander(4, 20, 0.3, 2)),
        "adv": each(wander(0, 10, 0.2, 2)),
        "modbus_channel": each(members(value=wander(0, 50, 0.7, 2))),
    },
    effects={
        "clear_counter": lambda values, inputs: {
            "gpio_input": [
                channel | {"counter": 0} if inputs.get("channel", index) == index else channel
                for index, channel in enumerate(values["gpio_input"], start=1)
            ]
        },
        "write_modbus": lambda values, inputs: {
            "modbus_channel": [
                channel | {"value": inputs.get("value", channel["value"])}
                if channel["channel_id"] == inputs.get("channel_id")
                else channel
                for channel in values["modbus_channel"]
            ]
        },
    },
)

_PRESSES: Final = {"1": "short press", "2": "long press", "3": "double press"}

WS101: Final = Model(
    name="WS101-SOS",
    code="C14",
    sleeping=True,
    hardware="V1.4",
    firmware=("1.5",),
    specification=Specification(
        properties=(
            *identity(),
            battery(79),
            struct(
                "button_event",
                choice("status", _PRESSES, initial=None),
                integer("msgid", hidden=True, initial=None),
            ),
            integer("reporting_interval", "s", limits=(60, 64800), access=RW, initial=64800),
            flag("led_indicator_enable", access=W, initial=True),
            flag("double_click_enable", access=W),
            flag("buzzer_enable", access=W),
        ),
        services=(REBOOT, QUERY),
    ),
    reports=(("battery",),),
    life={"battery": drain()},
    buttons={"button": "button_event.status"},
)

WS136: Final = Model(
    name="WS136",
    code="C36",
    sleeping=True,
    hardware="V1.0",
    firmware=("1.2",),
    specification=Specification(
        properties=(
            *identity(),
            battery(95),
            *(choice(f"button_{button}", {"1": "pressed"}, initial=None) for button in range(1, 7)),
            integer("reporting_interval", "min", limits=(1, 1440), access=RW, initial=1080),
            flag("buzzer_enable", access=W, initial=True),
            flag("led_indicator", access=W, initial=True),
            *d2d(),
        ),
        services=(REBOOT, QUERY),
    ),
    reports=(("battery",),),
    life={"battery": drain()},
    buttons={f"button_{button}": f"button_{button}" for button in range(1, 7)},
)

AT101: Final = Model(
    name="AT101",
    code="C60",
    sleeping=True,
    hardware="V1.2",
    firmware=("1.1",),
    specification=Specification(
        properties=(
            *identity(),
            battery(73),
            number("temperature", "°C", limits=(-20, 60), initial=17.5),
            number("latitude", digits=6, limits=(-90, 90), initial=52.520008),
            number("longitude", digits=6, limits=(-180, 180), initial=13.404954),
            choice("motion_status", ("unknown", "start moving", "moving", "stop"), initial="3"),
            choice("geofence_status", ("inside", "outside", "unset", "unknown")),
            flag("position", "normal", "tilt", name="Device Position"),
            flag("tamper_status", "installed", "uninstalled"),
            choice("positioning_type", ("GNSS", "Wi-Fi")),
            struct(
                "reporting_interval",
                integer("time", "min", limits=(1, 1440), initial=60),
                access=RW,
            ),
            choice("reporting_strategy", ("periodic", "motion", "timing"), access=W),
            choice("positioning_strategy", ("GNSS", "Wi-Fi", "GNSS + Wi-Fi"), access=W),
            integer(
                "gnss_positioning_timeout",
                "min",
                name="GNSS Positioning Timeout",
                limits=(1, 5),
                access=W,
                initial=3,
            ),
            struct(
                "motion_detection_config",
                integer("delta_g", "mg", limits=(50, 150), initial=62),
                integer("duration", "ms", limits=(50, 150), initial=50),
                access=W,
                hidden=True,
            ),
            struct(
                "geofence_center_config",
                number("latitude", digits=6, limits=(-90, 90), initial=52.52),
                number("longitude", digits=6, limits=(-180, 180), initial=13.405),
                integer("radius", "m", data_type="LONG", limits=(0, 100_000), initial=500),
                access=W,
            ),
            flag("tamper_detection_enable", access=W, initial=True),
            flag("bluetooth_enable", access=W, initial=True),
            time_zone(),
        ),
        events=(historical_data(number("latitude", digits=6), number("longitude", digits=6)),),
        services=(REBOOT, QUERY, SYNCHRONIZE, *history_services("stop_historical_data_retrival")),
    ),
    reports=(
        ("latitude", "longitude", "motion_status", "geofence_status"),
        ("temperature", "position"),
        ("battery",),
    ),
    life={
        "temperature": wander(8, 26, 0.6),
        "latitude": wander(52.50, 52.54, 0.0015, 6),
        "longitude": wander(13.37, 13.44, 0.002, 6),
        "motion_status": among("1", "2", "3"),
        "geofence_status": among("0", "1", chance=0.1),
        "battery": drain(0.05),
    },
)


def _template(number_: int) -> Item:
    return struct(
        f"template_{number_}",
        *(
            text(f"text_{line}", 255, initial="Room free" if line == 1 else "")
            for line in range(1, 11)
        ),
        text("qrcode", 255, name="QR Code", initial="https://example.org"),
        access=RW,
    )


DS3604: Final = Model(
    name="DS3604",
    code="D66",
    sleeping=True,
    hardware="V1.1",
    firmware=("1.0.3",),
    specification=Specification(
        properties=(
            *identity(),
            battery(99),
            choice(
                "button_status",
                ("single click", "double click", "short press", "long press"),
                access=R,
                initial=None,
            ),
            integer("current_template_id", limits=(1, 2), access=RW, initial=1),
            _template(1),
            _template(2),
            reporting_interval(3600),
            flag("buzzer_enable", access=RW),
            flag("button_visible", "hide", "show", access=W, initial=True),
            flag("button_enable", access=W, initial=True),
            struct(
                "block_visible",
                *(
                    flag(block, "hide", "show", initial=True)
                    for block in ("text_1", "text_2", "qrcode", "image_1", "battery_status")
                ),
                access=W,
                hidden=True,
            ),
            flag("refresh_display", "no", "yes", access=W, initial=None),
            flag("beep", "no", "yes", access=W, initial=None),
            quiet_hours("buzzer_sleep"),
            Item("background_image", "IMAGE", initial="https://example.org/template_1.png"),
        ),
        services=(
            REBOOT,
            Service("report_battery"),
            Service(
                "clear_image", (flag("background_image", "no", "yes"), flag("logo_1", "no", "yes"))
            ),
        ),
    ),
    reports=(("current_template_id", "template_1"), ("battery",)),
    life={"battery": drain()},
    buttons={"button": "button_status"},
)

UG65: Final = Model(
    name="UG65",
    code="B36",
    device_type="GATEWAY",
    hardware="V1.3",
    firmware=("60.0.0.44", "60.0.0.43"),
    specification=Specification(
        properties=(
            struct(
                "device_info",
                text("model", 32, initial="UG65-L00E-868M-EA"),
                text("region", 16, initial="EU868"),
                text("sn", 16, name="SN"),
                text("hardware_version", 8),
                text("firmware_version", 16),
                integer("uptime", "s", data_type="LONG", initial=86400),
                number("cpu_temperature", "°C", name="CPU Temperature", initial=46.5),
                integer("cpu_usage", "%", name="CPU Usage", limits=(0, 100), initial=14),
                integer("memory_usage", "%", limits=(0, 100), initial=41),
            ),
            struct(
                "network_info",
                text("wan_ip", 40, name="WAN IP", initial="192.168.0.150"),
                choice("cellular_status", ("disconnected", "connected"), initial="1"),
                integer("cellular_signal", "dBm", limits=(-140, 0), initial=-71),
                text("iccid", 20, name="ICCID", hidden=True, initial="89490200001000000000"),
            ),
            struct(
                "ups_info", choice("status", ("not installed", "charging", "discharging", "full"))
            ),
            integer("node_count", name="Connected Nodes", initial=17),
        ),
        services=(REBOOT,),
    ),
    reports=(("device_info", "network_info", "ups_info"), ("node_count",)),
    life={
        "device_info.uptime": lambda seconds, *_: seconds + 600,
        "device_info.cpu_temperature": wander(38, 62, 1),
        "device_info.cpu_usage": wander(5, 60, 5, 0),
        "device_info.memory_usage": wander(30, 70, 2, 0),
        "network_info.cellular_signal": wander(-98, -58, 3, 0),
        "node_count": wander(12, 20, 1, 0),
    },
)
