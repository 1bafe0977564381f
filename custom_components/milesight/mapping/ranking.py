"""How many entities a device shows by default: about a dozen, and which."""

from collections.abc import Iterable
from dataclasses import replace

from homeassistant.components.sensor.const import SensorDeviceClass
from homeassistant.const import EntityCategory, Platform

from .descriptions import Description, Priority, SensorDescription
from .tokens import tokenize_path

DOZEN = 12
ELEMENTS = 2  # of an array, as many as most devices fill

# Controls first, then what is measured, settings and commands last.
PLATFORMS = (
    Platform.CLIMATE,
    Platform.VALVE,
    Platform.COVER,
    Platform.LIGHT,
    Platform.DEVICE_TRACKER,
    Platform.SWITCH,
    Platform.BINARY_SENSOR,
    Platform.SENSOR,
    Platform.IMAGE,
    Platform.EVENT,
)
CATEGORIES = (None, EntityCategory.DIAGNOSTIC, EntityCategory.CONFIG)


def ranked(descriptions: Iterable[Description]) -> list[Description]:
    """Return the descriptions with those beyond the dozen made rare, whatever their order was.

    Of many channels the first of each kind come before the second of any.
    """
    ranked: list[Description] = []
    shown = 0
    for description in sorted(descriptions, key=_rank):
        shown += expected_entities(description)
        beyond = shown > DOZEN and description.priority is not Priority.RARE
        ranked.append(replace(description, priority=Priority.RARE) if beyond else description)
    return ranked


def expected_entities(description: Description) -> int:
    """Return how many entities a description will lead to on most devices."""
    return ELEMENTS if description.is_template else 1


def _rank(description: Description) -> tuple[int, int, bool, tuple[int, ...], int, int, str]:
    platform = description.platform
    battery = (
        description.priority is Priority.PRIMARY
        and isinstance(description, SensorDescription)
        and description.device_class is SensorDeviceClass.BATTERY
    )
    return (
        description.priority,
        0 if battery else CATEGORIES.index(description.category),
        description.is_template,
        tokenize_path(description.path).numbers,
        PLATFORMS.index(platform) if platform in PLATFORMS else len(PLATFORMS),
        description.path.count("."),
        description.key,
    )
