"""Tests of the documentation: links, facts, and examples that run on the demo fleet."""

from datetime import timedelta
import json
from pathlib import Path
import re
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

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
from custom_components.milesight.api.quota import RequestQuota
from custom_components.milesight.const import DOMAIN
from custom_components.milesight.devices.registry import async_register_application
from tests.agentcraft.helpers import device_id, link_devices
from tests.files import INTEGRATION, ROOT, read_json
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
README_WORDS: Final = 1200
READMES: Final = ("README.md", "README.ja.md")
REPOSITORY: Final[str] = read_json("manifest.json")["documentation"]
MY_LINK: Final = re.compile(r"https://my\.home-assistant\.io/redirect/[^)\s]+")
MY_BADGE: Final = re.compile(r"https://my\.home-assistant\.io/badges/(\w+)\.svg\)\]\(([^)\s]+)\)")
OWN_LINK: Final = re.compile(re.escape(REPOSITORY) + r"/(?:blob/main|actions/workflows)/([^)\s]+)")
COMMAND: Final = re.compile(r"^scripts/\S+", re.MULTILINE)
NAME_IN_MODULE: Final = re.compile(r"`([\w/]+\.py)` `(\w+)`")
LOG_LINE: Final = re.compile(r"`(A [^`]+)`")
SOURCES: Final = {path: path.read_text() for path in INTEGRATION.rglob("*.py")}
BLUEPRINTS: Final = sorted(ROOT.glob("blueprints/*/*/*.yaml"))


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


@pytest.mark.parametrize("page", sorted(p for p in PAGES if p.startswith("docs/")))
def test_page_asks_a_question_and_is_listed_in_readmes(page: str) -> None:
    title, *_ = HEADING.findall(PAGES[page])
    assert title.endswith("?")
    assert f"]({page}) | {title} |" in PAGES["README.md"]
    assert f"]({page}) |" in PAGES["README.ja.md"]


def test_readme_is_short() -> None:
    assert len(PAGES["README.md"].split()) <= README_WORDS


@pytest.mark.parametrize("page", READMES)
@pytest.mark.parametrize("command", ["scripts/demo", "scripts/test"])
def test_readme_names_the_commands(page: str, command: str) -> None:
    assert re.search(rf"(?:^|`){command}(?:$|`)", PAGES[page], re.MULTILINE)


def test_readmes_have_the_same_structure() -> None:
    levels = [re.findall(r"^#+(?= )", PAGES[page], re.MULTILINE) for page in READMES]
    pictures = [re.findall(r"\]\((docs/\w+\.png)\)", PAGES[page]) for page in READMES]
    links = [sorted(set(MY_LINK.findall(PAGES[page]))) for page in READMES]
    code = [[text for _, text in FENCE.findall(PAGES[page])] for page in READMES]
    assert levels[0] == levels[1]
    assert pictures[0] == pictures[1]
    assert links[0] == links[1]
    assert code[0] == code[1]


@pytest.mark.parametrize("page", READMES)
def test_my_links_open_this_integration_and_its_blueprints(page: str) -> None:
    links = MY_BADGE.findall(PAGES[page])
    assert all(urlsplit(link).path == f"/redirect/{badge}/" for badge, link in links)
    owner, repository = urlsplit(REPOSITORY).path.strip("/").split("/")
    assert {
        urlsplit(link).path.split("/")[2]: parse_qs(urlsplit(link).query)
        for badge, link in links
        if badge != "blueprint_import"
    } == {
        "hacs_repository": {
            "owner": [owner],
            "repository": [repository],
            "category": ["integration"],
        },
        "config_flow_start": {"domain": [DOMAIN]},
    }


@pytest.mark.parametrize("page", [*READMES, "docs/automations.md"])
def test_every_blueprint_can_be_imported_from_the_page(page: str) -> None:
    imported = [
        parse_qs(urlsplit(link).query)["blueprint_url"][0]
        for badge, link in MY_BADGE.findall(PAGES[page])
        if badge == "blueprint_import"
    ]
    urls = [f"{REPOSITORY}/blob/main/{path.relative_to(ROOT)}" for path in BLUEPRINTS]
    assert sorted(imported) == urls


@pytest.mark.parametrize("page", PAGES)
def test_links_to_the_repository_lead_to_existing_files(page: str) -> None:
    for path in OWN_LINK.findall(PAGES[page]):
        name = path.removesuffix("/badge.svg")
        assert (ROOT / name).is_file() or (ROOT / ".github" / "workflows" / name).is_file()


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist_and_can_be_run(page: str) -> None:
    blocks = "".join(code for language, code in FENCE.findall(PAGES[page]) if language == "sh")
    listed = re.findall(r"`(scripts/[\w-]+)", PAGES[page])
    for command in {*COMMAND.findall(blocks), *listed}:
        assert (ROOT / command).is_file()
        assert (ROOT / command).stat().st_mode & 0o111


def test_names_in_contributing_exist_in_their_modules() -> None:
    names = NAME_IN_MODULE.findall(PAGES["CONTRIBUTING.md"])
    assert len(names) > 10
    for module, name in names:
        texts = [text for path, text in SOURCES.items() if path.match(module)]
        assert any(name in text for text in texts), (module, name)


def test_log_lines_in_troubleshooting_exist() -> None:
    lines = LOG_LINE.findall(PAGES["docs/troubleshooting.md"])
    assert lines
    for line in lines:
        for part in re.split(r"[…()]", line):
            assert any(part.strip() in text for text in SOURCES.values()), line


async def test_entities_of_the_application_are_documented(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    section = PAGES["docs/devices.md"].partition("\n## What does the Application show?\n")[2]
    application = async_register_application(hass, loaded)
    entities = er.async_entries_for_device(er.async_get(hass), application.id)
    assert entities
    for entity in entities:
        assert f"*{entity.original_name}*" in section.partition("\n## ")[0]


@pytest.mark.parametrize("page", READMES)
def test_readme_names_the_oldest_home_assistant(page: str) -> None:
    oldest = json.loads((ROOT / "hacs.json").read_text())["homeassistant"].removesuffix(".0")
    assert f"Home%20Assistant-{oldest}+-" in PAGES[page]
    assert re.search(
        rf"^.*Home Assistant {re.escape(oldest)} ?(?:or newer|以降)", PAGES[page], re.MULTILINE
    )


def test_options_of_the_demo_in_the_documentation_exist() -> None:
    used = set(re.findall(r"scripts/demo (--[\w-]+)", "".join(PAGES.values())))
    source = (ROOT / "tests" / "demo" / "__main__.py").read_text()
    assert used
    assert used <= {"--help", *re.findall(r'add_argument\(\s*"(--[\w-]+)"', source)}


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


def test_every_field_of_an_action_is_documented() -> None:
    sections = {
        section.partition("\n")[0]: section
        for section in re.split(r"^## ", PAGES["docs/actions.md"], flags=re.MULTILINE)[1:]
    }
    descriptions: Any = parse_yaml((INTEGRATION / "services.yaml").read_text())
    for name, action in descriptions.items():
        missing = [
            field for field in action.get("fields", {}) if f"`{field}`" not in sections[name]
        ]
        assert missing == [], name


def test_documentation_lists_exactly_the_repair_issues() -> None:
    pages = (PAGES["docs/troubleshooting.md"], PAGES["docs/agentcraft.md"])
    tables = "".join(
        page.partition("\n## Repair issues\n")[2].partition("\n## ")[0] for page in pages
    )
    issues = read_json("translations/en.json")["issues"].values()
    titles = {re.sub(r"{\w+}", "…", issue["title"]) for issue in issues}
    assert set(re.findall(r"^\| \*(.+?)\* \|", tables, re.MULTILINE)) == titles


def test_every_error_of_the_set_up_is_documented() -> None:
    errors: dict[str, str] = read_json("translations/en.json")["config"]["error"]
    said = re.findall(r"^\| \*(.+?)(?: …)?\* \|", PAGES["docs/troubleshooting.md"], re.MULTILINE)
    for error in errors.values():
        assert any(error.startswith(text) for text in said), error


def test_triggers_and_conditions_are_documented() -> None:
    text = PAGES["docs/automations.md"]
    for kind in ("triggers", "conditions"):
        names: Any = parse_yaml((INTEGRATION / f"{kind}.yaml").read_text())
        words = read_json("translations/en.json")[kind]
        for name in names:
            if not name.startswith("."):
                assert f"`{DOMAIN}.{name}`" in text
                assert f"**{words[name]['name']}**" in text


def test_requirements_list_every_package() -> None:
    for path in ROOT.glob("requirements_*.txt"):
        for package in re.findall(r"^([A-Za-z][\w.-]*)", path.read_text(), re.MULTILINE):
            assert f"`{package}`" in PAGES["docs/requirements.md"], package


def test_table_of_polling_intervals_follows_the_quota() -> None:
    rows = re.findall(
        r"^\| ([\d,]+) \| ([\d,]+) \(.+?\) \| (\d+) minutes.*?\| (\d+) (minutes|hours)",
        PAGES["docs/plans.md"],
        re.MULTILINE,
    )
    assert len(rows) == 4
    for *numbers, idle, behind, unit in rows:
        devices, limit = (int(number.replace(",", "")) for number in numbers)
        quota = RequestQuota(limit)
        assert round(quota.polling_interval(devices, 0) / timedelta(minutes=1)) == int(idle)
        polling = quota.polling_interval(devices, 0, devices)
        assert round(polling / timedelta(**{unit: 1})) == int(behind)
