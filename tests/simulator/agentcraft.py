"""The device registration API of Agentcraft: device IDs, their users, and their tokens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
import re
import secrets
from typing import Any, Final, Literal, get_args
from uuid import uuid4

from aiohttp import web

from .errors import ApiError
from .faults import Faults

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Verb = Literal["link", "expire", "invalidate", "reject", "rotate", "delete"]

PATH: Final = "/agentcraft"
VERBS: Final[tuple[Verb, ...]] = get_args(Verb.__value__)
STATUSES: Final = {"expire": "expired", "invalidate": "invalid"}
EXPIRED: Final = "require update device token"
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MAX_RECORDS: Final = 10_000


def _uuid() -> str:
    return str(uuid4())


@dataclass(slots=True)
class Pair:
    """A device token and its refresh token; either may be of no use any more."""

    device_token: str = field(default_factory=_uuid)
    refresh_token: str = field(default_factory=_uuid)
    status: str = "valid"


@dataclass(slots=True)
class Identity:
    """A device ID: the secret it was made with, the user it is linked to, the tokens issued."""

    client_secret: str
    device_id: str = field(default_factory=_uuid)
    shadow_id: str | None = None
    pair: Pair | None = None


@dataclass(frozen=True, slots=True)
class AgentcraftRequest:
    """A request and the status of its answer (0: none), secrets and all."""

    method: str
    path: str
    query: dict[str, str]
    status: int

    @property
    def operation(self) -> str:
        """Method and path, with the ID left out."""
        return f"{self.method} {_UUID.sub('{id}', self.path)}"


class Agentcraft:
    """Agents, each known by its client secret, and the device IDs issued for them."""

    def __init__(self, faults: Faults) -> None:
        """Begin with one agent and no device IDs."""
        self.client_secret = secrets.token_urlsafe(24)
        self.client_secrets = {self.client_secret}
        self.identities: dict[str, Identity] = {}
        self.requests: list[AgentcraftRequest] = []
        self.id_key = "device_id"
        self._faults = faults

    # What happens in the settings page of Agentcraft, and in the world.

    def create(self, client_secret: str | None = None) -> Identity:
        """Make a device ID for an agent."""
        identity = Identity(client_secret or self.client_secret)
        self.identities[identity.device_id] = identity
        return identity

    def command(self, device_id: str, verb: str) -> None:
        """Let something happen to a device ID; raises `ApiError` 400 or 404.

        `link`: a user takes it. `expire`: its token expires. `invalidate`: its token is
        invalid and cannot be refreshed, but is kept. `reject`: the same, and it is not kept, so
        that another one can be issued. `rotate`: its tokens were replaced by somebody else.
        """
        identity = self.identities.get(device_id)
        if identity is None:
            raise ApiError(404, "device_not_found", "There is no such device ID")
        if verb not in VERBS:
            raise ApiError(400, "parameter_error", f"There are {', '.join(VERBS)}")
        if verb == "link":
            identity.shadow_id = _uuid()
        elif verb == "delete":
            del self.identities[device_id]
        elif identity.pair is None:
            raise ApiError(400, "no_token", "No token was issued for this device ID")
        elif verb in STATUSES:
            identity.pair.status = STATUSES[verb]
        else:
            identity.pair = Pair() if verb == "rotate" else None

    def state(self) -> dict[str, Any]:
        """Everything there is to see."""
        return {
            "client_secret": self.client_secret,
            "identities": [
                {
                    "device_id": identity.device_id,
                    "shadow_id": identity.shadow_id,
                    "status": identity.pair.status if identity.pair else None,
                }
                for identity in self.identities.values()
            ],
            "requests": [
                {"operation": request.operation, "query": request.query, "status": request.status}
                for request in self.requests
            ],
        }

    # The API.

    def create_app(self) -> web.Application:
        """Make the aiohttp application, to be mounted somewhere."""
        app = web.Application(middlewares=[self._edge])
        app.add_routes(
            [
                web.post("/devices", self._add),
                web.post("/devices/token", self._issue),
                web.get("/devices/token/status", self._status),
                web.post("/devices/token/refresh", self._refresh),
                web.get("/devices/{id}", self._read),
                web.delete("/devices/{id}", self._delete),
            ]
        )
        return app

    @web.middleware
    async def _edge(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        async def proper() -> web.Response:
            if request.content_type != "application/json" or await request.read():
                raise ApiError(415, "unsupported_media_type", "no body, declared as JSON")
            response = await handler(request)
            assert isinstance(response, web.Response)
            return response

        try:
            status, response = await self._faults.answer(request, proper)
        except ApiError as error:
            status, response = error.status, _answer(error.status, {"reason": error.message})
        except ConnectionError:
            status, response = 0, web.Response()
        except web.HTTPException as error:
            status, response = error.status, _answer(error.status, {"reason": error.reason})
        path = request.path.removeprefix(PATH)
        self.requests.append(AgentcraftRequest(request.method, path, dict(request.query), status))
        del self.requests[:-_MAX_RECORDS]
        return response

    async def _add(self, request: web.Request) -> web.Response:
        secret = request.query.get("client_secret", "")
        if secret not in self.client_secrets:
            raise ApiError(401, "unauthorized", "wrong client secret")
        return _answer(201, {self.id_key: self.create(secret).device_id})

    async def _issue(self, request: web.Request) -> web.Response:
        identity = self.identities.get(request.query.get("device_id", ""))
        if identity is None or identity.shadow_id is None:
            raise ApiError(404, "not_found", "unknown device, or not linked")
        if identity.pair is not None:
            raise ApiError(409, "conflict", "already issued")
        identity.pair = Pair()
        return _pair(201, identity.pair)

    async def _read(self, request: web.Request) -> web.Response:
        identity = self._found(request, HTTPStatus.NOT_FOUND)
        if identity.pair is None:
            raise ApiError(404, "not_found", "no token")
        return _pair(200, identity.pair)

    async def _delete(self, request: web.Request) -> web.Response:
        del self.identities[self._found(request, HTTPStatus.BAD_REQUEST).device_id]
        return web.Response(status=204)

    async def _status(self, request: web.Request) -> web.Response:
        token = request.query.get("device_token", "")
        if _UUID.fullmatch(token) is None:
            raise ApiError(400, "bad_request", "no device token")
        return _answer(200, self.token_status(token))

    def token_status(self, device_token: str) -> dict[str, Any]:
        """Return what is said of a device token."""
        for identity in self.identities.values():
            if identity.pair is not None and identity.pair.device_token == device_token:
                if identity.pair.status == "expired":
                    return {"reason": EXPIRED, "status": "expired"}
                if identity.pair.status == "valid":
                    return {"shadow_id": identity.shadow_id, "status": "valid"}
        return {"status": "invalid"}

    async def _refresh(self, request: web.Request) -> web.Response:
        token = request.query.get("refresh_token", "")
        for identity in self.identities.values():
            pair = identity.pair
            if pair is not None and pair.refresh_token == token and pair.status != "invalid":
                identity.pair = Pair()
                return _pair(200, identity.pair)
        raise ApiError(401, "unauthorized", "the refresh token is not accepted")

    def _found(self, request: web.Request, failure: HTTPStatus) -> Identity:
        device_id = request.match_info["id"]
        if _UUID.fullmatch(device_id) is None:
            raise ApiError(400, "bad_request", "no device ID")
        if device_id not in self.identities:
            raise ApiError(failure, "not_found", "unknown device")
        return self.identities[device_id]


def _answer(status: int, content: dict[str, Any]) -> web.Response:
    return web.json_response(content, status=status)


def _pair(status: int, pair: Pair) -> web.Response:
    return _answer(status, {"device_token": pair.device_token, "refresh_token": pair.refresh_token})
