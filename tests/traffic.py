"""Requests on their way to the simulator: counted, held up, followed by something."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
import pytest

from tests.common import until
from tests.simulator import Simulator

type Answer = tuple[int, web.StreamResponse]


def handle_requests(
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    handle: Callable[[web.Request, Callable[[], Awaitable[Answer]]], Awaitable[Answer]],
) -> None:
    """Let a function handle each request, which is given the way to its answer."""
    answer = simulator.faults.answer

    async def handled(
        request: web.Request, proper: Callable[[], Awaitable[web.Response]]
    ) -> Answer:
        return await handle(request, lambda: answer(request, proper))

    monkeypatch.setattr(simulator.faults, "answer", handled)


class Traffic:
    """How many requests the platform has under way: now, at the most, and in all."""

    def __init__(
        self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, seconds: float = 0
    ) -> None:
        """Watch from now on; each request takes some time."""
        self.now = 0
        self.most = 0
        self.total = 0
        self._seconds = seconds
        self._going = asyncio.Event()
        self._going.set()
        handle_requests(simulator, monkeypatch, self._handle)

    async def _handle(
        self, _request: web.Request, answer: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        self.now += 1
        self.total += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self._seconds)
            await self._going.wait()
            return await answer()
        finally:
            self.now -= 1

    def hold(self) -> None:
        """Answer no request until they are let go."""
        self._going.clear()

    def let_go(self) -> None:
        """Answer those that were held up, and all that come."""
        self._going.set()

    async def reaches(self, number: int) -> None:
        """Wait until so many requests are under way."""
        await until(lambda: self.now >= number)
