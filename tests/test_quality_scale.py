"""The quality scale: every rule is answered, honestly where it does not apply."""

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
from tests.files import INTEGRATION, read_json
from tests.simulator import Simulator

CORE = Path(components.__file__).parent
TIERS = ("Bronze", "Silver", "Gold", "Platinum")


def _rules(path: Path) -> Mapping[str, Any]:
    found: Any = parse_yaml((path / "quality_scale.yaml").read_text())
    assert list(found) == ["rules"]
    rules: Mapping[str, Any] = found["rules"]
    return rules


RULES = _rules(INTEGRATION)


def test_the_rules_are_exactly_those_of_home_assistant() -> None:
    of_core = [_rules(path.parent).keys() for path in CORE.glob("*/quality_scale.yaml")]
    assert len(of_core) > 100
    assert RULES.keys() == set().union(*of_core)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_done_or_exempt_with_a_reason(rule: str) -> None:
    answer = RULES[rule]
    if answer == "done":
        return
    assert answer.keys() == {"status", "comment"}
    assert answer["status"] in ("done", "exempt")
    assert len(answer["comment"].split()) > 4


def test_the_reasons_for_what_is_exempt_hold() -> None:
    manifest = read_json("manifest.json")
    assert manifest["requirements"] == []
    assert manifest.keys().isdisjoint({"bluetooth", "dhcp", "homekit", "mqtt", "ssdp", "zeroconf"})
    for name in ("conditions.yaml", "condition.py", "triggers.yaml", "trigger.py"):
        assert not (INTEGRATION / name).exists()


def test_the_rules_stand_in_the_order_of_the_alphabet_under_their_tiers() -> None:
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
def test_a_platform_says_how_many_of_its_actions_run_at_a_time(platform: str) -> None:
    tree = ast.parse((INTEGRATION / f"{platform}.py").read_text())
    names = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert "PARALLEL_UPDATES" in names


async def test_a_devices_page_links_to_the_console_and_tells_what_is_known_of_it(
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


def test_every_error_that_a_user_sees_is_translated() -> None:
    shown = {
        "ConfigEntryAuthFailed",
        "ConfigEntryError",
        "ConfigEntryNotReady",
        "HomeAssistantError",
        "ServiceValidationError",
        "UpdateFailed",
    }
    made = 0
    for path in INTEGRATION.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in shown:
                made += 1
                given = {keyword.arg for keyword in node.keywords}
                assert {"translation_domain", "translation_key"} <= given, f"{path}:{node.lineno}"
    assert made > 10
