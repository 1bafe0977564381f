"""A local receiver of pushes, behind a public address that leads to it."""

from collections.abc import Callable, Iterator, Mapping
import time
from typing import Any, Final, Self

from aiohttp import web

from custom_components.milesight.api.parsing import (
    MIN_MILLISECONDS,
    Json,
    as_integer,
    as_list,
    as_mapping,
    as_text,
    parse_json,
)
from custom_components.milesight.api.webhook import (
    SignatureError,
    parse_delivery,
    verify_signature,
)

from .lines import NONE, Line, compare, listed, not_asked

PROBES: Final = frozenset(("GET", "HEAD", "OPTIONS"))
HEADERS: Final = frozenset(
    f"x-msc-{name}"
    for name in ("webhook-uuid", "request-timestamp", "request-nonce", "request-signature")
)
ENVELOPE_FIELDS: Final = frozenset(
    ("eventId", "eventCreatedTime", "eventVersion", "eventType", "data")
)
PROFILE_FIELDS: Final = frozenset(
    ("communicationMethod", "deviceId", "devEUI", "model", "name", "sn")
)


class Listener:
    """Records the method of probes, and headers, signature and events of deliveries."""

    def __init__(self, port: int, secret: str, progress: Callable[[str], None]) -> None:
        """Initialize with the port to listen on and the webhook secret."""
        self.deliveries: list[Json] = []
        self.url = ""
        self._port = port
        self._secret = secret
        self._progress = progress
        self._probes: set[str] = set()
        self._signatures: set[str] = set()
        self._headers: set[str] = set()
        self._unreadable = 0
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen; raises ``OSError`` if the port is taken."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self._progress(f"   {request.method} with {len(body)} bytes")
        if request.method != "POST":
            self._probes.add(request.method)
            return web.Response()
        self._headers |= {
            name.lower() for name in request.headers if name.lower().startswith("x-msc-")
        }
        self._signatures.add(self._signature(request.headers))
        try:
            self._unreadable += parse_delivery(body).unreadable
            self.deliveries.append(parse_json(body))
        except ValueError:
            self._unreadable += 1
        return web.Response()

    def _signature(self, headers: Mapping[str, str]) -> str:
        try:
            verify_signature(headers, self._secret, time.time())
        except SignatureError as error:
            return str(error)
        return "valid"

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the table."""
        if self._probes:
            yield compare(
                "probe: method", listed(PROBES), listed(self._probes), agrees=self._probes <= PROBES
            )
        else:
            yield not_asked("probe: method", "no probe came")
        if not self._signatures:
            yield not_asked("deliveries", "none came")
            return
        yield compare("delivery: headers", listed(HEADERS), listed(self._headers))
        yield compare("delivery: signature", "valid", listed(self._signatures))
        yield compare("delivery: events that are not understood", "0", str(self._unreadable))
        kinds = listed(type(delivery).__name__ for delivery in self.deliveries)
        yield compare("delivery: body", "list", kinds)
        events = [as_mapping(event) for delivery in self.deliveries for event in _events(delivery)]
        fields = {field for event in events for field in event}
        yield compare("event: unknown fields", NONE, listed(fields - ENVELOPE_FIELDS))
        reports = [as_mapping(event.get("data")) for event in events]
        profiles = [as_mapping(report.get("deviceProfile")) for report in reports]
        fields = {field for profile in profiles for field in profile}
        yield compare("event: unknown fields of devices", NONE, listed(fields - PROFILE_FIELDS))
        times = listed(
            "ms" if (as_integer(report["ts"]) or 0) >= MIN_MILLISECONDS else "s"
            for report in reports
            if report.get("ts") is not None
        )
        yield compare("event: time", "ms", times, agrees=times in ("ms", NONE))
        types = {as_text(event.get("eventType")) or NONE for event in events}
        known = {"DEVICE_DATA", "TASK_DATA", "WEBHOOK_TEST", "SYSTEM_MESSAGES"}
        yield compare("event: unknown types", NONE, listed(types - known))


def _events(delivery: Json) -> list[Any]:
    return as_list(delivery) or [delivery]
