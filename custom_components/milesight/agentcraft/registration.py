"""The registration of one device at Agentcraft: its state and its stored form."""

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

import voluptuous as vol

from ..api.backoff import exponential_delay
from .client import Tokens, TokenStatus

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
    """Reason why a registration does not proceed."""

    UNREACHABLE = "unreachable"
    SECRET_REFUSED = "secret_refused"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CONFLICT = "conflict"
    NO_TOKEN = "no_token"
    NOT_STORED = "not_stored"


class State(StrEnum):
    """State of the sensor of a linked device."""

    NOT_REGISTERED = "not_registered"
    WAITING = "waiting"
    ACTIVE = "active"
    EXPIRED = "expired"
    ERROR = "error"


STATES: Final = {Phase.UNLINKED: State.WAITING, Phase.ACTIVE: State.ACTIVE}


def backoff(attempts: int) -> float:
    """Return the seconds to wait after failed attempts: a minute, doubled up to six hours."""
    return exponential_delay(attempts + 1, MAX_DELAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """State of one device at Agentcraft.

    ``url`` is the server that issued the device ID, ``owner`` the id of the subentry it was created
    for, ``declined`` whether the user unregistered the device. ``due`` is the time of the next
    request and ``failing_since`` that of the first failed one, in epoch seconds.
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
    due: float | None = 0.0

    @property
    def tokens(self) -> Tokens | None:
        """Return the device token and its refresh token."""
        if self.device_token is None or self.refresh_token is None:
            return None
        return Tokens(self.device_token, self.refresh_token)

    @property
    def is_registered(self) -> bool:
        """Return whether the device has a usable device ID."""
        return self.phase in STATES

    @property
    def is_unresolved(self) -> bool:
        """Return whether only the user can tell if a device ID was created."""
        return self.phase is Phase.CREATING

    def is_unreachable(self, now: float) -> bool:
        """Return whether Agentcraft has not been reachable for a day."""
        return self.failing_since is not None and now - self.failing_since >= DAY

    def state(self, now: float) -> State:
        """Return the state; a registered device keeps it for a day without Agentcraft."""
        is_outage = self.problem is Problem.UNREACHABLE and not self.is_unreachable(now)
        if self.problem is not None and not (is_outage and self.is_registered):
            return State.ERROR
        if self.phase is Phase.ACTIVE and self.status is not TokenStatus.VALID:
            return State.EXPIRED
        return STATES.get(self.phase, State.NOT_REGISTERED)

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: object) -> Registration:
        """Return a stored registration; an unreadable one may have a device ID."""
        try:
            registration = cls(**STORED(stored))
        except vol.Invalid:
            return UNKNOWN
        match registration:
            case Registration(phase=Phase.CREATING, problem=None):
                return replace(registration, problem=Problem.OUTCOME_UNKNOWN)
            case Registration(phase=Phase.UNLINKED | Phase.DELETING, device_id=None):
                return UNKNOWN
            case Registration(phase=Phase.ACTIVE) if not (
                registration.device_id and registration.tokens
            ):
                return UNKNOWN
        return registration


UNKNOWN: Final = Registration(phase=Phase.CREATING, problem=Problem.OUTCOME_UNKNOWN, due=None)
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
        vol.Optional("due", default=None): vol.Maybe(vol.Coerce(float)),
    },
    extra=vol.REMOVE_EXTRA,
)
