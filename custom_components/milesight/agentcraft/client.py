"""The device registration API of Agentcraft, one method per operation.

Its parameters, secrets all of them, travel in the address of a request. Errors therefore never
carry the words of the HTTP library, which like to quote addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
import re
from typing import Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
)
from yarl import URL

from ..api.decode import Json, mapping, parse, text

DEVICES: Final = "devices"
TIMEOUT: Final = ClientTimeout(total=30, connect=10)
HEADERS: Final = {"Content-Type": "application/json"}
IDENTIFIER: Final = re.compile(r"[0-9A-Za-z_-]{1,128}")
UNKNOWN: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
NOT_NOW: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class AgentcraftError(Exception):
    """Base of everything the client raises. Its text holds no secret."""


class UnreachableError(AgentcraftError):
    """No connection came about, or Agentcraft has no time now: nothing was done."""


class UnclearError(AgentcraftError):
    """The request was sent, but no answer that can be read came back: it may have been done."""


class RefusedError(AgentcraftError):
    """Agentcraft refused the request with an HTTP ``status``: nothing was done."""

    def __init__(self, status: int) -> None:
        """Keep the status."""
        super().__init__(f"HTTP {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Tokens:
    """A device token, and what it is refreshed with; they are replaced together."""

    device_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


class TokenStatus(StrEnum):
    """What Agentcraft says of a device token."""

    VALID = "valid"
    EXPIRED = "expired"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Standing:
    """The status of a token, and of a valid one the user whom it stands for at the agent."""

    status: TokenStatus
    shadow_id: str | None = field(default=None, repr=False)


def is_identifier(value: str) -> bool:
    """Return whether a text can be an id or a token, so that it may become part of an address."""
    return IDENTIFIER.fullmatch(value) is not None


class AgentcraftClient:
    """Agentcraft at one address. Every method raises ``AgentcraftError``."""

    def __init__(self, session: ClientSession, url: str) -> None:
        """Take a session that somebody else owns, and the server address."""
        self._session = session
        self._url = URL(url)

    async def add_device(self, client_secret: str) -> str:
        """Add a device ID to the agent that owns the secret, and return it.

        A wrong secret is refused with 401, a conflict with 409.
        """
        answer = await self._ask("POST", (), client_secret=client_secret)
        for key in ("device_id", "id"):
            found = text(answer.get(key))
            if found is not None and is_identifier(found):
                return found
        raise UnclearError("no device ID in the answer")

    async def delete_device(self, device_id: str) -> None:
        """Delete a device ID; that there is none of this name any more is as good."""
        try:
            await self._ask("DELETE", (device_id,))
        except RefusedError as error:
            if error.status not in UNKNOWN:
                raise

    async def issue_token(self, device_id: str) -> Tokens:
        """Issue the token of a device ID that a user has linked.

        Refused with 404 before that, or for an unknown ID, and with 409 if it was issued already.
        """
        return _tokens(await self._ask("POST", ("token",), device_id=device_id))

    async def read_device(self, device_id: str) -> Tokens | None:
        """Return the tokens that Agentcraft keeps for a device ID, ``None`` if it keeps none."""
        try:
            return _tokens_in(await self._ask("GET", (device_id,)))
        except RefusedError as error:
            if error.status in UNKNOWN:
                return None
            raise

    async def token_status(self, device_token: str) -> Standing:
        """Return what a device token is worth."""
        try:
            answer = await self._ask("GET", ("token", "status"), device_token=device_token)
        except RefusedError as error:
            if error.status in UNKNOWN:
                return Standing(TokenStatus.INVALID)
            raise
        status = (text(answer.get("status")) or "").lower()
        if status not in TokenStatus:
            raise UnclearError("no status in the answer")
        return Standing(TokenStatus(status), text(answer.get("shadow_id")))

    async def refresh_token(self, refresh_token: str) -> Tokens:
        """Return a new pair of tokens; a refresh token that was used is refused with 401."""
        return _tokens(await self._ask("POST", ("token", "refresh"), refresh_token=refresh_token))

    async def _ask(self, method: str, path: tuple[str, ...], **query: str) -> Mapping[str, Json]:
        """Send a request without a body; return the object that a success holds, else raise."""
        try:
            async with self._session.request(
                method,
                self._url.joinpath(DEVICES, *path),
                params=query,
                headers=HEADERS,
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as response:
                status, body = response.status, await response.read()
        except (ClientConnectorError, ConnectionTimeoutError, InvalidURL) as error:
            raise UnreachableError(f"no connection ({type(error).__name__})") from None
        except (ClientError, TimeoutError, OSError) as error:
            raise UnclearError(f"no answer ({type(error).__name__})") from None
        if status in NOT_NOW:
            raise UnreachableError(f"HTTP {status}")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UnclearError(f"HTTP {status}")
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise RefusedError(status)
        try:
            return mapping(parse(body)) if body else {}
        except ValueError:
            raise UnclearError("an answer that is no JSON") from None


def _tokens(answer: Mapping[str, Json]) -> Tokens:
    tokens = _tokens_in(answer)
    if tokens is None:
        raise UnclearError("no tokens in the answer")
    return tokens


def _tokens_in(answer: Mapping[str, Json]) -> Tokens | None:
    device_token, refresh_token = (
        text(answer.get(key)) for key in ("device_token", "refresh_token")
    )
    if device_token is None or refresh_token is None:
        return None
    return Tokens(device_token, refresh_token)
