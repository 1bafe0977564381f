"""Tests that entities without a device class and all actions have icons."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.const import Platform
import pytest

from custom_components.milesight.mapping import Description
from custom_components.milesight.mapping.translations import TABLES
from tests.files import ICONS, SOURCE
from tests.mapping.helpers import entities
from tests.specifications import event, item, service

ENTITIES: Mapping[str, Mapping[str, Mapping[str, Any]]] = ICONS["entity"]
PRESSES = "short press/long press/double press"
SHAPES: Mapping[str, Mapping[str, Any]] = {
    Platform.BINARY_SENSOR: {"kind": "bool"},
    Platform.DATETIME: {"kind": "date", "access": "RW"},
    Platform.EVENT: {"kind": "enum", "labels": PRESSES},
    Platform.IMAGE: {"kind": "image"},
    Platform.NUMBER: {"kind": "float", "access": "RW"},
    Platform.SELECT: {"kind": "enum", "access": "RW", "labels": "one/two/three"},
    Platform.SENSOR: {"kind": "float"},
    Platform.SWITCH: {"kind": "bool", "access": "RW"},
    Platform.TIME: {"kind": "time", "access": "RW"},
    Platform.TEXT: {"kind": "text", "access": "RW"},
}
ALL = [(platform, key) for platform, icons in ENTITIES.items() for key in icons]


def _described(platform: str) -> Iterator[Description]:
    """Yield the entities of well-known properties with a minimal specification."""
    for phrase, key in TABLES[platform].keys.items():
        numbered = [f"{phrase}_2"] if key in TABLES[platform].numbered else []
        channels = [f"{phrase}_chn2"] if key in TABLES[platform].channeled else []
        for path in (phrase, *numbered, *channels):
            if platform in SHAPES:
                yield from entities(item(path, **SHAPES[platform])).values()
            yield from entities(services=[service(path)], events=[event(path)]).values()


@pytest.mark.parametrize("platform", TABLES)
def test_entity_without_device_class_has_an_icon(platform: str) -> None:
    found = [
        description
        for description in _described(platform)
        if description.platform == platform and description.translation_key is not None
    ]
    assert found
    bare = {
        description.translation_key
        for description in found
        if getattr(description, "device_class", None) in (None, "enum")
    }
    assert bare - ENTITIES[platform].keys() == set()


@pytest.mark.parametrize(("platform", "key"), ALL)
def test_icon_belongs_to_an_entity_and_its_states(platform: str, key: str) -> None:
    texts, icon = SOURCE["entity"][platform][key], ENTITIES[platform][key]
    known = {"on", "off", "home", "not_home", *texts.get("state", {})}
    states = icon.get("state", {})
    assert states.keys() <= known
    assert icon["default"] not in states.values()
    numbers = [float(bound) for bound in icon.get("range", {})]
    assert numbers == sorted(numbers)


def test_every_action_has_an_icon() -> None:
    assert ICONS["services"].keys() == SOURCE["services"].keys()


def test_every_icon_is_a_material_design_icon() -> None:
    named = [
        name
        for icons in ENTITIES.values()
        for icon in icons.values()
        for name in (
            icon["default"],
            *icon.get("state", {}).values(),
            *icon.get("range", {}).values(),
        )
    ] + [icon["service"] for icon in ICONS["services"].values()]
    assert all(name.startswith("mdi:") for name in named)
