"""What an entity is to its owner, and how many a device shows."""

from homeassistant.const import EntityCategory
import pytest

from custom_components.milesight.mapping import Priority

from .helpers import entities, entity, item

DIAGNOSTICS = [
    ("battery", "int", "%", None, Priority.PRIMARY),
    ("device_status", "bool", None, "off/on", Priority.RARE),
    ("lorawan_class", "enum", None, "Class A/Class B/Class C", Priority.RARE),
    ("reset_event", "bool", None, "normal/reset", Priority.RARE),
    (
        "temperature_sensor_status",
        "enum",
        None,
        "normal/over range/read failed",
        Priority.SECONDARY,
    ),
    ("moisture_error", "enum", None, "collection failed/out of range", Priority.SECONDARY),
    ("rssi", "int", "dBm", None, Priority.RARE),
    ("cellular_status.iccid", "text", None, None, Priority.RARE),
    ("frobnicator_note", "text", None, None, Priority.SECONDARY),
]


@pytest.mark.parametrize(("path", "kind", "unit", "labels", "priority"), DIAGNOSTICS)
def test_what_speaks_of_the_device_itself_is_diagnostic(
    path: str, kind: str, unit: str | None, labels: str | None, priority: Priority
) -> None:
    found = entity(path, kind, unit, "R", labels)

    assert (found.category, found.priority) == (EntityCategory.DIAGNOSTIC, priority)


def test_what_is_hidden_is_disabled() -> None:
    assert entity("temperature", unit="°C", hidden=True).priority is Priority.RARE


def test_what_stands_in_a_hidden_structure_is_disabled() -> None:
    found = entities(
        item("place", "struct", hidden=True), item("place.latitude"), item("place.longitude")
    )

    assert [description.priority for description in found.values()] == [Priority.RARE]


def test_a_device_shows_a_dozen_at_most_and_the_first_of_each_kind_first() -> None:
    found = entities(
        *(item(f"temperature_chn{number}", unit="°C") for number in range(1, 20)),
        *(item(f"humidity_chn{number}", unit="%") for number in range(1, 20)),
        item("battery", "int", "%"),
    )

    enabled = {key for key, one in found.items() if one.priority is not Priority.RARE}
    assert len(enabled) == 12
    assert {"battery", "temperature_chn1", "humidity_chn1", "temperature_chn5"} <= enabled
    assert "temperature_chn9" not in enabled
