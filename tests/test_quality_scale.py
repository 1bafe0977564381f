"""Tests of the quality scale file and of rules that can be checked in the code."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from homeassistant import components
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

import custom_components.milesight as integration
from custom_components.milesight.const import CONSOLE, MANUFACTURER
from tests.files import INTEGRATION, ROOT, read_json
from tests.simulator import Simulator

CORE = Path(components.__file__).parent
TIERS = ("Bronze", "Silver", "Gold", "Platinum")


def _rules(path: Path) -> Mapping[str, Any]:
    content: Any = parse_yaml((path / "quality_scale.yaml").read_text())
    assert list(content) == ["rules"]
    rules: Mapping[str, Any] = content["rules"]
    return rules


RULES = _rules(INTEGRATION)
OWNER = "integration-owner"


def test_rules_match_home_assistant() -> None:
    of_core = [_rules(path.parent).keys() for path in CORE.glob("*/quality_scale.yaml")]
    assert len(of_core) > 100
    assert RULES.keys() == set().union(*of_core)


@pytest.mark.parametrize("rule", RULES)
def test_rule_is_proved_or_has_a_reason(rule: str) -> None:
    answer = RULES[rule]
    assert answer.keys() == {"status", "comment"}
    reason, _, proof = " ".join(answer["comment"].split()).partition("Proof: ")
    if answer["status"] == "done":
        assert _exists(proof)
        return
    assert answer["status"] == "exempt" or rule == OWNER
    assert len(reason.split()) > 4
    assert not proof


def test_only_a_named_owner_fulfils_the_rule() -> None:
    expected = "done" if read_json("manifest.json")["codeowners"] else "todo"
    assert RULES[OWNER]["status"] == expected


def _exists(proof: str) -> bool:
    """Return if a proof exists: a file, or ``file::test``. Files of tests need the test."""
    path, _, test = proof.partition("::")
    if not (ROOT / path).is_file():
        return False
    functions = ast.walk(ast.parse((ROOT / path).read_text())) if path.endswith(".py") else ()
    names = {
        node.name for node in functions if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return test in names if path.startswith("tests/") else not test


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "docs/missing.md",
        "tests/test_init.py",
        "tests/test_init.py::test_missing",
        "tests/missing.py::test_entry_unloads",
        "README.md::test_entry_unloads",
    ],
)
def test_missing_proof_is_found(proof: str) -> None:
    assert not _exists(proof)


def test_reasons_for_exemptions_hold() -> None:
    manifest = read_json("manifest.json")
    assert manifest["requirements"] == []


def test_rules_are_sorted_by_tier() -> None:
    text = (INTEGRATION / "quality_scale.yaml").read_text()
    groups: dict[str, list[str]] = {}
    for line in text.splitlines()[1:]:
        if line.startswith("  # "):
            groups[line.removeprefix("  # ")] = []
        elif line.startswith("  ") and not line.startswith("   "):
            groups[[*groups][-1]].append(line.partition(":")[0].strip())
    assert tuple(groups) == TIERS
    assert [len(rules) for rules in groups.values()] == [20, 10, 21, 3]
    assert all(rules == sorted(rules) for rules in groups.values())


@pytest.mark.parametrize("platform", integration.PLATFORMS)
def test_platform_declares_parallel_updates(platform: str) -> None:
    tree = ast.parse((INTEGRATION / f"{platform}.py").read_text())
    names = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert "PARALLEL_UPDATES" in names


async def test_device_has_console_link_and_device_info(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id)
    assert len(devices) == len(simulator.platform.devices) + 1
    for device in devices:
        assert device.configuration_url == CONSOLE
        assert device.manufacturer == MANUFACTURER
        assert device.model
        assert device.name
        if device.entry_type is None:
            assert device.serial_number
            assert device.sw_version
            assert device.hw_version


def test_every_user_facing_error_is_translated() -> None:
    user_facing = {
        "ConfigEntryAuthFailed",
        "ConfigEntryError",
        "ConfigEntryNotReady",
        "HomeAssistantError",
        "ServiceValidationError",
        "UpdateFailed",
    }
    count = 0
    for path in INTEGRATION.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in user_facing:
                count += 1
                keywords = {keyword.arg for keyword in node.keywords}
                assert {"translation_domain", "translation_key"} <= keywords, (
                    f"{path}:{node.lineno}"
                )
    assert count > 10
