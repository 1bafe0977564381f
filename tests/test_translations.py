"""Every text that a user sees exists, in every language that is shipped."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any

import pytest
import voluptuous as vol

from custom_components.milesight import config_flow

INTEGRATION = Path(config_flow.__file__).parent
TRANSLATIONS = INTEGRATION / "translations"
SOURCE: dict[str, Any] = json.loads((TRANSLATIONS / "en.json").read_text())
LANGUAGES = sorted(path.stem for path in TRANSLATIONS.glob("*.json"))

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


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_with_the_same_placeholders(language: str) -> None:
    translated = dict(_texts(json.loads((TRANSLATIONS / f"{language}.json").read_text())))
    source = dict(_texts(SOURCE))
    assert translated.keys() == source.keys()
    for key, text in source.items():
        assert _placeholders(translated[key]) == _placeholders(text), key
        assert translated[key].strip() == translated[key] != "", key


@pytest.mark.parametrize(("flow", "step"), STEPS)
def test_every_field_of_a_dialog_is_named_and_explained(flow: str, step: str) -> None:
    schema: vol.Schema = STEPS[flow, step]
    fields = {str(field) for field in schema.schema}
    texts = SOURCE[flow]["step"][step]
    assert texts["data"].keys() == fields
    assert texts["data_description"].keys() == fields
    assert texts["title"]


def test_every_exception_and_every_error_of_a_dialog_has_a_text() -> None:
    exceptions: set[str] = set()
    errors: set[str] = set()
    kinds: set[str] = set()
    for path in INTEGRATION.rglob("*.py"):
        code = path.read_text()
        exceptions.update(re.findall(r'translation_domain=DOMAIN,\s+translation_key="(\w+)"', code))
        errors.update(re.findall(r'\{"base": "(\w+)"\}', code))
        kinds.update(re.findall(r'InvalidValueError\(\s*"(\w+)"', code))
    assert exceptions | {f"invalid_{kind}" for kind in kinds} == SOURCE["exceptions"].keys()
    assert errors == SOURCE["config"]["error"].keys()
