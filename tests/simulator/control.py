"""Actions of the console and of the physical world, over HTTP below `/control`.

A page for people, JSON for programs.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from .agentcraft import VERBS
from .body import read_object
from .errors import ApiError
from .faults import KINDS, Fault
from .models import MODELS
from .platform import find
from .search import integer

if TYPE_CHECKING:
    from .simulator import Simulator

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_PAGE: Final = Path(__file__).with_name("control.html").read_text(encoding="utf-8")
_MAX_BACKLOG: Final = 7 * 24 * 60
_MAX_SILENCE: Final = 24 * 365
_SETTINGS: Final[dict[str, tuple[type, ...]]] = {
    "enabled": (bool,),
    "client_secret": (str,),
    "webhook_secret": (str,),
    "token_lifetime": (int, float),
    "plan": (str,),
    "clock_offset": (int, float),
    "numeric_ids": (bool,),
}


def create_control(simulator: Simulator) -> web.Application:
    """The aiohttp application of the control page."""
    return Control(simulator).create_app()


class Control:
    """Requests of the control page; each answers JSON, `{}` if there is nothing to say."""

    def __init__(self, simulator: Simulator) -> None:
        """Control this simulator."""
        self._simulator = simulator
        self._platform = simulator.platform

    def create_app(self) -> web.Application:
        """The routes."""
        app = web.Application(middlewares=[_errors])
        app.add_routes(
            [
                web.get("", self._page),
                web.get("/state", self._state),
                web.post("/callbacks", self._add_callback),
                web.delete("/callbacks", self._remove_callback),
                web.post("/test", self._test),
                web.post("/devices", self._add_device),
                web.delete("/devices/{sn}", self._remove_device),
                web.post(
                    "/devices/{sn}/{verb:report|event|online|offline|press|silence|backlog}",
                    self._happen,
                ),
                web.post("/faults", self._fault),
                web.delete("/faults", self._clear_faults),
                web.post("/application", self._configure),
                web.post("/agentcraft/{device_id}/{verb}", self._agentcraft),
            ]
        )
        return app

    async def _page(self, _: web.Request) -> web.Response:
        return web.Response(text=_PAGE, content_type="text/html")

    async def _state(self, request: web.Request) -> web.Response:
        """Everything there is to see; `devices` limits how many devices are shown."""
        simulator, application = self._simulator, self._simulator.application
        devices = self._platform.devices
        shown = integer(request.query.get("devices", len(devices)), "devices", low=0, high=10**6)
        return web.json_response(
            {
                "application": {
                    "url": simulator.url,
                    "client_id": application.client_id,
                    "client_secret": application.client_secret,
                    "webhook_secret": application.webhook_secret,
                    "webhook_uuid": application.webhook_uuid,
                    "enabled": application.enabled,
                    "plan": application.plan,
                    "token_lifetime": application.token_lifetime,
                    "clock_offset": application.clock_offset,
                    "numeric_ids": application.numeric_ids,
                },
                **simulator.push.state(),
                "requests": dict(sorted(simulator.server.counts.items())),
                "requests_last_day": application.requests.last_day(),
                "faults": simulator.faults.state(),
                "fault_kinds": KINDS,
                "models": list(MODELS),
                "device_count": len(devices),
                "devices": [
                    {
                        "sn": device.sn,
                        "deviceId": str(device.device_id),
                        "model": device.model.name,
                        "name": device.name,
                        "connectStatus": device.connect_status,
                        "lastUpdateTime": device.last_update,
                        "buttons": list(device.model.buttons),
                        "values": device.values,
                        "readings": {
                            path: device.values.get(path)
                            for group in device.model.reports
                            for path in group
                        },
                    }
                    for device in devices[:shown]
                ],
                "agentcraft": {"url": simulator.agentcraft_url, **simulator.agentcraft.state()},
                "agentcraft_verbs": VERBS,
                "log": list(simulator.log),
            }
        )

    async def _add_callback(self, request: web.Request) -> web.Response:
        await self._simulator.push.add(_text(await read_object(request), "uri"))
        return _done()

    async def _remove_callback(self, request: web.Request) -> web.Response:
        await self._simulator.push.remove(_text(await read_object(request), "uri"))
        return _done()

    async def _test(self, _: web.Request) -> web.Response:
        self._simulator.push.test()
        return _done()

    async def _add_device(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        device = self._platform.join(find(body.get("model")), _optional_text(body, "name"))
        self._simulator.note(f"{device.name} ({device.model.name}) added")
        return _done(sn=device.sn, deviceId=str(device.device_id))

    async def _remove_device(self, request: web.Request) -> web.Response:
        self._platform.remove(self._platform.by_sn(request.match_info["sn"]))
        return _done()

    async def _happen(self, request: web.Request) -> web.Response:
        """Something happens to a device."""
        device, body = self._platform.by_sn(request.match_info["sn"]), await read_object(request)
        match verb := request.match_info["verb"]:
            case "report":
                self._platform.report(
                    device, _object(body, "properties") if "properties" in body else None
                )
            case "event":
                self._platform.event(device, _text(body, "tslId"), _object(body, "payload"))
            case "online":
                self._platform.online(device)
            case "offline":
                self._platform.offline(device)
            case "silence":
                self._platform.silence(
                    device, integer(body.get("hours"), "hours", low=1, high=_MAX_SILENCE)
                )
            case "press":
                self._platform.press(
                    device, _optional_text(body, "button"), _optional_text(body, "kind")
                )
            case _:
                minutes = integer(
                    body.get("minutes"), "minutes", low=1, high=_MAX_BACKLOG, default=60
                )
                self._platform.backlog(device, minutes)
        self._simulator.note(f"{device.name}: {verb}")
        return _done()

    async def _fault(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        status, delay, times = (
            None if body.get(key) is None else integer(body[key], key, low=low, high=high)
            for key, low, high in (
                ("status", 200, 599),
                ("retry_after", 0, 10**6),
                ("times", 1, 10**6),
            )
        )
        path, kind = body.get("path", ""), body.get("kind")
        if not isinstance(path, str) or kind not in KINDS:
            raise ApiError(
                400, "parameter_error", f"path must be a text, kind one of {', '.join(KINDS)}"
            )
        self._simulator.faults.add(Fault(path, kind, status, delay, times))
        self._simulator.note(f"fault {kind} for {path or 'everything'}")
        return _done()

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self._simulator.clear_faults()
        self._simulator.note("faults cleared")
        return _done()

    async def _agentcraft(self, request: web.Request) -> web.Response:
        """Something happens to a device ID at Agentcraft, such as that a user links it."""
        verb = request.match_info["verb"]
        self._simulator.agentcraft.command(request.match_info["device_id"], verb)
        self._simulator.note(f"Agentcraft: {verb}")
        return _done()

    async def _configure(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        for key, value in body.items():
            if key not in _SETTINGS or not isinstance(value, _SETTINGS[key]):
                raise ApiError(400, "parameter_error", f"{key[:40]} cannot be set to that")
        if body.get("plan", "free") not in ("free", "paid"):
            raise ApiError(400, "parameter_error", "plan must be free or paid")
        self._simulator.application.configure(**body)
        self._simulator.note(f"application changed: {', '.join(body)}")
        return _done()


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return web.json_response(
            {"error": error.code, "message": error.message}, status=error.status
        )


def _done(**facts: str) -> web.Response:
    return web.json_response(facts)


def _text(body: dict[str, Any], key: str) -> str:
    if not isinstance(value := body.get(key), str) or not value:
        raise ApiError(400, "parameter_error", f"{key} is required")
    return value


def _optional_text(body: dict[str, Any], key: str) -> str | None:
    return _text(body, key) if body.get(key) is not None else None


def _object(body: dict[str, Any], key: str) -> dict[str, Any]:
    if not isinstance(value := body.get(key, {}), dict):
        raise ApiError(400, "parameter_error", f"{key} must be an object")
    return value
