"""The access token of an Application: fetched, renewed before it expires, one at a time.

Sources: "Get an access token" and "Refresh an access token". The form of the refresh grant is
inferred from the OAuth 2.0 standard; where it is refused, client credentials are used again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
import time

from .errors import ApiError, AuthenticationError, BadResponseError, RateLimitError
from .models import Token

EXPIRY_MARGIN = 60.0
LONGEST_LIFE = 24 * 60 * 60
REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

type TokenRequest = Callable[[dict[str, str]], Awaitable[object]]


class TokenKeeper:
    """Keeps one access token valid for however many callers ask for it."""

    def __init__(self, client_id: str, client_secret: str, request: TokenRequest) -> None:
        """Take the credentials and what posts a form to the token path."""
        self._client_id = client_id
        self._client_secret = client_secret
        self._request = request
        self._token: Token | None = None
        self._expires = 0.0
        self._lock = asyncio.Lock()

    @property
    def seconds_left(self) -> float | None:
        """Return for how long the token is still valid, ``None`` without a token."""
        return self._expires - time.monotonic() if self._token else None

    async def get(self) -> str:
        """Return a valid access token.

        Raises ``AuthenticationError`` when the credentials are refused, and what the request
        raises when the platform cannot be asked.
        """
        async with self._lock:
            if self._token is None or time.monotonic() >= self._expires:
                self._token = await self._renew(self._token)
                life = max(0, min(self._token.expires_in, LONGEST_LIFE))
                self._expires = time.monotonic() + life - min(EXPIRY_MARGIN, life / 2)
            return self._token.access_token

    def reject(self, access_token: str) -> None:
        """Forget a token that the platform no longer accepts, unless it was replaced already."""
        if self._token is not None and self._token.access_token == access_token:
            self._token = None

    async def _renew(self, old: Token | None) -> Token:
        if old is not None and old.refresh_token is not None:
            try:
                return await self._grant("refresh_token", refresh_token=old.refresh_token)
            except RateLimitError:
                raise
            except ApiError, BadResponseError:
                pass
        return await self._grant("client_credentials")

    async def _grant(self, grant_type: str, **extra: str) -> Token:
        form = {
            "grant_type": grant_type,
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            **extra,
        }
        try:
            token = Token.from_json(await self._request(form))
        except ApiError as error:
            if error.status in REFUSALS:
                raise AuthenticationError(
                    error.status, error.code, error.message, error.request_id
                ) from error
            raise
        if token is None or not _fits_a_header(token.access_token):
            raise BadResponseError("no access token in the answer")
        return token


def _fits_a_header(access_token: str) -> bool:
    return access_token.isascii() and access_token.isprintable()
