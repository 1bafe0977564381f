"""Browser tests of the Agentcraft link."""

from playwright.async_api import Page, expect

from tests.demo.simulator import SimulatorProcess

from .console import state
from .web import choose_device, entity_row, open_device, open_integration, press, submit


async def test_device_is_registered_with_right_agentcraft_secret(
    page: Page, connected: SimulatorProcess
) -> None:
    agentcraft = (await state(connected))["agentcraft"]
    await open_integration(page)
    await press(page, "Link devices to Agentcraft")
    # The list behind the dialog has names with a dot.
    await choose_device(page, "Coffee machine", "^Coffee machine[^•]*$")
    refusal = "Invalid client secret. Nothing was stored."
    await submit(page, refusal, server_address=agentcraft["url"], client_secret="another")
    secret = agentcraft["client_secret"]
    await submit(page, "Created configuration for Agentcraft", client_secret=secret)
    await press(page, "Finish")

    await open_device(page, "Coffee machine")
    await expect(entity_row(page, "Agentcraft")).to_contain_text("Waiting to be linked")
