"""The Open API over HTTP: routes, envelopes, tokens, limits, and a record of every request."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import json
import logging
import secrets
from typing import Any, Final

from aiohttp import web

from . import agentcraft, inventory
from .application import Application
from .body import read_object
from .device import Device
from .errors import ApiError
from .faults import Faults
from .platform import Platform
from .search import search

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Rewrite = Callable[[web.Request, web.Response], web.Response]

_LOGGER = logging.getLogger(__name__)
_MOUNTED: Final = ("/control/", f"{agentcraft.PATH}/")
_TOKEN: Final = "/oauth/token"
_ROOT: Final = "/device/openapi/{version:(?i:v1(?:[.]0)?)}"
_MAX_RECORDS: Final = 20_000
_HTTP_SLUGS: Final = {
    404: "resource_not_found",
    405: "method_not_allowed",
    413: "request_too_large",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A recorded request: the template has `{deviceId}` for the id; status 0 means no answer."""

    method: str
    path: str
    template: str
    status: int


class Server:
    """The HTTP side of a platform; `rewrite` makes its answers differ from the documented ones."""

    rewrite: Rewrite | None = None

    def __init__(self, application: Application, platform: Platform, faults: Faults) -> None:
        """Answer for this platform."""
        self.requests: list[Request] = []
        self.errors: list[BaseException] = []
        self.counts: Counter[str] = Counter()
        self._application = application
        self._platform = platform
        self._faults = faults

    def create_app(self) -> web.Application:
        """Make the aiohttp application; what is mounted in it is left alone."""
        app = web.Application(middlewares=[self._edge])
        routes: tuple[tuple[str, str, Handler], ...] = (
            ("POST", _TOKEN, self._token),
            ("POST", f"{_ROOT}/devices", self._add),
            ("PUT", f"{_ROOT}/devices", self._update),
            ("POST", f"{_ROOT}/devices/search", self._search),
            ("GET", f"{_ROOT}/devices/{{deviceId}}", self._device),
            ("DELETE", f"{_ROOT}/devices/{{deviceId}}", self._delete),
            ("DELETE", f"{_ROOT}/devices/{{deviceId}}/application", self._release),
            ("GET", f"{_ROOT}/devices/{{deviceId}}/thing-specification", self._specification),
            ("GET", f"{_ROOT}/devices/{{deviceId}}/config", self._config),
            ("GET", f"{_ROOT}/devices/{{deviceId}}/properties/history", self._history),
            ("PATCH", f"{_ROOT}/devices/{{deviceId}}/properties", self._patch),
            ("POST", f"{_ROOT}/devices/{{deviceId}}/services/call", self._call),
            ("POST", f"{_ROOT}/tasks", self._tasks),
            ("POST", f"{_ROOT}/rps/profile", self._add_rps),
            ("GET", f"{_ROOT}/rps/profile", self._list_rps),
            ("DELETE", f"{_ROOT}/rps/{{sn}}", self._delete_rps),
        )
        for method, path, handler in routes:
            app.router.add_route(method, path, handler)
        return app

    # From a request to an envelope.

    @web.middleware
    async def _edge(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if f"{request.path}/".startswith(_MOUNTED):
            return await handler(request)
        status, response = await self._answer(request, handler)
        resource = request.match_info.route.resource
        template = (
            resource.canonical.replace("{version}", "v1") if resource is not None else request.path
        )
        self.requests.append(Request(request.method, request.path, template, status))
        del self.requests[:-_MAX_RECORDS]
        self.counts[f"{request.method} {template if resource is not None else '(unknown)'}"] += 1
        return response

    async def _answer(
        self, request: web.Request, handler: Handler
    ) -> tuple[int, web.StreamResponse]:
        async def proper() -> web.Response:
            response = await self._proper(request, handler)
            return self.rewrite(request, response) if self.rewrite else response

        try:
            return await self._faults.answer(request, proper)
        except ApiError as error:
            response = _failure(error)
            return response.status, response
        except ConnectionError:
            return 0, web.Response()

    async def _proper(self, request: web.Request, handler: Handler) -> web.Response:
        try:
            if request.path != _TOKEN:
                self._application.check_token(_token_of(request))
            self._application.count_request(len(self._platform.devices))
            response = await handler(request)
            assert isinstance(response, web.Response)
        except ApiError as error:
            return _failure(error)
        except web.HTTPException as error:
            message = (
                f"No matching handler for {request.method} {request.path}"
                if error.status == 404
                else error.reason
            )
            return _failure(
                ApiError(error.status, _HTTP_SLUGS.get(error.status, "http_error"), message)
            )
        except Exception as error:
            _LOGGER.exception(
                "The simulated platform failed at %s %s", request.method, request.path
            )
            self.errors.append(error)
            return _failure(ApiError(500, "system_error", "System error"))
        return response

    def _found(self, request: web.Request) -> Device:
        return self._platform.by_id(request.match_info["deviceId"])

    # The entries of the interface list.

    async def _token(self, request: web.Request) -> web.Response:
        try:
            fields = await request.post()
        except (ValueError, LookupError) as error:
            raise ApiError(400, "parameter_error", "The body is not a form") from error
        return _success(
            self._application.issue_tokens({k: v for k, v in fields.items() if isinstance(v, str)})
        )

    async def _add(self, request: web.Request) -> web.Response:
        return _success(inventory.add(self._platform, await read_object(request)))

    async def _update(self, request: web.Request) -> web.Response:
        return _success(inventory.update(self._platform, await read_object(request)))

    async def _search(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        listings = [device.listing(self._application) for device in self._platform.devices]
        return _success(search(listings, body))

    async def _device(self, request: web.Request) -> web.Response:
        return _success(self._found(request).listing(self._application))

    async def _delete(self, request: web.Request) -> web.Response:
        device = self._found(request)
        self._platform.remove(device)
        return _success(device.sn)

    async def _release(self, request: web.Request) -> web.Response:
        """Its path is inferred from its siblings."""
        device = self._found(request)
        self._platform.release(device)
        return _success(device.sn)

    async def _specification(self, request: web.Request) -> web.Response:
        return _success(self._found(request).model.specification.raw)

    async def _config(self, request: web.Request) -> web.Response:
        return _success(inventory.config(self._found(request)))

    async def _history(self, request: web.Request) -> web.Response:
        return _success(self._found(request).history.page(request.query))

    async def _patch(self, request: web.Request) -> web.Response:
        device, body = self._found(request), await read_object(request)
        return _success(self._platform.patch(device, body.get("properties")))

    async def _call(self, request: web.Request) -> web.Response:
        device, body = self._found(request), await read_object(request)
        self._platform.call(device, body.get("serviceId"), body.get("inputs"))
        return _envelope(200, {"status": "Success"})

    async def _tasks(self, request: web.Request) -> web.Response:
        return _success(self._platform.create_task(await read_object(request)))

    async def _add_rps(self, request: web.Request) -> web.Response:
        return _success(inventory.add_rps(self._platform, await read_object(request)))

    async def _list_rps(self, _: web.Request) -> web.Response:
        """Its path is inferred from its siblings."""
        return _success(inventory.list_rps(self._platform))

    async def _delete_rps(self, request: web.Request) -> web.Response:
        return _success(inventory.delete_rps(self._platform, request.match_info["sn"]))


def _token_of(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else request.query.get("access_token")


def _success(data: Any) -> web.Response:
    return _envelope(200, {"data": data, "status": "Success"})


def _failure(error: ApiError) -> web.Response:
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return _envelope(
        error.status, {"status": "Failed", "errCode": error.code, "errMsg": error.message}, headers
    )


def _envelope(
    status: int, content: dict[str, Any], headers: dict[str, str] | None = None
) -> web.Response:
    body = json.dumps(
        content | {"requestId": secrets.token_hex(16)}, ensure_ascii=False, separators=(",", ":")
    )
    return web.Response(
        status=status,
        body=body.encode("utf-8", "replace"),
        headers=headers,
        content_type="application/json",
    )
