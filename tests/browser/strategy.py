"""The strategy in a browser without Home Assistant: what it makes of registries and states."""

from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Page, Route

from tests.frontend.fleets import Registries, Row, fleet
from tests.frontend.page import GENERATE, HTML, MODULES, arguments

ADDRESS: Final = "http://strategy.test/"


@dataclass(frozen=True)
class Dashboard:
    """A generated dashboard: the titles of the views, the views by path, and how long it took."""

    titles: list[str]
    views: dict[str, Any]
    ms: float


async def open_strategy(page: Page) -> None:
    """Open the strategy's modules and nothing else."""

    async def serve(route: Route) -> None:
        if name := route.request.url.removeprefix(ADDRESS):
            await route.fulfill(path=MODULES / name)
        else:
            await route.fulfill(body=HTML, content_type="text/html")

    await page.route(f"{ADDRESS}**", serve)
    await page.goto(ADDRESS, wait_until="networkidle")


async def generate(page: Page, registries: Registries, *options: Any, **more: Any) -> Dashboard:
    """Generate the dashboard and all its views; the options are those of ``arguments``."""
    return Dashboard(**await page.evaluate(GENERATE, arguments(registries, *options, **more)))


def home_with(**devices: list[Row]) -> Registries:
    """Return an Application whose devices have these entities, named like their IDs."""
    registries = fleet(0)
    for device_id, rows in devices.items():
        registries.add_device(device_id, device_id.capitalize(), rows)
    return registries


def cards(view: Any) -> list[dict[str, Any]]:
    """Return the cards of a view."""
    sections = view.get("sections", [view])
    return [card for section in sections for card in section["cards"]]


def tiles(view: Any) -> list[str]:
    """Return the entities of the tiles of a view."""
    return [card["entity"] for card in cards(view) if card["type"] == "tile"]


def headings(view: Any) -> list[str]:
    """Return the headings of a view."""
    return [card["heading"] for card in cards(view) if card["type"] == "heading"]


def attention(view: Any) -> list[dict[str, Any]]:
    """Return the tiles under *Needs attention*."""
    first = view["sections"][0]["cards"]
    return first[1:] if first[0]["heading"] == "Needs attention" else []
