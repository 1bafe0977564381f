"""The edge where the platform's pushes arrive."""

from http import HTTPStatus
import time
from typing import Final

from aiohttp.hdrs import METH_GET, METH_HEAD, METH_POST
from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback

from ..api.webhook import NONCE_HEADER, Event, SignatureError, decode_delivery, verify
from ..const import CONF_WEBHOOK_SECRET, DOMAIN, LOGGER
from ..coordinator import MilesightConfigEntry, MilesightCoordinator

MAX_BODY: Final = 1024 * 1024
MAX_ID: Final = 100
REMEMBERED: Final = 10_000


class Recent:
    """Remembers the latest ids, a bounded number of them."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._ids: dict[str, None] = {}

    def __contains__(self, identifier: str) -> bool:
        """Return whether an id was added lately."""
        return identifier in self._ids

    def add(self, identifier: str) -> None:
        """Remember an id; one that is longer than ids are is not worth the memory."""
        if len(identifier) > MAX_ID:
            return
        self._ids[identifier] = None
        if len(self._ids) > REMEMBERED:
            del self._ids[next(iter(self._ids))]


class WebhookReceiver:
    """Answers the platform's requests for one Application."""

    def __init__(self, coordinator: MilesightCoordinator, secret: str | None) -> None:
        """Take where events go, and the secret that signs them, if there is one."""
        self._coordinator = coordinator
        self._secret = secret
        self._nonces = Recent()
        self._event_ids = Recent()
        self._refusing = False

    async def async_handle(
        self, _hass: HomeAssistant, _webhook_id: str, request: Request
    ) -> Response:
        """Answer a probe or a delivery. Rejections are returned: a raised one would read 200."""
        if request.method != METH_POST:
            return Response()
        body = await _read_bounded(request)
        if body is None:
            return Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        nonce = request.headers.get(NONCE_HEADER, "")
        if self._secret:
            try:
                nonce = verify(request.headers, self._secret, time.time())
            except SignatureError as error:
                self._refuse(error)
                return Response(status=HTTPStatus.UNAUTHORIZED)
        if nonce and nonce in self._nonces:
            return Response()
        try:
            delivery = decode_delivery(body)
        except ValueError:
            LOGGER.debug("A delivery of %s bytes is neither an array nor an event", len(body))
            return Response(status=HTTPStatus.BAD_REQUEST)
        if delivery.unreadable:
            LOGGER.debug("%s events of a delivery are not understood", delivery.unreadable)
        if nonce:
            self._nonces.add(nonce)
        self._refusing = False
        self._coordinator.async_receive([event for event in delivery.events if self._is_new(event)])
        return Response()

    def _is_new(self, event: Event) -> bool:
        if event.event_id is None:
            return True
        if event.event_id in self._event_ids:
            return False
        self._event_ids.add(event.event_id)
        return True

    def _refuse(self, error: SignatureError) -> None:
        if not self._refusing:
            self._refusing = True
            LOGGER.warning("A delivery was refused (%s); check the webhook secret", error)


async def _read_bounded(request: Request) -> bytes | None:
    """Return the body, ``None`` when it is too large; no more than the limit is ever held."""
    body = bytearray()
    while chunk := await request.content.read(MAX_BODY + 1 - len(body)):
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


@callback
def async_register(
    hass: HomeAssistant, entry: MilesightConfigEntry, coordinator: MilesightCoordinator
) -> None:
    """Listen at the entry's address until the entry is unloaded."""
    webhook_id = entry.data[CONF_WEBHOOK_ID]
    receiver = WebhookReceiver(coordinator, entry.data.get(CONF_WEBHOOK_SECRET))
    webhook.async_register(
        hass,
        DOMAIN,
        entry.title,
        webhook_id,
        receiver.async_handle,
        allowed_methods=[METH_GET, METH_HEAD, METH_POST],
    )
    entry.async_on_unload(lambda: webhook.async_unregister(hass, webhook_id))
