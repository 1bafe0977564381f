"""Child processes that end with the block they were started in, and free ports for them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
import os
from pathlib import Path
import signal
import socket

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 30
NOTICE_SECONDS = 15


class DemoError(Exception):
    """An error with a message for the person at the terminal."""


class PortTakenError(DemoError):
    """The requested port is in use; the message offers another one."""

    def __init__(self, port: int, free_port: int) -> None:
        """Initialize the message."""
        super().__init__(
            f"Port {port} is taken by another program. Choose another one with --port,\n"
            f"for example: scripts/demo --port {free_port}"
        )


def loopback_hosts() -> list[str]:
    """Return the loopback addresses of this machine, both where it has IPv6."""
    return [host for host in ("127.0.0.1", "::1") if _can_bind(host, 0)]


def port_is_free(port: int) -> bool:
    """Return whether a server could listen on the port, on every loopback address."""
    return all(_can_bind(host, port) for host in loopback_hosts())


def free_port(preferred: int, *, reserved: int | None = None) -> int:
    """Return the first free port from the preferred one upwards, other than the reserved one."""
    ports = range(preferred, 65536)
    return next(port for port in ports if port != reserved and port_is_free(port))


def any_free_port() -> int:
    """Return a free port that the system chooses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def require_free_port(port: int) -> None:
    """Raise PortTakenError if the port is in use."""
    if not port_is_free(port):
        raise PortTakenError(port, free_port(port))


def _can_bind(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(OSError), socket.socket(family) as probe:
        # A port that was closed a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return True
    return False


@asynccontextmanager
async def running(
    command: Sequence[str], log: Path | None
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run a command in the project's folder for as long as the block lasts.

    Its output goes to the log file, or to the terminal without one. It gets a session of its own,
    so that Ctrl-C in the terminal reaches only the demo, which then stops its children in order.
    """
    output = log.open("wb") if log else None
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    finally:
        if output:
            output.close()
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Terminate a process; kill whatever is left of it and its children."""
    if process.returncode is None:
        process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


@asynccontextmanager
async def announced(what: str, log: Path | None) -> AsyncGenerator[None]:
    """Print what the block waits for, and where its log is, each time that it takes long."""

    async def announce() -> None:
        while True:
            await asyncio.sleep(NOTICE_SECONDS)
            print(f"Still waiting for {what}.{f' Its log is {log}.' if log else ''}", flush=True)

    task = asyncio.create_task(announce())
    try:
        yield
    finally:
        task.cancel()


async def until_ready(
    process: asyncio.subprocess.Process,
    ready: Callable[[], Awaitable[bool]],
    name: str,
    log: Path | None,
    seconds: float = 180,
) -> None:
    """Wait until the process is ready; raise DemoError if it ends before that or takes too long."""
    try:
        async with announced(name, log), asyncio.timeout(seconds):
            while process.returncode is None:
                if await ready():
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoError(f"{name} does not answer.{tail(log)}") from None
    raise DemoError(f"{name} stopped while starting.{tail(log)}")


def tail(log: Path | None, lines: int = 15) -> str:
    """Return the end of a log file as a paragraph for the terminal; empty without a log."""
    if log is None or not log.exists():
        return ""
    end = log.read_text(errors="replace").splitlines()[-lines:]
    return "\n".join(["", f"The end of {log}:", *(f"  {line}" for line in end)])
