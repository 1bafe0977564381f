"""Time in a browser to generate the dashboard of a large fleet."""

import asyncio
import json
from pathlib import Path
import shutil
from statistics import median
import sys
from tempfile import TemporaryDirectory
from typing import Final

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.demo.process import running
from tests.frontend.fleets import fleet
from tests.frontend.page import GENERATE, HTML, MODULES, arguments

from .scale import Scale

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = ("--headless", "--disable-gpu", "--no-first-run", "--no-sandbox")
AREAS: Final = 50
FLOORS: Final = 5
SECONDS: Final = 300


async def generate(scale: Scale) -> dict[str, float]:
    """Return the milliseconds in which all views are generated; nothing without a browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("The dashboard is left out: Chromium is missing.", file=sys.stderr)
        return {}
    times: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()
    with TemporaryDirectory() as folder:
        async with TestServer(_application(scale, times)) as server:
            command = [browser, *FLAGS, f"--user-data-dir={folder}", str(server.make_url("/"))]
            async with running(command, Path(folder) / "output"), asyncio.timeout(SECONDS):
                first, *others = await times
    return {"first": first, "usual": median(others)}


def _application(scale: Scale, times: asyncio.Future[list[float]]) -> web.Application:
    """Return a server of a page that generates all views again and again, and tells the times."""
    given = arguments(fleet(scale.large_fleet, areas=AREAS, floors=FLOORS))
    html = f"""{HTML}<script type="module">
      const given = {json.dumps(given)};
      const times = [];
      for (let round = 0; round < {scale.rounds * 2 + 1}; round++) {{
        const {{ ms }} = await ({GENERATE.strip()})(given);
        times.push(ms);
      }}
      await fetch("/times", {{ method: "POST", body: JSON.stringify(times) }});
    </script>"""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    async def receive(request: web.Request) -> web.Response:
        times.set_result(await request.json())
        return web.Response()

    application = web.Application()
    application.router.add_get("/", page)
    application.router.add_post("/times", receive)
    application.router.add_static("/", MODULES)
    return application
