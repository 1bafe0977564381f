"""The access token of an Application: requested once, and renewed before it expires.

Sources: "Get an access token" and "Refresh an access token".
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
import time
from typing import Final

from .exceptions import (
    ApiError,
    AuthenticationError,
    BadResponseError,
    MilesightError,
    RateLimitError,
)
from .models import Token

EXPIRY_MARGIN: Final = 60.0
MAX_LIFETIME: Final = 24 * 60 * 60
REFUSAL_STATUSES: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
)

type TokenRequest = Callable[[dict[str, str]], Awaitable[object]]


class TokenManager:
    """Provides a valid access token to any number of concurrent callers.

    A refresh token is sent at most once, since the platform replaces it with every answer.
    """

    def __init__(self, client_id: str, client_secret: str, request: TokenRequest) -> None:
        """Initialize with the credentials and a function that sends a form to the token path."""
        self._client_id = client_id
        self._client_secret = client_secret
        self._request = request
        self._access_token: str | None = None
        self._refresh_token: str | None = None
        self._expires = 0.0
        self._lock = asyncio.Lock()
        self._failures = 0
        self._error: MilesightError | None = None

    @property
    def seconds_left(self) -> float | None:
        """Return the remaining lifetime of the token, ``None`` without a token."""
        return self._expires - time.monotonic() if self._access_token else None

    async def get_access_token(self) -> str:
        """Return a valid access token; raises ``MilesightError``.

        Callers that wait for a renewal share its failure. Otherwise, if the server does not answer,
        the last of them would wait for as many timeouts as there are callers.
        """
        failures = self._failures
        async with self._lock:
            if self._access_token is not None and time.monotonic() < self._expires:
                return self._access_token
            if self._error is not None and self._failures > failures:
                raise self._error
            try:
                token = await self._renew()
            except MilesightError as error:
                self._failures += 1
                self._error = error
                raise
            self._error = None
            self._refresh_token = token.refresh_token
            self._access_token = token.access_token
            lifetime = min(token.expires_in, MAX_LIFETIME)
            self._expires = time.monotonic() + lifetime - min(EXPIRY_MARGIN, lifetime / 2)
            return self._access_token

    def invalidate(self, access_token: str) -> None:
        """Drop a token that the platform refused, unless it was replaced already."""
        if self._access_token == access_token:
            self._access_token = self._refresh_token = None

    async def _renew(self) -> Token:
        refresh_token, self._refresh_token = self._refresh_token, None
        if refresh_token is not None:
            try:
                return await self._grant(grant_type="refresh_token", refresh_token=refresh_token)
            except RateLimitError:
                raise
            except ApiError, BadResponseError:
                pass
        return await self._grant(
            grant_type="client_credentials",
            client_id=self._client_id,
            client_secret=self._client_secret,
        )

    async def _grant(self, **form: str) -> Token:
        try:
            token = Token.from_json(await self._request(form))
        except ApiError as error:
            if error.status in REFUSAL_STATUSES:
                raise AuthenticationError(
                    error.status, error.code, error.message, error.request_id
                ) from error
            raise
        if token is None:
            raise BadResponseError("no access token in the answer")
        return token
