"""Sending of commands to devices, and the errors of commands that fail."""

from asyncio import Lock
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from weakref import WeakKeyDictionary

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import (
    CALLBACK_TYPE,
    DOMAIN as HOMEASSISTANT_DOMAIN,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_call_later

from ..api import (
    AcceptedCommand,
    ApiError,
    AuthenticationError,
    InvalidValueError,
    Item,
    MilesightClient,
    MilesightError,
)
from ..api.codec import encode
from ..api.parsing import Json
from ..api.paths import nest
from ..const import COMMAND_TIMEOUT, DOMAIN
from ..devices.device import MilesightDevice
from ..devices.pending_writes import PendingWrite
from ..devices.timestamps import now_ms
from ..mapping import Setter
from .arrays import nest_properties

type PreparedRequest = Callable[[], Awaitable[object]]


def validation_error(error: InvalidValueError) -> ServiceValidationError:
    """Return the error of a value that does not match the thing specification."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=error.reason,
        translation_placeholders={"path": error.path, **error.allowed},
    )


def encoded(device: MilesightDevice, item: Item, value: object) -> Json:
    """Return a value of an item in the form in which the device reports it.

    Raises ``ServiceValidationError`` that names the allowed values.
    """
    try:
        return encode(item, value, device.reported_value(item.path))
    except InvalidValueError as error:
        raise validation_error(error) from error


def entry_not_loaded(entry: ConfigEntry) -> HomeAssistantError:
    """Return the error of a request of an Application that is not loaded any more."""
    return HomeAssistantError(
        translation_domain=HOMEASSISTANT_DOMAIN,
        translation_key="service_config_entry_not_loaded",
        translation_placeholders={"domain": DOMAIN, "entry_title": entry.title},
    )


class CommandSender:
    """Send commands and show their values until the device reports them.

    A device gets its commands one at a time, in the order in which they were given.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: MilesightClient,
        save: Callable[[], None],
    ) -> None:
        """Initialize the sender; ``save`` is called when there are writes to store."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._save = save
        self._timers: set[CALLBACK_TYPE] = set()
        self._locks: WeakKeyDictionary[MilesightDevice, Lock] = WeakKeyDictionary()
        self._stopped = False

    @callback
    def resume(self, devices: Iterable[MilesightDevice]) -> None:
        """Schedule the end of the writes that were restored."""
        now = now_ms()
        for device in devices:
            for write in device.accepted_writes():
                remaining = timedelta(milliseconds=(write.expires or now) - now)
                self._end_later(min(remaining, COMMAND_TIMEOUT), device, [write])

    @callback
    def stop(self) -> None:
        """Cancel all timers, and refuse the commands that were not sent yet."""
        self._stopped = True
        for cancel in tuple(self._timers):
            cancel()
        self._timers.clear()

    def write_request(
        self,
        device: MilesightDevice,
        values: Iterable[tuple[Item, object]],
        expected: Iterable[tuple[Item, object]] = (),
    ) -> PreparedRequest:
        """Return a request that writes values of properties.

        ``expected`` are values that other properties are going to have. Raises
        ``ServiceValidationError`` for an invalid value, before anything is sent.
        """
        written, shown = (
            {item.path: encoded(device, item, value) for item, value in pairs}
            for pairs in (values, expected)
        )
        return partial(self.async_write_properties, device, written, shown)

    def call_request(
        self,
        device: MilesightDevice,
        setter: Setter,
        value: object,
        expected: Iterable[tuple[Item, object]],
    ) -> PreparedRequest:
        """Return a request that calls a service to set a value.

        ``expected`` are values that properties are going to have. Raises
        ``ServiceValidationError`` for an invalid value, before anything is sent.
        """
        inputs = {setter.input.path: encoded(device, setter.input, value)}
        shown = {item.path: encoded(device, item, value) for item, value in expected}
        return partial(self.async_call_service, device, setter.service.id, inputs, shown)

    async def async_write_properties(
        self,
        device: MilesightDevice,
        values: Mapping[str, Json],
        shown: Mapping[str, Json] = MappingProxyType({}),
        lists: Collection[str] = (),
    ) -> AcceptedCommand:
        """Write properties, ``path -> encoded value``; return what the platform accepted.

        ``shown`` are values of other properties that result from the command, ``lists`` the paths
        of arrays that are given as a whole; the elements that others do not give keep their value.
        Raises ``HomeAssistantError`` with the message of the platform.
        """
        nest_properties(device, values, lists)  # an incomplete array is refused before it is shown

        def write() -> Awaitable[AcceptedCommand]:
            properties = nest_properties(device, values, lists)
            return self._client.update_properties(device.info.device_id, properties)

        return await self._async_send(device, {**values, **shown}, write)

    async def async_call_service(
        self,
        device: MilesightDevice,
        service_id: str,
        inputs: Mapping[str, Json],
        shown: Mapping[str, Json] = MappingProxyType({}),
    ) -> str:
        """Call a service with inputs, ``path -> encoded value``; return the request id.

        ``shown`` are the values of properties that result from the command. Raises
        ``HomeAssistantError`` with the message of the platform.
        """
        address = device.info.device_id
        call = partial(self._client.call_service, address, service_id, nest(inputs))
        return await self._async_send(device, shown, call)

    async def _async_send[Answer](
        self,
        device: MilesightDevice,
        shown: Mapping[str, Json],
        request: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        """Send a request after the earlier ones to the same device; return its answer."""
        writes = device.begin_writes(shown, now_ms())
        with ExitStack() as unless_accepted:
            unless_accepted.callback(device.end_writes, writes)
            async with self._locks.setdefault(device, Lock()):
                if self._stopped:
                    raise entry_not_loaded(self._entry)
                try:
                    answer = await request()
                except MilesightError as error:
                    raise self.command_failed(device, error) from error
            unless_accepted.pop_all()
        device.accept_writes(writes, now_ms() + COMMAND_TIMEOUT // timedelta(milliseconds=1))
        self._end_later(COMMAND_TIMEOUT, device, writes)
        self._save()
        return answer

    @callback
    def _end_later(
        self, delay: timedelta, device: MilesightDevice, writes: list[PendingWrite]
    ) -> None:
        if self._stopped:
            return

        @callback
        def end(_now: datetime) -> None:
            self._timers.discard(cancel)
            device.end_writes(writes)

        cancel = async_call_later(self._hass, delay, end)
        self._timers.add(cancel)

    def request_failed(self, error: MilesightError) -> HomeAssistantError:
        """Return the error of a request; starts a reauthentication if credentials are refused."""
        return self._failed("request", error)

    def command_failed(self, device: MilesightDevice, error: MilesightError) -> HomeAssistantError:
        """Return the error of a command; starts a reauthentication if credentials are refused."""
        return self._failed("command", error, device=device.info.display_name)

    def _failed(
        self, subject: str, error: MilesightError, **placeholders: str
    ) -> HomeAssistantError:
        """Return a translated error that tells a refusal from a request without an answer."""
        if isinstance(error, InvalidValueError):
            return validation_error(error)
        if isinstance(error, AuthenticationError) and not self._stopped:
            self._entry.async_start_reauth(self._hass)
        placeholders["error"] = str(error)
        if isinstance(error, ApiError):
            outcome, placeholders["request_id"] = "failed", error.request_id or "-"
        else:
            outcome = "unanswered"
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=f"{subject}_{outcome}",
            translation_placeholders=placeholders,
        )
