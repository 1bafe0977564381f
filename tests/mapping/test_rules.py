"""A mistake in a row of the rules is found, and the row is named."""

from collections.abc import Iterator
from typing import Any

from homeassistant.const import Platform
import pytest

from custom_components.milesight.api import parse_specification
from custom_components.milesight.mapping.properties import value_properties
from custom_components.milesight.mapping.tokens import PathTokens, pattern, tokenize_path
from custom_components.milesight.mapping.units import fold
from tests.files import ROOT
from tests.simulator.models import MODELS

from .rules import TABLES, RuleTable, decides, phrases_of
from .test_numbers import BOUNDS, DIFFERENCES, MEASUREMENTS
from .test_ranking import DIAGNOSTICS
from .test_settings import WRITABLE
from .test_states import FLAGS, NOT_BINARY

# The words of specifications. A word that a rule asks for and that is not among them is a slip, or
# is new and belongs there.
VOCABULARY = (ROOT / "tests" / "fixtures" / "vocabulary.txt").read_text(encoding="utf-8").split()

# What devices report beside the models of the simulator and the examples of the other tests.
EXAMPLES: tuple[tuple[str, str | None], ...] = (
    ("battery_charging", None),
    ("charging_status", None),
    ("child_count", None),
    ("co_alarm", None),
    ("current_threshold_alarm_release", None),
    ("daylight_saving_time.start_hour", None),
    ("electricity", None),
    ("external_voltage", "V"),
    ("fall_detection.sos", None),
    ("gas_volume", "m³"),
    ("gpio_alarm", None),
    ("iaq", None),
    ("LAS", "dB"),
    ("LZeq", "dB"),
    ("no2", "ppm"),
    ("overheat_alarm", None),
    ("rainfall", "mm"),
    ("rainfall_counter", None),
    ("reboot_device", None),
    ("beep_device", None),
    ("report_reason", None),
    ("reporting_interval.lora.minutes_of_time", "min"),
    ("respiratory_rate", None),
    ("server_temperature", "°C"),
    ("so2", "µg/m³"),
    ("solar_radiation", "W/m²"),
    ("sum_current", "A"),
    ("target_humidity", "%"),
    ("timestamp.minute", None),
    ("valve_status", "%"),
    ("vibration_status", None),
    ("wind", "m/s"),
)
ROWS = [
    pytest.param(table, rule, id=f"{table.name}[{index}] {rule.words}")
    for table in TABLES
    for index, rule in enumerate(table.rules)
]


def known() -> Iterator[tuple[PathTokens, str | None]]:
    """Yield tokens and unit of every path that the tests know."""
    for model in MODELS.values():
        specification = parse_specification(model.specification.raw)
        for prop in value_properties(specification.properties):
            yield prop.tokens, prop.unit
        for service in specification.services:
            yield tokenize_path(service.id), None
        for event in specification.events:
            yield tokenize_path(event.id), None
    numbers: list[Any] = [*MEASUREMENTS, *BOUNDS]
    others: list[Any] = [*FLAGS, *NOT_BINARY, *WRITABLE, *DIAGNOSTICS]
    for path, _, unit, *_ in numbers:
        yield tokenize_path(path), fold(unit)
    for path, unit in EXAMPLES:
        yield tokenize_path(path), fold(unit)
    for path, *_ in others:
        yield tokenize_path(path), None
    for path in DIFFERENCES:
        yield tokenize_path(path), "°C"


KNOWN = list(known())
PLATFORMS = (Platform.NUMBER, Platform.SELECT, Platform.SWITCH)


@pytest.mark.parametrize(("table", "rule"), ROWS)
def test_rule_has_known_words(table: RuleTable, rule: Any) -> None:
    wanted = pattern(rule.words)
    words = wanted.excluded.union(*wanted.required, wanted.allowed or ()) - {""}

    assert words - set(VOCABULARY) == set(), table.name


@pytest.mark.parametrize(("table", "rule"), ROWS)
def test_rule_can_match_by_each_of_its_words(table: RuleTable, rule: Any) -> None:
    wanted = pattern(rule.words)

    assert decides(table, rule, phrases_of(wanted))
    dead = [
        word
        for choice in wanted.required
        for word in choice
        if not decides(table, rule, phrases_of(wanted, word))
    ]
    assert dead == []


@pytest.mark.parametrize(("table", "rule"), ROWS)
def test_rule_is_used_by_a_known_specification(table: RuleTable, rule: Any) -> None:
    assert any(
        table.decide(tokens, unit, platform) is rule
        for tokens, unit in KNOWN
        for platform in PLATFORMS
    )


def test_words_of_specifications_are_sorted() -> None:
    assert sorted(set(VOCABULARY)) == VOCABULARY
