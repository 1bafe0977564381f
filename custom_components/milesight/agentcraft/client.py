"""Client of the Agentcraft device registration API.

All parameters are secrets and are part of the request URL. The messages of the HTTP library often
quote the URL, therefore errors never contain them.
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

from ..api.parsing import Json, as_mapping, as_text, parse_json

TIMEOUT: Final = ClientTimeout(total=30, connect=10)
HEADERS: Final = {"Content-Type": "application/json"}
IDENTIFIER: Final = re.compile(r"[0-9A-Za-z_-]{1,128}")
NOT_FOUND: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class AgentcraftError(Exception):
    """A request failed; the message contains no secrets."""


class UnreachableError(AgentcraftError):
    """Agentcraft could not be reached or is busy; the request was not processed."""


class OutcomeUnknownError(AgentcraftError):
    """No readable answer arrived; the request may have been processed."""


class RefusedError(AgentcraftError):
    """Agentcraft refused the request with an HTTP status; it was not processed."""

    def __init__(self, status: int) -> None:
        """Initialize with the HTTP status."""
        super().__init__(f"HTTP {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Tokens:
    """A device token and its refresh token, which are always replaced together."""

    device_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


class TokenStatus(StrEnum):
    """Status of a device token."""

    VALID = "valid"
    EXPIRED = "expired"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """Status of a device token and, if valid, the shadow id of the linked user."""

    status: TokenStatus
    shadow_id: str | None = field(default=None, repr=False)


def is_identifier(value: str) -> bool:
    """Return whether a text has the form of an id or token and is safe as part of a URL."""
    return IDENTIFIER.fullmatch(value) is not None


class AgentcraftClient:
    """Client for one Agentcraft server; every method raises ``AgentcraftError``."""

    def __init__(self, session: ClientSession, url: str) -> None:
        """Initialize with a shared session and the server address."""
        self._session = session
        self._url = URL(url)

    async def add_device(self, client_secret: str) -> str:
        """Create a device ID; refused with 401 for a wrong secret and 409 for a conflict."""
        answer = await self._request("POST", client_secret=client_secret)
        device_id = as_text(answer.get("device_id")) or as_text(answer.get("id"))
        if device_id is None or not is_identifier(device_id):
            raise OutcomeUnknownError("no device ID in the answer")
        return device_id

    async def delete_device(self, device_id: str) -> None:
        """Delete a device ID; one that does not exist counts as deleted."""
        await self._request("DELETE", device_id, if_not_found={})

    async def issue_token(self, device_id: str) -> Tokens:
        """Issue the tokens of a linked device ID.

        Refused with 404 for an unknown or unlinked ID and 409 if they were issued before.
        """
        return _require_tokens(await self._request("POST", "token", device_id=device_id))

    async def read_device(self, device_id: str) -> Tokens | None:
        """Return the tokens that Agentcraft holds for a device ID, ``None`` without any."""
        return _tokens(await self._request("GET", device_id, if_not_found={}))

    async def token_status(self, device_token: str) -> TokenInfo:
        """Return the status of a device token; an unknown one is invalid."""
        unknown = {"status": TokenStatus.INVALID}
        answer = await self._request(
            "GET", "token", "status", if_not_found=unknown, device_token=device_token
        )
        status = (as_text(answer.get("status")) or "").lower()
        if status not in TokenStatus:
            raise OutcomeUnknownError("no status in the answer")
        return TokenInfo(TokenStatus(status), as_text(answer.get("shadow_id")))

    async def refresh_token(self, refresh_token: str) -> Tokens:
        """Exchange a refresh token for new tokens; refused with 401 if it was used before."""
        path = ("token", "refresh")
        return _require_tokens(await self._request("POST", *path, refresh_token=refresh_token))

    async def _request(
        self, method: str, *path: str, if_not_found: Mapping[str, Json] | None = None, **query: str
    ) -> Mapping[str, Json]:
        """Send a request without a body and return the JSON object of a successful answer."""
        url = self._url.joinpath("devices", *path).update_query(query)
        try:
            async with self._session.request(
                method, url, headers=HEADERS, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                status, body = response.status, await response.read()
        except (ClientConnectorError, ConnectionTimeoutError, InvalidURL) as error:
            raise UnreachableError(f"no connection ({type(error).__name__})") from None
        except (ClientError, TimeoutError, OSError) as error:
            raise OutcomeUnknownError(f"no answer ({type(error).__name__})") from None
        if if_not_found is not None and status in NOT_FOUND:
            return if_not_found
        if status in BUSY:
            raise UnreachableError(f"HTTP {status}")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise OutcomeUnknownError(f"HTTP {status}")
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise RefusedError(status)
        try:
            return as_mapping(parse_json(body)) if body else {}
        except ValueError:
            raise OutcomeUnknownError("the answer is not JSON") from None


def _tokens(answer: Mapping[str, Json]) -> Tokens | None:
    device_token = as_text(answer.get("device_token"))
    refresh_token = as_text(answer.get("refresh_token"))
    return Tokens(device_token, refresh_token) if device_token and refresh_token else None


def _require_tokens(answer: Mapping[str, Json]) -> Tokens:
    tokens = _tokens(answer)
    if tokens is None:
        raise OutcomeUnknownError("no tokens in the answer")
    return tokens
