"""Every model of the simulator, worded by another team: the same meaning, the same entities."""

from collections.abc import Callable, Mapping
from copy import deepcopy
import re
from typing import Any

import pytest

from custom_components.milesight.api import parse_specification
from custom_components.milesight.mapping import (
    CompositeDescription,
    Description,
    Priority,
    describe,
)
from tests.simulator.models import MODELS

type Spec = dict[str, Any]
type Change = Callable[[dict[str, Any]], None]

UNITS = {
    "°C": "℃",
    "%": "percent",
    "%r.h.": "% RH",
    "lx": "Lux",
    "µg/m³": "ug/m^3",
    "min": "Minutes",
    "s": "sec",
    "V": "volts",
    "A": "Amps",
    "mA": "MA",
    "W": "watt",
    "kWh": "KWH",
    "hPa": "HPA",
}
LABELS = {
    "off": "OFF",
    "on": "Turned on",
    "close": "Closed",
    "open": "Opened",
    "normal": "NORMAL",
    "alarm": "Alarm",
    "vacant": "Not occupied",
    "occupied": "Occupied",
    "disable": "Disabled",
    "enable": "Enabled",
    "idle": "Not triggered",
    "trigger": "Triggered",
    "threshold alarm release": "Alarm released",
    "threshold alarm": "Alarm state",
}


def renamed(rename: Callable[[str], str]) -> Callable[[Spec], Spec]:
    """Return what words each step of the ids of properties otherwise."""

    def path(identifier: str) -> str:
        steps = identifier.split(".")
        return ".".join(step if step == "_item" else rename(step) for step in steps)

    def do(item: dict[str, Any]) -> None:
        item["id"] = path(item["id"])
        if parent := item["dataSpec"].get("parentId"):
            item["dataSpec"]["parentId"] = path(parent)

    return each(do)


def each(change: Change) -> Callable[[Spec], Spec]:
    """Return what changes every property of a specification."""

    def do(raw: Spec) -> Spec:
        changed = deepcopy(raw)
        for item in changed["properties"]:
            change(item)
        return changed

    return do


def camel(step: str) -> str:
    first, *rest = step.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def in_a_structure(raw: Spec) -> Spec:
    wrapped = deepcopy(raw)
    for item in wrapped["properties"]:
        item["id"] = f"payload.{item['id']}"
        parent = item["dataSpec"].get("parentId")
        item["dataSpec"]["parentId"] = f"payload.{parent}" if parent else "payload"
    top = {"id": "payload", "accessMode": "RW", "dataSpec": {"dataType": "STRUCT"}}
    return {**wrapped, "properties": [top, *wrapped["properties"]]}


def labels(item: dict[str, Any]) -> None:
    pairs = item["dataSpec"].get("mappings") or []
    for pair in pairs if len(pairs) == 2 else ():
        label = pair["value"].lower().replace("_", " ")
        pair["value"] = LABELS.get(label, pair["value"])


def reversed_labels(item: dict[str, Any]) -> None:
    if mappings := item["dataSpec"].get("mappings"):
        mappings.reverse()


def unit(item: dict[str, Any]) -> None:
    spec = item["dataSpec"]
    spec["unitName"] = UNITS.get(spec.get("unitName"), spec.get("unitName"))


def whole_enumeration(item: dict[str, Any]) -> None:
    if item["dataSpec"]["dataType"] == "ENUM":
        item["dataSpec"]["dataType"] = "INT"


def nameless(item: dict[str, Any]) -> None:
    item.pop("name", None)


WORDINGS: dict[str, Callable[[Spec], Spec]] = {
    "camel case": renamed(camel),
    "dashes": renamed(lambda step: step.replace("_", "-")),
    "capitals": renamed(str.upper),
    "inside of a structure": in_a_structure,
    "units": each(unit),
    "labels": each(labels),
    "order of labels": each(reversed_labels),
    "whole numbers for enumerations": each(whole_enumeration),
    "no names": each(nameless),
}


def meaning(raw: Spec) -> dict[str, tuple[object, ...]]:
    """Return what the entities are, by their keys without regard to spelling."""
    described = describe(parse_specification(raw))
    return {_plain(one.key): _told(one) for one in described}


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.replace("payload.", "").lower())


FACTS = ("device_class", "state_class", "unit", "on")
ITEMS = ("release", "state", "type_output")


def _told(one: Description) -> tuple[object, ...]:
    items = {name: getattr(one, name, None) for name in ITEMS}
    items |= one.roles if isinstance(one, CompositeDescription) else {}
    used = {role: _plain(item.path) for role, item in items.items() if item is not None}
    enabled = one.priority is not Priority.RARE
    return one.platform, enabled, [getattr(one, fact, None) for fact in FACTS], used


@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("model", MODELS)
def test_other_wording_gives_the_same_entities(model: str, wording: str) -> None:
    raw: Mapping[str, Any] = MODELS[model].specification.raw

    assert meaning(WORDINGS[wording](dict(raw))) == meaning(dict(raw))
