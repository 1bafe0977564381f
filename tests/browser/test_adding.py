"""Browser tests of adding the integration."""

import re

from playwright.async_api import Page, expect

from tests.demo.simulator import CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, SimulatorProcess

from .console import report
from .pictures import picture_of_dialog, picture_of_page
from .web import entity_row, fill, go, open_integration


async def test_config_flow_refuses_wrong_secret_then_adds_all_devices(
    page: Page, simulator: SimulatorProcess
) -> None:
    await go(page, "/config/integrations/dashboard")
    await page.get_by_role("button", name="Add integration").click()
    await page.get_by_placeholder("Search for a brand name").fill("milesight")
    await page.get_by_role("button", name="Milesight").click()

    server = page.get_by_role("button", name="Server address")
    await server.click()
    await page.get_by_placeholder("Search | Add custom item").fill(simulator.url)
    await page.get_by_role("option", name=simulator.url).click()
    await expect(server).to_contain_text(simulator.url)
    await fill(page, client_ID=CLIENT_ID, client_secret="another")
    await expect(page.get_by_text("Invalid client ID or client secret")).to_be_visible()
    await fill(page, client_secret=CLIENT_SECRET)

    await expect(page.get_by_text("Enable push updates")).to_be_visible()
    callback = await page.locator("code").inner_text()
    await picture_of_dialog(page, "add")
    await fill(page, webhook_secret=WEBHOOK_SECRET)
    await expect(page.get_by_text("No update from the platform arrived")).to_be_visible()
    # The button has the shorter name until the first device is there.
    await page.get_by_role("button", name=re.compile("(Skip and f|F)inish")).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)

    await open_integration(page)
    await expect(page.get_by_role("link", name="28 devices")).to_be_visible()
    await picture_of_page(page, "integration", width=950, height=620)
    await page.get_by_role("button", name="Wine cellar").first.click()
    await expect(entity_row(page, "Humidity")).to_contain_text("%")
    await simulator.register_callback(callback)
    await report(simulator, "Wine cellar", temperature=11.5)
    await expect(entity_row(page, "Temperature")).to_contain_text("11.5 °C")
    await go(page, "/logbook")
    await expect(page.get_by_text("received the webhook test of the console")).to_be_visible()
