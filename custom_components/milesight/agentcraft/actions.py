"""What users can do with a registration; the errors are translated and contain no secrets."""

from collections.abc import Callable
from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN
from .client import is_identifier
from .issues import PREFIX, device_name
from .manager import MANAGERS, AgentcraftManager
from .registration import Phase, Problem, Registration

type Action = Callable[[Registration], Registration]


class ActionRefusedError(Exception):
    """The action is not possible."""

    def __init__(self, reason: Problem) -> None:
        """Initialize with the reason."""
        super().__init__(reason)
        self.reason = reason


async def async_run(manager: AgentcraftManager, sn: str, action: Action) -> JsonValueType:
    """Run an action for a linked device and the requests that follow, and return its identity.

    Raises ``HomeAssistantError`` if the registration has a problem afterwards.
    """
    if sn not in manager.subentries:
        raise _translated(manager, sn, Problem.NOT_LINKED, ServiceValidationError)
    registration = await async_apply(manager, sn, action)
    if registration.problem is not None:
        raise _translated(manager, sn, registration.problem)
    return {
        "device_id": registration.device_id,
        "device_token": registration.device_token,
        "status": registration.state,
        "shadow_id": registration.shadow_id,
    }


async def async_apply(
    manager: AgentcraftManager, sn: str, action: Action, *, in_background: bool = False
) -> Registration:
    """Run an action, send the requests that follow, and return the registration."""
    try:
        registration = await manager.async_change(sn, action, in_background=in_background)
    except ActionRefusedError as error:
        raise _translated(manager, sn, error.reason, ServiceValidationError) from error
    if registration.problem is Problem.NOT_STORED:
        raise _translated(manager, sn, Problem.NOT_STORED)
    return registration


def check(current: Registration) -> Registration:
    """Check the token now, and refresh or request it if necessary."""
    if not current.is_registered:
        raise ActionRefusedError(current.problem or Problem.NOT_REGISTERED)
    return current.due_now()


def refresh(current: Registration) -> Registration:
    """Replace the tokens, or request them if there are none."""
    return replace(check(current), status=None)


def register(current: Registration) -> Registration:
    """Create a device ID; an existing one is kept."""
    _require_resolved(current)
    return replace(current.due_now(), declined=False)


def unregister(current: Registration) -> Registration:
    """Delete the device ID and create no other one until the device is registered again."""
    _require_resolved(current)
    return replace(current.due_now(), declined=True, problem=None, failing_since=None)


def adopt(hass: HomeAssistant, device_id: str) -> Action:
    """Return the action that uses an existing device ID; its tokens are requested next."""

    def action(current: Registration) -> Registration:
        if not is_identifier(device_id):
            raise ActionRefusedError(Problem.INVALID_ID)
        if current.device_id == device_id:
            return current
        if current.device_id is not None:
            raise ActionRefusedError(Problem.ALREADY_REGISTERED)
        if any(
            other.device_id == device_id
            for manager in hass.data[MANAGERS].values()
            for other in manager.registrations.values()
        ):
            raise ActionRefusedError(Problem.ID_TAKEN)
        return Registration(phase=Phase.UNLINKED, url=current.url, device_id=device_id)

    return action


def resolve(hass: HomeAssistant, device_id: str | None) -> Action:
    """Return the action that settles whether a device ID was created: the given one, or none."""
    return adopt(hass, device_id) if device_id is not None else _discard


def _discard(current: Registration) -> Registration:
    return Registration(url=current.url) if current.is_unresolved else current


def replace_device_id(current: Registration) -> Registration:
    """Replace a device ID whose tokens are lost."""
    if current.problem is not Problem.NO_TOKEN:
        return current
    return replace(current.due_now(), phase=Phase.DELETING, problem=None)


def _require_resolved(current: Registration) -> None:
    if current.is_unresolved:
        raise ActionRefusedError(current.problem or Problem.OUTCOME_UNKNOWN)


def _translated(
    manager: AgentcraftManager,
    sn: str,
    reason: Problem,
    error_class: type[HomeAssistantError] = HomeAssistantError,
) -> HomeAssistantError:
    return error_class(
        translation_domain=DOMAIN,
        translation_key=f"{PREFIX}{reason}",
        translation_placeholders={"device": device_name(manager.hass, manager.entry, sn)},
    )
