"""Run the simulated platform: `python -m tests.simulator`."""

import argparse
import asyncio
from collections.abc import Callable
import errno
import signal
import sys

from . import ApiError, Simulator, demo_fleet, fleet


def _whole(most: int) -> Callable[[str], int]:
    """Return the parser of a whole number from 0 to `most`."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) > most:
            raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to {most}")
        return int(text)

    return number


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulator", description="A simulated Milesight platform."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_whole(65535), default=8199)
    parser.add_argument(
        "--devices",
        type=_whole(1_000_000),
        metavar="N",
        help="a fleet of N devices instead of the demo devices",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--interval",
        type=float,
        default=5,
        metavar="SECONDS",
        help="between reports; 0: none by itself",
    )
    parser.add_argument("--client-id")
    parser.add_argument("--client-secret")
    parser.add_argument("--webhook-secret")
    parser.add_argument("--plan", choices=("free", "paid"), default="paid")
    parser.add_argument(
        "--callback", action="append", default=[], metavar="URI", help="push there; may be repeated"
    )
    return parser.parse_args()


async def run(options: argparse.Namespace) -> int:
    """Serve until a signal stops it; returns the exit status."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    simulator = Simulator(
        demo_fleet(options.seed)
        if options.devices is None
        else fleet(options.devices, options.seed),
        live_interval=options.interval or None,
        client_id=options.client_id,
        client_secret=options.client_secret,
        webhook_secret=options.webhook_secret,
        command_delay=0.4,
        retry_delay=5,
        past_reports=140,  # nearly a day
        host=options.host,
        port=options.port,
    )
    simulator.application.configure(plan=options.plan)
    try:
        await simulator.start()
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "is taken; choose another one with --port" if taken else f"cannot be used: {error}"
        print(f"Port {options.port} {reason}.", file=sys.stderr)
        return 1
    try:
        print(
            f"Server address  {simulator.url}\n"
            f"Client id       {simulator.client_id}\n"
            f"Client secret   {simulator.client_secret}\n"
            f"Webhook secret  {simulator.webhook_secret}\n"
            f"Control page    {simulator.url}/control",
            flush=True,
        )
        for uri in options.callback:
            try:
                await simulator.push.add(uri)
            except ApiError as refused:
                print(f"Callback {uri} refused: {refused.message}", file=sys.stderr, flush=True)
        await stop.wait()
    finally:
        await simulator.stop()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(run(arguments())))
