"""Browser test of correcting an entity."""

import re

from playwright.async_api import Page, expect
import pytest

from .web import choose_device, entity_row, open_device, open_integration, press, submit

DEVICE = "Heat meters"
WRONG, RIGHT = "Modbus channel 1", "Supply temperature"


async def choose_option(page: Page, field: str, option: str) -> None:
    """Choose an option of a field of the dialog."""
    await press(page, re.compile(f"^{field}"))
    exact = re.compile(f"^{re.escape(option)}( \\(|$)")
    await (
        page.get_by_role("menuitem", name=exact)
        .or_(page.get_by_role("option", name=exact))
        .first.click()
    )


@pytest.mark.usefixtures("connected")
async def test_entity_is_corrected_and_restored_by_clicks(page: Page) -> None:
    await open_device(page, DEVICE)
    await expect(entity_row(page, WRONG)).not_to_contain_text("°C")

    await open_integration(page)
    await press(page, "Correct an entity")
    await choose_device(page, DEVICE, f"Device.*{DEVICE}")
    await press(page, "Submit")
    await choose_option(page, "Property", WRONG)
    await press(page, "Submit")
    await choose_option(page, "Device class", "Temperature")
    await choose_option(page, "Unit", "°C")
    await submit(page, "Share the correction?", Name=RIGHT)
    await press(page, "Submit")
    await page.get_by_role("button", name=re.compile("Finish|Close|Done")).last.click()

    await open_device(page, DEVICE)
    await expect(entity_row(page, RIGHT)).to_contain_text("°C")
    await expect(entity_row(page, WRONG)).to_have_count(0)

    await open_integration(page)
    correction = page.locator("ha-config-sub-entry-row").filter(has_text=f"UC100v2: {RIGHT}")
    await correction.get_by_role("button", name="Menu").click()
    await correction.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(correction).to_have_count(0)

    await open_device(page, DEVICE)
    await expect(entity_row(page, WRONG)).not_to_contain_text("°C")
    await expect(entity_row(page, RIGHT)).to_have_count(0)
