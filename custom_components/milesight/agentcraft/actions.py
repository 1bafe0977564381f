"""Actions of users on a registration; the errors are translated and contain no secrets."""

from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.json import JsonValueType

from ..api import CannotConnectError
from ..const import DOMAIN
from ..devices import registry
from .client import is_identifier
from .issues import PREFIX
from .manager import MANAGERS, AgentcraftManager
from .registration import Change, Phase, Problem, Registration


async def async_run(manager: AgentcraftManager, sn: str, change: Change) -> JsonValueType:
    """Change the registration of a linked device, and return its identity.

    Raises ``HomeAssistantError`` if the registration has a problem afterwards.
    """
    if sn not in manager.accesses:
        raise _translated(manager, sn, Problem.NOT_LINKED, ServiceValidationError)
    result = await manager.async_change(sn, change)
    if isinstance(result, Problem):
        raise _translated(manager, sn, result, ServiceValidationError)
    if result.problem is Problem.UNREACHABLE:
        # The cause ends an action for many devices.
        raise _translated(manager, sn, result.problem) from CannotConnectError()
    if result.problem is not None:
        raise _translated(manager, sn, result.problem)
    return {
        "device_id": result.device_id,
        "device_token": result.device_token,
        "status": result.state,
        "shadow_id": result.shadow_id,
    }


def check(current: Registration) -> Registration | Problem:
    """Check the token now, and refresh or request it if necessary."""
    if not current.is_registered:
        return current.problem or Problem.NOT_REGISTERED
    return current.due_now()


def refresh(current: Registration) -> Registration | Problem:
    """Replace the tokens, or request them if there are none."""
    return check(replace(current, status=None))


def register(current: Registration) -> Registration | Problem:
    """Create a device ID; an existing one is kept."""
    if current.is_unresolved:
        return current.problem or Problem.OUTCOME_UNKNOWN
    return replace(current.due_now(), declined=False)


def unregister(current: Registration) -> Registration | Problem:
    """Delete the device ID and create no other one until the device is registered again."""
    if current.is_unresolved:
        return current.problem or Problem.OUTCOME_UNKNOWN
    return replace(current.due_now(), declined=True, problem=None, failing_since=None)


def adopt(hass: HomeAssistant, device_id: str) -> Change:
    """Return the change that uses an existing device ID; its tokens are requested next."""

    def change(current: Registration) -> Registration | Problem:
        if not is_identifier(device_id):
            return Problem.INVALID_ID
        if current.device_id is not None:
            return current if current.device_id == device_id else Problem.ALREADY_REGISTERED
        if any(
            other.device_id == device_id
            for manager in hass.data[MANAGERS].values()
            for other in manager.registrations.values()
        ):
            return Problem.ID_TAKEN
        return Registration(phase=Phase.UNLINKED, url=current.url, device_id=device_id)

    return change


def discard(current: Registration) -> Registration:
    """Settle that no device ID was created."""
    return Registration(url=current.url) if current.is_unresolved else current


def replace_device_id(current: Registration) -> Registration:
    """Replace a device ID whose tokens are lost."""
    if current.problem is not Problem.NO_TOKEN:
        return current
    return replace(current.due_now(), phase=Phase.DELETING, problem=None)


def _translated(
    manager: AgentcraftManager,
    sn: str,
    reason: Problem,
    error_class: type[HomeAssistantError] = HomeAssistantError,
) -> HomeAssistantError:
    return error_class(
        translation_domain=DOMAIN,
        translation_key=f"{PREFIX}{reason}",
        translation_placeholders={
            "device": registry.async_device_name(manager.hass, manager.entry, sn)
        },
    )
