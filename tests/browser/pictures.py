"""Screenshots for the documentation, reproducible unless something changed."""

import asyncio
from collections import deque

from playwright.async_api import Locator, Page, ViewportSize

from tests.demo.process import ROOT
from tests.patience import PATIENCE

DOCS = ROOT / "docs"
SETTLING = 0.4  # seconds
ALIKE = 3
EXAMPLE = f"https://home.example.org/api/webhook/{'5f' * 32}"


async def picture_of_page(page: Page, name: str, *, width: int, height: int) -> None:
    """Save what the page shows in a window of that size, with the sidebar folded."""
    before = page.viewport_size
    await page.set_viewport_size(ViewportSize(width=width, height=height))
    await page.get_by_role("button", name="Sidebar toggle").click()
    await page.mouse.move(width / 2, 1)
    await _save(page, name)
    await page.get_by_role("button", name="Sidebar toggle").click()
    if before:
        await page.set_viewport_size(before)


async def picture_of_dialog(page: Page, name: str) -> None:
    """Save the open dialog; the callback address, another one in every run, becomes an example."""
    await page.locator("code").evaluate(
        "(address, text) => { address.textContent = text }", EXAMPLE
    )
    await _save(page.get_by_role("dialog"), name)


async def _save(subject: Page | Locator, name: str) -> None:
    """Save a picture as soon as a few in a row are alike."""
    pictures: deque[bytes] = deque(maxlen=ALIKE)
    async with asyncio.timeout(PATIENCE):
        while len(pictures) < ALIKE or len(set(pictures)) > 1:
            await asyncio.sleep(SETTLING)
            pictures.append(await subject.screenshot(animations="disabled"))
    (DOCS / f"{name}.png").write_bytes(pictures[0])
