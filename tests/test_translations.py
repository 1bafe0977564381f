"""Tests that every text exists in every language."""

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
from custom_components.milesight.agentcraft.registration import Problem
from custom_components.milesight.api import InvalidReason
from custom_components.milesight.climate import SET_POINT_ERRORS
from tests.files import INTEGRATION, SOURCE, texts_in

LANGUAGES = ("de", "ja", "zh-Hans")

# Words that are the same in all languages, and words that a language shares with English.
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
SHARED = {
    "de": {
        "Alarm",
        "Firmware",
        "Gas",
        "Gateway",
        "Gateways",
        "Geofence",
        "Integration",
        "Name",
        "Normal",
        "Position",
        "Tags",
        "Thermostat",
    }
}

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


def _markdown_marks(text: str) -> list[str]:
    """Return the Markdown marks of a text: emphasis, code, lines, links."""
    return sorted(re.findall(r"\*\*|`|\n|]\(", text))


def _untranslated_words(language: str) -> set[str]:
    return NAMES | SHARED.get(language, set())


def _untranslated_texts(language: str, translated: Mapping[str, str]) -> set[str]:
    same = {text for key, text in ENGLISH.items() if translated[key] == text}
    return same - _untranslated_words(language)


def test_translations_exist_for_supported_languages() -> None:
    assert {path.stem for path in (INTEGRATION / "translations").iterdir()} == {"en", *LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_has_the_keys_of_english(language: str) -> None:
    assert list(_read(language)) == list(ENGLISH)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_keeps_placeholders_and_markdown(language: str) -> None:
    translated = _read(language)
    for key, text in ENGLISH.items():
        assert _placeholders(translated[key]) == _placeholders(text), key
        assert _markdown_marks(translated[key]) == _markdown_marks(text), key
        assert translated[key].strip() == translated[key] != "", key


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_has_no_english_text(language: str) -> None:
    assert _untranslated_texts(language, _read(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_untranslated_text_is_found(language: str) -> None:
    translated = _read(language)
    for key, text in ENGLISH.items():
        if text not in _untranslated_words(language):
            assert _untranslated_texts(language, {**translated, key: text}) == {text}


@pytest.mark.parametrize(("flow", "step"), STEPS)
def test_every_field_has_name_and_description(flow: str, step: str) -> None:
    schema: vol.Schema = STEPS[flow, step]
    fields = {str(field) for field in schema.schema}
    texts = SOURCE[flow]["step"][step]
    assert texts["data"].keys() == fields
    assert texts["data_description"].keys() == fields
    assert texts["title"]


def _keys_in_code(pattern: str) -> set[str]:
    """Return the keys that occur in the code."""
    code = "".join(path.read_text() for path in INTEGRATION.rglob("*.py"))
    return set(re.findall(pattern, code))


def test_every_exception_and_flow_error_has_a_text() -> None:
    exceptions = _keys_in_code(r'translation_domain=DOMAIN,\s+translation_key="(\w+)"')
    exceptions |= {*InvalidReason, *SET_POINT_ERRORS}
    exceptions |= {
        f"{subject}_{outcome}"
        for subject in ("command", "request")
        for outcome in ("failed", "unanswered")
    }
    exceptions |= {f"agentcraft_{reason}" for reason in Problem}
    assert exceptions == SOURCE["exceptions"].keys()
    errors = _keys_in_code(r'\{(?:"base"|CONF_WEBHOOK_SECRET): "(\w+)"\}')
    assert errors == SOURCE["config"]["error"].keys()
    assert SOURCE["config"]["create_entry"].keys() == _keys_in_code(r'return "(push_\w+)"')


def test_every_activity_has_a_text() -> None:
    activities = _keys_in_code(r'describe\(event, "(\w+)"') | {"offline"}
    activities |= {
        f"{kind}_{outcome}"
        for kind in ("configuration", "update")
        for outcome in ("finished", "failed")
    }
    keys = {key for key in SOURCE["common"] if not key.startswith("dashboard_")}
    assert {f"activity_{activity}" for activity in activities} == keys


async def test_every_translated_entity_has_a_name(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    entities = er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
    known = [(entity.domain, entity.translation_key) for entity in entities]
    assert len(set(known)) > 50
    for domain, key in known:
        assert key is None or SOURCE["entity"][domain][key]["name"]
