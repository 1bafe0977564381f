"""Control of the requests to the simulator: counting, delaying and holding them."""

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
    """Let a function handle each request, with a function that returns the regular response."""
    answer = simulator.faults.answer

    async def handled(
        request: web.Request, proper: Callable[[], Awaitable[web.Response]]
    ) -> Answer:
        return await handle(request, lambda: answer(request, proper))

    monkeypatch.setattr(simulator.faults, "answer", handled)


class Traffic:
    """Counts the requests in progress: current, maximum and total."""

    def __init__(
        self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, seconds: float = 0
    ) -> None:
        """Start counting; each request takes a number of seconds."""
        self.now = 0
        self.maximum = 0
        self.total = 0
        self._seconds = seconds
        self._released = asyncio.Event()
        self._released.set()
        handle_requests(simulator, monkeypatch, self._handle)

    async def _handle(
        self, _request: web.Request, answer: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        self.now += 1
        self.total += 1
        self.maximum = max(self.maximum, self.now)
        try:
            await asyncio.sleep(self._seconds)
            await self._released.wait()
            return await answer()
        finally:
            self.now -= 1

    def hold(self) -> None:
        """Hold all requests until they are released."""
        self._released.clear()

    def release(self) -> None:
        """Release the held requests."""
        self._released.set()

    async def wait_for(self, number: int) -> None:
        """Wait until a number of requests are in progress."""
        await until(lambda: self.now >= number)


class HeldAnswers:
    """Answers of one operation that the simulator has made and holds back."""

    def __init__(
        self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, path_ending: str
    ) -> None:
        """Hold the answers to requests whose path has an ending, until they are released."""
        self._path_ending = path_ending
        self.made = asyncio.Event()
        self.released = asyncio.Event()
        handle_requests(simulator, monkeypatch, self._handle)

    async def _handle(
        self, request: web.Request, answer: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        response = await answer()
        if request.path.endswith(self._path_ending):
            self.made.set()
            await self.released.wait()
        return response
