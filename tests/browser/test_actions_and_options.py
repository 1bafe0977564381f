"""Browser tests of actions and options."""

import re

from playwright.async_api import Page, expect
import pytest

from .web import go, open_integration, pick, press, see, submit

pytestmark = pytest.mark.usefixtures("connected")


async def test_action_shows_error_then_response_of_device(page: Page) -> None:
    await go(page, "/config/tools/action")
    action = "milesight.call_service"
    await pick(page, re.compile("^Action$"), action, action)
    # Entities are offered before their device.
    device = re.compile("^Coffee machine .*Milesight$")
    await pick(page, "Add target", "Coffee machine", device)
    await expect(page.get_by_role("region", name="Devices")).to_be_visible()
    row = page.locator("ha-settings-row").filter(has_text="The ID of the service")
    service = row.get_by_role("textbox")
    await service.fill("make_coffee")
    await page.get_by_role("spinbutton").fill("30")
    await press(page, "Perform action")
    await see(page, "does not have the service make_coffee")

    await service.fill("query_device_status")
    await press(page, "Perform action")
    answer = page.locator(".cm-content").filter(has_text="request_id")
    await expect(answer).to_contain_text("outputs")


async def test_changed_option_is_shown_when_reopened(page: Page) -> None:
    entry = await open_integration(page)
    await entry.get_by_role("button", name="Configure").click()
    limit = page.get_by_role("spinbutton", name="Requests per 24 hours")
    await expect(limit).to_have_value("1000")
    await limit.fill("3700")
    await submit(page, "Options successfully saved.")
    await press(page, "Finish")
    await entry.get_by_role("button", name="Configure").click()
    await expect(limit).to_have_value("3700")
