"""Commands to devices: sent, shown until the device answers, and explained when they fail."""

from collections.abc import Awaitable, Mapping
from datetime import datetime
from types import MappingProxyType

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_call_later

from .api import Accepted, AuthenticationError, InvalidValueError, MilesightClient, MilesightError
from .api.decode import Json
from .api.paths import nest
from .const import COMMAND_TIMEOUT, DOMAIN
from .device import MilesightDevice


def refused(error: InvalidValueError) -> ServiceValidationError:
    """Return what to tell a caller whose values do not fit the specification."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=f"invalid_{error.kind}",
        translation_placeholders={"path": error.path, **error.allowed},
    )


class Commands:
    """Sends what users and automations ask for."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, client: MilesightClient) -> None:
        """Take the client."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._settling: set[CALLBACK_TYPE] = set()

    @callback
    def stop(self) -> None:
        """Stop waiting for answers."""
        for cancel in tuple(self._settling):
            cancel()
        self._settling.clear()

    async def async_write(
        self,
        device: MilesightDevice,
        values: Mapping[str, Json],
        shown: Mapping[str, Json] = MappingProxyType({}),
    ) -> Accepted:
        """Send ``path -> encoded value`` to a device; return what the platform accepted.

        The values, and those that ``shown`` names besides, are shown until the device reports them.
        Raises ``HomeAssistantError`` with the platform's words when it is refused.
        """
        sending = self._client.update_properties(device.info.device_id, nest(values))
        return await self._command(device, {**values, **shown}, sending)

    async def async_call_service(
        self,
        device: MilesightDevice,
        service_id: str,
        inputs: Mapping[str, Json],
        shown: Mapping[str, Json] = MappingProxyType({}),
    ) -> str:
        """Call a service with ``path -> encoded value`` as inputs; return the request id.

        What ``shown`` names is shown until the device reports it. Raises ``HomeAssistantError``
        with the platform's words when it is refused.
        """
        calling = self._client.call_service(device.info.device_id, service_id, nest(inputs))
        return await self._command(device, shown, calling)

    async def _command[Answer](
        self, device: MilesightDevice, shown: Mapping[str, Json], sending: Awaitable[Answer]
    ) -> Answer:
        device.write(shown)
        try:
            answer = await sending
        except MilesightError as error:
            device.retract(shown)
            raise self.command_failed(device, error) from error

        @callback
        def settle(_now: datetime) -> None:
            self._settling.discard(cancel)
            device.settle(shown)

        cancel = async_call_later(self._hass, COMMAND_TIMEOUT, settle)
        self._settling.add(cancel)
        return answer

    def request_failed(self, error: MilesightError) -> HomeAssistantError:
        """Return what to tell of a request that failed; asks for credentials if it was those."""
        self._check_credentials(error)
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="request_failed",
            translation_placeholders={
                "error": str(error),
                "request_id": getattr(error, "request_id", "") or "-",
            },
        )

    def command_failed(self, device: MilesightDevice, error: MilesightError) -> HomeAssistantError:
        """Return what to tell of a command that failed; asks for credentials if it was those."""
        self._check_credentials(error)
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="command_failed",
            translation_placeholders={
                "device": device.info.name or device.info.model or "",
                "error": str(error),
                "request_id": getattr(error, "request_id", "") or "-",
            },
        )

    def _check_credentials(self, error: MilesightError) -> None:
        if isinstance(error, AuthenticationError):
            self._entry.async_start_reauth(self._hass)
