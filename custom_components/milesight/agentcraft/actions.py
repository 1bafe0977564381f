"""What users can do with a registration; the errors are translated and contain no secrets."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import StrEnum

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN
from .client import is_identifier
from .issues import PREFIX, device_name
from .lifecycle import NotStoredError, RegistrationLifecycle
from .manager import MANAGERS, AgentcraftManager
from .registration import Phase, Problem, Registration

type Action = Callable[[RegistrationLifecycle], Awaitable[None]]


class Refusal(StrEnum):
    """Reason why an action is not possible; the end of a translation key."""

    ALREADY_REGISTERED = "already_registered"
    ID_TAKEN = "id_taken"
    INVALID_ID = "invalid_id"
    NOT_LINKED = "not_linked"
    NOT_REGISTERED = "not_registered"


class ActionRefusedError(Exception):
    """The action is not possible."""

    def __init__(self, reason: Refusal | Problem) -> None:
        """Initialize with the reason."""
        super().__init__(reason)
        self.reason = reason


async def async_run(manager: AgentcraftManager, sn: str, action: Action) -> JsonValueType:
    """Run an action for a linked device and return its identity.

    Raises ``HomeAssistantError`` if the registration has a problem afterwards.
    """
    if sn not in manager.subentries:
        raise _translated(manager, sn, Refusal.NOT_LINKED, ServiceValidationError)
    async with _async_registration(manager, sn) as lifecycle:
        await action(lifecycle)
        await lifecycle.advance()
        registration = lifecycle.registration
        if registration.problem is not None:
            raise _translated(manager, sn, registration.problem)
        return {
            "device_id": registration.device_id,
            "device_token": registration.device_token,
            "status": manager.state(sn),
            "shadow_id": registration.shadow_id,
        }


async def async_get_token(lifecycle: RegistrationLifecycle) -> None:
    """Check the token now, and refresh or request it if necessary."""
    _require_registered(lifecycle)
    lifecycle.schedule_now()


async def async_refresh(lifecycle: RegistrationLifecycle) -> None:
    """Replace the tokens, or request them if there are none."""
    _require_registered(lifecycle)
    await lifecycle.refresh()


async def async_register(lifecycle: RegistrationLifecycle) -> None:
    """Create a device ID; an existing one is kept."""
    _require_resolved(lifecycle)
    if lifecycle.registration.declined:
        await _set_declined(lifecycle, declined=False)
    elif lifecycle.registration.problem is not None:
        lifecycle.schedule_now()


async def async_unregister(lifecycle: RegistrationLifecycle) -> None:
    """Delete the device ID and create no other one until the device is registered again."""
    _require_resolved(lifecycle)
    await _set_declined(lifecycle, declined=True)


def adopt(hass: HomeAssistant, device_id: str) -> Action:
    """Return the action that uses an existing device ID; its tokens are requested next."""

    async def async_adopt(lifecycle: RegistrationLifecycle) -> None:
        current, access = lifecycle.registration, lifecycle.access
        if not is_identifier(device_id):
            raise ActionRefusedError(Refusal.INVALID_ID)
        if current.device_id == device_id:
            return
        if current.device_id is not None:
            raise ActionRefusedError(Refusal.ALREADY_REGISTERED)
        if any(
            other.registration.device_id == device_id
            for registrations in hass.data[MANAGERS].values()
            for other in registrations.lifecycles.values()
        ):
            raise ActionRefusedError(Refusal.ID_TAKEN)
        url, owner = (access.url, access.owner) if access else (current.url, None)
        await lifecycle.set(
            Registration(phase=Phase.UNLINKED, url=url, owner=owner, device_id=device_id)
        )

    return async_adopt


async def async_resolve(manager: AgentcraftManager, sn: str, device_id: str | None) -> None:
    """Settle whether a device ID was created: the given one, or none.

    The requests that follow are sent in the background.
    """
    if sn not in manager.lifecycles:
        return
    async with _async_registration(manager, sn) as lifecycle:
        if device_id is not None:
            await adopt(manager.hass, device_id)(lifecycle)
        elif lifecycle.registration.is_unresolved:
            await lifecycle.set(Registration(url=lifecycle.registration.url))


async def async_replace_device_id(manager: AgentcraftManager, sn: str) -> None:
    """Replace a device ID whose tokens are lost; the requests are sent in the background."""
    if sn not in manager.lifecycles:
        return
    async with _async_registration(manager, sn) as lifecycle:
        if lifecycle.registration.problem is Problem.NO_TOKEN:
            lifecycle.schedule_now()
            await lifecycle.update(phase=Phase.DELETING, problem=None)


@asynccontextmanager
async def _async_registration(
    manager: AgentcraftManager, sn: str
) -> AsyncGenerator[RegistrationLifecycle]:
    """Yield the lifecycle of a device exclusively, and translate errors."""
    try:
        async with manager.async_lock(sn) as lifecycle:
            yield lifecycle
    except NotStoredError as error:
        raise _translated(manager, sn, Problem.NOT_STORED) from error
    except ActionRefusedError as error:
        raise _translated(manager, sn, error.reason, ServiceValidationError) from error


async def _set_declined(lifecycle: RegistrationLifecycle, *, declined: bool) -> None:
    lifecycle.schedule_now()
    await lifecycle.update(declined=declined, problem=None, failing_since=None)


def _require_registered(lifecycle: RegistrationLifecycle) -> None:
    if not lifecycle.registration.is_registered or not lifecycle.is_wanted:
        raise ActionRefusedError(lifecycle.registration.problem or Refusal.NOT_REGISTERED)


def _require_resolved(lifecycle: RegistrationLifecycle) -> None:
    if lifecycle.registration.is_unresolved:
        raise ActionRefusedError(lifecycle.registration.problem or Problem.OUTCOME_UNKNOWN)


def _translated(
    manager: AgentcraftManager,
    sn: str,
    reason: Refusal | Problem,
    error_class: type[HomeAssistantError] = HomeAssistantError,
) -> HomeAssistantError:
    return error_class(
        translation_domain=DOMAIN,
        translation_key=f"{PREFIX}{reason}",
        translation_placeholders={"device": device_name(manager.hass, manager.entry, sn)},
    )
