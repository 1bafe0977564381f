"""Tests of the dashboard strategy with fleets of any kind."""

from collections.abc import AsyncIterator
from itertools import chain
import json
import re
import time

from playwright.async_api import Browser, Page
import pytest

from tests.frontend.fleets import BATTERY, CONNECTIVITY, LEAK, TEMPERATURE, Registries, fleet

from .strategy import attention, cards, generate, headings, home_with, open_strategy, tiles

HOUR_MS = 3_600_000
VIEWS = ["Overview", "Places", "By kind", "Map", "Application"]
# Devices that are silent when calls succeed, when they fail, and on another connection.
SILENT_WHILE_CALLS_FAIL = """
async () => {
  const { getStatus } = await import("/status.js");
  const status = { silent: ["device"] };
  const working = async ({ type }) => (type === "milesight/dashboard" ? status : { issues: [] });
  const failing = async () => Promise.reject(new Error("Connection lost"));
  const [first, second] = [{}, {}];
  const silent = async (connection, callWS, hours) =>
    (await getStatus({ connection, callWS }, { silent_hours: hours })).silent;
  return [
    await silent(first, working, 1),
    await silent(first, failing, 2),
    await silent(second, failing, 2),
  ];
}
"""
CARDS = {"gauge", "heading", "history-graph", "map", "markdown", "statistics-graph", "tile"}


@pytest.fixture(scope="module")
async def strategy(browser: Browser) -> AsyncIterator[Page]:
    """Return a page with the strategy."""
    page = await browser.new_page()
    await open_strategy(page)
    yield page
    await page.close()


@pytest.mark.parametrize("size", [0, 1, 27, 2000])
async def test_any_size_of_fleet_makes_views(strategy: Page, size: int) -> None:
    dashboard = await generate(strategy, fleet(size, areas=min(size, 40), floors=3))
    expected = ["Overview", "Application"] if not size else VIEWS
    assert dashboard.titles == [title for title in expected if title != "Map" or size > 1]
    for view in dashboard.views.values():
        shown = cards(view)
        assert {card["type"] for card in shown} <= CARDS
        assert len(shown) < 400


async def test_home_without_integration_has_hint(strategy: Page) -> None:
    dashboard = await generate(strategy, Registries())
    assert dashboard.titles == ["Overview"]
    (card,) = cards(dashboard.views["overview"])
    assert "No devices to show" in card["content"]


async def test_healthy_fleet_needs_no_attention(strategy: Page) -> None:
    view = (await generate(strategy, fleet(10))).views["overview"]
    assert attention(view) == []
    assert view["badges"] == []
    content = view["header"]["card"]["content"]
    assert "10 of 10 devices are online. Nothing needs your attention." in content


async def test_attention_lists_worst_first(strategy: Page) -> None:
    registries = home_with(
        battery=[CONNECTIVITY, (*BATTERY[:4], "12", "%")],
        silent=[CONNECTIVITY, TEMPERATURE],
        offline=[(*CONNECTIVITY[:4], "off", None)],
        leaking=[CONNECTIVITY, (*LEAK[:4], "on", None)],
        well=[CONNECTIVITY, BATTERY, LEAK],
        failed=[CONNECTIVITY],
    )
    now = round(time.time() * 1000)
    reports = dict.fromkeys(registries.devices, now - HOUR_MS)
    status = {
        "last_reports": {**reports, "silent": now - 30 * HOUR_MS},
        "silent": ["silent"],
        "failed_tasks": [{"device_id": "failed", "error": "", "time": now}],
    }
    issue = {
        "domain": "milesight",
        "issue_id": "no_pushes_received_entry",
        "translation_key": "no_pushes_received",
        "translation_placeholders": {},
    }
    issues = [issue, {**issue, "ignored": True}, {**issue, "domain": "other"}]
    dashboard = await generate(strategy, registries, status=status, issues=issues)
    view = dashboard.views["overview"]
    items = attention(view)
    assert [item["entity"] for item in items] == [
        "binary_sensor.leaking_1",
        "binary_sensor.offline_0",
        "binary_sensor.silent_0",
        "sensor.battery_1",
        "binary_sensor.failed_0",
        "binary_sensor.application_entry_0",
    ]
    assert items[2]["name"] == "Silent: last report 30 hours ago"
    assert items[4]["name"] == "Failed: task failed"
    assert items[4]["tap_action"]["navigation_path"] == "/config/devices/device/failed"
    kinds = ("Alarms", "Offline", "Silent", "Low battery", "Failed tasks", "Repairs")
    assert [badge["name"] for badge in view["badges"]] == [f"{kind}: 1" for kind in kinds]


async def test_large_fleet_shows_count_and_worst_first(strategy: Page) -> None:
    registries = fleet(2000)
    for number in range(3, 2000, 10):
        registries.states[f"binary_sensor.device_{number}_2"]["state"] = "on"
    view = (await generate(strategy, registries)).views["overview"]
    items = attention(view)
    assert [item["type"] for item in items] == ["tile"] * 12 + ["markdown"]
    assert items[-1]["content"] == "188 more"
    assert view["badges"][0]["name"] == "Alarms: 200"


async def test_large_area_shows_devices_with_alarm_first(strategy: Page) -> None:
    registries = fleet(2000, areas=1)
    registries.states["binary_sensor.device_1993_2"]["state"] = "on"
    dashboard = await generate(strategy, registries)
    assert tiles(dashboard.views["places"])[0] == "binary_sensor.device_1993_2"
    assert "binary_sensor.device_1993_2" in tiles(dashboard.views["kinds"])


async def test_areas_are_grouped_by_floor(strategy: Page) -> None:
    registries = fleet(8, areas=4, floors=2)
    registries.devices["device-0"]["area_id"] = "removed"
    shown = headings((await generate(strategy, registries)).views["places"])
    order = ["Floor 0", "Room 0", "Room 2", "Floor 1", "Room 1", "Room 3", "Without area"]
    assert [heading for heading in shown if heading in order] == order


async def test_devices_are_grouped_by_option(strategy: Page) -> None:
    registries = fleet(12)
    registries.devices["device-0"]["via_device_id"] = "device-1"
    by_model = await generate(strategy, registries, {"group_by": "model"})
    assert {"WS303", "EM300-TH"} <= set(headings(by_model.views["places"]))
    by_gateway = await generate(strategy, registries, {"group_by": "gateway"})
    assert headings(by_gateway.views["places"])[0] == "EM300-TH 1"
    assert "Without gateway" in headings(by_gateway.views["places"])


async def test_gateways_show_devices_behind_them(strategy: Page) -> None:
    registries = fleet(3)
    registries.devices["device-0"]["via_device_id"] = "device-2"
    view = (await generate(strategy, registries)).views["kinds"]
    section = view["sections"][-1]["cards"]
    assert section[0]["heading"] == "EM300-MCS 2"
    assert [card["entity"] for card in section[1:]] == ["binary_sensor.device_0_0"]


async def test_gateway_without_devices_shows_itself(strategy: Page) -> None:
    registries = home_with(gateway=[CONNECTIVITY])
    dashboard = await generate(strategy, registries, status={"gateways": ["gateway"]})
    assert tiles(dashboard.views["kinds"]) == ["binary_sensor.gateway_0"]


async def test_connection_of_device_is_that_to_platform(strategy: Page) -> None:
    charger = ("binary_sensor", "", "connectivity", "diagnostic", "off", None)
    registries = home_with(bus=[charger, CONNECTIVITY, LEAK])
    assert attention((await generate(strategy, registries)).views["overview"]) == []


async def test_status_remains_while_calls_fail(strategy: Page) -> None:
    assert await strategy.evaluate(SILENT_WHILE_CALLS_FAIL) == [["device"], ["device"], []]


async def test_numbered_entities_are_in_order(strategy: Page) -> None:
    registries = home_with(relay=[LEAK] * 12)
    registries.entities = dict(sorted(registries.entities.items()))
    view = (await generate(strategy, registries)).views["kinds"]
    assert tiles(view) == [f"binary_sensor.relay_{number}" for number in range(6)]


@pytest.mark.parametrize(
    ("name", "columns"),
    [("Back door", None), ("Kitchen window", 12), ("会議室の空気センサー", 12)],
)
async def test_long_name_gets_wide_tile(strategy: Page, name: str, columns: int | None) -> None:
    registries = home_with(leak=[CONNECTIVITY, LEAK])
    registries.devices["leak"]["name"] = name
    view = (await generate(strategy, registries)).views["overview"]
    (tile,) = [card for card in cards(view) if card["type"] == "tile"]
    assert tile.get("grid_options", {}).get("columns") == columns


async def test_entity_called_like_long_device_is_wide(strategy: Page) -> None:
    registries = home_with(
        fan=[CONNECTIVITY, ("climate", "", None, None, "heat", None), TEMPERATURE]
    )
    registries.devices["fan"]["name"] = "Conference fan coil"
    registries.entities["sensor.fan_2"]["name"] = "Temperature"
    view = (await generate(strategy, registries)).views["places"]
    climate, temperature = [card for card in cards(view) if card["type"] == "tile"]
    assert climate["grid_options"]["columns"] == 12
    assert "grid_options" not in temperature


async def test_only_existing_kinds_and_views_are_shown(strategy: Page) -> None:
    registries = home_with(door=[CONNECTIVITY, LEAK])
    dashboard = await generate(strategy, registries)
    assert dashboard.titles == ["Overview", "Places", "By kind", "Application"]
    assert headings(dashboard.views["kinds"]) == ["Doors and leaks", "Door"]
    chosen = await generate(strategy, registries, {"views": ["kinds"]})
    assert list(chosen.views) == ["kinds"]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{ states('sun.sun') }}", "A" * 500, "|x|[a](b)*_`#"]
)
async def test_hostile_name_is_shown_as_text(strategy: Page, name: str) -> None:
    registries = fleet(3, areas=1)
    registries.areas["area_0"]["name"] = name
    for device in registries.devices.values():
        device.update(name=name, model=name, sw_version=name)
    reports = dict.fromkeys(registries.devices, 1)
    dashboard = await generate(strategy, registries, status={"last_reports": reports})
    for card in chain.from_iterable(map(cards, dashboard.views.values())):
        assert not re.search("<|{{|`|A{120}", card.get("content", ""))
    assert all(len(heading) <= 60 for heading in headings(dashboard.views["places"]))
    assert json.dumps(dashboard.views).count("A" * 121) == 0


async def test_hidden_and_disabled_entities_are_left_out(strategy: Page) -> None:
    registries = fleet(1)
    registries.entities["sensor.device_0_2"]["hidden"] = True
    del registries.entities["sensor.device_0_3"]  # the web interface does not get disabled ones
    registries.states["sensor.device_0_3"]["state"] = "unavailable"
    text = json.dumps((await generate(strategy, registries)).views)
    assert set(re.findall("sensor.device_0_[234]", text)) == {"sensor.device_0_4"}


async def test_entities_of_others_are_left_out(strategy: Page) -> None:
    registries = fleet(1)
    registries.entities["sensor.device_0_2"]["platform"] = "template"
    registries.add_device("lamp", "Lamp", [CONNECTIVITY], identifiers=[["hue", "lamp"]])
    text = json.dumps((await generate(strategy, registries)).views)
    assert not re.search("sensor.device_0_2|lamp", text)


async def test_one_of_two_applications_is_chosen(strategy: Page) -> None:
    registries = fleet(2)
    registries.add_application("other")
    registries.add_device("far", "Far", [CONNECTIVITY, LEAK], entry="other")
    both = await generate(strategy, registries)
    assert headings(both.views["application"])[0] == "Application entry"
    assert "Application other" in headings(both.views["application"])
    assert "binary_sensor.far_1" in tiles(both.views["places"])
    one = await generate(strategy, registries, {"applications": ["other"]})
    assert tiles(one.views["places"]) == ["binary_sensor.far_1"]
    assert headings(one.views["application"])[0] == "Application other"


async def test_unloaded_application_is_one_item(strategy: Page) -> None:
    registries = fleet(20)
    registries.add_application("other", loaded=False)
    registries.add_device("far", "Far", [CONNECTIVITY, LEAK], entry="other")
    registries.unload("other")
    view = (await generate(strategy, registries)).views["overview"]
    (item,) = attention(view)
    assert item["name"] == "Application other is not running"
    assert "20 of 21 devices are online" in view["header"]["card"]["content"]


async def test_user_without_rights_gets_no_settings(strategy: Page) -> None:
    dashboard = await generate(strategy, fleet(5), admin=False)
    text = json.dumps(dashboard.views["places"]) + json.dumps(dashboard.views["application"])
    assert "/config/" not in text


@pytest.mark.parametrize("language", ["en", "de", "ja", "zh-Hans"])
async def test_no_text_is_missing(strategy: Page, language: str) -> None:
    registries = fleet(60, areas=3, floors=2)
    registries.states["binary_sensor.device_3_2"]["state"] = "on"
    dashboard = await generate(strategy, registries, language=language)
    assert json.dumps([dashboard.titles, dashboard.views]).count("dashboard_") == 0
    texts = [*dashboard.titles, *headings(dashboard.views["kinds"])]
    assert not any(text.startswith(("view_", "kind_")) for text in texts)
