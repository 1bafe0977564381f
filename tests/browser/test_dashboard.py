"""The integration's dashboard in Home Assistant's web interface."""

from collections.abc import AsyncIterator
from functools import partial
from itertools import count

from playwright.async_api import Locator, Page, expect
import pytest

from tests.demo.home_assistant import HomeAssistant
from tests.demo.integration import DASHBOARD, DOMAIN, STRATEGY
from tests.demo.simulator import SimulatorProcess

from .console import connect_and_show, control, refresh, report, until
from .web import dashboard_section, go, press, see

VIEWS = {
    "overview": "Climate",
    "places": "Kitchen",
    "kinds": "Air quality",
    "map": None,
    "application": "Last 7 days",
}


async def errors_of(page: Page) -> list[str]:
    """Return the errors that a page reported; tiles of the map are out of reach."""
    messages = [m.text for m in await page.console_messages(filter="all") if m.type == "error"]
    messages += map(str, await page.page_errors(filter="all"))
    return [text for text in messages if "Failed to load resource" not in text]


def attention_item(page: Page, text: str) -> Locator:
    """Return a tile under *Needs attention*."""
    section = dashboard_section(page, "Needs attention")
    return section.locator("hui-tile-card").filter(has_text=text)


@pytest.fixture
async def new_dashboard(home: HomeAssistant) -> AsyncIterator[str]:
    """Return a path for a dashboard, which is deleted after the test."""
    yield "my-devices"
    for board in await home.command("lovelace/dashboards/list"):
        if board["url_path"] == "my-devices":
            await home.command("lovelace/dashboards/delete", dashboard_id=board["id"])


@pytest.mark.usefixtures("connected")
async def test_dialog_offers_and_creates_dashboard(page: Page, new_dashboard: str) -> None:
    await go(page, "/config/lovelace/dashboards")
    await press(page, "Add dashboard")
    card = page.locator("dashboard-card").filter(has_text="Milesight")
    await expect(card).to_contain_text("what needs attention")
    await card.get_by_role("button").click()
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Milesight")
    await page.get_by_role("textbox", name="URL").fill(new_dashboard)
    await press(page, "Create")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await go(page, f"/{new_dashboard}")
    await see(page, "of 28 devices are online")
    assert await errors_of(page) == []


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("view", VIEWS)
async def test_view_opens_without_error(page: Page, view: str) -> None:
    await go(page, f"/{DASHBOARD}/{view}")
    title = VIEWS[view]
    shown = page.get_by_role("heading", name=title) if title else page.locator("ha-map")
    await expect(shown.first).to_be_visible()
    await expect(page.locator("hui-error-card, hui-warning")).to_have_count(0)
    assert await errors_of(page) == []


async def test_leak_appears_and_vanishes(page: Page, connected: SimulatorProcess) -> None:
    await report(connected, "Washing machine leak", leakage_status=False)
    await go(page, f"/{DASHBOARD}")
    leak = attention_item(page, "Washing machine leak")
    await see(page, "of 28 devices are online")
    await expect(leak).to_have_count(0)
    await report(connected, "Washing machine leak", leakage_status=True)
    await expect(leak).to_be_visible()
    await expect(page.get_by_role("button", name="Alarms: 1")).to_be_visible()
    await report(connected, "Washing machine leak", leakage_status=False)
    await expect(leak).to_have_count(0)


async def test_offline_device_appears_and_vanishes(page: Page, connected: SimulatorProcess) -> None:
    await go(page, f"/{DASHBOARD}")
    cellar = attention_item(page, "Wine cellar")
    await see(page, "27 of 28 devices are online")
    await control(connected, "Wine cellar", "offline")
    await expect(cellar).to_be_visible()
    await see(page, "26 of 28 devices are online")
    await control(connected, "Wine cellar", "online")
    await expect(cellar).to_have_count(0)


async def test_silent_device_appears_and_vanishes(
    page: Page, home: HomeAssistant, simulator: SimulatorProcess
) -> None:
    await control(simulator, "Wine cellar", "silence", hours=30)
    await connect_and_show(home, simulator)
    await go(page, f"/{DASHBOARD}")
    silent = attention_item(page, "Wine cellar: last report 30 hours ago")
    await expect(silent).to_be_visible()
    temperatures = count()

    async def is_gone() -> bool:
        # what the integration knows is asked for every few seconds, and only when a state changes
        await report(simulator, "Wine cellar", temperature=next(temperatures) / 10)
        return await silent.count() == 0

    await until(is_gone)


async def test_new_device_appears_without_reload(
    page: Page, home: HomeAssistant, connected: SimulatorProcess
) -> None:
    await go(page, f"/{DASHBOARD}/kinds")
    heading = page.get_by_role("heading", name="Attic leak")
    await expect(page.get_by_role("heading", name="Washing machine leak")).to_be_visible()
    await expect(heading).to_have_count(0)
    added = await connected.control("POST", "/devices", {"model": "WS303", "name": "Attic leak"})
    await refresh(home)
    await expect(heading).to_be_visible()
    await connected.control("DELETE", f"/devices/{added['sn']}")
    await refresh(home)
    await expect(heading).to_have_count(0)


@pytest.mark.usefixtures("connected")
async def test_disabled_application_leaves_hint(page: Page, home: HomeAssistant) -> None:
    (entry,) = await home.command("config_entries/get", domain=DOMAIN)
    disable = partial(home.command, "config_entries/disable", entry_id=entry["entry_id"])
    await go(page, f"/{DASHBOARD}")
    await see(page, "of 28 devices are online")
    await disable(disabled_by="user")
    await see(page, "enable one that is disabled")
    await disable(disabled_by=None)
    await see(page, "of 28 devices are online")
    assert await errors_of(page) == []


@pytest.mark.usefixtures("connected")
async def test_options_are_edited(page: Page, home: HomeAssistant) -> None:
    await go(page, f"/{DASHBOARD}/places")
    await expect(page.get_by_role("heading", name="Kitchen", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Edit").first.click()
    await page.get_by_role("checkbox", name="Map").press("Space")
    await press(page, "Group places by")
    await page.get_by_role("menuitem", name="Model").click()
    await press(page, "Save")
    await expect(page.get_by_role("heading", name="WS523").first).to_be_visible()
    config = await home.command("lovelace/config", url_path=DASHBOARD)
    assert config["strategy"] == {
        **STRATEGY,
        "views": [view for view in VIEWS if view != "map"],
        "group_by": "model",
        "silent_hours": 24,
    }
    await expect(page.get_by_role("tab", name="Map")).to_have_count(0)
