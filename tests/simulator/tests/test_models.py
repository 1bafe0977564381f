"""Tests of device models: specifications and behavior."""

import json
from typing import Any

import pytest

from tests.simulator import MODELS, demo_fleet, fleet
from tests.simulator.models import Model
from tests.simulator.validation import check


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_specification_of_model_is_well_formed(model: Model) -> None:
    spec = model.specification.raw
    assert json.loads(json.dumps(spec)) == spec
    ids = [item["id"] for item in spec["properties"]]
    assert len(ids) == len(set(ids))
    kinds = {item["id"]: item["dataSpec"]["dataType"] for item in spec["properties"]}
    for item in spec["properties"]:
        assert item["accessMode"] in ("R", "W", "RW")
        parent = item["dataSpec"].get("parentId")
        assert parent == (item["id"].rpartition(".")[0] or None)
        assert parent is None or kinds[parent] in ("STRUCT", "ARRAY")
        if kinds[item["id"]] in ("STRUCT", "ARRAY"):
            children = [i for i in ids if i.rpartition(".")[0] == item["id"]]
            assert children
            if kinds[item["id"]] == "ARRAY":
                assert children == [f"{item['id']}._item"]
        if kinds[item["id"]] in ("ENUM", "BOOL"):
            assert len(item["dataSpec"]["mappings"]) >= 1
    for kind, member in (("events", "outputs"), ("services", "inputs")):
        names = [item["id"] for item in spec[kind]]
        assert len(names) == len(set(names))
        for item in spec[kind]:
            parameters = [parameter["id"] for parameter in item[member]]
            assert len(parameters) == len(set(parameters))
            for parameter in item[member]:
                parent = parameter["dataSpec"].get("parentId")
                assert parent == (parameter["id"].rpartition(".")[0] or None)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_drifting_values_fit_specification(model: Model) -> None:
    leaves = model.specification.leaves
    assert set(model.buttons.values()) <= set(leaves)
    device = next(device for device in fleet(200) if device.model is model)
    for _ in range(150):
        device.step()
        assert set(device.values) <= set(leaves)
        for path, value in device.values.items():
            checked = check(leaves[path], value, path)
            assert (checked, type(checked)) == (value, type(value)) or isinstance(value, int), path
    assert device.readings()
    assert all(isinstance(payload, dict) for payload in device.readings())


def _totals(values: dict[str, Any]) -> list[Any]:
    return [v for path, v in values.items() if path == "power_consumption" or "_total_" in path]


def test_totals_only_rise() -> None:
    devices = [device for device in fleet(100) if device.model.name in ("WS523", "VS133-P")]
    for device in devices:
        first = before = _totals(device.values)
        for _ in range(50):
            device.step()
            after = _totals(device.values)
            assert all(new >= old for new, old in zip(after, before, strict=True))
            before = after
        assert before > first


def _faces(devices: list[Any]) -> list[tuple[Any, ...]]:
    return [(d.sn, d.device_id, d.name, d.model.name, d.firmware, d.values) for d in devices]


def test_fleet_of_same_seed_is_equal() -> None:
    devices = fleet(2000, seed=5)
    assert _faces(devices) == _faces(fleet(2000, seed=5))
    assert len({device.sn for device in devices}) == 2000
    assert len({device.device_id for device in devices}) == 2000
    assert {device.model.name for device in devices} == set(MODELS)
    assert {device.sn for device in fleet(2000, seed=6)}.isdisjoint({d.sn for d in devices[:20]})
    assert _faces(demo_fleet(3)) == _faces(demo_fleet(3))
