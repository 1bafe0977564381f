"""Helpers for the pages of the web interface."""

from playwright.async_api import Error, Locator, Page, expect

from tests.demo.integration import DOMAIN


async def go(page: Page, path: str) -> None:
    """Go to a page, and return when it is complete: a button that is seen earlier may be deaf."""
    try:
        await page.goto(path, wait_until="networkidle")
    except Error:
        # a dialog that was closed just now went back in the history, and came in between
        await page.goto(path, wait_until="networkidle")


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


async def fill(page: Page, **fields: str) -> None:
    """Fill text fields of the dialog, named in small letters with underscores, and submit."""
    for name, text in fields.items():
        await page.get_by_role("textbox", name=name.replace("_", " ")).fill(text)
    await page.get_by_role("button", name="Submit").click()


async def choose_device(page: Page, name: str) -> None:
    """Choose a device in a form that asks for devices."""
    await page.get_by_role("button", name="Select a device").click()
    await page.get_by_placeholder("Search").last.fill(name)
    await page.get_by_role("option", name=name).click()
    await expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()


async def open_device(page: Page, name: str) -> None:
    """Go to the page of a device by the list of devices."""
    await go(page, "/config/devices/dashboard")
    await page.get_by_text(name, exact=True).click()
    await expect(page.get_by_role("heading", name="Device info")).to_be_visible()


def entity_row(page: Page, name: str) -> Locator:
    """Return the row of an entity on its device's page."""
    return page.locator("hui-generic-entity-row").filter(has=page.get_by_text(name, exact=True))


def dashboard_section(page: Page, device: str) -> Locator:
    """Return the section of a device on the dashboard's view of kinds."""
    return page.locator("hui-grid-section").filter(has=page.get_by_role("heading", name=device))
