"""Process many items a few at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from ..api import MilesightError


async def process[Item](
    items: Iterable[Item], work: Callable[[Item], Awaitable[bool]], workers: int
) -> None:
    """Call ``work`` with each item, by some workers at a time.

    A worker stops when ``work`` returns false. A ``MilesightError`` of ``work`` cancels the other
    workers and is raised.
    """
    remaining = iter(items)

    async def run() -> None:
        for item in remaining:
            if not await work(item):
                return

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(run())
    except* MilesightError as errors:
        error = errors.exceptions[0]
    else:
        return
    raise error
