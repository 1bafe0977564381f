"""Failures that the platform can simulate, and how each looks on the wire."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import json
from typing import Any, Final, Literal, get_args

from aiohttp import web

from .errors import ApiError

type Kind = Literal["status", "html", "half", "reset", "hang", "failed", "rate_limit", "garbage"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind.__value__)
_PAGE: Final = "<!DOCTYPE html><html><title>502 Bad Gateway</title><h1>Bad Gateway</h1></html>"
_GARBAGE: Final = b'\x00\xff{"data": [}, "status": Succ\xf0\x9f'


@dataclass(slots=True)
class Fault:
    """A failure of requests whose path contains `path`.

    `times` None lasts until cleared; the first `spared` requests get through.
    """

    path: str
    kind: Kind
    status: int | None = None
    retry_after: int | None = None
    times: int | None = None
    spared: int = 0


class Faults:
    """The failures in force; the latest one that fits a request wins."""

    def __init__(self) -> None:
        """Work properly."""
        self._faults: list[Fault] = []
        self._cleared = asyncio.Event()

    def add(self, fault: Fault) -> None:
        """Fail from now on; raises `ApiError` 400 for an unknown kind."""
        if fault.kind not in KINDS:
            raise ApiError(400, "parameter_error", f"kind must be one of {', '.join(KINDS)}")
        self._faults.append(fault)

    def clear(self) -> None:
        """Work properly again, and let go of the requests that hang."""
        self._faults.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    def state(self) -> list[dict[str, Any]]:
        """The failures in force."""
        return [
            {"path": fault.path, "kind": fault.kind, "times": fault.times} for fault in self._faults
        ]

    def _take(self, path: str) -> Fault | None:
        for fault in reversed(self._faults):
            if fault.path in path:
                if fault.spared > 0:
                    fault.spared -= 1
                    return None
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                return fault
        return None

    async def answer(
        self, request: web.Request, proper: Callable[[], Awaitable[web.Response]]
    ) -> tuple[int, web.StreamResponse]:
        """Answer a request, properly or not.

        Returns the status to record (0: the client saw none) and the response.
        """
        fault = self._take(request.path)
        if fault is None:
            response = await proper()
            return response.status, response
        match fault.kind:
            case "html":
                response = web.Response(
                    status=fault.status or 502, text=_PAGE, content_type="text/html"
                )
            case "garbage":
                response = web.Response(
                    status=fault.status or 200, body=_GARBAGE, content_type="application/json"
                )
            case "failed":
                raise ApiError(fault.status or 200, "system_error", "The system is busy")
            case "rate_limit":
                raise ApiError(
                    fault.status or 429, "too_many_requests", "Too many requests", fault.retry_after
                )
            case "half":
                return await _half(request, await proper())
            case "reset" | "hang":
                if fault.kind == "hang":
                    await self._cleared.wait()
                return _reset(request)
            case _:
                raise ApiError(
                    fault.status or 500, "system_error", "System error", fault.retry_after
                )
        return response.status, response


async def _half(request: web.Request, whole: web.Response) -> tuple[int, web.StreamResponse]:
    """Send the head and half of the body, then cut the connection."""
    body = whole.body if isinstance(whole.body, bytes) else json.dumps({}).encode()
    response = web.StreamResponse(status=whole.status, headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return whole.status, response


def _reset(request: web.Request) -> tuple[int, web.StreamResponse]:
    if request.transport is not None:
        request.transport.abort()
    return 0, web.Response()
