"""Every text that a user sees exists, in every language that is shipped."""

from collections.abc import Iterator, Mapping
import re
from string import Formatter
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.milesight import config_flow
from custom_components.milesight.agentcraft.actions import Refusal
from custom_components.milesight.agentcraft.registration import Problem
from custom_components.milesight.api import InvalidReason
from tests.files import INTEGRATION, SOURCE, texts_in

LANGUAGES = ("de", "ja", "zh-Hans")

# What is written alike everywhere, and the words that a language shares with English.
NAMES = {
    "Agentcraft",
    "Bluetooth",
    "D2D",
    "DevEUI",
    "GPIO",
    "GPIO {number}",
    "ICCID",
    "IMEI",
    "Modbus",
    "OEM ID",
    "PM1",
    "PM10",
    "PM2.5",
    "PT100",
    "PT100 {number}",
    "RPS",
    "RSSI",
    "SNR",
    "TVOC",
    "Wi-Fi",
    "pH",
}
SHARED = {"de": {"Alarm", "Gas", "Geofence", "Name", "Normal", "Position", "Tags", "Thermostat"}}

STEPS = {
    ("config", "user"): config_flow.USER_SCHEMA,
    ("config", "webhook"): config_flow.WEBHOOK_SCHEMA,
    ("config", "reauth_confirm"): config_flow.REAUTH_SCHEMA,
    ("config", "reconfigure"): config_flow.RECONFIGURE_SCHEMA,
    ("options", "init"): config_flow.OPTIONS_SCHEMA,
}


def _texts(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _texts(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


ENGLISH = dict(_texts(SOURCE))


def _read(language: str) -> dict[str, str]:
    return dict(_texts(texts_in(language)))


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _marks(text: str) -> list[str]:
    """Return what Markdown makes a difference of: emphasis, code, lines, links."""
    return sorted(re.findall(r"\*\*|`|\n|]\(", text))


def _alike(language: str) -> set[str]:
    return NAMES | SHARED.get(language, set())


def _left_in_english(language: str, translated: Mapping[str, str]) -> set[str]:
    same = {text for key, text in ENGLISH.items() if translated[key] == text}
    return same - _alike(language)


def test_the_languages_are_those_that_are_promised() -> None:
    assert {path.stem for path in (INTEGRATION / "translations").iterdir()} == {"en", *LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_in_the_order_of_english_and_none_besides(language: str) -> None:
    assert list(_read(language)) == list(ENGLISH)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_keeps_placeholders_and_marks_and_is_not_empty(language: str) -> None:
    translated = _read(language)
    for key, text in ENGLISH.items():
        assert _placeholders(translated[key]) == _placeholders(text), key
        assert _marks(translated[key]) == _marks(text), key
        assert translated[key].strip() == translated[key] != "", key


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_english_but_names(language: str) -> None:
    assert _left_in_english(language, _read(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_was_forgotten_is_found(language: str) -> None:
    translated = _read(language)
    for key, text in ENGLISH.items():
        if text not in _alike(language):
            assert _left_in_english(language, {**translated, key: text}) == {text}


@pytest.mark.parametrize(("flow", "step"), STEPS)
def test_every_field_of_a_dialog_is_named_and_explained(flow: str, step: str) -> None:
    schema: vol.Schema = STEPS[flow, step]
    fields = {str(field) for field in schema.schema}
    texts = SOURCE[flow]["step"][step]
    assert texts["data"].keys() == fields
    assert texts["data_description"].keys() == fields
    assert texts["title"]


def _named(pattern: str) -> set[str]:
    """Return the keys that the code names."""
    code = "".join(path.read_text() for path in INTEGRATION.rglob("*.py"))
    return set(re.findall(pattern, code))


def test_every_exception_and_every_error_of_a_dialog_has_a_text() -> None:
    exceptions = _named(r'translation_domain=DOMAIN,\s+translation_key="(\w+)"')
    exceptions |= set(InvalidReason)
    exceptions |= {
        f"{subject}_{outcome}"
        for subject in ("command", "request")
        for outcome in ("failed", "unanswered")
    }
    exceptions |= {f"agentcraft_{reason}" for reason in (*Problem, *Refusal)}
    assert exceptions == SOURCE["exceptions"].keys()
    assert _named(r'\{"base": "(\w+)"\}') == SOURCE["config"]["error"].keys()


def test_every_notification_has_a_text() -> None:
    assert _named(r"\{prefix\}\.(\w+)") == SOURCE["common"].keys()


async def test_every_entity_that_is_not_called_by_its_device_has_a_name(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    entities = er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
    known = [(entity.domain, entity.translation_key) for entity in entities]
    assert len(set(known)) > 50
    for domain, key in known:
        assert key is None or SOURCE["entity"][domain][key]["name"]
