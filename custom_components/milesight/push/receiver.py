"""Verify and decode the deliveries that arrive at the webhook."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
import time
from typing import Final

from aiohttp import StreamReader
from aiohttp.hdrs import METH_POST
from aiohttp.web import Request, RequestPayloadError, Response
from homeassistant.core import HomeAssistant

from ..api.webhook import (
    NONCE_HEADER,
    SignatureError,
    WebhookEvent,
    parse_delivery,
    verify_signature,
)
from ..const import LOGGER
from .recent_ids import RecentIds

MAX_BODY_SIZE: Final = 1024 * 1024
BODY_TIMEOUT: Final = 30


class WebhookReceiver:
    """Answer the requests at one Application's webhook, and pass on the events of deliveries."""

    def __init__(
        self,
        secret: str | None,
        nonces: RecentIds,
        event_ids: RecentIds,
        deliver: Callable[[list[WebhookEvent]], None],
    ) -> None:
        """Initialize the receiver.

        ``secret`` signs deliveries, where one is configured. ``nonces`` and ``event_ids`` hold
        what was received before. ``deliver`` is called with the new events of a delivery.
        """
        self._secret = secret
        self._nonces = nonces
        self._event_ids = event_ids
        self._deliver = deliver
        self._warned = False

    async def async_handle(
        self, _hass: HomeAssistant, _webhook_id: str, request: Request
    ) -> Response:
        """Answer a probe or a delivery.

        A rejection is returned, since the webhook component answers 200 when a handler raises.
        """
        if request.method != METH_POST:
            return Response()
        try:
            body = await _async_read_body(request)
        except (ConnectionError, RequestPayloadError, TimeoutError) as error:
            return _reject_unreadable(request, error)
        return Response(status=self._receive(body, request.headers))

    def _receive(self, body: bytes | None, headers: Mapping[str, str]) -> HTTPStatus:
        """Deliver the new events of a delivery; return the status to answer it with."""
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if self._secret and not self._is_signed(headers, self._secret):
            return HTTPStatus.UNAUTHORIZED
        nonce = headers.get(NONCE_HEADER, "")
        if nonce in self._nonces:
            return HTTPStatus.OK
        try:
            delivery = parse_delivery(body)
        except ValueError:
            LOGGER.debug("A delivery of %s bytes is neither an array nor an event", len(body))
            return HTTPStatus.BAD_REQUEST
        if delivery.unreadable:
            LOGGER.debug("Ignored %s invalid events of a delivery", delivery.unreadable)
        now = time.time()
        if nonce:
            self._nonces.add(nonce, now)
        self._warned = False
        self._deliver(
            [
                event
                for event in delivery.events
                if event.event_id is None or self._event_ids.add(event.event_id, now)
            ]
        )
        return HTTPStatus.OK

    def _is_signed(self, headers: Mapping[str, str], secret: str) -> bool:
        try:
            verify_signature(headers, secret, time.time())
        except SignatureError as error:
            if not self._warned:
                self._warned = True
                LOGGER.warning("A delivery was refused (%s); check the webhook secret", error)
            return False
        return True


async def _async_read_body(request: Request) -> bytes | None:
    """Return the body, ``None`` above the size limit; no more than the limit is held.

    Only a body that has not arrived completely with the headers needs the timer. Raises
    ``ConnectionError``, ``RequestPayloadError`` or ``TimeoutError``.
    """
    content = request.content
    if isinstance(content, StreamReader) and content.is_eof():
        received = content.read_nowait(MAX_BODY_SIZE + 1)
        return received if len(received) <= MAX_BODY_SIZE else None
    body = bytearray()
    async with asyncio.timeout(BODY_TIMEOUT):
        while chunk := await content.read(MAX_BODY_SIZE + 1 - len(body)):
            body += chunk
            if len(body) > MAX_BODY_SIZE:
                return None
    return bytes(body)


def _reject_unreadable(request: Request, error: Exception) -> Response:
    """Return the response to a request whose body cannot be read or decompressed.

    The body is marked as complete: aiohttp would read the rest of it and log the same error with a
    traceback. The connection cannot be used again.
    """
    LOGGER.debug("The body of a delivery cannot be read: %r", error)
    request.content.feed_eof()
    response = Response(status=HTTPStatus.BAD_REQUEST)
    response.force_close()
    return response
