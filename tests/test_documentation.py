"""Tests of the documentation: links, and examples that run on the demo fleet."""

from pathlib import Path
import re
from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.helpers.condition import async_validate_conditions_config
from homeassistant.helpers.script import Script, async_validate_actions_config
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.milesight import services
from custom_components.milesight.const import DOMAIN
from tests.agentcraft.helpers import device_id, link_devices
from tests.files import ROOT
from tests.simulator import Simulator

PAGES: Final = {
    str(page.relative_to(ROOT)): page.read_text()
    for page in sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
}
FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK: Final = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
EXAMPLES: Final = {
    page: examples
    for page, text in PAGES.items()
    if (examples := [code for language, code in FENCE.findall(text) if language == "yaml"])
}
ENTITY: Final = re.compile(
    r"(?<![.\w])(?<!trigger: )(?<!action: )(?:binary_sensor|climate|event|sensor|switch)\.\w+"
)
OTHER_ACTIONS: Final = (
    ("notify", "notify"),
    ("persistent_notification", "create"),
    ("rest_command", "tell_the_agent"),
)
LINKED: Final = "Meeting room 3 air"


def _exists(page: Path, address: str) -> bool:
    """Return whether the file of a link exists, and its heading if the link has one."""
    path, _, anchor = address.partition("#")
    target = page.parent / path if path else page
    if not target.exists() or not anchor:
        return target.exists()
    headings = HEADING.findall(FENCE.sub("", target.read_text()))
    return anchor in {re.sub(r"[^\w -]", "", text).lower().replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_existing_files_and_headings(page: str) -> None:
    addresses = LINK.findall(FENCE.sub("", PAGES[page]))
    assert [address for address in addresses if not _exists(ROOT / page, address)] == []


def _add_floor_and_label(hass: HomeAssistant, radiator_id: str) -> None:
    """Add the floor and the label that the examples name."""
    floor = fr.async_get(hass).async_create("Second floor")
    office = ar.async_get(hass).async_get_or_create("Office")
    ar.async_get(hass).async_update(office.id, floor_id=floor.floor_id)
    label = lr.async_get(hass).async_create("Radiator valve")
    dr.async_get(hass).async_update_device(radiator_id, labels={label.label_id})


@pytest.mark.usefixtures("recorder_mock")
@pytest.mark.parametrize("page", EXAMPLES)
async def test_examples_of_a_page_run(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator, page: str
) -> None:
    await link_devices(hass, pushing, simulator, [LINKED])
    for domain, action in OTHER_ACTIONS:
        async_mock_service(hass, domain, action)
    _add_floor_and_label(hass, device_id(hass, pushing, "Bedroom radiator"))
    entity_ids = set(ENTITY.findall("".join(EXAMPLES[page])))
    assert entity_ids <= set(er.async_get(hass).entities)
    event_data = {
        ATTR_DEVICE_ID: device_id(hass, pushing, LINKED),
        "status": "FAILED",
        "error": "busy",
    }
    event_data["last_report"] = "2026-10-01 12:00:00"
    for example in EXAMPLES[page]:
        config = parse_yaml(example)
        if isinstance(config, dict):
            triggers = cv.TRIGGER_SCHEMA(config["triggers"])
            assert await async_validate_trigger_config(hass, triggers)
            conditions = cv.CONDITIONS_SCHEMA(config.get("conditions", []))
            await async_validate_conditions_config(hass, conditions)
        actions = cv.SCRIPT_SCHEMA(config["actions"] if isinstance(config, dict) else config)
        script = Script(hass, await async_validate_actions_config(hass, actions), page, DOMAIN)
        await script.async_run({"trigger": {**event_data, "event": {"data": event_data}}})


def test_every_action_has_an_example() -> None:
    documented = set(re.findall(rf"- action: {DOMAIN}\.(\w+)", PAGES["docs/actions.md"]))
    assert documented == {action.name for action in services.ACTIONS}
