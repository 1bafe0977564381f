"""The life of one device ID at Agentcraft: created, waiting, active, refreshed, deleted.

One step at a time, and what a step brings is kept before the next request is sent.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
import time
from typing import TYPE_CHECKING, Final

from .client import (
    AgentcraftClient,
    AgentcraftError,
    RefusedError,
    Tokens,
    TokenStatus,
    UnclearError,
)
from .registration import DAY, Phase, Problem, Registration, pause

MOST_STEPS: Final = 8
UNAUTHORIZED, NOT_FOUND, CONFLICT = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
)

type Step = Callable[[], Awaitable[None]]


class NotKeptError(Exception):
    """What is known could not be written to the disk, so nothing more may be asked."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where Agentcraft is, the secret of the agent, and the subentry that says so, if any yet."""

    url: str
    client_secret: str = field(repr=False)
    owner: str | None = None


class Life:
    """Leads one device through its phases. Whoever awaits a method of it holds ``lock``.

    ``keep`` writes what is held to the disk, or raises ``NotKeptError``. ``access`` is ``None``
    while nobody wants the device to have an ID. What goes wrong is in ``held.problem``, and in
    ``cause`` for the log.
    """

    def __init__(
        self,
        held: Registration,
        keep: Callable[[], Awaitable[None]],
        connect: Callable[[str], AgentcraftClient],
    ) -> None:
        """Go on from what is known."""
        self.held = held
        self.access: Access | None = None
        self.lock = asyncio.Lock()
        self.cause = ""
        self._keep = keep
        self._kept = True
        self._connect = connect

    @property
    def wanted(self) -> bool:
        """Return whether the device is to have the ID that it has, or one at all."""
        return (
            self.access is not None
            and not self.held.declined
            and (self.held.device_id is None or self.held.owner in (None, self.access.owner))
        )

    def would_create(self, access: Access) -> bool:
        """Return whether an ID would be made with this access, perhaps after one is deleted."""
        held = self.held
        if held.declined or held.unresolved:
            return False
        return not held.registered or held.owner not in (None, access.owner)

    @property
    def over(self) -> bool:
        """Return whether there is nothing left to do or to remember."""
        return self.access is None and self.held.phase is Phase.NONE

    @property
    def due(self) -> float | None:
        """Return when something is to be done next, in epoch seconds; ``None``: nothing is."""
        return self.held.due if self._step is not None else None

    def choose(self, access: Access | None) -> None:
        """Take over what the subentries say; an ID becomes its first subentry's own."""
        before, was_wanted = self.access, self.wanted
        self.access = access
        if access is not None and self.held.owner is None:
            self.held = replace(self.held, owner=access.owner)
        mended = before != access and self.held.problem is not None
        if mended or self.wanted is not was_wanted:
            self.hurry()

    def hurry(self) -> None:
        """Have the next step taken now, and let the pauses begin anew."""
        self.held = replace(self.held, due=time.time(), attempts=0)

    async def advance(self) -> None:
        """Take the steps that are due."""
        for _ in range(MOST_STEPS):
            step, due = self._step, self.due
            if step is None or due is None or due > time.time():
                return
            await self._attempt(step)
        await self.postpone("it contradicts itself")

    async def refresh(self) -> None:
        """Replace the tokens now, valid or not."""
        await self._attempt(self._refresh)

    async def postpone(self, cause: str) -> None:
        """Take Agentcraft for unreachable, without asking it."""
        try:
            await self._fail(Problem.UNREACHABLE, cause)
        except NotKeptError:
            self._not_kept()

    async def adopt(self, device_id: str) -> None:
        """Take a device ID that the user brings; its token is asked for next."""
        url, owner = (self.access.url, self.access.owner) if self.access else (self.held.url, None)
        await self._become(
            Registration(phase=Phase.UNLINKED, url=url, owner=owner, device_id=device_id)
        )

    async def begin_anew(self) -> None:
        """Forget an attempt of which the user says that it brought no ID."""
        await self._become(Registration(url=self.held.url))

    async def replace_id(self) -> None:
        """Have the ID deleted, and another one made."""
        await self._become(
            replace(self.held, phase=Phase.DELETING, problem=None, due=time.time(), attempts=0)
        )

    async def decline(self, *, declined: bool) -> None:
        """Have the ID deleted and no other one made, or take that back."""
        self.hurry()
        await self._become(replace(self.held, declined=declined, problem=None, failing_since=None))

    async def _attempt(self, step: Step) -> None:
        try:
            if not self._kept:
                await self._become(self.held)
            try:
                await step()
            except AgentcraftError as error:
                refused = isinstance(error, RefusedError) and error.status == UNAUTHORIZED
                wrong_secret = refused and self.held.phase is Phase.NONE
                problem = Problem.SECRET_REFUSED if wrong_secret else Problem.UNREACHABLE
                await self._fail(problem, str(error))
        except NotKeptError:
            self._not_kept()

    async def _fail(self, problem: Problem, cause: str = "") -> None:
        """Note what is wrong, and try again after a pause."""
        now, held = time.time(), self.held
        self.cause = cause
        since = (held.failing_since or now) if problem is Problem.UNREACHABLE else None
        await self._become(
            replace(
                held,
                problem=problem,
                failing_since=since,
                attempts=held.attempts + 1,
                due=now + pause(held.attempts),
            )
        )

    def _not_kept(self) -> None:
        problem = self.held.problem or Problem.NOT_STORED
        self.held = replace(self.held, problem=problem, due=time.time() + pause(0))

    async def _become(self, held: Registration) -> None:
        """Hold something else, and have it on the disk; the mere time of the next step is not."""
        same = self._kept and replace(self.held, due=held.due) == held
        self.held = held
        if same:
            return
        self._kept = False
        await self._keep()
        self._kept = True

    # Steps

    @property
    def _step(self) -> Step | None:
        """Return what is to be done next."""
        match self.held.phase, self.wanted:
            case Phase.NONE, True:
                return self._create
            case Phase.UNLINKED, True:
                return self._ask
            case Phase.ACTIVE, True:
                return self._check
            case (Phase.UNLINKED | Phase.ACTIVE, False) | (Phase.DELETING, _):
                return self._delete
            case _:
                return None

    async def _create(self) -> None:
        """Add a device ID: the intent is on the disk before, the ID directly after."""
        before, access = self.held, self.access
        if TYPE_CHECKING:
            assert access is not None
        intent = replace(
            before, phase=Phase.CREATING, url=access.url, owner=access.owner, problem=None, due=None
        )
        try:
            await self._become(intent)
        except NotKeptError:
            with suppress(NotKeptError):
                await self._become(before)
            raise
        try:
            device_id = await self._connect(access.url).add_device(access.client_secret)
        except UnclearError:
            await self._become(replace(intent, problem=Problem.OUTCOME_UNKNOWN))
            return
        except AgentcraftError as error:
            if isinstance(error, RefusedError) and error.status == CONFLICT:
                await self._become(replace(intent, problem=Problem.CONFLICT))
                return
            self.held = before
            raise
        await self._become(
            Registration(
                phase=Phase.UNLINKED,
                url=access.url,
                owner=access.owner,
                device_id=device_id,
                due=time.time() + (pause(0) if self.wanted else 0),
            )
        )

    async def _ask(self) -> None:
        """Ask for the token of an ID, which is there as soon as the user has linked it."""
        try:
            tokens = await self._client.issue_token(self._device_id)
        except RefusedError as error:
            if error.status == CONFLICT:
                if not await self._recover():
                    await self._fail(Problem.NO_TOKEN)
                return
            if error.status != NOT_FOUND:
                raise
            attempts = self.held.attempts + 1
            due = time.time() + pause(attempts)
            await self._become(replace(self._sound, attempts=attempts, due=due))
            return
        await self._take(tokens)

    async def _check(self) -> None:
        """Ask what the token is worth, and do what follows from it."""
        standing = await self._client.token_status(self._tokens.device_token)
        if standing.status is TokenStatus.INVALID:
            await self._start_over()
        elif standing.status is TokenStatus.EXPIRED:
            await self._become(replace(self.held, status=TokenStatus.EXPIRED))
            await self._refresh()
        else:
            await self._become(
                replace(
                    self._sound,
                    status=TokenStatus.VALID,
                    shadow_id=standing.shadow_id or self.held.shadow_id,
                    attempts=0,
                    due=time.time() + DAY,
                )
            )

    async def _refresh(self) -> None:
        try:
            tokens = await self._client.refresh_token(self._tokens.refresh_token)
        except RefusedError as error:
            if error.status != UNAUTHORIZED:
                raise
            await self._start_over()
        else:
            await self._take(tokens)

    async def _start_over(self) -> None:
        """Go on without the tokens that were rejected, unless Agentcraft keeps better ones."""
        if await self._recover():
            return
        attempts = self.held.attempts
        await self._become(
            replace(
                self._sound,
                phase=Phase.UNLINKED,
                tokens=None,
                status=None,
                shadow_id=None,
                attempts=attempts + 1,
                due=time.time() + (pause(attempts) if attempts else 0),
            )
        )

    async def _recover(self) -> bool:
        """Return whether Agentcraft keeps a pair of tokens that can be used, and take it."""
        client = self._client
        tokens = await client.read_device(self._device_id)
        if tokens is None or tokens == self.held.tokens:
            return False
        standing = await client.token_status(tokens.device_token)
        if standing.status is TokenStatus.INVALID:
            return False
        if standing.status is TokenStatus.EXPIRED:
            try:
                tokens = await client.refresh_token(tokens.refresh_token)
            except RefusedError:
                return False
        await self._take(tokens, standing.shadow_id)
        return True

    async def _take(self, tokens: Tokens, shadow_id: str | None = None) -> None:
        """Hold a pair of tokens; it is looked at once more if the user behind it is not known."""
        shadow_id = shadow_id or self.held.shadow_id
        await self._become(
            replace(
                self._sound,
                phase=Phase.ACTIVE,
                tokens=tokens,
                status=TokenStatus.VALID,
                shadow_id=shadow_id,
                due=time.time() + (DAY if shadow_id else 0),
            )
        )

    async def _delete(self) -> None:
        """Delete an ID; what was begun is finished, since nobody knows how far it came."""
        if self.held.phase is not Phase.DELETING:
            await self._become(replace(self.held, phase=Phase.DELETING))
        await self._connect(self.held.url).delete_device(self._device_id)
        await self._become(Registration(declined=self.held.declined, due=time.time()))

    @property
    def _client(self) -> AgentcraftClient:
        return self._connect(self.access.url if self.access else self.held.url)

    @property
    def _sound(self) -> Registration:
        """Return what is held as it is once Agentcraft has answered."""
        held = replace(self.held, problem=None, failing_since=None)
        if self.access is None:
            return held
        return replace(held, url=self.access.url, owner=self.access.owner or held.owner)

    @property
    def _device_id(self) -> str:
        if TYPE_CHECKING:
            assert self.held.device_id is not None
        return self.held.device_id

    @property
    def _tokens(self) -> Tokens:
        if TYPE_CHECKING:
            assert self.held.tokens is not None
        return self.held.tokens
