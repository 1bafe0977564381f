"""The requests of each phase: what is sent to Agentcraft, and what follows from the answer.

A request returns the next registration, or raises ``AgentcraftError``.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
import time
from typing import Final

from .client import (
    AgentcraftClient,
    AgentcraftError,
    OutcomeUnknownError,
    RefusedError,
    Tokens,
    TokenStatus,
)
from .registration import DAY, Phase, Problem, Registration, backoff

type Request = Callable[[AgentcraftClient, Registration, str], Awaitable[Registration]]


class NoTokenError(AgentcraftError):
    """The tokens were issued before, and Agentcraft returns no usable ones."""


@dataclass(frozen=True, slots=True)
class Step:
    """A request, and the phase that is stored before it is sent."""

    request: Request
    intent: Phase | None = None


def next_step(current: Registration, *, is_wanted: bool) -> Step | None:
    """Return the next step of a registration, ``None`` if there is nothing to send."""
    if not is_wanted:
        return DELETE if current.is_registered or current.phase is Phase.DELETING else None
    if current.phase is Phase.ACTIVE and current.status is TokenStatus.EXPIRED:
        return REFRESH
    return STEPS.get(current.phase)


def problem_of(error: AgentcraftError, phase: Phase) -> Problem:
    """Return the problem of a registration after a request failed in a phase."""
    if isinstance(error, NoTokenError):
        return Problem.NO_TOKEN
    if phase is not Phase.CREATING:
        return Problem.UNREACHABLE
    if isinstance(error, OutcomeUnknownError):
        return Problem.OUTCOME_UNKNOWN
    return CREATION_REFUSALS.get(error.status, Problem.UNREACHABLE)


async def create(client: AgentcraftClient, _current: Registration, secret: str) -> Registration:
    """Create a device ID."""
    device_id = await client.add_device(secret)
    return Registration(phase=Phase.UNLINKED, device_id=device_id, due=time.time() + backoff(0))


async def request_tokens(
    client: AgentcraftClient, current: Registration, _secret: str
) -> Registration:
    """Request the tokens, which are issued as soon as a user has linked the device ID."""
    try:
        return _activated(current, await client.issue_token(current.device_id or ""))
    except RefusedError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            attempts = current.attempts + 1
            return replace(current, attempts=attempts, due=time.time() + backoff(attempts))
        if error.status != HTTPStatus.CONFLICT:
            raise
    recovered = await _recover(client, current)
    if recovered is None:
        raise NoTokenError("tokens lost")
    return recovered


async def check_status(
    client: AgentcraftClient, current: Registration, _secret: str
) -> Registration:
    """Read the status of the token."""
    info = await client.token_status(current.device_token or "")
    if info.status is TokenStatus.INVALID:
        return await _replace_tokens(client, current)
    if info.status is TokenStatus.EXPIRED:
        return replace(current, status=TokenStatus.EXPIRED, due=time.time())
    return replace(
        current,
        status=TokenStatus.VALID,
        shadow_id=info.shadow_id or current.shadow_id,
        attempts=0,
        due=time.time() + DAY,
    )


async def refresh(client: AgentcraftClient, current: Registration, _secret: str) -> Registration:
    """Exchange the tokens for new ones."""
    try:
        return _activated(current, await client.refresh_token(current.refresh_token or ""))
    except RefusedError as error:
        if error.status != HTTPStatus.UNAUTHORIZED:
            raise
    return await _replace_tokens(client, current)


async def delete(client: AgentcraftClient, current: Registration, _secret: str) -> Registration:
    """Delete the device ID."""
    await client.delete_device(current.device_id or "")
    return Registration(declined=current.declined, due=time.time())


async def _replace_tokens(client: AgentcraftClient, current: Registration) -> Registration:
    """Use the tokens that Agentcraft holds instead of rejected ones, or request new ones."""
    attempts = current.attempts
    return await _recover(client, current) or replace(
        current,
        phase=Phase.UNLINKED,
        device_token=None,
        refresh_token=None,
        status=None,
        shadow_id=None,
        attempts=attempts + 1,
        due=time.time() + (backoff(attempts) if attempts else 0),
    )


async def _recover(client: AgentcraftClient, current: Registration) -> Registration | None:
    """Return the registration with the tokens that Agentcraft holds, if they are usable."""
    tokens = await client.read_device(current.device_id or "")
    if tokens is None or tokens == current.tokens:
        return None
    info = await client.token_status(tokens.device_token)
    if info.status is TokenStatus.INVALID:
        return None
    if info.status is TokenStatus.EXPIRED:
        try:
            tokens = await client.refresh_token(tokens.refresh_token)
        except RefusedError:
            return None
    return _activated(current, tokens, info.shadow_id)


def _activated(current: Registration, tokens: Tokens, shadow_id: str | None = None) -> Registration:
    """Return a registration with tokens; if its user is not known, their status is read next."""
    shadow_id = shadow_id or current.shadow_id
    return replace(
        current,
        phase=Phase.ACTIVE,
        device_token=tokens.device_token,
        refresh_token=tokens.refresh_token,
        status=TokenStatus.VALID,
        shadow_id=shadow_id,
        due=time.time() + (DAY if shadow_id else 0),
    )


REFRESH: Final = Step(refresh)
DELETE: Final = Step(delete, intent=Phase.DELETING)
STEPS: Final[Mapping[Phase, Step]] = {
    Phase.NONE: Step(create, intent=Phase.CREATING),
    Phase.UNLINKED: Step(request_tokens),
    Phase.ACTIVE: Step(check_status),
    Phase.DELETING: DELETE,
}
CREATION_REFUSALS: Final[Mapping[int | None, Problem]] = {
    HTTPStatus.UNAUTHORIZED: Problem.SECRET_REFUSED,
    HTTPStatus.CONFLICT: Problem.CONFLICT,
}
