"""Requests to the Open API: access tokens, concurrency, envelopes, and errors."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import time
from typing import Any, Final, TypedDict, Unpack

from aiohttp import (
    ClientConnectionResetError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ServerDisconnectedError,
)
import orjson
from yarl import URL

from .auth import TokenManager
from .backoff import MAX_RETRY_AFTER
from .exceptions import (
    ApiError,
    AuthenticationError,
    BadResponseError,
    CannotConnectError,
    InvalidReason,
    InvalidValueError,
    RateLimitError,
    UnauthorizedError,
)
from .parsing import Json, as_mapping, as_text, parse_json

TOKEN_PATH: Final = "oauth/token"
CONCURRENCY: Final = 4
TIMEOUT: Final = ClientTimeout(total=30)
MAX_BODY: Final = 32 * 1024 * 1024
MAX_MESSAGE: Final = 200
# A server may close an idle connection at the moment it is used again. aiohttp then repeats
# requests of idempotent methods, but no POST.
CLOSED_CONNECTION: Final = (ServerDisconnectedError, ClientConnectionResetError)
AUTHENTICATION_CODES: Final = frozenset({"authentication_failed", "token_not_found"})


class RequestOptions(TypedDict, total=False):
    """Options of a request: its query, its priority, and whether it may be sent twice."""

    query: Mapping[str, str]
    background: bool
    repeatable: bool


class Transport:
    """Sends the requests of an Application on a session that the caller owns.

    At most four requests run at a time, three of them in the background, so that a command of the
    user does not wait for background work. ``on_request`` is called for every request that counts
    against the quota: all but those for tokens.
    """

    def __init__(
        self,
        session: ClientSession,
        url: str,
        client_id: str,
        client_secret: str,
        *,
        on_request: Callable[[], None] = lambda: None,
    ) -> None:
        """Initialize with the server address and the credentials of the Application."""
        self._session = session
        self._url = URL(url)
        self._on_request = on_request
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._background_slots = asyncio.Semaphore(CONCURRENCY - 1)
        self.tokens = TokenManager(client_id, client_secret, self._request_token)

    async def _request_token(self, form: dict[str, str]) -> Json:
        envelope = await self._send("POST", TOKEN_PATH, {"data": form}, repeatable=True)
        return envelope.get("data")

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json] | None = None,
        **options: Unpack[RequestOptions],
    ) -> Any:
        """Return the ``data`` of the answer, see ``request_envelope``."""
        envelope = await self.request_envelope(method, path, body, **options)
        return envelope.get("data")

    async def request_envelope(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json] | None = None,
        **options: Unpack[RequestOptions],
    ) -> Mapping[str, Json]:
        """Send a request with a valid token and return the envelope of the answer.

        The request is sent again with a new token if the token is refused, and, where it is
        ``repeatable``, on a new connection if the server closed the one in use. Raises
        ``MilesightError``, of which ``AuthenticationError`` if no token is issued.
        """
        query, repeatable = options.get("query"), options.get("repeatable", False)
        arguments: dict[str, Any] = {"params": query} if query else {}
        if body is not None:
            try:
                # Keys from YAML files are of a subclass of str.
                arguments["data"] = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)
            except TypeError as error:
                raise InvalidValueError(InvalidReason.JSON, str(error)) from error
        background_slot: AbstractAsyncContextManager[object] = (
            self._background_slots if options.get("background") else nullcontext()
        )
        async with background_slot, self._slots:
            token = await self.tokens.get_access_token()
            try:
                return await self._send_authorized(method, path, token, arguments, repeatable)
            except AuthenticationError, UnauthorizedError:
                self.tokens.invalidate(token)
            token = await self.tokens.get_access_token()
            try:
                return await self._send_authorized(method, path, token, arguments, repeatable)
            except AuthenticationError as error:
                # The credentials are good: with others, and to a disabled Application, no token is
                # issued. The platform answers the same to an unknown path.
                raise ApiError(error.status, error.code, error.message, error.request_id) from error

    async def _send_authorized(
        self, method: str, path: str, token: str, arguments: dict[str, Any], repeatable: bool
    ) -> Mapping[str, Json]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        arguments = {**arguments, "headers": headers}
        return await self._send(method, path, arguments, repeatable=repeatable)

    async def _send(
        self, method: str, path: str, arguments: dict[str, Any], *, repeatable: bool
    ) -> Mapping[str, Json]:
        """Send a request and return the envelope of a success; raises ``MilesightError``."""
        if path != TOKEN_PATH:
            self._on_request()
        try:
            async with self._session.request(
                method, self._url / path, timeout=TIMEOUT, allow_redirects=False, **arguments
            ) as response:
                return _parse_envelope(response, await _read(response))
        except TimeoutError as error:
            raise CannotConnectError(f"no answer within {TIMEOUT.total:g} seconds") from error
        except (ClientError, OSError) as error:
            if repeatable and isinstance(error, CLOSED_CONNECTION):
                return await self._send(method, path, arguments, repeatable=False)
            raise CannotConnectError(_sanitize(error) or type(error).__name__) from error


async def _read(response: ClientResponse) -> bytes:
    """Return the body of an answer; raises ``BadResponseError`` if it is too large."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            raise BadResponseError("the answer is too large")
    return bytes(body)


def _parse_envelope(response: ClientResponse, body: bytes) -> Mapping[str, Json]:
    """Parse ``{data, status, requestId}``. Source: "Response" of the API overview.

    A failure may have the HTTP status of a success, and is then recognized by its code.
    """
    try:
        envelope = as_mapping(parse_json(body))
    except ValueError:
        envelope = {}
    status = as_text(envelope.get("status")) or ""
    if response.status == HTTPStatus.OK and status.lower() == "success":
        return envelope
    code, message, request_id = (
        _sanitize(as_text(envelope.get(key)) or "") for key in ("errCode", "errMsg", "requestId")
    )
    failure = (response.status, code, message, request_id)
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimitError(*failure, retry_after=_retry_after(response))
    unauthorized = response.status == HTTPStatus.UNAUTHORIZED
    if code in AUTHENTICATION_CODES or (unauthorized and envelope):
        raise AuthenticationError(*failure)
    if status.lower() == "failed":
        raise ApiError(*failure)
    if unauthorized:
        raise UnauthorizedError("HTTP 401 without an explanation")
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CannotConnectError(f"HTTP {response.status}")
    raise BadResponseError(f"unexpected answer with HTTP status {response.status}")


def _sanitize(message: object) -> str:
    """Return a message of the server as one short printable line, for dialogs and logs."""
    characters = str(message)[:MAX_MESSAGE]
    return "".join(character if character.isprintable() else " " for character in characters)


def _retry_after(response: ClientResponse) -> float | None:
    """Return the delay that the ``Retry-After`` header asks for, a number or a date."""
    value = response.headers.get("Retry-After", "")
    if value.isdecimal() and value.isascii():
        seconds = float(value)
    else:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError, OverflowError:
            return None
    return max(0.0, min(seconds, MAX_RETRY_AFTER))
