"""Requests to the platform as they are, each of them kept for a recording."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from custom_components.milesight.api.client import DEVICES_PATH
from custom_components.milesight.api.parsing import Json, as_mapping, as_text, parse_json
from custom_components.milesight.api.transport import TOKEN_PATH

MAX_REQUESTS: Final = 60
TIMEOUT: Final = ClientTimeout(total=30)


class CheckError(Exception):
    """The check cannot go on; the message is for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer; ``headers`` are the lower case names of those of the answer."""

    method: str
    path: str
    query: Mapping[str, Json]
    body: Json
    status: int
    headers: tuple[str, ...]
    answer: Json

    @property
    def succeeded(self) -> bool:
        """Return whether the platform did what was requested."""
        status = as_text(as_mapping(self.answer).get("status")) or ""
        return self.status == HTTPStatus.OK and status.lower() == "success"

    @property
    def data(self) -> Json:
        """Return the ``data`` of the answer."""
        return as_mapping(self.answer).get("data")

    @property
    def outcome(self) -> str:
        """Return HTTP status and error code, as a line of the table shows them."""
        code = as_text(as_mapping(self.answer).get("errCode"))
        return f"HTTP {self.status} {code or ''}".strip()


class Account:
    """Sends requests to the platform, at most 60, and keeps the exchanges."""

    def __init__(self, session: ClientSession, url: str, progress: Callable[[str], None]) -> None:
        """Initialize without a token; ``progress`` is called with each request."""
        self.exchanges: list[Exchange] = []
        self.token = ""
        self._session = session
        self._url = URL(url)
        self._progress = progress

    async def request_token(self, **form: str) -> Exchange:
        """Send a form to the token path."""
        return await self._send("POST", TOKEN_PATH, {"data": form})

    async def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json] | None = None,
        query: Mapping[str, str | int] | None = None,
        token: str | None = None,
    ) -> Exchange:
        """Send a request with the present token, or with another one."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        arguments: dict[str, Any] = {"headers": headers}
        if body is not None:
            arguments["json"] = body
        if query:
            arguments["params"] = query
        return await self._send(method, path, arguments)

    async def get(self, path: str, **query: str | int) -> Exchange:
        """Send a GET request about devices."""
        return await self.send("GET", f"{DEVICES_PATH}/{path}", query=query)

    async def search(self, **body: Json) -> Exchange:
        """Search for devices, one page of 100 unless other values are given."""
        page: dict[str, Json] = {"pageSize": 100, "pageNumber": 1}
        return await self.send("POST", f"{DEVICES_PATH}/search", page | body)

    async def _send(self, method: str, path: str, arguments: Mapping[str, Any]) -> Exchange:
        if len(self.exchanges) >= MAX_REQUESTS:
            raise CheckError(f"The limit of {MAX_REQUESTS} requests is reached.")
        self._progress(f"{len(self.exchanges) + 1:2} {method} {path}")
        try:
            async with self._session.request(
                method, self._url / path, timeout=TIMEOUT, allow_redirects=False, **arguments
            ) as response:
                body = await response.read()
        except (ClientError, OSError, TimeoutError) as error:
            raise CheckError(
                f"{self._url.host} cannot be reached: {error or type(error).__name__}"
            ) from error
        try:
            answer = parse_json(body)
        except ValueError:
            answer = None
        exchange = Exchange(
            method=method,
            path=path,
            query=dict(arguments.get("params", {})),
            body=arguments.get("json"),
            status=response.status,
            headers=tuple(sorted({name.lower() for name in response.headers})),
            answer=answer,
        )
        self.exchanges.append(exchange)
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise CheckError(
                f"The platform refuses further requests ({exchange.outcome}). Try again later."
            )
        return exchange
