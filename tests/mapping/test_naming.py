"""Names: translated for what is well known, else the words of the specification."""

from typing import Any

import pytest

from .helpers import entities, entity, item

NAMES: list[tuple[dict[str, Any], str]] = [
    (item("frobnicator_level", name="Frobnicator Level"), "Frobnicator level"),
    (
        item("temperature_chn7_x", name="Temperature (Channel 7)", unit="°C"),
        "Channel 7 temperature",
    ),
    (
        item("freeze_setting.enable", "bool", name="Enable(Freeze Protection)"),
        "Freeze protection enable",
    ),
    (
        item("alarm_config.threshold_min", name="Alarm Config (Threshold Min)"),
        "Alarm threshold min",
    ),
    (item("a.b", name="CO2 Offset(CO2)"), "CO2 offset"),
    (item("frob_1", name="CoolingTarget Frob1"), "Cooling target frob 1"),
    (item("frob", name=""), "Frob"),
    (item("frob", name="  \u200bA\tvery   odd\nName "), "A very odd name"),
    (item("frob", name="LoRaWAN ADR mode"), "LoRaWAN ADR mode"),
    (item("温度計", name="温度計"), "温度計"),
]


@pytest.mark.parametrize(("raw", "name"), NAMES)
def test_names_are_the_specifications_words_tidied(raw: dict[str, Any], name: str) -> None:
    (found,) = entities(raw).values()

    assert found.name == name


def test_long_names_are_cut_between_words() -> None:
    found = entity("frob", name="word " * 100)

    assert found.name is not None
    assert len(found.name) <= 80
    assert found.name.endswith("word")


KNOWN = [
    (item("celsius_temperature", unit="°C"), "temperature", {}),
    (item("temperature_chn2", unit="°C"), "temperature_channel", {"channel": "2"}),
    (item("line_3_total_in", "long"), "line_total_in_number", {"number": "3"}),
    (item("report_interval", "int", "s", "RW"), "report_interval", {}),
    (item("button_lock_config.enable", "bool", None, "RW"), "button_lock", {}),
    (item("pressure", "float", "hPa"), "barometric_pressure", {}),
    (item("pressure", "float", "kPa"), "pressure", {}),
    (item("temperature_left", unit="°C"), None, {}),
]


@pytest.mark.parametrize(("raw", "key", "placeholders"), KNOWN)
def test_well_known_properties_are_translated(
    raw: dict[str, Any], key: str | None, placeholders: dict[str, str]
) -> None:
    (found,) = entities(raw).values()

    assert (found.translation_key, dict(found.placeholders)) == (key, placeholders)


def test_entities_of_one_name_are_told_apart() -> None:
    found = entities(
        item("first.enable", "bool", None, "RW", name="Enable(Rule)"),
        item("second.enable", "bool", None, "RW", name="Enable(Rule)"),
        item("interval.a", "int", "s", "RW", name="Waiting(Waiting)"),
        item("interval.b", "int", "min", "RW", name="Waiting(Waiting)"),
    )

    names = [description.name for description in found.values()]
    assert len(set(names)) == len(names)
    assert "Waiting (min)" in names


def test_elements_of_one_name_are_told_apart() -> None:
    found = entities(
        item("zone", "array"),
        item("zone._item", "struct"),
        item("zone._item.first", "struct"),
        item("zone._item.first.enable", "bool", None, "RW", name="Enable(Rule)"),
        item("zone._item.second", "struct"),
        item("zone._item.second.enable", "bool", None, "RW", name="Enable(Rule)"),
    )

    assert {description.element(1).name for description in found.values()} == {
        "Zone 2 first enable",
        "Zone 2 second enable",
    }


def test_without_names_a_leaf_has_the_words_of_its_structure_and_its_own() -> None:
    found = entities(
        item("frob_config", "struct", name=""),
        item("frob_config.depth", "int", "cm", "RW", name=""),
        item("child_lock.func", "bool", None, "RW", name="+ /-(Child Lock)"),
    )

    assert [description.name for description in found.values()] == ["Child lock func", "Frob depth"]


def test_a_device_is_not_called_by_its_one_output() -> None:
    found = entities(item("digital_output", "bool", None, "W", "low/high"))

    assert found["digital_output"].translation_key == "digital_output"


def test_the_one_control_of_a_device_has_the_devices_name() -> None:
    found = entities(
        item("socket_status", "bool", None, "RW", "off/on"), item("temperature", unit="°C")
    )

    assert found["socket_status"].name is None
    assert found["socket_status"].translation_key is None
    assert found["temperature"].translation_key == "temperature"


def test_of_two_switches_each_has_a_name() -> None:
    found = entities(
        item("switch_1", "bool", None, "RW", "off/on"),
        item("switch_2", "bool", None, "RW", "off/on"),
    )

    assert [description.placeholders for description in found.values()] == [
        {"number": "1"},
        {"number": "2"},
    ]
