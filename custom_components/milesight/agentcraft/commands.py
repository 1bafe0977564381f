"""What a user may ask of the link: register, unregister, refresh, give the token, mend."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN
from .client import is_identifier
from .issues import PREFIX, device_name
from .life import Life, NotKeptError
from .link import AgentcraftLink
from .registration import Phase, Problem
from .setup import LINKS


async def async_get_token(link: AgentcraftLink, sn: str) -> JsonValueType:
    """Return a device's identity after its token was looked at, renewed or asked for.

    All commands raise ``HomeAssistantError``, whose texts hold no secret.
    """
    async with _leading(link, sn) as life:
        _require_registered(link, sn, life)
        life.hurry()
        await life.advance()
        return _identity(link, sn, life)


async def async_refresh(link: AgentcraftLink, sn: str) -> JsonValueType:
    """Replace a device's tokens, valid or not; ask for them if there are none yet."""
    async with _leading(link, sn) as life:
        _require_registered(link, sn, life)
        if life.held.phase is Phase.ACTIVE:
            await life.refresh()
        else:
            life.hurry()
        await life.advance()
        return _identity(link, sn, life)


async def async_register(
    link: AgentcraftLink, sn: str, device_id: str | None = None
) -> JsonValueType:
    """Give a device an ID, or the one that the user brings; one that it has stays."""
    async with _leading(link, sn) as life:
        if device_id is not None:
            await _adopt(link, sn, life, device_id)
        elif life.held.unresolved:
            raise _failure(link, sn, life.held.problem or Problem.OUTCOME_UNKNOWN)
        elif life.held.declined:
            await life.decline(declined=False)
        elif life.held.problem is not None:
            life.hurry()
        await life.advance()
        return _identity(link, sn, life)


async def async_unregister(link: AgentcraftLink, sn: str) -> JsonValueType:
    """Delete a device's ID, and make no other one until it is asked for."""
    async with _leading(link, sn) as life:
        if life.held.unresolved:
            raise _failure(link, sn, life.held.problem or Problem.OUTCOME_UNKNOWN)
        await life.decline(declined=True)
        await life.advance()
        return _identity(link, sn, life)


async def async_resolve(link: AgentcraftLink, sn: str, device_id: str | None) -> None:
    """End the doubt whether there is an ID: it is this one, or there is none.

    What follows from it is done in the background.
    """
    life = link.lives.get(sn)
    if life is not None:
        async with _stored(), link.async_lead(sn, life):
            if device_id is not None:
                await _adopt(link, sn, life, device_id)
            elif life.held.unresolved:
                await life.begin_anew()


async def async_replace_id(link: AgentcraftLink, sn: str) -> None:
    """Have an ID deleted whose token cannot be had, and another one made, in the background."""
    life = link.lives.get(sn)
    if life is not None:
        async with _stored(), link.async_lead(sn, life):
            if life.held.problem is Problem.NO_TOKEN:
                await life.replace_id()


@asynccontextmanager
async def _leading(link: AgentcraftLink, sn: str) -> AsyncGenerator[Life]:
    life = link.lives.get(sn)
    if life is None or sn not in link.subentries:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="agentcraft_not_chosen",
            translation_placeholders={"device": device_name(link.hass, link.entry, sn)},
        )
    async with _stored(), link.async_lead(sn, life):
        yield life


@asynccontextmanager
async def _stored() -> AsyncGenerator[None]:
    try:
        yield
    except NotKeptError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="agentcraft_not_stored",
        ) from error


async def _adopt(link: AgentcraftLink, sn: str, life: Life, device_id: str) -> None:
    """Take the ID that the user brings, unless it cannot be one or there is another one."""
    if not is_identifier(device_id):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="agentcraft_invalid_id"
        )
    if life.held.device_id == device_id:
        return
    if life.held.device_id is not None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="agentcraft_already_registered",
            translation_placeholders={"device": device_name(link.hass, link.entry, sn)},
        )
    links = link.hass.data[LINKS].values()
    if any(life.held.device_id == device_id for other in links for life in other.lives.values()):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="agentcraft_id_taken"
        )
    await life.adopt(device_id)


def _require_registered(link: AgentcraftLink, sn: str, life: Life) -> None:
    if not life.held.registered or not life.wanted:
        if life.held.problem is not None:
            raise _failure(link, sn, life.held.problem)
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="agentcraft_not_registered",
            translation_placeholders={"device": device_name(link.hass, link.entry, sn)},
        )


def _identity(link: AgentcraftLink, sn: str, life: Life) -> JsonValueType:
    """Return what an action answers; raises what went wrong."""
    held = life.held
    if held.problem is not None:
        raise _failure(link, sn, held.problem)
    return {
        "device_id": held.device_id,
        "device_token": held.tokens.device_token if held.tokens else None,
        "status": link.state(sn),
        "shadow_id": held.shadow_id,
    }


def _failure(link: AgentcraftLink, sn: str, problem: Problem) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=f"{PREFIX}{problem}",
        translation_placeholders={"device": device_name(link.hass, link.entry, sn)},
    )
