"""Steps in the web interface that several tests share."""

import asyncio
from contextlib import suppress
import re
from urllib.parse import urlsplit

from playwright.async_api import Error, Locator, Page, expect

from tests.demo.integration import DOMAIN
from tests.patience import PATIENCE

# Is true when Home Assistant is connected, no element is still loading or about to render, and the
# page has as many elements as when it was asked last.
READY = """() => {
  const tree = (root) =>
    [...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? [e, ...tree(e.shadowRoot)] : e));
  const elements = tree(document);
  const loading = (e) =>
    ["ha-spinner", "hass-loading-screen"].includes(e.localName) ||
    e.isUpdatePending || !e.matches(":defined");
  const unchanged = window.elementsBefore === elements.length;
  window.elementsBefore = elements.length;
  const connected = document.querySelector("home-assistant")?.hass?.connected;
  return connected && unchanged && !elements.some(loading);
}"""
POLLING = 200  # milliseconds

type Name = str | re.Pattern[str]


async def go(page: Page, path: str) -> None:
    """Go to a page, and return when it is ready for clicks.

    A dialog that was just closed goes back in the history, which may undo the navigation.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Error):
                await page.goto(path, wait_until="networkidle")
                await page.wait_for_function(READY, polling=POLLING)
                if urlsplit(page.url).path.startswith(path):
                    return


async def open_integration(page: Page) -> Locator:
    """Go to the page of the integration, and return the row of its one entry."""
    await go(page, f"/config/integrations/integration/{DOMAIN}")
    entry = page.locator("ha-config-entry-row")
    await expect(entry).to_be_visible()
    return entry


async def choose(entry: Locator, item: str) -> None:
    """Choose an item of an entry's menu."""
    await entry.get_by_role("button", name="Menu").first.click()
    await entry.get_by_role("menuitem", name=item).click()


async def press(page: Page, name: Name) -> None:
    """Click the button of a name."""
    await page.get_by_role("button", name=name).click()


async def see(page: Page, text: str) -> None:
    """Wait until a text is shown."""
    await expect(page.get_by_text(text)).to_be_visible()


async def submit(page: Page, shown: str, **fields: str) -> None:
    """Fill text fields of the dialog, named with underscores, submit, and wait for a text."""
    for name, text in fields.items():
        await page.get_by_role("textbox", name=name.replace("_", " ")).fill(text)
    await press(page, "Submit")
    await see(page, shown)


async def pick(page: Page, button: Name, text: str, option: Name) -> None:
    """Open the list of a button, search it for a text, and choose an option."""
    await press(page, button)
    await page.get_by_placeholder("Search").last.fill(text)
    await page.get_by_role("option", name=option).click()


async def choose_device(page: Page, name: str, shown: str) -> None:
    """Choose a device in a dialog, which then has a button of a name that matches ``shown``."""
    await pick(page, "Select a device", name, name)
    await expect(page.get_by_role("button", name=re.compile(shown))).to_be_visible()


async def open_device(page: Page, name: str) -> None:
    """Go to the page of a device by searching the list of devices."""
    await go(page, "/config/devices/dashboard")
    await page.get_by_placeholder(re.compile("Search [0-9]+ device")).fill(name)
    await page.get_by_text(name, exact=True).click()
    await expect(page.get_by_role("heading", name="Device info")).to_be_visible()


def entity_row(page: Page, name: str) -> Locator:
    """Return the row of an entity on its device's page."""
    return page.locator("hui-generic-entity-row").filter(has=page.get_by_text(name, exact=True))


def dashboard_section(page: Page, heading: str) -> Locator:
    """Return the section of the dashboard that has a heading."""
    return page.locator("hui-grid-section").filter(has=page.get_by_role("heading", name=heading))
