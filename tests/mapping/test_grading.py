"""What an entity is to its owner, and how many a device shows."""

from homeassistant.const import EntityCategory
import pytest

from custom_components.milesight.mapping import Grade

from .helpers import entities, entity, item

DIAGNOSTICS = [
    ("battery", "int", "%", None, Grade.PRIMARY),
    ("device_status", "bool", None, "off/on", Grade.RARE),
    ("lorawan_class", "enum", None, "Class A/Class B/Class C", Grade.RARE),
    ("reset_event", "bool", None, "normal/reset", Grade.RARE),
    ("temperature_sensor_status", "enum", None, "normal/over range/read failed", Grade.SECONDARY),
    ("moisture_error", "enum", None, "collection failed/out of range", Grade.SECONDARY),
    ("rssi", "int", "dBm", None, Grade.RARE),
    ("cellular_status.iccid", "text", None, None, Grade.RARE),
    ("frobnicator_note", "text", None, None, Grade.SECONDARY),
]


@pytest.mark.parametrize(("path", "kind", "unit", "labels", "grade"), DIAGNOSTICS)
def test_what_speaks_of_the_device_itself_is_diagnostic(
    path: str, kind: str, unit: str | None, labels: str | None, grade: Grade
) -> None:
    found = entity(path, kind, unit, "R", labels)

    assert (found.category, found.grade) == (EntityCategory.DIAGNOSTIC, grade)


def test_what_is_hidden_is_disabled() -> None:
    assert entity("temperature", unit="°C", hidden=True).grade is Grade.RARE


def test_what_stands_in_a_hidden_structure_is_disabled() -> None:
    found = entities(
        item("place", "struct", hidden=True), item("place.latitude"), item("place.longitude")
    )

    assert [description.grade for description in found.values()] == [Grade.RARE]


def test_a_device_shows_a_dozen_at_most_and_the_first_of_each_kind_first() -> None:
    found = entities(
        *(item(f"temperature_chn{number}", unit="°C") for number in range(1, 20)),
        *(item(f"humidity_chn{number}", unit="%") for number in range(1, 20)),
        item("battery", "int", "%"),
    )

    enabled = {key for key, one in found.items() if one.grade is not Grade.RARE}
    assert len(enabled) == 12
    assert {"battery", "temperature_chn1", "humidity_chn1", "temperature_chn5"} <= enabled
    assert "temperature_chn9" not in enabled
