"""Tests of the entities of properties, also of the elements of arrays."""

from homeassistant.const import Platform
import pytest

from .helpers import entities, event, item, service


def test_registrys_facts_are_no_entities_at_any_depth() -> None:
    paths = "sn product_sn hardware_version firmware_version tsl_version ipso_version imei"
    properties = [item(path, "text") for path in paths.split()]
    deep = [item("version.firmware_version", "text"), item("cellular.status.imei", "text")]

    spelled = [item(path, "text") for path in ("firmwareVersion", "HardwareVersion", "SN", "IMEI")]

    assert entities(*properties, *deep, *spelled) == {}


def test_of_celsius_and_fahrenheit_twins_the_celsius_one_stays() -> None:
    described = entities(
        item("temperature", unit="°C"),
        item("celsius_temperature", unit="°C"),
        item("fahrenheit_temperature", unit="℉"),
        item("limit", unit="℉"),
        item("celsius_limit", unit="°C"),
        item("fahrenheit_limit", unit="℉"),
        item("fahrenheit_alone", unit="℉"),
    )

    assert set(described) == {"temperature", "celsius_limit", "fahrenheit_alone"}


TWINS = [
    ("temperature_c", "temperature_f"),
    ("temperature", "temperature_f"),
    ("temperature.celsius", "temperature.fahrenheit"),
    ("celsius.temperature", "fahrenheit.temperature"),
]


@pytest.mark.parametrize(("celsius", "fahrenheit"), TWINS)
def test_twins_are_known_wherever_their_paths_name_the_scale(celsius: str, fahrenheit: str) -> None:
    described = entities(item(celsius, unit="°C"), item(fahrenheit, unit="℉"))

    assert set(described) == {celsius}


def test_phases_are_no_scales() -> None:
    assert len(entities(item("voltage_c", unit="V"), item("voltage_f", unit="V"))) == 2


def test_past_readings_make_no_entities() -> None:
    described = entities(
        item("history", "array"),
        item("history._item", "struct"),
        item("history._item.temperature", unit="°C"),
        item("historical_data_retrieve.humidity", unit="%"),
        item("history_enable", "bool", None, "RW"),
        events=[event("historical_data_report", item("mode", "enum", labels="a/b"))],
    )

    assert set(described) == {"history_enable"}


def test_elements_of_an_array_are_described_by_a_template() -> None:
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


def test_thousands_of_properties_are_described() -> None:
    many = (
        item(f"group{number % 40}.frob_{number}_temperature", "float", "°C", name=f"Frob {number}")
        for number in range(5000)
    )

    described = entities(*many)

    assert len(described) == 5000
    assert len({description.name for description in described.values()}) > 4000


@pytest.mark.parametrize(
    ("path", "kind", "key"),
    [
        ("connectivity", "bool", "binary_sensor_connectivity"),
        ("connectivity", "text", "connectivity"),
        ("last_report", "date", "sensor_last_report"),
        ("agentcraft", "text", "sensor_agentcraft"),
        ("event_door", "text", "sensor_event_door"),
        ("event_other", "text", "event_other"),
        ("service_reboot", "bool", "binary_sensor_service_reboot"),
        ("climate_target_temperature", "text", "sensor_climate_target_temperature"),
    ],
)
def test_property_never_takes_the_key_of_another_entity(path: str, kind: str, key: str) -> None:
    raw = {"services": [service("reboot")], "events": [event("door")]}
    thermostat = item("target_temperature", unit="°C", access="RW"), item("temperature", unit="°C")

    described = entities(*thermostat, item(path, kind), **raw)

    assert described.keys() == {*entities(*thermostat, **raw), key}
    assert (described[key].path, described[key].item.path) == (path, path)
    assert described["event_door"].platform is Platform.EVENT
    assert described["service_reboot"].platform is Platform.BUTTON
    assert described["climate_target_temperature"].platform is Platform.CLIMATE
