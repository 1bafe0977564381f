"""Services, events and presses: buttons and event entities."""

from homeassistant.const import Platform
import pytest

from custom_components.milesight.mapping import Priority

from .helpers import entities, entity, event, item, service

PRESSES = [
    ("button_1", "bool", "released/pressed"),
    ("button_event.status", "enum", "1=short press/2=long press/3=double press"),
    ("button_status", "enum", "single_click/double_click/long_press"),
    ("sos_key", "bool", None),
    ("function_key_event", "bool", "no/yes"),
    ("button_event", "enum", "single/double/long"),
    ("press_event", "enum", "short/long"),
    ("click_type", "enum", "single click/double click"),
]


@pytest.mark.parametrize(("path", "kind", "labels"), PRESSES)
def test_press_of_a_button_is_an_event(path: str, kind: str, labels: str | None) -> None:
    described = entity(path, kind, None, "R", labels)

    assert (described.platform, described.device_class) == (Platform.EVENT, "button")
    assert described.priority is Priority.PRIMARY
    assert described.event_types


def test_state_of_a_wall_switch_is_no_press() -> None:
    assert entity("button_status.button1", "enum", labels="Off/On").platform is (
        Platform.BINARY_SENSOR
    )


def test_event_has_the_kinds_that_its_type_names() -> None:
    described = entities(
        events=[
            event(
                "frost_alarm",
                item("frost_alarm.type", "enum", labels="16=release/17=trigger"),
                item("frost_alarm.temperature", unit="°C"),
            )
        ]
    )["event_frost_alarm"]

    assert described.platform is Platform.EVENT
    assert described.type_output.path == "type"
    assert dict(described.event_types) == {"16": "release", "17": "trigger", "": "frost_alarm"}


@pytest.mark.parametrize("output", ["alarmType", "state", "Kind"])
def test_output_that_names_the_kind_is_known_in_any_spelling(output: str) -> None:
    described = entities(events=[event("alarm", item(output, "enum", labels="over/under"))])

    assert described["event_alarm"].type_output.path == output


def test_service_without_inputs_is_a_button() -> None:
    described = entities(
        services=[
            service("reboot"),
            service("clear_history"),
            service("set_speed", item("speed", "int")),
            service("set_pace", item("pace", "int", defaultValue=3)),
            service("set_list", item("list", "array")),
        ]
    )

    assert set(described) == {"service_reboot", "service_clear_history", "service_set_pace"}
    assert described["service_reboot"].device_class == "restart"
    assert described["service_reboot"].priority is Priority.SECONDARY
    assert described["service_clear_history"].priority is Priority.RARE
