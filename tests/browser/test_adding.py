"""Browser tests of adding the integration."""

from datetime import UTC, datetime, timedelta
import re

from playwright.async_api import Page, expect

from tests.demo.home_assistant import HomeAssistant
from tests.demo.simulator import CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, SimulatorProcess

from .console import report, until
from .pictures import picture_of_dialog, picture_of_page
from .web import entity_row, go, open_integration, pick, press, see, submit

TESTED = "received the webhook test of the console"


async def has_activity(home: HomeAssistant, message: str) -> bool:
    """Return if a message is recorded: an activity page that was opened before may leave it out."""
    start = datetime.now(UTC) - timedelta(hours=1)
    events = await home.command("logbook/get_events", start_time=start.isoformat())
    return any(event.get("message") == message for event in events)


async def test_config_flow_refuses_wrong_secret_then_adds_all_devices(
    page: Page, home: HomeAssistant, simulator: SimulatorProcess
) -> None:
    await go(page, "/config/integrations/dashboard")
    await press(page, "Add integration")
    await page.get_by_placeholder("Search for a brand name").fill("milesight")
    await press(page, "Milesight")

    await pick(page, "Server address", simulator.url, simulator.url)
    server = page.get_by_role("button", name="Server address")
    await expect(server).to_contain_text(simulator.url)
    refusal = "Invalid client ID or client secret"
    await submit(page, refusal, client_ID=CLIENT_ID, client_secret="another")
    await submit(page, "Enable push updates", client_secret=CLIENT_SECRET)
    callback = await page.locator("code").inner_text()
    await picture_of_dialog(page, "add")
    await submit(page, "No update from the platform arrived", webhook_secret=WEBHOOK_SECRET)
    # The button has the shorter name until the first device is there.
    await press(page, re.compile("(Skip and f|F)inish"))
    await expect(page.get_by_role("dialog")).to_have_count(0)

    await open_integration(page)
    await expect(page.get_by_role("link", name="28 devices")).to_be_visible()
    await picture_of_page(page, "integration", width=950, height=620)
    await page.get_by_role("button", name="Wine cellar").first.click()
    await expect(entity_row(page, "Humidity")).to_contain_text("%")
    await simulator.register_callback(callback)
    await report(simulator, "Wine cellar", temperature=11.5)
    await expect(entity_row(page, "Temperature")).to_contain_text("11.5 °C")
    await until(lambda: has_activity(home, TESTED))
    await go(page, "/logbook")
    await see(page, TESTED)
