"""Reading the JSON body of a request, whatever was sent."""

import json
from typing import Any, Final

from aiohttp import web

from .errors import ApiError

_MAX_DEPTH: Final = 32


async def read_object(request: web.Request) -> dict[str, Any]:
    """Return the JSON object of a request, `{}` without a body; raises `ApiError` 400 or 415."""
    raw = await request.read()
    if raw and request.content_type != "application/json":
        raise ApiError(415, "unsupported_media_type", "Content-Type must be application/json")
    try:
        body = json.loads(raw, parse_constant=_refuse) if raw.strip() else {}
    except ValueError, RecursionError:
        body = None
    if not isinstance(body, dict) or _depth(body) > _MAX_DEPTH:
        raise ApiError(400, "parameter_error", "The body must be a JSON object")
    return body


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _depth(value: Any) -> int:
    """Return how deep lists and objects are nested; looks no further than is allowed."""
    level, depth = [value], 0
    while level and depth <= _MAX_DEPTH:
        containers = [inner for inner in level if isinstance(inner, dict | list)]
        level = [
            child
            for container in containers
            for child in (container.values() if isinstance(container, dict) else container)
        ]
        depth += bool(containers)
    return depth
