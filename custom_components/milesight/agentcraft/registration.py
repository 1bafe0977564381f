"""The registration of one device at Agentcraft: its state and its stored form."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
import time
from typing import Final

import voluptuous as vol

from ..api.backoff import exponential_delay
from .client import TokenStatus

DAY: Final = 24 * 60 * 60.0
MAX_DELAY: Final = DAY / 4


class Phase(StrEnum):
    """Phase of a registration.

    ``CREATING`` is stored before the device ID is requested. If it is found in the store, it is
    unknown whether Agentcraft created an ID, and no other one must be requested.
    """

    NONE = "none"
    CREATING = "creating"
    UNLINKED = "unlinked"
    ACTIVE = "active"
    DELETING = "deleting"


class Problem(StrEnum):
    """Reason why a registration does not proceed or an action is not possible."""

    UNREACHABLE = "unreachable"
    SECRET_REFUSED = "secret_refused"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CONFLICT = "conflict"
    NO_TOKEN = "no_token"
    NOT_STORED = "not_stored"
    ALREADY_REGISTERED = "already_registered"
    ID_TAKEN = "id_taken"
    INVALID_ID = "invalid_id"
    NOT_LINKED = "not_linked"
    NOT_REGISTERED = "not_registered"


class State(StrEnum):
    """State of the sensor of a linked device."""

    NOT_REGISTERED = "not_registered"
    WAITING = "waiting"
    ACTIVE = "active"
    EXPIRED = "expired"
    ERROR = "error"


STATES: Final = {Phase.UNLINKED: State.WAITING, Phase.ACTIVE: State.ACTIVE}
UNRESOLVED: Final = (Problem.OUTCOME_UNKNOWN, Problem.CONFLICT)


def backoff(attempts: int) -> float:
    """Return the seconds to wait after failed attempts: a minute, doubled up to six hours."""
    return exponential_delay(attempts + 1, MAX_DELAY)


@dataclass(frozen=True, slots=True)
class Access:
    """Server and client secret of an agent, and the id of the subentry that holds them."""

    url: str
    client_secret: str = field(repr=False)
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """State of one device at Agentcraft.

    ``url`` is the server that issued the device ID, ``owner`` the id of the subentry it was created
    for, ``declined`` whether the user unregistered the device. ``due`` is the time of the next
    request and ``failing_since`` that of the first failed one, in epoch seconds. Tokens without a
    ``status`` are to be replaced.
    """

    phase: Phase = Phase.NONE
    declined: bool = False
    url: str = ""
    owner: str | None = None
    device_id: str | None = field(default=None, repr=False)
    device_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    status: TokenStatus | None = None
    shadow_id: str | None = field(default=None, repr=False)
    problem: Problem | None = None
    failing_since: float | None = None
    attempts: int = 0
    due: float = 0.0

    @property
    def is_registered(self) -> bool:
        """Return whether the device has a usable device ID."""
        return self.phase in STATES

    @property
    def is_unresolved(self) -> bool:
        """Return whether only the user can tell if a device ID was created."""
        return self.problem in UNRESOLVED

    @property
    def is_unreachable(self) -> bool:
        """Return whether Agentcraft has not been reachable for a day."""
        return self.failing_since is not None and time.time() - self.failing_since >= DAY

    @property
    def state(self) -> State:
        """Return the state; a registered device keeps it for a day without Agentcraft."""
        is_kept = self.is_registered and self.problem is Problem.UNREACHABLE
        if self.problem is not None and (self.is_unreachable or not is_kept):
            return State.ERROR
        if self.phase is Phase.ACTIVE and self.status is TokenStatus.EXPIRED:
            return State.EXPIRED
        return STATES.get(self.phase, State.NOT_REGISTERED)

    def is_wanted(self, access: Access | None) -> bool:
        """Return whether the device should have a device ID, or keep the one it has."""
        if access is None or self.declined:
            return False
        return self.device_id is None or self.owner in (None, access.owner)

    def needs_device_id(self, access: Access) -> bool:
        """Return whether this access leads to a new device ID."""
        is_kept = self.is_registered and self.is_wanted(access)
        return not (is_kept or self.declined or self.is_unresolved)

    def with_access(self, previous: Access | None, access: Access | None) -> Registration:
        """Return the registration after a change of the links, and retry what failed before.

        A device ID without an owner belongs to the subentry.
        """
        is_changed = access != previous and self.problem is not None
        current = self.due_now() if is_changed else self
        if access is None or self.owner is not None:
            return current
        return replace(current, owner=access.owner, url=self.url or access.url)

    def due_now(self) -> Registration:
        """Return the registration with its next request due, and without failed attempts."""
        return replace(self, due=0.0, attempts=0)

    def failed(self, problem: Problem) -> Registration:
        """Return the registration after a failure; the request is repeated if it can be."""
        is_undone = self.phase is Phase.CREATING and problem not in UNRESOLVED
        now = time.time()
        return replace(
            self,
            phase=Phase.NONE if is_undone else self.phase,
            problem=problem,
            failing_since=(self.failing_since or now) if problem is Problem.UNREACHABLE else None,
            attempts=self.attempts + 1,
            due=now + backoff(self.attempts),
        )

    @classmethod
    def from_json(cls, stored: object) -> Registration:
        """Return a stored registration; an unreadable one may have a device ID."""
        try:
            registration = cls(**STORED(stored))
        except vol.Invalid:
            return UNKNOWN
        if registration.phase is Phase.CREATING and not registration.is_unresolved:
            return replace(registration, problem=Problem.OUTCOME_UNKNOWN)
        fields = REQUIRED.get(registration.phase, ())
        return registration if all(getattr(registration, name) for name in fields) else UNKNOWN


type Change = Callable[[Registration], Registration | Problem]

UNKNOWN: Final = Registration(phase=Phase.CREATING, problem=Problem.OUTCOME_UNKNOWN)
REQUIRED: Final = {
    Phase.UNLINKED: ("device_id",),
    Phase.ACTIVE: ("device_id", "device_token", "refresh_token"),
    Phase.DELETING: ("device_id",),
}
STORED: Final = vol.Schema(
    {
        vol.Required("phase"): vol.Coerce(Phase),
        "status": vol.Maybe(vol.Coerce(TokenStatus)),
        "problem": vol.Maybe(vol.Coerce(Problem)),
        "declined": bool,
        "url": str,
        vol.Any("owner", "device_id", "device_token", "refresh_token", "shadow_id"): vol.Maybe(str),
        "attempts": vol.All(int, vol.Range(min=0)),
        "failing_since": vol.Maybe(vol.Coerce(float)),
        "due": vol.All(vol.DefaultTo(0.0), vol.Coerce(float)),
    },
    extra=vol.REMOVE_EXTRA,
)
