"""Requests to the Open API: tokens, places in the queue, envelopes and what failures mean."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import time
from typing import Any, Final

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

from .auth import TokenKeeper
from .decode import Json, mapping, parse, text
from .errors import (
    ApiError,
    AuthenticationError,
    BadResponseError,
    CannotConnectError,
    InvalidValueError,
    RateLimitError,
)

TOKEN_PATH: Final = "oauth/token"
CONCURRENCY: Final = 4
TIMEOUT: Final = ClientTimeout(total=30)
MAX_BODY: Final = 32 * 1024 * 1024
MAX_WORDS: Final = 200
MAX_RETRY_AFTER: Final = 24 * 60 * 60
# A server may close an idle connection just when it is used again. aiohttp then repeats requests
# that change nothing by their method, but not a POST.
CLOSED_CONNECTION: Final = (ServerDisconnectedError, ClientConnectionResetError)
AUTHENTICATION_CODES: Final = frozenset({"authentication_failed", "token_not_found"})


class Transport:
    """Sends requests in an Application's name, on a session that somebody else owns.

    At most four requests run at a time, and background work never takes the last place, so that
    a user's command finds one. ``on_request`` is called once for every request that counts
    against the plan's limit: all but the token's.
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
        """Take the session, the server address and the Application's credentials."""
        self._session = session
        self._url = URL(url)
        self._on_request = on_request
        self._places = asyncio.Semaphore(CONCURRENCY)
        self._background_places = asyncio.Semaphore(CONCURRENCY - 1)
        self.token = TokenKeeper(client_id, client_secret, self._request_token)

    async def _request_token(self, form: dict[str, str]) -> Json:
        envelope = await self._exchange("POST", TOKEN_PATH, {"data": form}, repeatable=True)
        return envelope.get("data")

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        background: bool = False,
        repeatable: bool = False,
    ) -> Any:
        """Send a request and return the ``data`` of the answer; raises ``MilesightError``."""
        envelope = await self.envelope(
            method, path, body, query=query, background=background, repeatable=repeatable
        )
        return envelope.get("data")

    async def envelope(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        background: bool = False,
        repeatable: bool = False,
    ) -> Mapping[str, Json]:
        """Send a request with a valid token and return the envelope of the answer.

        A token refused once is replaced once. ``repeatable`` says that the request changes nothing,
        so that it may be sent again where the connection turns out to be closed. Raises
        ``MilesightError``.
        """
        arguments: dict[str, Any] = {"params": query} if query else {}
        if body is not None:
            try:
                # Keys may be of a subclass of str, as those are that a file in YAML brings.
                arguments["data"] = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)
            except TypeError as error:
                raise InvalidValueError("json", str(error)) from error
        first_place: AbstractAsyncContextManager[object] = (
            self._background_places if background else nullcontext()
        )
        async with first_place, self._places:
            token = await self.token.get()
            try:
                return await self._authorized(method, path, token, arguments, repeatable)
            except AuthenticationError:
                self.token.reject(token)
            token = await self.token.get()
            return await self._authorized(method, path, token, arguments, repeatable)

    async def _authorized(
        self, method: str, path: str, token: str, arguments: dict[str, Any], repeatable: bool
    ) -> Mapping[str, Json]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        arguments = {**arguments, "headers": headers}
        return await self._exchange(method, path, arguments, repeatable=repeatable)

    async def _exchange(
        self, method: str, path: str, arguments: dict[str, Any], *, repeatable: bool
    ) -> Mapping[str, Json]:
        """Return the envelope of a success; raise what the answer means otherwise."""
        if path != TOKEN_PATH:
            self._on_request()
        try:
            async with self._session.request(
                method, self._url / path, timeout=TIMEOUT, allow_redirects=False, **arguments
            ) as response:
                return _open_envelope(response, await _read(response))
        except TimeoutError as error:
            raise CannotConnectError(f"no answer within {TIMEOUT.total:g} seconds") from error
        except (ClientError, OSError) as error:
            if repeatable and isinstance(error, CLOSED_CONNECTION):
                return await self._exchange(method, path, arguments, repeatable=False)
            raise CannotConnectError(_words(error) or type(error).__name__) from error


async def _read(response: ClientResponse) -> bytes:
    """Return the body of an answer, which no server may make arbitrarily large."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            raise BadResponseError("the answer is too large")
    return bytes(body)


def _open_envelope(response: ClientResponse, body: bytes) -> Mapping[str, Json]:
    """Read ``{data, status, requestId}``. Source: "Response" of the API overview.

    A failure may come with the HTTP status of a success; then its code tells what it is.
    """
    try:
        envelope = mapping(parse(body))
    except ValueError:
        envelope = {}
    status = text(envelope.get("status")) or ""
    if response.status == HTTPStatus.OK and status.lower() == "success":
        return envelope
    code, message, request_id = (
        _words(text(envelope.get(key)) or "") for key in ("errCode", "errMsg", "requestId")
    )
    failure = (response.status, code, message, request_id)
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimitError(*failure, retry_after=_retry_after(response))
    if code in AUTHENTICATION_CODES or (response.status == HTTPStatus.UNAUTHORIZED and envelope):
        raise AuthenticationError(*failure)
    if status.lower() == "failed":
        raise ApiError(*failure)
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CannotConnectError(f"HTTP {response.status}")
    raise BadResponseError(f"unexpected answer with HTTP status {response.status}")


def _words(said: object) -> str:
    """Return what others said, as one line that is short enough for dialogs and logs."""
    letters = str(said)[:MAX_WORDS]
    return "".join(letter if letter.isprintable() else " " for letter in letters)


def _retry_after(response: ClientResponse) -> float | None:
    """Return the seconds to wait, a day at most: the header has a number of them, or a date."""
    value = response.headers.get("Retry-After", "")
    if value.isdecimal() and value.isascii():
        seconds = float(value)
    else:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError, OverflowError:
            return None
    return max(0.0, min(seconds, MAX_RETRY_AFTER))
