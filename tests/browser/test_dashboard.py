"""The integration's dashboard in Home Assistant's web interface."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import cycle
import re

from playwright.async_api import ConsoleMessage, Error, Locator, Page, expect
import pytest

from tests.demo.home_assistant import HomeAssistant
from tests.demo.integration import DASHBOARD, DOMAIN, STRATEGY, connect, first_value, show_dashboard
from tests.demo.simulator import SimulatorProcess

from .console import device, report, until
from .web import go

VIEWS = {
    "overview": "Climate",
    "places": "Kitchen",
    "kinds": "Air quality",
    "map": None,
    "application": "Last 7 days",
}


@contextmanager
def no_errors(page: Page) -> Iterator[None]:
    """Fail if the page reports an error meanwhile; tiles of the map are out of reach."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            errors.append(message.text)

    def crash(error: Error) -> None:
        errors.append(str(error))

    page.on("console", note)
    page.on("pageerror", crash)
    yield
    page.remove_listener("console", note)
    page.remove_listener("pageerror", crash)
    assert errors == []


def attention_item(page: Page, text: str | re.Pattern[str]) -> Locator:
    """Return a tile under *Needs attention*."""
    section = page.locator("hui-grid-section").filter(
        has=page.get_by_role("heading", name="Needs attention")
    )
    return section.locator("hui-tile-card").filter(has_text=text)


@pytest.fixture
async def created_dashboards(home: HomeAssistant) -> AsyncIterator[None]:
    """Delete what dashboards a test creates."""
    before = {board["id"] for board in await home.command("lovelace/dashboards/list")}
    yield
    for board in await home.command("lovelace/dashboards/list"):
        if board["id"] not in before:
            await home.command("lovelace/dashboards/delete", dashboard_id=board["id"])


@pytest.mark.usefixtures("connected", "created_dashboards")
async def test_dialog_offers_and_creates_dashboard(page: Page) -> None:
    await go(page, "/config/lovelace/dashboards")
    with no_errors(page):
        await page.get_by_role("button", name="Add dashboard").click()
        card = page.locator("dashboard-card").filter(has_text="Milesight")
        await expect(card).to_contain_text("what needs attention")
        await card.get_by_role("button").click()
        await expect(page.get_by_role("textbox", name="Title")).to_have_value("Milesight")
        address = page.get_by_role("textbox", name="URL")
        await address.fill("my-devices")
        await page.get_by_role("button", name="Create").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await go(page, "/my-devices")
        await expect(page.get_by_text("of 28 devices are online")).to_be_visible()


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("view", VIEWS)
async def test_view_opens_without_error(page: Page, view: str) -> None:
    with no_errors(page):
        await go(page, f"/{DASHBOARD}/{view}")
        title = VIEWS[view]
        shown = page.get_by_role("heading", name=title) if title else page.locator("ha-map")
        await expect(shown.first).to_be_visible()
        await expect(page.locator("hui-error-card, hui-warning")).to_have_count(0)


async def test_leak_appears_and_vanishes(page: Page, connected: SimulatorProcess) -> None:
    await go(page, f"/{DASHBOARD}")
    leak = attention_item(page, "Washing machine leak")
    await expect(page.get_by_text("of 28 devices are online")).to_be_visible()
    await expect(leak).to_have_count(0)
    await report(connected, "Washing machine leak", leakage_status=True)
    await expect(leak).to_be_visible()
    await expect(page.get_by_role("button", name="Alarms: 1")).to_be_visible()
    await report(connected, "Washing machine leak", leakage_status=False)
    await expect(leak).to_have_count(0)


async def test_offline_device_appears_and_vanishes(page: Page, connected: SimulatorProcess) -> None:
    await go(page, f"/{DASHBOARD}")
    sn = (await device(connected, "Wine cellar"))["sn"]
    cellar = attention_item(page, "Wine cellar")
    await expect(page.get_by_text("27 of 28 devices are online")).to_be_visible()
    await connected.control("POST", f"/devices/{sn}/offline", {})
    await expect(cellar).to_be_visible()
    await expect(page.get_by_text("26 of 28 devices are online")).to_be_visible()
    await connected.control("POST", f"/devices/{sn}/online", {})
    await expect(cellar).to_have_count(0)


async def test_silent_device_appears_and_vanishes(
    page: Page, home: HomeAssistant, simulator: SimulatorProcess
) -> None:
    sn = (await device(simulator, "Wine cellar"))["sn"]
    await simulator.control("POST", f"/devices/{sn}/silence", {"hours": 30})
    await connect(home, simulator)
    await first_value(home)
    await show_dashboard(home)
    await go(page, f"/{DASHBOARD}")
    silent = attention_item(page, "Wine cellar: last report 30 hours ago")
    await expect(silent).to_be_visible()
    temperatures = cycle(range(100))

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
    sn = (await connected.control("POST", "/devices", {"model": "WS303", "name": "Attic leak"}))[
        "sn"
    ]
    await home.request("POST", f"/api/services/{DOMAIN}/refresh", {})
    await expect(heading).to_be_visible()
    await connected.control("DELETE", f"/devices/{sn}")
    await home.request("POST", f"/api/services/{DOMAIN}/refresh", {})
    await expect(heading).to_have_count(0)


@pytest.mark.usefixtures("connected")
async def test_options_are_edited(page: Page, home: HomeAssistant) -> None:
    await go(page, f"/{DASHBOARD}/places")
    await expect(page.get_by_role("heading", name="Kitchen", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Edit").first.click()
    await page.get_by_role("checkbox", name="Map").press("Space")
    await page.get_by_role("button", name="Group places by").click()
    await page.get_by_role("menuitem", name="Model").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="WS523").first).to_be_visible()
    config = await home.command("lovelace/config", url_path=DASHBOARD)
    assert config["strategy"] == {
        **STRATEGY,
        "views": [view for view in VIEWS if view != "map"],
        "group_by": "model",
        "silent_hours": 24,
    }
    await expect(page.get_by_role("tab", name="Map")).to_have_count(0)
