"""Tests of the meaning of flags and enumerations by their ids and labels."""

from homeassistant.const import Platform
import pytest

from custom_components.milesight.mapping import Priority

from .helpers import entities, entity, item

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
    ("tamper_status", "enum", "not installed/installed", "tamper", "not installed"),
    ("frobnicator", "enum", "not joined/joined", None, "joined"),
    ("frobnicator", "enum", "Alarm state/Alarm released", "problem", "Alarm state"),
    ("frobnicator", "enum", "OFF/Turned on", None, "Turned on"),
    ("frobnicator", "enum", "alarm recovery/alarm", "problem", "alarm"),
    ("frobnicator", "enum", "Low level/High level", None, "High level"),
    ("battery_status", "enum", "normal/low", "battery", "low"),
    ("movement_status", "enum", "static/moving", "motion", "moving"),
    ("door_lock_status", "enum", "locked/unlocked", "lock", "unlocked"),
    ("lock_state", "enum", "close/open", "lock", "open"),
    ("lock_alarm", "enum", "normal/alarm", "problem", "alarm"),
    ("gas_leak", "bool", "normal/leak", "gas", "leak"),
    ("pump_status", "enum", "off/on", "running", "on"),
    ("usb_power", "bool", None, "power", "true"),
    ("frobnicator", "bool", None, None, "true"),
]


@pytest.mark.parametrize(("path", "kind", "labels", "device_class", "on"), FLAGS)
def test_two_labels_that_mean_off_and_on_are_a_binary_sensor(
    path: str, kind: str, labels: str | None, device_class: str | None, on: str
) -> None:
    described = entity(path, kind, None, "R", labels)

    assert described.platform is Platform.BINARY_SENSOR
    assert described.device_class == device_class
    assert [described.labels[key] for key in described.on] == [on]


# id, labels of false and true -> device class, whether it is on when true
NAMED = [
    ("door_closed", None, "door", False),
    ("door_closed_status", "no/yes", "door", False),
    ("window.closed", "false/true", "window", False),
    ("is_closed.door", "no/yes", "door", True),
    ("door_open", "no/yes", "door", True),
    ("door_closed", "open/closed", "door", False),
    ("door_closed_alarm", "normal/alarm", "door", True),
    ("door_open_close", None, "door", True),
    ("door_no_1", None, "door", True),
    ("vacant", "no/yes", "occupancy", False),
    ("not_occupied", "no/yes", "occupancy", False),
    ("no_leak", "no/yes", "moisture", False),
    ("no_motion", None, "motion", False),
    ("no_alarm", None, "problem", False),
    ("no_water_alarm", None, "problem", True),
    ("not_wired_alarm", None, "problem", True),
    ("battery_normal", None, "battery", False),
    ("network_offline", "off/on", "connectivity", False),
    ("relay_closed", "no/yes", "power", True),
    ("lock_closed", "no/yes", "lock", False),
    ("lock_open", "no/yes", "lock", True),
    ("power_outage", "normal/alarm", "problem", True),
    ("offline", None, None, True),
    ("no_card", None, None, True),
]


@pytest.mark.parametrize("kind", ["bool", "enum"])
@pytest.mark.parametrize(("path", "labels", "device_class", "on"), NAMED)
def test_flag_named_for_the_opposite_of_its_class_is_inverted(
    path: str, labels: str | None, device_class: str | None, *, on: bool, kind: str
) -> None:
    described = entity(path, kind if labels else "bool", None, "R", labels)

    assert described.device_class == device_class
    assert described.on == {list(described.labels)[on]}


NOT_BINARY = [
    ("lorawan_class", "Class A/Class B/Class C"),
    ("temperature_alarm", "threshold alarm release/threshold alarm/mutation alarm"),
    ("valve_1_direction", "left/right"),
    ("wifi_scan_result", "success/timeout"),
    ("calibration_result", "success/failed"),
    ("analog_alarm", "threshold alarm/value change alarm"),
    ("power_mode", "high performance/low power"),
    ("counting_mode", "high_mode/low_mode"),
    ("temperature_alarm", "low alarm/high alarm"),
    ("temperature_sensor_status", "read error/out of range"),
    ("pressure_sensor_status", "1=read error"),
]


@pytest.mark.parametrize(("path", "labels"), NOT_BINARY)
def test_labels_that_name_something_else_are_an_enumeration(path: str, labels: str) -> None:
    described = entity(path, "enum", None, "R", labels)

    assert (described.platform, described.device_class) == (Platform.SENSOR, "enum")
    assert len(described.options) == len(labels.split("/"))


def test_flag_that_tells_how_something_ended_is_an_enumeration() -> None:
    described = entity("valve_1_result", "bool", None, "R", "success/failed")

    assert (described.platform, described.device_class) == (Platform.SENSOR, "enum")
    assert described.options == {"false": "success", "true": "failed"}


def test_flag_with_other_keys_than_a_flags_is_an_enumeration() -> None:
    described = entity("sync_enable", "bool", None, "RW", "0=disable/2=enable")

    assert described.platform is Platform.SWITCH
    assert described.on == {"2"}


def test_enumeration_without_labels_is_text() -> None:
    described = entity("mystery", "enum")

    assert (described.platform, described.device_class, dict(described.options)) == (
        Platform.SENSOR,
        None,
        {},
    )


def test_whole_number_with_labels_is_an_enumeration() -> None:
    described = entity("work_state", "int", None, "R", "idle/busy/broken")

    assert (described.platform, described.device_class) == (Platform.SENSOR, "enum")
    assert list(described.options.values()) == ["idle", "busy", "broken"]


def test_options_that_read_the_same_are_told_apart() -> None:
    described = entity("shift", "enum", None, "RW", "1=day/2=day/3=night")

    assert list(described.options.values()) == ["day", "day (2)", "night"]


def test_well_known_states_are_keys_of_a_translation() -> None:
    described = entity("lorawan_class", "enum", None, "R", "Class A/Class B/Class C")

    assert list(described.options.values()) == ["class_a", "class_b", "class_c"]


def test_alarm_flag_knows_the_flag_that_ends_it() -> None:
    described = entities(
        item("alarms.current_threshold_alarm", "bool", labels="no/yes"),
        item("alarms.current_threshold_alarm_release", "bool", labels="no/yes"),
    )

    release = described["alarms.current_threshold_alarm"].release
    assert release.path == "alarms.current_threshold_alarm_release"
    assert described[release.path].priority is Priority.RARE


def test_lock_flag_that_is_read_is_no_power() -> None:
    assert entity("button_lock", "bool", None, "R", "disable/enable").device_class is None
    assert entity("child_lock.enable", "bool", None, "R", "disable/enable").device_class is None


def test_release_of_a_threshold_is_no_problem() -> None:
    described = entity("current_threshold_alarm_release", "bool", None, "R", "no/yes")

    assert (described.device_class, described.priority) == (None, Priority.RARE)


def test_slips_of_the_pen_are_read_and_shown_as_spelled() -> None:
    described = entity("occuppied_status", "enum", None, "R", "vacant/occuppied")

    assert (described.platform, described.device_class) == (Platform.BINARY_SENSOR, "occupancy")
    assert list(described.labels.values()) == ["vacant", "occupied"]


def test_mode_of_passing_through_is_a_select() -> None:
    described = entity("rs485_pass_through", "enum", None, "RW", "disable/active/bidirectional")

    assert described.platform is Platform.SELECT


@pytest.mark.parametrize(
    ("path", "labels", "states"),
    [
        (
            "geofence_status",
            "inside/outside/unset/unknown",
            ["inside", "outside", "unset", "not_known"],
        ),
        ("detection_status", "normal/vacant/unavailable", ["normal", "vacant", "not_available"]),
        ("frobnicator", "calm/unknown/unavailable", ["calm", "Unknown", "Unavailable"]),
    ],
)
def test_label_is_no_state_of_a_missing_entity(path: str, labels: str, states: list[str]) -> None:
    options = entity(path, "enum", None, "R", labels).options
    assert list(options.values()) == states
