"""Answer the platform's probe of a callback URL."""

from typing import Final, override

from aiohttp.hdrs import ALLOW, METH_GET, METH_HEAD, METH_OPTIONS, METH_POST, ORIGIN
from aiohttp.web import PlainResource, Request, Response, UrlMappingMatchInfo
from homeassistant.components import webhook
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER

ALLOWED_METHODS: Final = f"{METH_GET}, {METH_HEAD}, {METH_OPTIONS}, {METH_POST}"


class OptionsResource(PlainResource):
    """Answer OPTIONS at one path without CORS.

    The platform probes a callback URL before it accepts it, most likely with an OPTIONS request
    without ``Origin``, which Home Assistant's CORS layer refuses. A browser's preflight request
    and every other method still reach Home Assistant's own routes.

    A router cannot remove a resource, so this one can be disabled.
    """

    def __init__(self, path: str) -> None:
        """Initialize an enabled resource."""
        super().__init__(path)
        self.enabled = True
        self.add_route(METH_OPTIONS, _async_answer)

    @override
    async def resolve(self, request: Request) -> tuple[UrlMappingMatchInfo | None, set[str]]:
        """Match no request that Home Assistant answers itself."""
        if request.method != METH_OPTIONS or not self.enabled or ORIGIN in request.headers:
            return None, set()
        return await super().resolve(request)

    @callback
    def disable(self) -> None:
        """Match no request at all."""
        self.enabled = False


OPTIONS_RESOURCES: Final[HassKey[dict[str, OptionsResource]]] = HassKey(
    f"{DOMAIN}_options_resources"
)


async def _async_answer(_request: Request) -> Response:
    return Response(headers={ALLOW: ALLOWED_METHODS})


@callback
def async_answer_options(hass: HomeAssistant, webhook_id: str) -> CALLBACK_TYPE:
    """Answer OPTIONS requests at a webhook's path until the returned function is called."""
    resources = hass.data.setdefault(OPTIONS_RESOURCES, {})
    resource = resources.get(webhook_id)
    if resource is None:
        resource = OptionsResource(webhook.async_generate_path(webhook_id))
        try:
            hass.http.app.router.register_resource(resource)
        except RuntimeError as error:  # the router is frozen: Home Assistant's own never is
            LOGGER.warning("Cannot answer OPTIONS requests to the callback URL: %s", error)
            return resource.disable
        resources[webhook_id] = resource
    resource.enabled = True
    return resource.disable
