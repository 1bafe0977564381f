"""Browser tests of reauthentication and reconfiguration."""

from playwright.async_api import Page, expect
import pytest

from tests.demo.home_assistant import HomeAssistant
from tests.demo.process import DemoError
from tests.demo.simulator import SimulatorProcess

from .console import change, refresh, report
from .web import choose, entity_row, open_device, open_integration, press, see, submit


async def test_reauth_refuses_wrong_client_secret(
    page: Page, home: HomeAssistant, connected: SimulatorProcess
) -> None:
    await change(connected, client_secret="regenerated")
    with pytest.raises(DemoError):
        await refresh(home)

    await open_integration(page)
    await see(page, "Attention required")
    await press(page, "Reconfigure")
    await see(page, "Credentials are no longer valid")
    await submit(page, "Invalid client ID or client secret", client_secret="guessed")
    await submit(page, "Reauthentication was successful.", client_secret="regenerated")
    await page.get_by_role("button", name="Close").last.click()
    await expect(page.get_by_text("Attention required")).to_be_hidden()
    await refresh(home)


async def test_pushes_are_accepted_after_reconfiguring_webhook_secret(
    page: Page, connected: SimulatorProcess
) -> None:
    await change(connected, webhook_secret="regenerated")
    entry = await open_integration(page)
    await choose(entry, "Reconfigure")
    await submit(page, "Reconfiguration was successful.", webhook_secret="regenerated")
    await report(connected, "Wine cellar", temperature=12.5)
    await open_device(page, "Wine cellar")
    await expect(entity_row(page, "Temperature")).to_contain_text("12.5 °C")
