"""The command line of scripts/demo."""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import shutil
import signal
import sys
import time

import aiohttp

from .home_assistant import HomeAssistant
from .integration import connect, first_value, import_past_day, show_dashboard
from .process import ROOT, DemoError, announced, free_port, require_free_port, tail
from .simulator import (
    CLIENT_ID,
    CLIENT_SECRET,
    WEBHOOK_SECRET,
    SimulatorProcess,
    simulated_platform,
)

DATA = ROOT / ".demo"
SIMULATOR_PORT = 8199
INTERVAL = 5  # seconds between two reports

READY = """
Home Assistant with simulated Milesight devices:   {url}

  Values change every {interval} seconds. Switch a socket: the command goes to the simulated
  platform, and the device reports back.
  Make a device report, press a button, go offline, or the platform fail:
                                                   {control}
"""
READY_EMPTY = """
Home Assistant with nothing configured:            {url}/config/integrations

  Add the integration "Milesight" there, with

    Server address    {server}
    Client ID         {client_id}
    Client secret     {client_secret}
    Webhook secret    {webhook_secret}

  and paste the callback address that it shows into the simulated console:
                                                   {control}
"""


@dataclass(frozen=True)
class Options:
    """The options of the command line."""

    empty: bool
    port: int
    reset: bool
    verbose: bool

    @property
    def folder(self) -> Path:
        """The folder with Home Assistant's configuration and data."""
        return DATA / ("config-empty" if self.empty else "config")

    @property
    def simulator_port(self) -> int:
        """The port of the simulator, which leaves that of Home Assistant alone."""
        return free_port(SIMULATOR_PORT, reserved=self.port)

    def log(self, name: str) -> Path | None:
        """Return the log file of a process, None for the terminal."""
        return None if self.verbose else self.folder / f"{name}.output"


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Start Home Assistant together with a simulated Milesight platform.",
    )
    parser.add_argument(
        "--empty",
        action="store_true",
        help="with nothing configured, to try the config flow; always starts anew",
    )
    parser.add_argument("--port", type=int, default=8123, help="of the web interface (%(default)s)")
    parser.add_argument("--reset", action="store_true", help="delete the data of earlier starts")
    parser.add_argument("--verbose", action="store_true", help="show the logs in the terminal")
    return Options(**vars(parser.parse_args(arguments)))


async def demo(options: Options, started: float) -> None:
    """Run until cancelled; raise DemoError if something cannot start or ends by itself."""
    require_free_port(options.port)
    if options.reset or options.empty:
        shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    simulator_log, home_log = options.log("simulator"), options.log("home-assistant")
    print("Starting Home Assistant and the simulated platform ...", flush=True)
    async with (
        aiohttp.ClientSession() as session,
        simulated_platform(
            session, port=options.simulator_port, interval=INTERVAL, log=simulator_log
        ) as simulator,
        HomeAssistant(session, options.folder, options.port, home_log) as home,
    ):
        print(f"Home Assistant runs after {time.monotonic() - started:.1f} s.", flush=True)
        if not options.empty:
            async with announced("the integration", home_log):
                await connect(home, simulator)
                await first_value(home)
                print(f"The first entity has a value after {time.monotonic() - started:.1f} s.")
                await show_dashboard(home)
                await import_past_day(home)
        print(instructions(options, home.url, simulator), flush=True)
        await until_one_ends(home, simulator, simulator_log)


def instructions(options: Options, url: str, simulator: SimulatorProcess) -> str:
    """Return the instructions for the person at the terminal."""
    text = (READY_EMPTY if options.empty else READY).format(
        url=url,
        interval=INTERVAL,
        control=simulator.control_page,
        server=simulator.url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        webhook_secret=WEBHOOK_SECRET,
    )
    return f"{text}\nData and logs are in {options.folder}. Ctrl-C stops."


async def until_one_ends(
    home: HomeAssistant, simulator: SimulatorProcess, log: Path | None
) -> None:
    """Wait until one of the two ends by itself, and raise a DemoError that names it."""
    homes = asyncio.create_task(home.wait())
    simulators = asyncio.create_task(simulator.process.wait())
    try:
        await asyncio.wait((homes, simulators), return_when=asyncio.FIRST_COMPLETED)
        if homes.done():
            raise DemoError(f"Home Assistant has stopped.{homes.result()}")
        raise DemoError(f"The simulator has stopped.{tail(log)}")
    finally:
        homes.cancel()
        simulators.cancel()


async def main(options: Options, started: float) -> int:
    """Run the demo until a signal ends it; return the exit code."""
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(demo(options, started))
    stopping = asyncio.Event()

    def stop() -> None:
        if not stopping.is_set():
            stopping.set()
            print("\nStopping ...", flush=True)
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        return 0
    except DemoError as error:
        print(error, file=sys.stderr)
    except (aiohttp.ClientError, TimeoutError) as error:
        print(f"Home Assistant or the simulator does not answer: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(parse(), time.monotonic())))
