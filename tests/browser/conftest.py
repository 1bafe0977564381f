"""Fixtures of the browser tests: one Home Assistant and browser, one simulator per test."""

from collections.abc import AsyncIterator
from pathlib import Path
import shutil
from typing import Final

import aiohttp
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
import pytest

from tests.demo.home_assistant import HomeAssistant
from tests.demo.integration import DOMAIN
from tests.demo.process import ROOT, any_free_port
from tests.demo.simulator import SimulatorProcess, simulated_platform
from tests.patience import PATIENCE

from .console import connect_and_show

DEBIAN_CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM = DEBIAN_CHROMIUM if DEBIAN_CHROMIUM.exists() else None  # None: Playwright's own
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
FAILURES = ROOT / ".demo" / "browser"

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return the session for all that tests ask of Home Assistant and the platform themselves."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
async def home(
    session: aiohttp.ClientSession, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[HomeAssistant]:
    """Run the demo's Home Assistant, with nothing configured."""
    folder = tmp_path_factory.mktemp("home-assistant")
    log = folder / "home-assistant.output"
    async with HomeAssistant(session, folder, any_free_port(), log) as home:
        yield home


@pytest.fixture
async def simulator(
    session: aiohttp.ClientSession, home: HomeAssistant, tmp_path: Path
) -> AsyncIterator[SimulatorProcess]:
    """Run a platform whose devices report on request; its entries are removed after the test."""
    log = tmp_path / "simulator.output"
    async with simulated_platform(session, port=any_free_port(), interval=0, log=log) as simulator:
        yield simulator
        for entry in await home.command("config_entries/get", domain=DOMAIN):
            await home.request("DELETE", f"/api/config/config_entries/entry/{entry['entry_id']}")
        await home.request("POST", "/api/services/persistent_notification/dismiss_all", {})


@pytest.fixture
async def connected(home: HomeAssistant, simulator: SimulatorProcess) -> SimulatorProcess:
    """Return the platform with the integration connected to it, and the demo's dashboard made."""
    await connect_and_show(home, simulator)
    return simulator


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Run Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


NO_SERVICE_WORKER: Final = (
    "if (navigator.serviceWorker) navigator.serviceWorker.register = () => new Promise(() => {})"
)


@pytest.fixture(scope="session")
async def person(browser: Browser, home: HomeAssistant) -> BrowserContext:
    """Return the browser of a user who stays logged in.

    No service worker is registered: when one is ready, the page reloads and loses the last click.
    """
    context = await browser.new_context(
        base_url=home.url,
        locale="en",
        viewport={"width": 1280, "height": 900},
        reduced_motion="reduce",
    )
    await context.add_init_script(NO_SERVICE_WORKER)
    context.set_default_timeout(PATIENCE * 1000)
    return context


@pytest.fixture
async def page(
    person: BrowserContext,
    home: HomeAssistant,
    simulator: SimulatorProcess,  # ends after the page, so that the picture shows what the test saw
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> AsyncIterator[Page]:
    """Return a new page; if the test fails, what it showed last is kept."""
    page, failures = await person.new_page(), request.session.testsfailed
    folder = FAILURES / request.node.name
    shutil.rmtree(folder, ignore_errors=True)
    yield page
    if request.session.testsfailed > failures:
        await page.screenshot(path=folder / "page.png")
        text = f"{page.url}\n{await page.locator('body').aria_snapshot()}\n"
        _keep(folder, text, home.folder, tmp_path)
        kept = f"Screenshot, text of the page and logs: {folder}"
        request.node.add_report_section("teardown", "pictures", kept)
    await page.close()


def _keep(folder: Path, text: str, *others: Path) -> None:
    """Write the text of the page into the folder, and copy the logs in the others there."""
    (folder / "page.txt").write_text(text)
    for other in others:
        for log in other.glob("*.output"):
            shutil.copy(log, folder)
