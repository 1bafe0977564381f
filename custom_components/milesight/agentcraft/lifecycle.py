"""Lifecycle of one registration: create, wait for the user, keep the token valid, delete.

The result of each request is stored before the next request is sent.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
import time
from typing import Any, Final

from .client import (
    AgentcraftClient,
    AgentcraftError,
    OutcomeUnknownError,
    RefusedError,
    Tokens,
    TokenStatus,
)
from .registration import DAY, Phase, Problem, Registration, backoff

MAX_STEPS: Final = 8

type Step = Callable[[], Awaitable[None]]


class NotStoredError(Exception):
    """The registrations could not be stored, so no further request may be sent."""


@dataclass(frozen=True, slots=True)
class Access:
    """Server and client secret of an agent, and the id of the subentry that holds them."""

    url: str
    client_secret: str = field(repr=False)
    owner: str | None = None


class RegistrationLifecycle:
    """Manage the registration of one device; coroutines are awaited with ``lock`` held.

    ``save`` stores all registrations or raises ``NotStoredError``. ``access`` is ``None`` while
    the device is not linked. ``error`` describes the last failed request.
    """

    def __init__(
        self,
        registration: Registration,
        save: Callable[[], Awaitable[None]],
        client_for: Callable[[str], AgentcraftClient],
    ) -> None:
        """Initialize with the stored registration."""
        self.registration = registration
        self.access: Access | None = None
        self.lock = asyncio.Lock()
        self.error = ""
        self._save = save
        self._saved = True
        self._client_for = client_for

    @property
    def is_wanted(self) -> bool:
        """Return whether the device should have a device ID, or keep the one it has."""
        current = self.registration
        return (
            self.access is not None
            and not current.declined
            and (current.device_id is None or current.owner in (None, self.access.owner))
        )

    @property
    def is_finished(self) -> bool:
        """Return whether nothing is left to do or to store."""
        return self.access is None and self.registration.phase is Phase.NONE

    @property
    def due(self) -> float | None:
        """Return the time of the next request in epoch seconds, ``None`` if there is none."""
        return self.registration.due if self._next_step is not None else None

    def is_due(self, now: float) -> bool:
        """Return whether a request is due at a time in epoch seconds."""
        return self.due is not None and self.due <= now

    def needs_device_id(self, access: Access) -> bool:
        """Return whether this access would lead to a new device ID."""
        current = self.registration
        if current.declined or current.is_unresolved:
            return False
        return not current.is_registered or current.owner not in (None, access.owner)

    def set_access(self, access: Access | None) -> None:
        """Follow the subentries; a device ID without a subentry becomes that of the first one."""
        previous, was_wanted = self.access, self.is_wanted
        self.access = access
        if access is not None and self.registration.owner is None:
            self.registration = replace(self.registration, owner=access.owner)
        has_problem = self.registration.problem is not None
        if self.is_wanted is not was_wanted or (previous != access and has_problem):
            self.schedule_now()

    def schedule_now(self) -> None:
        """Make the next request due now and reset the delay between attempts."""
        self.registration = replace(self.registration, due=time.time(), attempts=0)

    async def advance(self) -> None:
        """Send the requests that are due."""
        for _ in range(MAX_STEPS):
            step = self._next_step
            if step is None or not self.is_due(time.time()):
                return
            await self._attempt(step)
        await self.fail("contradictory answers")

    async def refresh(self) -> None:
        """Replace the tokens now, or request them if there are none."""
        if self.registration.phase is Phase.ACTIVE:
            await self._attempt(self._refresh)
        else:
            self.schedule_now()
        await self.advance()

    async def fail(self, error: str, problem: Problem = Problem.UNREACHABLE) -> None:
        """Record a problem and try again later."""
        now, current = time.time(), self.registration
        self.error = error
        is_unreachable = problem is Problem.UNREACHABLE
        with suppress(NotStoredError):
            await self._update(
                problem=problem,
                failing_since=(current.failing_since or now) if is_unreachable else None,
                attempts=current.attempts + 1,
                due=now + backoff(current.attempts),
            )

    async def adopt(self, device_id: str) -> None:
        """Use an existing device ID; its tokens are requested next."""
        access = self.access
        url, owner = (access.url, access.owner) if access else (self.registration.url, None)
        await self._set(
            Registration(phase=Phase.UNLINKED, url=url, owner=owner, device_id=device_id)
        )

    async def reset(self) -> None:
        """Forget an attempt after the user confirmed that no device ID was created."""
        await self._set(Registration(url=self.registration.url))

    async def replace_device_id(self) -> None:
        """Delete the device ID and create another one."""
        await self._update(phase=Phase.DELETING, problem=None, due=time.time(), attempts=0)

    async def set_declined(self, *, declined: bool) -> None:
        """Delete the device ID and create no other one, or revoke that."""
        self.schedule_now()
        await self._update(declined=declined, problem=None, failing_since=None)

    async def _attempt(self, step: Step) -> None:
        """Send a request, after storing what could not be stored before."""
        try:
            if not self._saved:
                await self._update()
            await step()
        except AgentcraftError as error:
            creating = self.registration.phase is Phase.NONE
            refused = error.status == HTTPStatus.UNAUTHORIZED and creating
            await self.fail(str(error), Problem.SECRET_REFUSED if refused else Problem.UNREACHABLE)
        except NotStoredError:
            problem = self.registration.problem or Problem.NOT_STORED
            due = time.time() + backoff(0)
            self.registration = replace(self.registration, problem=problem, due=due)

    async def _set(self, registration: Registration) -> None:
        """Replace the registration and store it."""
        self.registration = registration
        self._saved = False
        await self._save()
        self._saved = True

    async def _update(self, **changes: Any) -> None:
        await self._set(replace(self.registration, **changes))

    async def _succeed(self, **changes: Any) -> None:
        """Update the registration after Agentcraft answered, which ends an earlier problem."""
        if self.access is not None:
            owner = self.access.owner or self.registration.owner
            changes |= {"url": self.access.url, "owner": owner}
        await self._update(problem=None, failing_since=None, **changes)

    @property
    def _next_step(self) -> Step | None:
        match self.registration.phase, self.is_wanted:
            case Phase.NONE, True:
                return self._create
            case Phase.UNLINKED, True:
                return self._request_tokens
            case Phase.ACTIVE, True:
                return self._check_status
            case (Phase.UNLINKED | Phase.ACTIVE, False) | (Phase.DELETING, _):
                return self._delete
            case _:
                return None

    async def _create(self) -> None:
        """Create a device ID; the intent is stored before the request, the ID after it."""
        before, access = self.registration, self.access
        if access is None:
            return
        origin: dict[str, Any] = {"url": access.url, "owner": access.owner}
        try:
            await self._update(phase=Phase.CREATING, problem=None, due=None, **origin)
        except NotStoredError:
            with suppress(NotStoredError):
                await self._set(before)
            raise
        try:
            device_id = await self._client_for(access.url).add_device(access.client_secret)
        except AgentcraftError as error:
            if isinstance(error, OutcomeUnknownError):
                await self._update(problem=Problem.OUTCOME_UNKNOWN)
            elif error.status == HTTPStatus.CONFLICT:
                await self._update(problem=Problem.CONFLICT)
            else:
                self.registration = before
                raise
        else:
            due = time.time() + (backoff(0) if self.is_wanted else 0)
            await self._set(
                Registration(phase=Phase.UNLINKED, device_id=device_id, due=due, **origin)
            )

    async def _request_tokens(self) -> None:
        """Request the tokens, which are issued as soon as a user has linked the device ID."""
        try:
            tokens = await self._client.issue_token(self._device_id)
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                attempts = self.registration.attempts + 1
                await self._succeed(attempts=attempts, due=time.time() + backoff(attempts))
            elif error.status != HTTPStatus.CONFLICT:
                raise
            elif not await self._recover_tokens():
                await self.fail("tokens lost", Problem.NO_TOKEN)
        else:
            await self._activate(tokens)

    async def _check_status(self) -> None:
        """Read the status of the token and act on it."""
        info = await self._client.token_status(self.registration.device_token or "")
        if info.status is TokenStatus.INVALID:
            await self._discard_tokens()
        elif info.status is TokenStatus.EXPIRED:
            await self._update(status=TokenStatus.EXPIRED)
            await self._refresh()
        else:
            await self._succeed(
                status=TokenStatus.VALID,
                shadow_id=info.shadow_id or self.registration.shadow_id,
                attempts=0,
                due=time.time() + DAY,
            )

    async def _refresh(self) -> None:
        try:
            tokens = await self._client.refresh_token(self.registration.refresh_token or "")
        except RefusedError as error:
            if error.status != HTTPStatus.UNAUTHORIZED:
                raise
            await self._discard_tokens()
        else:
            await self._activate(tokens)

    async def _discard_tokens(self) -> None:
        """Continue without rejected tokens, unless Agentcraft holds usable ones."""
        if await self._recover_tokens():
            return
        attempts = self.registration.attempts
        await self._succeed(
            phase=Phase.UNLINKED,
            device_token=None,
            refresh_token=None,
            status=None,
            shadow_id=None,
            attempts=attempts + 1,
            due=time.time() + (backoff(attempts) if attempts else 0),
        )

    async def _recover_tokens(self) -> bool:
        """Use the tokens that Agentcraft holds; return whether there are usable ones."""
        client = self._client
        tokens = await client.read_device(self._device_id)
        if tokens is None or tokens == self.registration.tokens:
            return False
        info = await client.token_status(tokens.device_token)
        if info.status is TokenStatus.INVALID:
            return False
        if info.status is TokenStatus.EXPIRED:
            try:
                tokens = await client.refresh_token(tokens.refresh_token)
            except RefusedError:
                return False
        await self._activate(tokens, info.shadow_id)
        return True

    async def _activate(self, tokens: Tokens, shadow_id: str | None = None) -> None:
        """Store new tokens; their status is read once more if the user is not known."""
        shadow_id = shadow_id or self.registration.shadow_id
        await self._succeed(
            phase=Phase.ACTIVE,
            device_token=tokens.device_token,
            refresh_token=tokens.refresh_token,
            status=TokenStatus.VALID,
            shadow_id=shadow_id,
            due=time.time() + (DAY if shadow_id else 0),
        )

    async def _delete(self) -> None:
        """Delete the device ID; once begun, the deletion is completed in any case."""
        await self._update(phase=Phase.DELETING)
        await self._client_for(self.registration.url).delete_device(self._device_id)
        await self._set(Registration(declined=self.registration.declined, due=time.time()))

    @property
    def _client(self) -> AgentcraftClient:
        return self._client_for(self.access.url if self.access else self.registration.url)

    @property
    def _device_id(self) -> str:
        return self.registration.device_id or ""
