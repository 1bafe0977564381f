"""Child processes that end with the block they were started in, and ports for them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
import os
from pathlib import Path
import signal
import socket

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 30


class DemoError(Exception):
    """Something that the person at the terminal must be told; the message is for them."""


class PortTakenError(DemoError):
    """The port that was asked for is in use; the message offers another."""

    def __init__(self, port: int, free_port: int) -> None:
        """Word the message for the port that was asked for and one that is free."""
        super().__init__(
            f"Port {port} is taken by another program. Choose another one with --port,\n"
            f"for example: scripts/demo --port {free_port}"
        )


def loopback_hosts() -> list[str]:
    """Return this machine's loopback addresses, both of them where it has IPv6."""
    return [host for host in ("127.0.0.1", "::1") if _can_bind(host, 0)]


def port_is_free(port: int) -> bool:
    """Tell whether a server could listen on the port, on every loopback address."""
    return all(_can_bind(host, port) for host in loopback_hosts())


def free_port(preferred: int) -> int:
    """Return the first free port from the preferred one upwards."""
    return next(port for port in range(preferred, 65536) if port_is_free(port))


def require_free_port(port: int) -> None:
    """Raise PortTakenError, which offers the next free port, if the port is in use."""
    if not port_is_free(port):
        raise PortTakenError(port, free_port(port))


def _can_bind(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(OSError), socket.socket(family) as probe:
        # a port that was in use a moment ago is free
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
    so that Ctrl-C in the terminal reaches the demo alone, which then stops its children in order.
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
    """Ask the process to stop; kill what is left of it and its children when it does not."""
    if process.returncode is None:
        process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


async def until_ready(
    process: asyncio.subprocess.Process,
    ready: Callable[[], Awaitable[bool]],
    name: str,
    log: Path | None,
    seconds: float = 180,
) -> None:
    """Wait until the process is ready; raise DemoError if it ends before that or takes too long."""
    try:
        async with asyncio.timeout(seconds):
            while process.returncode is None:
                if await ready():
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoError(f"{name} does not answer.{tail(log)}") from None
    raise DemoError(f"{name} stopped while starting.{tail(log)}")


def tail(log: Path | None, lines: int = 15) -> str:
    """Return the end of a log file as a paragraph for the terminal; nothing without a log."""
    if log is None or not log.exists():
        return ""
    end = log.read_text(errors="replace").splitlines()[-lines:]
    return "\n".join(["", f"The end of {log}:", *(f"  {line}" for line in end)])
