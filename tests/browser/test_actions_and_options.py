"""Browser tests of actions and options."""

from playwright.async_api import Page, expect

from tests.demo.simulator import SimulatorProcess

from .web import choose_target, go, open_integration


async def test_action_shows_error_then_response_of_device(
    page: Page, connected: SimulatorProcess
) -> None:
    await go(page, "/config/tools/action")
    await page.get_by_role("button", name="Action", exact=True).click()
    await page.get_by_placeholder("Search").last.fill("milesight.call_service")
    await page.get_by_role("option", name="milesight.call_service").click()
    await choose_target(page, "Coffee machine")
    row = page.locator("ha-settings-row").filter(has_text="The ID of the service")
    service = row.get_by_role("textbox")
    await service.fill("make_coffee")
    await page.get_by_role("spinbutton").fill("30")
    await page.get_by_role("button", name="Perform action").click()
    await expect(page.get_by_text("does not have the service make_coffee")).to_be_visible()

    await service.fill("query_device_status")
    await page.get_by_role("button", name="Perform action").click()
    answer = page.locator(".cm-content").filter(has_text="request_id")
    await expect(answer).to_contain_text("outputs")


async def test_changed_option_is_shown_when_reopened(
    page: Page, connected: SimulatorProcess
) -> None:
    entry = await open_integration(page)
    await entry.get_by_role("button", name="Configure").click()
    limit = page.get_by_role("spinbutton", name="Requests per 24 hours")
    await expect(limit).to_have_value("1000")
    await limit.fill("3700")
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_text("Options successfully saved.")).to_be_visible()
    await page.get_by_role("button", name="Finish").click()
    await entry.get_by_role("button", name="Configure").click()
    await expect(limit).to_have_value("3700")
