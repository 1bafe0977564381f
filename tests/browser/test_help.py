"""Browser tests of repair issues and diagnostics."""

from collections.abc import Awaitable
import json

from playwright.async_api import Page, expect

from tests.demo.home_assistant import HomeAssistant
from tests.demo.simulator import CLIENT_SECRET, WEBHOOK_SECRET, SimulatorProcess

from .console import refresh, report, state
from .pictures import picture_of_dialog
from .web import choose, entity_row, go, open_device, open_integration, press, see, submit


async def test_missing_pushes_issue_ends_with_a_push(
    page: Page, home: HomeAssistant, connected: SimulatorProcess
) -> None:
    (callback,) = (await state(connected))["callbacks"]
    await connected.control("DELETE", "/callbacks", {"uri": callback["uri"]})
    for temperature in (8, 9, 10, 11):
        await report(connected, "Wine cellar", temperature=temperature)
        await refresh(home)

    await go(page, "/config/repairs")
    await page.get_by_text("No push updates received for Home").click()
    await expect(page.locator("code")).to_have_text(callback["uri"])
    await picture_of_dialog(page, "repair")

    await connected.register_callback(callback["uri"])
    await submit(page, "The issue is repaired!")
    await press(page, "Finish")
    await see(page, "There are currently no repairs pending")
    await report(connected, "Wine cellar", temperature=12)
    await open_device(page, "Wine cellar")
    await expect(entity_row(page, "Temperature")).to_contain_text("12.0 °C")


async def test_downloaded_diagnostics_hold_no_secrets(
    page: Page, home: HomeAssistant, connected: SimulatorProcess
) -> None:
    devices = (await state(connected))["devices"]
    (webhook,) = await home.command("webhook/list")
    private = {CLIENT_SECRET, WEBHOOK_SECRET, webhook["webhook_id"]}
    private |= {device[key] for device in devices for key in ("sn", "name")}

    entry = await open_integration(page)
    text = await downloaded(page, choose(entry, "Download diagnostics"))
    assert len(json.loads(text)["data"]["devices"]) == len(devices)
    assert [word for word in private if word in text] == []

    await open_device(page, "Wine cellar")
    await page.locator("ha-device-info-card").get_by_role("button", name="Menu").click()
    item = page.get_by_role("menuitem", name="Download diagnostics")
    text = await downloaded(page, item.click())
    assert json.loads(text)["data"]["device"]["model"] == "EM300-TH"
    assert [word for word in private if word in text] == []


async def downloaded(page: Page, click: Awaitable[None]) -> str:
    """Return the text of the file that a click downloads."""
    async with page.expect_download() as download:
        await click
    return (await (await download.value).path()).read_text()
