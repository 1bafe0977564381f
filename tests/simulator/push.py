"""Webhook delivery: arrays of events, signed by header, repeated on failure, given up at last."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
import hashlib
import hmac
from itertools import batched
import json
from typing import Any, Final
from uuid import uuid4

import aiohttp
from yarl import URL

from . import events
from .application import Application
from .errors import ApiError

_MAX_ARRAY_LENGTH: Final = 16
_SENDS: Final = 3
_FAILURES_BEFORE_STOP: Final = 3
_PROBES: Final = {"OPTIONS": (200, 204), "GET": (200,)}
_TIMEOUT: Final = aiohttp.ClientTimeout(total=5)


def sign(secret: str, timestamp: str, nonce: str) -> str:
    """Sign a delivery: hex HMAC-SHA256 of timestamp and nonce; the body is not signed."""
    return hmac.new(secret.encode(), (timestamp + nonce).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class PushAttempt:
    """One request: the address, the events, and the HTTP status (0 without an answer)."""

    uri: str
    events: list[events.Event]
    status: int


type Parcel = tuple[list[events.Event], bytes]


@dataclass(slots=True, eq=False)
class Callback:
    """A callback URI; `failures` counts the arrays in a row that did not get through."""

    uri: str
    queue: asyncio.Queue[Parcel] = field(default_factory=asyncio.Queue)
    failures: int = 0
    stopped: bool = False
    worker: asyncio.Task[None] | None = None


class Push:
    """The pushing side of the platform."""

    def __init__(
        self, application: Application, log: Callable[[str], None], *, retry_delay: float = 0.05
    ) -> None:
        """Push for this Application."""
        self.callbacks: dict[str, Callback] = {}
        self.deliveries: deque[PushAttempt] = deque(maxlen=1000)
        self.system_messages: deque[events.Event] = deque(maxlen=100)
        self._application = application
        self._log = log
        self._retry_delay = retry_delay
        self._session: aiohttp.ClientSession | None = None
        self._limit_noticed = False

    async def start(self) -> None:
        """Open the HTTP session."""
        connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def stop(self) -> None:
        """Stop all deliveries and close the session."""
        for uri in list(self.callbacks):
            await self.remove(uri)
        if self._session is not None:
            await self._session.close()

    async def add(self, uri: str) -> None:
        """Accept a callback URI if it answers OPTIONS and GET, and test it.

        One that was stopped is started again.

        Raises `ApiError` 400: invalid URI, or more of them than the plan allows.
        """
        if uri not in self.callbacks and len(self.callbacks) >= self._application.callback_limit:
            raise ApiError(
                400,
                "too_many_callbacks",
                f"At most {self._application.callback_limit} callback URIs",
            )
        await self._probe(uri)
        await self.remove(uri)
        callback = Callback(uri)
        callback.worker = asyncio.create_task(self._work(callback))
        self.callbacks[uri] = callback
        self._log(f"callback {uri} accepted")
        self.test()

    async def remove(self, uri: str) -> None:
        """Forget a callback URI."""
        if (callback := self.callbacks.pop(uri, None)) is not None and callback.worker is not None:
            callback.worker.cancel()
            with suppress(asyncio.CancelledError):
                await callback.worker
            callback.queue.shutdown(immediate=True)

    async def _probe(self, uri: str) -> None:
        """Refuse an address that answers OPTIONS or GET as no receiver of pushes does."""
        assert self._session is not None
        for method, accepted in _PROBES.items():
            try:
                async with self._session.request(
                    method, URL(uri), allow_redirects=False
                ) as response:
                    status = response.status
            except ValueError, aiohttp.ClientError, OSError, TimeoutError:
                status = 0
            if status not in accepted:
                reason = f"{method} answered {status or 'nothing'}"
                self._log(f"callback {uri[:200]} refused: {reason}")
                raise ApiError(400, "invalid_uri", f"invalid URI: {reason}")

    def test(self) -> None:
        """Send WEBHOOK_TEST to all callbacks, as the console's button does."""
        self.publish([events.webhook_test(self._application.now())])

    def publish(self, published: list[events.Event]) -> None:
        """Queue events for every callback that is not stopped, within the plan's daily limit."""
        listening = [callback for callback in self.callbacks.values() if not callback.stopped]
        if not listening or not self._application.enabled:
            return
        allowed = self._within_limit(published)
        for array in batched(allowed, _MAX_ARRAY_LENGTH, strict=False):
            parcel = list(array), _encode(array)
            for callback in listening:
                callback.queue.put_nowait(parcel)

    def _within_limit(self, published: list[events.Event]) -> list[events.Event]:
        """The events that the day still admits, and once a notice when there are more."""
        limit, pushes = self._application.push_limit, self._application.pushes
        allowed = published if limit is None else published[: max(0, limit - pushes.last_day())]
        pushes.add(len(allowed))
        if len(allowed) == len(published):
            self._limit_noticed = False
        elif not self._limit_noticed:
            self._limit_noticed = True
            self._log("daily push limit reached")
            info = f"The application has reached its limit of {limit} pushes a day."
            notice = events.system_message(
                self._application.now(), "SERVICE_NOTICE", "push_limit_reached", info
            )
            self.system_messages.append(notice)
            return [*allowed, notice]
        return allowed

    async def delivered(self) -> None:
        """Wait until everything that was published has been sent or given up."""
        for callback in list(self.callbacks.values()):
            await callback.queue.join()

    async def _work(self, callback: Callback) -> None:
        while True:
            parcel = await callback.queue.get()
            try:
                if not callback.stopped:
                    await self._deliver(callback, parcel)
            finally:
                callback.queue.task_done()

    async def _deliver(self, callback: Callback, parcel: Parcel) -> None:
        array, body = parcel
        for send in range(_SENDS):
            if send:
                await asyncio.sleep(self._retry_delay)
            status = await self._send(callback.uri, body)
            self.deliveries.append(PushAttempt(callback.uri, array, status))
            if 200 <= status < 300:
                callback.failures = 0
                return
        callback.failures += 1
        self._log(f"push of {len(array)} events to {callback.uri} failed: {status or 'no answer'}")
        if callback.failures >= _FAILURES_BEFORE_STOP:
            callback.stopped = True
            info = f"Pushing to {callback.uri} stopped after {callback.failures} failures."
            self._log(info)
            alert = events.system_message(
                self._application.now(), "SYSTEM_ALERT", "push_failed", info
            )
            self.system_messages.append(alert)

    async def _send(self, uri: str, body: bytes) -> int:
        if self._session is None:
            return 0
        timestamp, nonce = str(int(self._application.now())), str(uuid4())
        headers = {
            "Content-Type": "application/json",
            "x-msc-webhook-uuid": self._application.webhook_uuid,
            "x-msc-request-timestamp": timestamp,
            "x-msc-request-nonce": nonce,
            "x-msc-request-signature": sign(self._application.webhook_secret, timestamp, nonce),
        }
        try:
            async with self._session.post(
                uri, data=body, headers=headers, allow_redirects=False
            ) as response:
                return response.status
        except aiohttp.ClientError, OSError, TimeoutError:
            return 0

    def state(self) -> dict[str, Any]:
        """Counts for the control page."""
        return {
            "callbacks": [
                {"uri": callback.uri, "stopped": callback.stopped, "failures": callback.failures}
                for callback in self.callbacks.values()
            ],
            "pushes": {
                "total": self._application.pushes.total,
                "last_day": self._application.pushes.last_day(),
            },
            "system_messages": list(self.system_messages),
        }


def _encode(array: tuple[events.Event, ...]) -> bytes:
    return json.dumps(array, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
