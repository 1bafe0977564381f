"""Tests that each translation key of the mapping has a name in every language."""

from collections.abc import Iterator, Mapping

from homeassistant.components.sensor.const import SensorDeviceClass
from homeassistant.const import Platform
import pytest

from custom_components.milesight.api import parse_specification
from custom_components.milesight.mapping import (
    CompositeDescription,
    Description,
    EventDescription,
    Priority,
    SelectDescription,
    SensorDescription,
    describe,
)
from custom_components.milesight.mapping.translations import (
    PARTED,
    TABLES,
    TRANSLATED_CLASSES,
    TRANSLATED_UNITS,
    states_of,
)
from tests.files import ICONS, INTEGRATION, texts_in
from tests.simulator.models import MODELS

LANGUAGES = sorted(path.stem for path in INTEGRATION.glob("translations/*.json"))
COMPOSITES = {
    Platform.CLIMATE: "thermostat",
    Platform.DEVICE_TRACKER: "position",
    Platform.VALVE: "valve",
}
CLASSED = {"energy", "pressure", "motion"}


PLACEHOLDERS = ("number", "part", "channel", "unit")


def translated() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield platform, key and placeholders of every translation that the rules may ask for."""
    for platform, table in TABLES.items():
        keys = set(table.keys.values())
        keys |= {key for (old, _), key in TRANSLATED_CLASSES.items() if old in keys & CLASSED}
        yield from ((platform, key, ()) for key in keys)
        for key in table.numbered:
            yield platform, f"{key}_number", PARTED.get((platform, key), ("number",))
        yield from ((platform, f"{key}_channel", ("channel",)) for key in table.channeled)
    yield from (("number", f"{key}_unit", ("unit",)) for key in TRANSLATED_UNITS)
    yield from ((platform.value, key, ()) for platform, key in COMPOSITES.items())
    yield "valve", "valve_number", ("number",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_a_name_with_its_placeholders(language: str) -> None:
    texts = texts_in(language)["entity"]

    for platform, key, placeholders in translated():
        name = texts[platform][key]["name"]
        used = {placeholder for placeholder in PLACEHOLDERS if f"{{{placeholder}}}" in name}
        assert used == set(placeholders), (platform, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translated_state_has_a_text(language: str) -> None:
    texts = texts_in(language)["entity"]

    for platform, key, _ in translated():
        entry = texts[platform][key]
        if platform == Platform.EVENT:
            entry = entry.get("state_attributes", {}).get("event_type", {})
        assert set(entry.get("state", {})) == states_of(platform, key), (platform, key)


def entities_of_models() -> list[Description]:
    """Return the entities of our own models that have a name of their own.

    Those of a user's model may keep the platform's names, so that adding one needs no translation.
    """
    return [
        description
        for model in MODELS.values()
        if not model.downloaded
        for description in describe(parse_specification(model.specification.raw))
        if description.name is not None or description.translation_key is not None
    ]


def states_shown(description: Description) -> set[str]:
    """Return the states and event types of an entity that need a text."""
    shown: Mapping[str, str] = {}
    if isinstance(description, SensorDescription | SelectDescription):
        shown = description.options
    if isinstance(description, EventDescription):
        shown = description.event_types
    return set(shown.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_enabled_entities_are_translated(language: str) -> None:
    texts = texts_in(language)["entity"]

    for description in entities_of_models():
        if description.priority is Priority.RARE:
            continue
        assert description.translation_key is not None, description.key
        entry = texts[description.platform][description.translation_key]
        if isinstance(description, EventDescription):
            entry = entry.get("state_attributes", {}).get("event_type", {})
        untranslated = states_shown(description) - set(entry.get("state", {}))
        assert untranslated == set(), description.key


def test_enabled_entities_without_a_class_have_an_icon() -> None:
    bare = {
        (description.platform, description.translation_key)
        for description in entities_of_models()
        if description.priority is not Priority.RARE
        and getattr(description, "device_class", None) in (None, SensorDeviceClass.ENUM)
        and not isinstance(description, CompositeDescription)
    }

    assert {found for found in bare if found[1] not in ICONS["entity"].get(found[0], {})} == set()


def test_nine_tenths_of_all_entities_are_translated() -> None:
    keys = [description.translation_key for description in entities_of_models()]

    assert len(keys) > 600
    assert sum(key is not None for key in keys) > 0.95 * len(keys)
