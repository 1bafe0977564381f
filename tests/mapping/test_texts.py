"""What the mapping calls by a translation key has a name in every language."""

from collections.abc import Iterator

from homeassistant.const import Platform
import pytest

from custom_components.milesight.mapping.translations import (
    TRANSLATED,
    TRANSLATED_CHANNELS,
    TRANSLATED_CLASSES,
    TRANSLATED_NUMBERS,
    TRANSLATED_STATES,
)
from tests.files import INTEGRATION, texts_in

LANGUAGES = sorted(path.stem for path in INTEGRATION.glob("translations/*.json"))
COMPOSITES = {
    Platform.CLIMATE: "thermostat",
    Platform.DEVICE_TRACKER: "position",
    Platform.VALVE: "valve_number",
}


def spoken_of() -> Iterator[tuple[str, str]]:
    """Yield platform and key of every translation that the rules may ask for."""
    for platform, table in TRANSLATED.items():
        keys = set(table.values())
        keys |= {
            refined
            for (key, _), refined in TRANSLATED_CLASSES.items()
            if key in keys and platform in ("sensor", "binary_sensor") and key != refined
        } & ({"barometric_pressure"} if platform == "sensor" else {"occupancy"})
        yield from ((platform, key) for key in keys)
        yield from ((platform, f"{key}_number") for key in keys & TRANSLATED_NUMBERS)
        if platform in ("sensor", "binary_sensor"):
            yield from ((platform, f"{key}_channel") for key in keys & TRANSLATED_CHANNELS)
    yield from ((platform.value, key) for platform, key in COMPOSITES.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_a_name_with_its_placeholder(language: str) -> None:
    texts = texts_in(language)["entity"]

    for platform, key in spoken_of():
        name = texts[platform][key]["name"]
        for placeholder in ("number", "channel"):
            assert (f"{{{placeholder}}}" in name) is key.endswith(f"_{placeholder}"), (
                platform,
                key,
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_known_state_has_a_text(language: str) -> None:
    texts = texts_in(language)["entity"]

    for platform, table in TRANSLATED.items():
        for key in set(table.values()) & set(TRANSLATED_STATES):
            entry = texts[platform][key]
            if platform == Platform.EVENT:
                entry = entry["state_attributes"]["event_type"]
            if platform in (Platform.SENSOR, Platform.SELECT, Platform.EVENT):
                assert set(entry["state"]) == TRANSLATED_STATES[key], (platform, key)
