"""Names: translated for what is well known, else the words of the specification."""

from collections import Counter
from typing import Any

import pytest

from custom_components.milesight.api import parse_specification
from custom_components.milesight.mapping import describe
from custom_components.milesight.mapping.spelling import corrected
from tests.describe import DEVICE, displayed_name
from tests.simulator.models import MODELS

from .helpers import entities, entity, item
from .ugliness import ugliness

NAMES: list[tuple[dict[str, Any], str]] = [
    (item("frobnicator_level", name="Frobnicator Level"), "Frobnicator level"),
    (
        item("temperature_chn7_x", name="Temperature (Channel 7)", unit="°C"),
        "Temperature channel 7",
    ),
    (
        item("freeze_setting.enable", "bool", None, "RW", name="Enable(Freeze Protection)"),
        "Freeze protection",
    ),
    (
        item("alarm_config.threshold_min", name="Alarm Config (Threshold Min)"),
        "Alarm threshold minimum",
    ),
    (item("a.b", name="CO2 Offset(CO2)"), "CO₂ offset"),
    (item("frob_1", name="CoolingTarget Frob1"), "Cooling target frob 1"),
    (item("frob", name="Button Lock (Reset Lock)"), "Button lock reset"),
    (item("frob", name="Data Colloction"), "Data collection"),
    (item("frob", name="Relay/Valve (Fan Max)"), "Relay or valve fan maximum"),
    (item("frob", name="Two-pipe,Two-wire Valve+EC fan"), "Two-pipe, two-wire valve and EC fan"),
    (item("frob", name="System On/Off"), "System on/off"),
    (item("frob", name="O/B Status"), "O/B status"),
    (item("frob", name="Temperature +"), "Temperature up"),
    (item("frob", name="Pm2_5 Alarm Settings"), "PM2.5 alarm"),
    (item("frob", name="D2d uplink CO2 cmd"), "D2D uplink CO₂ command"),
    (item("frob", name="dst ntc qrcode wifi"), "DST NTC QR code Wi-Fi"),
    (item("current_chn2_max", name="Current Chn2 Max", unit="A"), "Current channel 2 maximum"),
    (item("frob", name="Phase A Sum kWh"), "Total energy phase A"),
    (item("frob_enable", "bool", name="Frob Enable"), "Frob enabled"),
    (item("frob_enable", "bool", None, "RW", name="Frob Enable"), "Frob"),
    (item("cycle.mon", "bool", None, "RW", name="Cycle Time (Mon)"), "Cycle time Monday"),
    (item("frob.start_mon", "int", None, "RW", name="Start Mon"), "Frob start month"),
    (item("frob", name=""), "Frob"),
    (item("frob", name="  \u200bA\tvery   odd\nName "), "A very odd name"),
    (item("frob", name="LoRaWAN ADR mode"), "LoRaWAN ADR mode"),
    (item("温度計", name="温度計"), "温度計"),
    (item("ch4", name="CH4"), "CH₄"),
    (item("ch4_level", name="Methane(CH4)"), "Methane CH₄"),
    (item("ch4_level", name="CH4 Concentration"), "CH₄ concentration"),
    (item("n2o", name="N2O"), "N₂O"),
    (item("current_ch4", name="CH4 Current", unit="A"), "Current channel 4"),
    (item("current_frob4", name="Current(CH4)", unit="A"), "Current channel 4"),
    (item("frob_4", name="Frob(CH 4)"), "Frob channel 4"),
]


@pytest.mark.parametrize(("raw", "name"), NAMES)
def test_names_are_the_specifications_words_tidied(raw: dict[str, Any], name: str) -> None:
    (described,) = entities(raw).values()

    assert described.name == name


def test_long_names_are_cut_between_words() -> None:
    described = entity("frob", name=" ".join(f"{chr(97 + n)}word" for n in range(26)))

    assert described.name is not None
    assert len(described.name) <= 80
    assert described.name.endswith("word")


MAXIMUM, TEMPLATE_TEXT = "temperature_alarm_maximum", "template_text_number"
KNOWN = [
    (item("celsius_temperature", unit="°C"), "temperature", {}),
    (item("temperature_chn2", unit="°C"), "temperature_channel", {"channel": "2"}),
    (item("line_3_total_in", "long"), "line_total_in_number", {"number": "3"}),
    (item("report_interval", "int", "s", "RW"), "report_interval", {}),
    (item("button_lock_config.enable", "bool", None, "RW"), "button_lock", {}),
    (item("pressure", "float", "hPa"), "barometric_pressure", {}),
    (item("pressure", "float", "kPa"), "pressure", {}),
    (item("temperature_left", unit="°C"), "temperature_left", {}),
    (item("temperature_frobbed", unit="°C"), None, {}),
    (item("temperature_alarm_config.threshold_max", "float", "°C", "RW"), MAXIMUM, {}),
    (item("temperature_threshold.max", "float", "°C", "RW"), MAXIMUM, {}),
    (item("template_2.text_7", "text", None, "RW"), TEMPLATE_TEXT, {"number": "2", "part": "7"}),
]


@pytest.mark.parametrize(("raw", "key", "placeholders"), KNOWN)
def test_well_known_properties_are_translated(
    raw: dict[str, Any], key: str | None, placeholders: dict[str, str]
) -> None:
    (described,) = entities(raw).values()

    assert (described.translation_key, dict(described.placeholders)) == (key, placeholders)


def test_entities_of_one_name_are_told_apart() -> None:
    described = entities(
        item("first.enable", "bool", None, "RW", name="Enable(Rule)"),
        item("second.enable", "bool", None, "RW", name="Enable(Rule)"),
        item("interval.a", "int", "s", "RW", name="Waiting(Waiting)"),
        item("interval.b", "int", "min", "RW", name="Waiting(Waiting)"),
    )

    names = [description.name for description in described.values()]
    assert len(set(names)) == len(names)
    assert "Waiting (min)" in names


def test_elements_of_one_name_are_told_apart() -> None:
    described = entities(
        item("zone", "array"),
        item("zone._item", "struct"),
        item("zone._item.first", "struct"),
        item("zone._item.first.enable", "bool", None, "RW", name="Enable(Rule)"),
        item("zone._item.second", "struct"),
        item("zone._item.second.enable", "bool", None, "RW", name="Enable(Rule)"),
    )

    assert {description.element(1).name for description in described.values()} == {
        "Zone 2 first",
        "Zone 2 second",
    }


def test_unnamed_property_is_named_by_its_path() -> None:
    described = entities(
        item("frob_config", "struct", name=""),
        item("frob_config.depth", "int", "cm", "RW", name=""),
        item("child_lock.func", "bool", None, "RW", name="+ /-(Child Lock)"),
    )

    assert {one.name for one in described.values()} == {"Child lock function", "Frob depth"}


def test_device_is_not_called_by_its_one_output() -> None:
    described = entities(item("digital_output", "bool", None, "W", "low/high"))

    assert described["digital_output"].translation_key == "digital_output"


def test_one_control_of_a_device_has_the_devices_name() -> None:
    described = entities(
        item("socket_status", "bool", None, "RW", "off/on"), item("temperature", unit="°C")
    )

    assert described["socket_status"].name is None
    assert described["socket_status"].translation_key is None
    assert described["temperature"].translation_key == "temperature"


def test_of_two_switches_each_has_a_name() -> None:
    described = entities(
        item("switch_1", "bool", None, "RW", "off/on"),
        item("switch_2", "bool", None, "RW", "off/on"),
    )

    assert [description.placeholders for description in described.values()] == [
        {"number": "1"},
        {"number": "2"},
    ]


def names_of(raw: Any) -> dict[str, str]:
    """Return the names that Home Assistant shows in English, by platform and key."""
    return {
        f"{described.platform} {described.key}": displayed_name(described).replace("[]", "1")
        for described in describe(parse_specification(raw))
        if displayed_name(described) != DEVICE
    }


@pytest.mark.parametrize("model", MODELS)
def test_no_name_is_ugly(model: str) -> None:
    names = names_of(MODELS[model].specification.raw)

    assert {name: ugliness(name) for name in names.values() if ugliness(name)} == {}


@pytest.mark.parametrize("model", MODELS)
def test_names_of_a_platform_are_distinct(model: str) -> None:
    names = Counter(
        (key.partition(" ")[0], name.casefold())
        for key, name in names_of(MODELS[model].specification.raw).items()
    )

    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Button lock reset lock", "repetition"),
        ("Current chn1", "id"),
        ("wires_relay", "id"),
        ("Temperature celsius", "jargon"),
        ("Alarm release enable", "last word"),
        ("Relay/Valve", "signs"),
        ("Channel 1 current", "channel first"),
        ("Co2 alarm", "spelling of the field"),
        ("Data retrival", "slip"),
        ("Fan Mode", "case"),
    ],
)
def test_measure_finds_what_is_ugly(name: str, reason: str) -> None:
    assert reason in ugliness(name)


def test_intervals_in_two_units_are_translated_with_their_unit() -> None:
    described = entities(
        item("reporting_interval.minutes_of_time", "int", "min", "RW"),
        item("reporting_interval.seconds_of_time", "int", None, "RW"),
    )

    assert {one.translation_key for one in described.values()} == {"report_interval_unit"}
    assert [dict(one.placeholders) for one in described.values()] == [
        {"unit": "min"},
        {"unit": "s"},
    ]


@pytest.mark.parametrize(
    "word", ["confirmation", "electronic", "humidify", "receive", "collecting", "regions", "ocol"]
)
def test_words_of_their_own_are_not_corrected(word: str) -> None:
    assert corrected(word) == word
