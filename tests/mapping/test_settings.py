"""Tests of controls and settings, and of the state of a control."""

from homeassistant.const import EntityCategory, Platform
import pytest

from custom_components.milesight.api.codec import encode
from custom_components.milesight.mapping import Priority

from .helpers import entities, entity, item, service

CONFIG = EntityCategory.CONFIG
PRIMARY, SECONDARY, RARE = Priority.PRIMARY, Priority.SECONDARY, Priority.RARE
BUTTON, NUMBER, SELECT, SWITCH = Platform.BUTTON, Platform.NUMBER, Platform.SELECT, Platform.SWITCH
DATETIME, TEXT, TIME = Platform.DATETIME, Platform.TEXT, Platform.TIME

# id, type, unit, access, labels -> platform, category, priority
WRITABLE = [
    ("socket_status", "bool", None, "RW", "off/on", SWITCH, None, PRIMARY),
    ("set_socket.status", "enum", None, "RW", "off/on", SWITCH, None, PRIMARY),
    ("set_socket.ctrl_status1", "enum", None, "RW", "off/on", SWITCH, None, PRIMARY),
    ("switch_1", "bool", None, "RW", "off/on", SWITCH, None, PRIMARY),
    ("gpio_output_1", "bool", None, "RW", "low/high", SWITCH, None, PRIMARY),
    ("relay_3", "bool", None, "RW", None, SWITCH, None, PRIMARY),
    ("digital_output", "bool", None, "W", "low/high", SWITCH, None, PRIMARY),
    ("light_1", "enum", None, "RW", "off/on", SWITCH, None, PRIMARY),
    ("target_temperature", "float", "°C", "RW", None, NUMBER, None, PRIMARY),
    ("reporting_interval", "int", "s", "RW", None, NUMBER, CONFIG, SECONDARY),
    ("report_interval", "int", "min", "RW", None, NUMBER, CONFIG, SECONDARY),
    ("reporting_interval.time", "int", "min", "RW", None, NUMBER, CONFIG, SECONDARY),
    ("reporting_interval.seconds_of_time", "int", "s", "RW", None, NUMBER, CONFIG, SECONDARY),
    ("reporting_interval_settings.time", "int", "min", "W", None, NUMBER, CONFIG, SECONDARY),
    ("led_indicator_enable", "bool", None, "RW", "disable/enable", SWITCH, CONFIG, SECONDARY),
    ("led_indicator_mode", "enum", None, "RW", "off/on/blink", SELECT, CONFIG, SECONDARY),
    ("button_lock_config.enable", "bool", None, "RW", None, SWITCH, CONFIG, SECONDARY),
    ("buzzer_enable", "bool", None, "RW", "disable/enable", SWITCH, CONFIG, SECONDARY),
    ("power_consumption_3w", "bool", None, "W", "Disable/Enable", SWITCH, CONFIG, RARE),
    ("d2d_key", "text", None, "RW", None, TEXT, CONFIG, RARE),
    ("d2d_enable", "bool", None, "RW", "disable/enable", SWITCH, CONFIG, RARE),
    ("time_zone", "enum", None, "RW", "0=UTC/60=UTC+1/120=UTC+2", SELECT, CONFIG, RARE),
    (
        "temperature_calibration_settings.calibration_value",
        "float",
        "°C",
        "RW",
        None,
        NUMBER,
        CONFIG,
        RARE,
    ),
    ("frobnication_depth", "int", None, "RW", None, NUMBER, CONFIG, RARE),
    ("timestamp", "date", "s", "W", None, DATETIME, CONFIG, RARE),
    ("buzzer_sleep.item_1.start_time", "time", None, "RW", None, TIME, CONFIG, RARE),
    ("collect_data", "bool", None, "W", "no/yes", BUTTON, CONFIG, RARE),
    ("reboot", "enum", None, "W", "1=Reboot", BUTTON, CONFIG, SECONDARY),
    ("clear_history", "bool", None, "W", None, BUTTON, CONFIG, RARE),
    ("reboot", "bool", None, "W", "false/true", BUTTON, CONFIG, SECONDARY),
    ("relay_output", "bool", None, "W", "false/true", SWITCH, None, PRIMARY),
    ("do_1", "bool", None, "RW", "off/on", SWITCH, None, PRIMARY),
    ("history_enable", "bool", None, "RW", "no/yes", SWITCH, CONFIG, RARE),
]


@pytest.mark.parametrize(
    ("path", "kind", "unit", "access", "labels", "platform", "category", "priority"), WRITABLE
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
    priority: Priority,
) -> None:
    described = entity(path, kind, unit, access, labels)

    assert (described.platform, described.category, described.priority) == (
        platform,
        category,
        priority,
    )


@pytest.mark.parametrize(("kind", "sent"), [("int", 2), ("long", 2), ("enum", "2")])
def test_option_is_sent_in_the_type_of_the_specification(kind: str, sent: object) -> None:
    indicator = entity("led_indicator_mode", kind, None, "RW", "0=off/1=on/2=blink").item

    assert (encode(indicator, "2"), encode(indicator, "2", 0)) == (sent, 2)
    assert encode(indicator, "2", "0") == "2"


def test_write_only_switch_shows_the_readable_state() -> None:
    described = entities(
        item("button_status.button1", "enum", labels="Off/On"),
        item("button_status_control.button_status1", "enum", None, "W", "Off/On"),
    )

    switch = described["button_status_control.button_status1"]
    assert switch.platform is Platform.SWITCH
    assert switch.state.path == "button_status.button1"
    assert switch.state_options == {"0": "off", "1": "on"}
    assert described["button_status.button1"].priority is Priority.RARE


@pytest.mark.parametrize(
    ("command", "labels", "state", "state_labels"),
    [
        ("smoke_control", "disable/enable", "smoke_status", "normal/alarm"),
        ("smoke_control", "off/on", "smoke_status", "normal/alarm"),
        ("leak_set", "off/on", "leak_status", "normal/leak"),
        ("pir_switch", None, "pir_status", None),
        ("alarm_switch", "off/on", "alarm_status", "normal/alarm"),
        ("valve_lock_control", "off/on", "valve_lock_status", "off/on"),
        ("input_control", "disable/enable", "input_status", "low/high"),
        ("relay_off_control", "off/on", "relay_off", "no/yes"),
    ],
)
def test_switch_of_a_sensor_leaves_the_sensor_as_it_is(
    command: str, labels: str | None, state: str, state_labels: str | None
) -> None:
    sensor = item(state, "bool", labels=state_labels)
    described = entities(sensor, item(command, "bool", None, "W", labels))

    assert described[command].state is None
    assert described[state] == entities(sensor)[state]


@pytest.mark.parametrize("subject", ["relay", "pump", "gpio"])
def test_switch_with_the_words_of_its_state_shows_it(subject: str) -> None:
    described = entities(
        item(f"{subject}_status", "bool", labels="off/on"),
        item(f"{subject}_control", "bool", None, "W", "off/on"),
    )

    assert described[f"{subject}_control"].state.path == f"{subject}_status"


def test_socket_that_only_a_service_switches_is_a_switch() -> None:
    described = entities(
        item("socket_status.switch_status_1", "enum", labels="off/on"),
        services=[service("set_socket", item("set_socket.status_1", "enum", labels="off/on"))],
    )["socket_status.switch_status_1"]

    assert (described.platform, described.device_class) == (Platform.SWITCH, "outlet")
    assert (described.setter.service.id, described.setter.input.path) == (
        "set_socket",
        "status_1",
    )


CHANNELS = item("channel", "enum", labels="1=Relay 1/2=Relay 2", defaultValue="1")
STATUS = item("status", "enum", labels="off/on")
UNCERTAIN = {
    "no channel": (["relay_1_status", "relay_2_status"], [STATUS]),
    "channel by default": (["relay_1_status", "relay_2_status"], [CHANNELS, STATUS]),
    "one channel": (["relay_1_status"], [STATUS]),
    "another channel": (["relay_1_status"], [item("status_2", "enum", labels="off/on")]),
    "several channels": (
        ["relay_status"],
        [item("status_1", "enum", labels="off/on"), item("status_2", "enum", labels="off/on")],
    ),
    "array of relays": (["relay._item.status"], [STATUS]),
    "array of inputs": (
        ["relay_status"],
        [item("relays", "array"), item("relays._item.status", "enum", labels="off/on")],
    ),
    "three options": (["relay_status"], [item("status", "enum", labels="off/on/toggle")]),
    "no labels": (["relay_status"], [item("status", "enum")]),
    "input that may say the opposite": (["relay_status"], [item("off", "bool")]),
    "state that may say the opposite": (["relay_off"], [STATUS]),
}


@pytest.mark.parametrize("case", UNCERTAIN)
def test_service_that_may_switch_something_else_makes_no_switch(case: str) -> None:
    states, inputs = UNCERTAIN[case]
    described = entities(
        item("relay", "array"),
        *(item(path, "enum", labels="off/on") for path in states),
        services=[service("set_relay", *inputs)],
    )

    assert {each.platform for each in described.values()} == {Platform.BINARY_SENSOR}


def test_each_channel_is_switched_by_its_own_service_or_input() -> None:
    described = entities(
        *(item(f"relay_{number}_status", "enum", labels="off/on") for number in (1, 2, 3)),
        services=[
            service("set_relay", *(item(f"status_{each}", "bool") for each in (1, 2))),
            service("set_relay_3", item("status", "enum", labels="on/off")),
        ],
    )

    setters = {key: each.setter for key, each in described.items()}
    assert {key: (each.service.id, each.input.path) for key, each in setters.items()} == {
        "relay_1_status": ("set_relay", "status_1"),
        "relay_2_status": ("set_relay", "status_2"),
        "relay_3_status": ("set_relay_3", "status"),
    }
    assert [each.on for each in described.values()] == [{"true"}, {"true"}, {"0"}]
