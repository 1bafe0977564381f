"""Browser tests of devices on dashboards and pages."""

import re

from playwright.async_api import Page, expect

from tests.demo.home_assistant import HomeAssistant
from tests.demo.integration import DASHBOARD, import_past_day
from tests.demo.simulator import SimulatorProcess

from .console import device, has_value, report, until
from .pictures import picture_of_page
from .web import dashboard_section, entity_row, go, open_device


async def test_dashboard_and_device_page_show_reported_values(
    page: Page, home: HomeAssistant, connected: SimulatorProcess
) -> None:
    await import_past_day(home)
    values = (await device(connected, "Bedroom radiator"))["values"]
    await go(page, "/")
    await expect(page.get_by_role("heading", name="Climate")).to_be_visible()
    await expect(page.get_by_text("No statistics found")).to_have_count(0)
    await picture_of_page(page, "demo", width=1500, height=1060)

    await go(page, f"/{DASHBOARD}/kinds")
    temperature = f"Temperature {values['temperature']} °C"
    radiator = dashboard_section(page, "Bedroom radiator")
    await expect(radiator.get_by_role("button", name=temperature)).to_be_visible()

    await open_device(page, "Bedroom radiator")
    for name, path in ("Temperature", "temperature"), ("Valve opening", "valve_opening"):
        await expect(
            entity_row(page, name).filter(has_text=str(values[path])).first
        ).to_be_visible()
    await picture_of_page(page, "device", width=950, height=620)


async def test_switched_socket_shows_its_own_report(
    page: Page, connected: SimulatorProcess
) -> None:
    assert await has_value(connected, "Desk lamp", "set_socket.status", "1")
    await go(page, f"/{DASHBOARD}/kinds")
    lamp = dashboard_section(page, "Desk lamp")
    await lamp.get_by_role("switch").click()
    await expect(lamp.get_by_role("button", name="Desk lamp Off")).to_be_visible()
    # only the device can know that
    await expect(lamp.get_by_role("button", name="Power 0.0 W")).to_be_visible()
    assert await has_value(connected, "Desk lamp", "set_socket.status", "0")

    await lamp.get_by_role("switch").click()
    await expect(lamp.get_by_role("button", name=re.compile("Power [1-9]"))).to_be_visible()
    assert await has_value(connected, "Desk lamp", "set_socket.status", "1")


async def test_thermostat_takes_new_temperature(page: Page, connected: SimulatorProcess) -> None:
    await go(page, f"/{DASHBOARD}/kinds")
    radiator = dashboard_section(page, "Bedroom radiator")
    target = radiator.get_by_role("spinbutton", name="Target temperature")
    await expect(target).to_have_text("21.0 °C")
    await radiator.get_by_role("button", name="Increment").first.click()
    await expect(target).to_have_text("21.1 °C")
    await until(lambda: has_value(connected, "Bedroom radiator", "target_temperature", 21.1))

    # somebody turns its knob
    await report(connected, "Bedroom radiator", target_temperature=18)
    await expect(target).to_have_text("18.0 °C")
