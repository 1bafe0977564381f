"""The requests of each phase: what is sent to Agentcraft, and what follows from the answer.

A request returns the next registration, or raises ``AgentcraftError``.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from math import inf
import time
from typing import Final

from .client import AgentcraftClient, OutcomeUnknownError, RefusedError, Tokens, TokenStatus
from .registration import DAY, Access, Phase, Problem, Registration, backoff

type Request = Callable[[AgentcraftClient, Registration, str], Awaitable[Registration]]


def next_intent(current: Registration, access: Access | None) -> Registration | None:
    """Return the registration as it is during its next request, ``None`` without a request.

    A device ID is deleted where it was created.
    """
    is_wanted = current.is_wanted(access)
    if current.phase is Phase.DELETING or (current.is_registered and not is_wanted):
        return replace(current, phase=Phase.DELETING)
    if access is None or not is_wanted or current.phase is Phase.CREATING:
        return None
    phase = Phase.CREATING if current.phase is Phase.NONE else current.phase
    return replace(current, phase=phase, url=access.url, owner=access.owner)


def seconds_until_due(current: Registration, access: Access | None) -> float:
    """Return the seconds until the next request, infinity without a request.

    A deletion is due at once unless it has failed before, and so is a request that is due in more
    than a day, since the clock must have been wrong.
    """
    intent = next_intent(current, access)
    if intent is None:
        return inf
    seconds = current.due - time.time()
    is_new_deletion = intent.phase is Phase.DELETING and current.problem is None
    return 0 if is_new_deletion or seconds > DAY else max(seconds, 0)


async def create(client: AgentcraftClient, current: Registration, secret: str) -> Registration:
    """Create a device ID."""
    try:
        device_id = await client.add_device(secret)
    except OutcomeUnknownError:
        return current.failed(Problem.OUTCOME_UNKNOWN)
    except RefusedError as error:
        if error.status not in CREATION_REFUSALS:
            raise
        return current.failed(CREATION_REFUSALS[error.status])
    due = time.time() + backoff(0)
    return replace(current, phase=Phase.UNLINKED, device_id=device_id, attempts=0, due=due)


async def issue(client: AgentcraftClient, current: Registration, _secret: str) -> Registration:
    """Request the tokens, which are issued as soon as a user has linked the device ID."""
    try:
        return _activated(current, await client.issue_token(current.device_id or ""))
    except RefusedError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            attempts = current.attempts + 1
            return replace(current, attempts=attempts, due=time.time() + backoff(attempts))
        if error.status != HTTPStatus.CONFLICT:
            raise
    return await _recover(client, current) or current.failed(Problem.NO_TOKEN)


async def check(client: AgentcraftClient, current: Registration, _secret: str) -> Registration:
    """Read the status of the token, or exchange tokens that are not valid for new ones."""
    if current.status is TokenStatus.VALID:
        info = await client.token_status(current.device_token or "")
        if info.status is TokenStatus.EXPIRED:
            return replace(current, status=TokenStatus.EXPIRED, due=0.0)
        if info.status is TokenStatus.VALID:
            shadow_id = info.shadow_id or current.shadow_id
            return replace(current, shadow_id=shadow_id, attempts=0, due=time.time() + DAY)
    else:
        try:
            return _activated(current, await client.refresh_token(current.refresh_token or ""))
        except RefusedError as error:
            if error.status != HTTPStatus.UNAUTHORIZED:
                raise
    return await _replace_tokens(client, current)


async def delete(client: AgentcraftClient, current: Registration, _secret: str) -> Registration:
    """Delete the device ID."""
    await client.delete_device(current.device_id or "")
    return Registration(declined=current.declined, url=current.url, owner=current.owner)


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
        due=time.time() + backoff(attempts) if attempts else 0.0,
    )


async def _recover(client: AgentcraftClient, current: Registration) -> Registration | None:
    """Return the registration with the tokens that Agentcraft holds, if they are usable."""
    tokens = await client.read_device(current.device_id or "")
    if tokens is None or tokens.device_token == current.device_token:
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
        attempts=0 if shadow_id else current.attempts,
        due=time.time() + DAY if shadow_id else 0.0,
    )


REQUESTS: Final[Mapping[Phase, Request]] = {
    Phase.CREATING: create,
    Phase.UNLINKED: issue,
    Phase.ACTIVE: check,
    Phase.DELETING: delete,
}
CREATION_REFUSALS: Final[Mapping[int | None, Problem]] = {
    HTTPStatus.UNAUTHORIZED: Problem.SECRET_REFUSED,
    HTTPStatus.CONFLICT: Problem.CONFLICT,
}
