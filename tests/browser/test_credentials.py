"""Browser tests of reauthentication and reconfiguration."""

from playwright.async_api import Page, expect
import pytest

from tests.demo.home_assistant import HomeAssistant
from tests.demo.process import DemoError
from tests.demo.simulator import SimulatorProcess

from .console import change, report
from .web import choose, entity_row, fill, open_device, open_integration


async def test_reauth_refuses_wrong_client_secret(
    page: Page, home: HomeAssistant, connected: SimulatorProcess
) -> None:
    await change(connected, client_secret="regenerated")
    with pytest.raises(DemoError):
        await home.request("POST", "/api/services/milesight/refresh", {})

    await open_integration(page)
    await expect(page.get_by_text("Attention required")).to_be_visible()
    await page.get_by_role("button", name="Reconfigure").click()
    await expect(page.get_by_text("Credentials are no longer valid")).to_be_visible()
    await fill(page, client_secret="guessed")
    await expect(page.get_by_text("Invalid client ID or client secret")).to_be_visible()
    await fill(page, client_secret="regenerated")
    await expect(page.get_by_text("Reauthentication was successful.")).to_be_visible()
    await page.get_by_role("button", name="Close").last.click()
    await expect(page.get_by_text("Attention required")).to_be_hidden()
    await home.request("POST", "/api/services/milesight/refresh", {})


async def test_pushes_are_accepted_after_reconfiguring_webhook_secret(
    page: Page, connected: SimulatorProcess
) -> None:
    await change(connected, webhook_secret="regenerated")
    entry = await open_integration(page)
    await choose(entry, "Reconfigure")
    await fill(page, webhook_secret="regenerated")
    await expect(page.get_by_text("Reconfiguration was successful.")).to_be_visible()
    await report(connected, "Wine cellar", temperature=12.5)
    await open_device(page, "Wine cellar")
    await expect(entity_row(page, "Temperature")).to_contain_text("12.5 °C")
