"""Check with a real account what the integration assumes about the platform.

Only reads, at most 60 requests, unless --with-commands names a device.
"""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
import asyncio
from collections.abc import Callable
from contextlib import suppress
from getpass import getpass
import os
from pathlib import Path
import sys
from typing import Final

from aiohttp import ClientSession

from custom_components.milesight.flows.url import normalize_url

from .lines import Line, table
from .listener import Listener
from .questions import Questions
from .recording import record, save
from .requests import Account, CheckError

SECRET: Final = "MILESIGHT_CLIENT_SECRET"
WEBHOOK_SECRET: Final = "MILESIGHT_WEBHOOK_SECRET"
ALL_AGREE, CANNOT_CHECK, SOME_DIFFER, INTERRUPTED = 0, 1, 2, 130


async def check(
    arguments: Namespace, secret: str, webhook_secret: str, progress: Callable[[str], None]
) -> list[Line]:
    """Ask all questions, save the recording, and return the lines of the table.

    Raises ``CheckError``; then nothing is saved.
    """
    listener = Listener(arguments.port, webhook_secret, progress)
    async with ClientSession() as session:
        account = Account(session, arguments.url, progress)
        questions = Questions(account, arguments.client_id, secret)
        lines = [line async for line in questions.ask()]
        if arguments.with_commands:
            lines += [line async for line in questions.write_interval(arguments.with_commands)]
        if arguments.listen:
            await _listen(listener, arguments, progress)
            lines += listener.lines()
    if arguments.save:
        path = Path(arguments.relative_to) / arguments.save
        save(path, record(account.exchanges, listener.deliveries))
        progress(f"Saved {path}. Read it before you share it.")
    return lines


async def _listen(
    listener: Listener, arguments: Namespace, progress: Callable[[str], None]
) -> None:
    async with listener:
        progress(
            f"Listening at {listener.url} for {arguments.minutes:g} minutes."
            " In the console, enter\n"
            f"  {arguments.listen}\n"
            "as a callback URI, press Test, and let a device report."
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(arguments.minutes * 60):
                await asyncio.Event().wait()


def arguments_of(words: list[str] | None = None) -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(
        prog="scripts/check-account",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", required=True, help="server address of the Application")
    parser.add_argument(
        "--client-id", required=True, help=f"its client id; {SECRET} may hold the secret"
    )
    parser.add_argument("--save", metavar="FILE", help="write a recording without personal data")
    parser.add_argument(
        "--with-commands",
        metavar="SN",
        help="write the reporting interval of this device to its present value",
    )
    parser.add_argument(
        "--listen",
        metavar="URL",
        help=f"also receive pushes at this public address, a tunnel that leads to --port;"
        f" {WEBHOOK_SECRET} may hold the webhook secret",
    )
    parser.add_argument("--port", type=int, default=8198, help="local port (default: 8198)")
    parser.add_argument(
        "--minutes", type=float, default=10, help="how long to listen (default: 10)"
    )
    parser.add_argument("--relative-to", default=".", help="the folder that FILE is relative to")
    arguments = parser.parse_args(words)
    try:
        arguments.url = normalize_url(arguments.url)
    except ValueError:
        parser.error("--url is not a server address")
    return arguments


def main(words: list[str] | None = None) -> int:
    """Print the table; 0 if all agrees, 2 if something differs, 1 if it cannot be checked."""
    arguments = arguments_of(words)
    secret = os.environ.get(SECRET) or getpass("Client secret: ")
    webhook_secret = os.environ.get(WEBHOOK_SECRET, "")
    if arguments.listen and not webhook_secret:
        webhook_secret = getpass("Webhook secret: ")
    try:
        lines = asyncio.run(check(arguments, secret, webhook_secret, _progress))
    except (CheckError, OSError) as error:
        _progress(f"check-account: {error}")
        return CANNOT_CHECK
    except KeyboardInterrupt:
        _progress("check-account: interrupted, nothing was saved")
        return INTERRUPTED
    sys.stdout.write(f"{table(lines)}\n")
    return ALL_AGREE if all(line.agrees is not False for line in lines) else SOME_DIFFER


def _progress(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
