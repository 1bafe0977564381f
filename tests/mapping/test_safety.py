"""No composite and no enabled control changes how a device is installed."""

from collections.abc import Iterator
import re
from typing import Any

from homeassistant.const import EntityCategory
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.milesight.api import Item, parse_specification
from custom_components.milesight.mapping import (
    ButtonDescription,
    CompositeDescription,
    Description,
    Priority,
    SelectDescription,
    SwitchDescription,
    describe,
)
from tests.simulator.models import MODELS

from .helpers import entities, item, one_of, service

HARMFUL = re.compile(
    r"wir(e|es|ing)|reversing|ob|pipes?|terminals?|calibrat(e|ion)|algorithm|strateg(y|ies)|units?"
    r"|schedules?|plans?|interface|polarity"
)
HARMFUL_FOR_COMPOSITES = re.compile(r"relays?|locks?|thresholds?|tolerance|alarm|limit")
STEP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")

TEMPERATURE = item("temperature", unit="°C")
TARGET = item("target_temperature", "float", "°C", "RW")


def harmful_words(path: str, *, composite: bool) -> list[str]:
    """Return the words of a path that speak of the installation."""
    words = [word.lower() for word in STEP.findall(path)]
    return [
        word
        for word in words
        if HARMFUL.fullmatch(word) or (composite and HARMFUL_FOR_COMPOSITES.fullmatch(word))
    ]


def written_items(description: Description) -> Iterator[Item]:
    """Yield the properties that an entity writes."""
    match description:
        case CompositeDescription():
            for role, item in description.roles.items():
                if item.writable and f"set_{role}" not in description.roles:
                    yield item
        case SwitchDescription() | SelectDescription() | ButtonDescription():
            if description.item is not None:
                yield description.item


def harm_done_by(raw: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the keys of the enabled entities that write what they must not, with its path."""
    return [
        (description.key, item.path)
        for description in describe(parse_specification(raw))
        if description.priority is not Priority.RARE
        for item in written_items(description)
        if harmful_words(item.path, composite=isinstance(description, CompositeDescription))
    ]


SUBJECTS = one_of("""
    temperature target control mode system status fan speed valve relay socket switch light
    brightness curtain heat cool auto power thermostat on off enable position opening
    """)
INSTALLATION = one_of("""
    wiring wires wire reversing ob pipe terminal calibration algorithm strategy unit schedule plan
    interface polarity
    """)
SPELLINGS = st.sampled_from(
    [
        "_".join,
        "-".join,
        ".".join,
        lambda words: "".join((words[0], *(word.title() for word in words[1:]))),
        lambda words: "_".join(words).upper(),
    ]
)
WORDS = st.tuples(
    st.lists(SUBJECTS, min_size=1, max_size=3), st.lists(INSTALLATION, max_size=1), st.booleans()
).map(lambda parts: [*parts[1], *parts[0]] if parts[2] else [*parts[0], *parts[1]])
IDS = st.tuples(SPELLINGS, WORDS).map(lambda pair: pair[0](pair[1]))
LABELS = st.sampled_from(
    [
        "off/on",
        "cool/heat",
        "heat/cool/auto",
        "auto/low/medium/high",
        "open/close/stop",
        "close/open",
        "disable/enable",
        "no/yes",
        "home/away",
    ]
)
CONTROLS = st.one_of(
    st.tuples(IDS, st.just("enum"), st.none(), st.sampled_from(["W", "RW"]), LABELS),
    st.tuples(IDS, st.just("bool"), st.none(), st.sampled_from(["W", "RW"]), LABELS),
    st.tuples(IDS, st.just("float"), st.sampled_from(["°C", "%", None]), st.just("RW"), st.none()),
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CONTROLS, max_size=15))
def test_no_generated_specification_is_harmed(controls: list[tuple[Any, ...]]) -> None:
    raw = {"properties": [TEMPERATURE, TARGET, *(item(*facts) for facts in controls)]}

    assert harm_done_by(raw) == []


@pytest.mark.parametrize("model", MODELS)
def test_no_simulated_model_is_harmed(model: str) -> None:
    assert harm_done_by(dict(MODELS[model].specification.raw)) == []


@pytest.mark.parametrize(
    "path", ["ob_mode", "o_b_mode", "reversing_valve", "wiring.mode", "compressor_mode"]
)
def test_reversing_valve_is_not_the_mode(path: str) -> None:
    described = entities(TEMPERATURE, TARGET, item(path, "enum", None, "RW", "cool/heat"))

    assert "hvac_mode" not in described["climate_target_temperature"].roles
    assert described[path].priority is Priority.RARE


def test_two_equal_claims_give_nobody_the_mode() -> None:
    described = entities(
        TEMPERATURE,
        TARGET,
        item("work_mode", "enum", None, "RW", "heat/cool"),
        item("system_mode", "enum", None, "RW", "heat/cool"),
    )

    assert "hvac_mode" not in described["climate_target_temperature"].roles


def test_relays_of_a_thermostat_are_rare() -> None:
    described = entities(
        TEMPERATURE,
        TARGET,
        item("relay_y1", "bool", None, "RW", "off/on"),
        item("relay_status.fan_high", "bool", None, "R", "Open/Close"),
    )

    assert described["relay_y1"].priority is Priority.RARE
    assert described["relay_status.fan_high"].priority is Priority.RARE
    assert described["relay_status.fan_high"].device_class is None


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        ("valve_control_algorithm", "rate/pid"),
        ("window_detection_valve_strategy", "keep/close"),
        ("system_type", "two pipe/four pipe"),
        ("temperature_unit", "℃/℉"),
    ],
)
def test_installation_settings_are_rare_configuration(path: str, labels: str) -> None:
    described = entities(item(path, "enum", None, "RW", labels))[path]

    assert (described.priority, described.category) == (Priority.RARE, EntityCategory.CONFIG)


def test_calibration_button_is_disabled() -> None:
    described = entities(services=[service("calibrate_motor"), service("query_schedule")])

    assert {description.priority for description in described.values()} == {Priority.RARE}
