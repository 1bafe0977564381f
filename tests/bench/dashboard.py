"""What it costs a browser to make the dashboard of a large fleet."""

import asyncio
import json
import shutil
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from aiohttp import web

from tests.frontend.fleets import fleet
from tests.frontend.page import GENERATE, HTML, MODULES, arguments

from .scale import Scale

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = ("--headless", "--disable-gpu", "--no-first-run", "--no-sandbox")
AREAS: Final = 50
FLOORS: Final = 5
SECONDS: Final = 300
RUN: Final = """
window.addEventListener("load", async () => {
  const given = await (await fetch("/arguments")).json();
  const rounds = Number(location.hash.slice(1));
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const { ms } = await (GENERATE)(given);
    times.push(ms);
  }
  await fetch("/times", { method: "POST", body: JSON.stringify(times) });
});
"""


async def generate(scale: Scale) -> dict[str, Any]:
    """Return the milliseconds in which all views are generated; nothing without a browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return {}
    registries = fleet(scale.large_fleet, areas=AREAS, floors=FLOORS)
    times: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()
    runner = web.AppRunner(_application(json.dumps(arguments(registries)), times))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    with TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            browser,
            *FLAGS,
            f"--user-data-dir={folder}",
            f"http://127.0.0.1:{port}/#{scale.rounds * 2 + 1}",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(SECONDS):
                first, *others = await times
        finally:
            process.terminate()
            await process.wait()
            await runner.cleanup()
    return {
        "devices": scale.large_fleet,
        "entities": len(registries.entities),
        "first": first,
        "usual": median(others),
    }


def _application(given: str, times: asyncio.Future[list[float]]) -> web.Application:
    """Return a server of the modules, of what they are given, and for what they take."""

    async def page(_: web.Request) -> web.Response:
        script = RUN.replace("GENERATE", GENERATE.strip())
        return web.Response(text=f"{HTML}<script>{script}</script>", content_type="text/html")

    async def send(_: web.Request) -> web.Response:
        return web.Response(text=given, content_type="application/json")

    async def receive(request: web.Request) -> web.Response:
        times.set_result(await request.json())
        return web.Response()

    application = web.Application()
    application.router.add_get("/", page)
    application.router.add_get("/arguments", send)
    application.router.add_post("/times", receive)
    application.router.add_static("/", MODULES)
    return application
