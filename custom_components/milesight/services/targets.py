"""Whom an action is for, and how it is done for several devices side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, service
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..api import (
    AuthenticationError,
    CannotConnectError,
    MilesightError,
    RateLimitError,
    ThingSpecification,
)
from ..api.parsing import Json
from ..api.paths import nest
from ..api.transport import CONCURRENCY
from ..const import DOMAIN
from ..coordinator import MilesightCoordinator
from ..devices import registry
from ..devices.device import MilesightDevice

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
UNREACHABLE_AFTER: Final = 2 * CONCURRENCY

DEVICES: Final = {
    vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, vol.Length(min=1), [cv.string])
}
APPLICATION: Final = {vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}
DEVICES_ONLY: Final = vol.Schema(DEVICES)
APPLICATION_ONLY: Final = vol.Schema(APPLICATION)


@dataclass(frozen=True, slots=True)
class Target:
    """A device that an action is for; ``device_id`` is Home Assistant's."""

    device_id: str
    coordinator: MilesightCoordinator
    device: MilesightDevice

    @property
    def address(self) -> str:
        """Return the platform's id of the device."""
        return self.device.info.device_id

    @property
    def specification(self) -> ThingSpecification:
        """Return what the device can do; raises ``ServiceValidationError`` if nobody knows."""
        if not self.device.capabilities.is_known:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_specification",
                translation_placeholders={"device": self.device.info.display_name},
            )
        return self.device.capabilities.specification


def coordinator_of(call: ServiceCall) -> MilesightCoordinator:
    """Return the Application that a call names, or the only one."""
    entry = service.async_get_config_entry(call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID))
    coordinator: MilesightCoordinator = entry.runtime_data
    return coordinator


def targets_of(call: ServiceCall) -> list[Target]:
    """Return the devices that a call names; raises ``ServiceValidationError`` for any other."""
    return [_target(call, device_id) for device_id in dict.fromkeys(call.data[ATTR_DEVICE_ID])]


def _target(call: ServiceCall, device_id: str) -> Target:
    registered, entry = service.async_get_device_and_config_entry(call.hass, DOMAIN, device_id)
    coordinator: MilesightCoordinator = entry.runtime_data
    device = coordinator.data.get(registry.serial_number(registered) or "")
    if device is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_a_device",
            translation_placeholders={"device": registered.name or device_id},
        )
    return Target(device_id, coordinator, device)


class Round:
    """Requests of one action: a few at a time, and no more once the platform refuses all.

    A command of somebody else therefore waits for a few requests, and not for thousands.
    """

    def __init__(self) -> None:
        """Begin."""
        self._places = asyncio.Semaphore(CONCURRENCY)
        self._failure: HomeAssistantError | None = None
        self._unreachable = 0

    async def send[Answer](
        self, target: Target, request: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Return what a request brings; raises ``HomeAssistantError``."""
        async with self._places:
            if self._failure is not None:
                raise self._failure
            try:
                answer = await request()
            except (MilesightError, HomeAssistantError) as error:
                raise self._failed(target, error) from error
        self._unreachable = 0
        return answer

    def _failed(
        self, target: Target, error: MilesightError | HomeAssistantError
    ) -> HomeAssistantError:
        if isinstance(error, MilesightError):
            cause: BaseException | None = error
            told = target.coordinator.commands.request_failed(error)
        else:
            cause, told = error.__cause__, error
        self._unreachable += isinstance(cause, CannotConnectError)
        if (
            isinstance(cause, AuthenticationError | RateLimitError)
            or self._unreachable >= UNREACHABLE_AFTER
        ):
            self._failure = told
        return told


type Operation = Callable[[Target, Round], Awaitable[JsonValueType]]


async def answer_each(
    call: ServiceCall, targets: Iterable[Target], operation: Operation
) -> ServiceResponse:
    """Do something for every device; return ``device id -> answer``, of a failed one its error.

    Who does not ask for the response is told of failures by ``HomeAssistantError``, after all
    devices had their turn.
    """
    the_round = Round()

    async def attempt(target: Target) -> JsonValueType | HomeAssistantError:
        try:
            return await operation(target, the_round)
        except HomeAssistantError as error:
            return error

    named = list(targets)
    outcomes = await asyncio.gather(*(attempt(target) for target in named))
    return response_of(call, dict(zip([t.device_id for t in named], outcomes, strict=True)))


def response_of(
    call: ServiceCall, outcomes: Mapping[str, JsonValueType | HomeAssistantError]
) -> ServiceResponse:
    """Return ``device id -> answer``, or raise what failed if no response is asked for."""
    failures = [outcome for outcome in outcomes.values() if isinstance(outcome, HomeAssistantError)]
    if failures and not call.return_response:
        if len(outcomes) == 1:
            raise failures[0]
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="several_failed",
            translation_placeholders={
                "failed": str(len(failures)),
                "total": str(len(outcomes)),
                "error": str(failures[0]),
            },
        ) from failures[0]
    return {
        device_id: {"error": str(outcome)} if isinstance(outcome, HomeAssistantError) else outcome
        for device_id, outcome in outcomes.items()
    }


def zone() -> tzinfo:
    """Return the time zone of dates that do not name theirs."""
    return dt_util.get_default_time_zone()


def nested(values: Mapping[str, Json]) -> JsonValueType:
    """Return ``path -> value`` as the platform nests it; left flat where paths contradict."""
    try:
        return nest(values)
    except ValueError:
        return dict(values)
