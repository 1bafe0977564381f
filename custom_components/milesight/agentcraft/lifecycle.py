"""Run the steps of one registration; each result is stored before the next request is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
import time
from typing import Any, Final

from .client import AgentcraftClient, AgentcraftError
from .registration import Phase, Problem, Registration, backoff
from .steps import REFRESH, Step, next_step, problem_of

MAX_STEPS: Final = 8
UNRESOLVED: Final = (Problem.OUTCOME_UNKNOWN, Problem.CONFLICT)


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
        access: Access | None,
        save: Callable[[], Awaitable[None]],
        client_for: Callable[[str], AgentcraftClient],
    ) -> None:
        """Initialize with the stored registration, and end it if it is not wanted any more."""
        self.registration = registration
        self.access = access
        self.lock = asyncio.Lock()
        self.error = ""
        self._save = save
        self._is_saved = True
        self._client_for = client_for
        if not self.is_wanted:
            self.schedule_now()

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
    def url(self) -> str:
        """Return the server of the next request; an ID is deleted where it was created."""
        is_deletion = not self.is_wanted or self.registration.phase is Phase.DELETING
        return self.registration.url if self.access is None or is_deletion else self.access.url

    @property
    def due(self) -> float | None:
        """Return the time of the next request in epoch seconds, ``None`` if there is none."""
        step = next_step(self.registration, is_wanted=self.is_wanted)
        return self.registration.due if step is not None else None

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
            step = next_step(self.registration, is_wanted=self.is_wanted)
            due = self.registration.due
            if step is None or due is None or due > time.time():
                return
            await self._attempt(step)
        await self.fail("contradictory answers")

    async def refresh(self) -> None:
        """Replace the tokens now, or request them if there are none."""
        if self.registration.phase is Phase.ACTIVE:
            await self._attempt(REFRESH)
        else:
            self.schedule_now()

    async def fail(self, error: str, problem: Problem = Problem.UNREACHABLE) -> None:
        """Record a problem and try again later, unless only the user can resolve it."""
        now, current = time.time(), self.registration
        is_undone = current.phase is Phase.CREATING and problem not in UNRESOLVED
        is_unreachable = problem is Problem.UNREACHABLE
        self.error = error
        with suppress(NotStoredError):
            await self.update(
                phase=Phase.NONE if is_undone else current.phase,
                problem=problem,
                failing_since=(current.failing_since or now) if is_unreachable else None,
                attempts=current.attempts + 1,
                due=now + backoff(current.attempts),
            )

    async def set(self, registration: Registration) -> None:
        """Replace the registration and store it."""
        self.registration = registration
        self._is_saved = False
        await self._save()
        self._is_saved = True

    async def update(self, **changes: Any) -> None:
        """Change fields of the registration and store it."""
        await self.set(replace(self.registration, **changes))

    async def _attempt(self, step: Step) -> None:
        """Send a request, after storing what could not be stored before."""
        access, url, was_wanted = self.access, self.url, self.is_wanted
        secret, owner = (access.client_secret, access.owner) if access else ("", None)
        try:
            if not self._is_saved:
                await self.update()
            if step.intent is not None:
                await self._store_intent(step.intent, url)
            result = await step.request(self._client_for(url), self.registration, secret)
            owner = owner or result.owner
            self.registration = replace(
                result, url=url, owner=owner, problem=None, failing_since=None
            )
            if self.is_wanted is not was_wanted:
                self.schedule_now()
            await self.update()
        except AgentcraftError as error:
            await self.fail(str(error), problem_of(error, self.registration.phase))
        except NotStoredError:
            problem = self.registration.problem or Problem.NOT_STORED
            due = time.time() + backoff(0)
            self.registration = replace(self.registration, problem=problem, due=due)

    async def _store_intent(self, phase: Phase, url: str) -> None:
        """Store what is about to be requested, or leave the registration as it was."""
        before = self.registration
        try:
            await self.update(phase=phase, url=url, problem=None)
        except NotStoredError:
            with suppress(NotStoredError):
                await self.set(before)
            raise
