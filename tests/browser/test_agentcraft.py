"""Browser tests of the Agentcraft link."""

from playwright.async_api import Page, expect

from tests.demo.simulator import SimulatorProcess

from .console import state
from .web import choose_device, entity_row, fill, open_device, open_integration


async def test_device_is_registered_with_right_agentcraft_secret(
    page: Page, connected: SimulatorProcess
) -> None:
    agentcraft = (await state(connected))["agentcraft"]
    await open_integration(page)
    await page.get_by_role("button", name="Link devices to Agentcraft").click()
    await choose_device(page, "Coffee machine")
    await fill(page, server_address=agentcraft["url"], client_secret="another")
    await expect(page.get_by_text("Invalid client secret. Nothing was stored.")).to_be_visible()
    await fill(page, client_secret=agentcraft["client_secret"])
    await expect(page.get_by_text("Created configuration for Agentcraft")).to_be_visible()
    await page.get_by_role("button", name="Finish").click()

    await open_device(page, "Coffee machine")
    await expect(entity_row(page, "Agentcraft")).to_contain_text("Waiting to be linked")
