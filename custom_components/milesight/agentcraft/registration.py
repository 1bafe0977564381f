"""What is known of one device's identity at Agentcraft: all of it survives a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import math
from typing import Final

from ..api.decode import Json, boolean, integer, mapping, number, text
from .client import Tokens, TokenStatus

MINUTE: Final = 60.0
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
LONGEST_PAUSE: Final = 6 * HOUR


class Phase(StrEnum):
    """How far a device ID has come.

    ``CREATING`` is on the disk before Agentcraft is asked for an ID. Whoever reads it from there
    does not know whether there is one, and must not ask for another.
    """

    NONE = "none"
    CREATING = "creating"
    UNLINKED = "unlinked"
    ACTIVE = "active"
    DELETING = "deleting"


class Problem(StrEnum):
    """What keeps a device ID from going on."""

    UNREACHABLE = "unreachable"
    SECRET_REFUSED = "secret_refused"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CONFLICT = "conflict"
    NO_TOKEN = "no_token"
    NOT_STORED = "not_stored"


class State(StrEnum):
    """What the user is shown."""

    NOT_REGISTERED = "not_registered"
    WAITING = "waiting"
    ACTIVE = "active"
    EXPIRED = "expired"
    ERROR = "error"


STATES: Final[Mapping[Phase, State]] = {
    Phase.NONE: State.NOT_REGISTERED,
    Phase.CREATING: State.NOT_REGISTERED,
    Phase.UNLINKED: State.WAITING,
    Phase.ACTIVE: State.ACTIVE,
    Phase.DELETING: State.NOT_REGISTERED,
}


def pause(attempts: int) -> float:
    """Return how many seconds to wait after so many attempts in vain."""
    return min(math.ldexp(MINUTE, min(attempts, 20)), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One device's identity.

    ``url`` is the address of the Agentcraft that knows the ID, ``owner`` the subentry for which it
    was made, ``declined`` says that the user wants none for the time being. ``due`` is when
    something is to be done next and ``failing_since`` when Agentcraft was first out of reach, in
    epoch seconds.
    """

    phase: Phase = Phase.NONE
    declined: bool = False
    url: str = ""
    owner: str | None = None
    device_id: str | None = field(default=None, repr=False)
    tokens: Tokens | None = field(default=None, repr=False)
    status: TokenStatus | None = None
    shadow_id: str | None = field(default=None, repr=False)
    problem: Problem | None = None
    failing_since: float | None = None
    attempts: int = 0
    due: float | None = 0.0

    @property
    def unresolved(self) -> bool:
        """Return whether only the user can tell if there is a device ID, once no answer is due."""
        return self.phase is Phase.CREATING

    @property
    def registered(self) -> bool:
        """Return whether there is a device ID that may be used."""
        return self.phase in (Phase.UNLINKED, Phase.ACTIVE)

    def out_of_reach(self, now: float) -> bool:
        """Return whether Agentcraft has been out of reach for a day."""
        return self.failing_since is not None and now - self.failing_since >= DAY

    def state(self, now: float) -> State:
        """Return what the user is shown.

        A registered device keeps its state while Agentcraft is out of reach, for a day.
        """
        if self.problem is Problem.UNREACHABLE:
            if not self.registered or self.out_of_reach(now):
                return State.ERROR
        elif self.problem is not None:
            return State.ERROR
        if self.phase is Phase.ACTIVE and self.status is not TokenStatus.VALID:
            return State.EXPIRED
        return STATES[self.phase]

    def to_json(self) -> dict[str, Json]:
        """Return what is written to the disk."""
        return {
            "phase": self.phase,
            "declined": self.declined,
            "url": self.url,
            "owner": self.owner,
            "device_id": self.device_id,
            "device_token": self.tokens.device_token if self.tokens else None,
            "refresh_token": self.tokens.refresh_token if self.tokens else None,
            "status": self.status,
            "shadow_id": self.shadow_id,
            "problem": self.problem,
            "failing_since": self.failing_since,
            "attempts": self.attempts,
            "due": self.due,
        }

    @classmethod
    def from_json(cls, stored: object) -> Registration:
        """Read what was written; of what cannot be read nobody knows whether there is an ID."""
        data = mapping(stored)
        words = {key: text(value) for key, value in data.items()}
        device_id = words.get("device_id")
        device_token, refresh_token = words.get("device_token"), words.get("refresh_token")
        tokens = Tokens(device_token, refresh_token) if device_token and refresh_token else None
        try:
            phase = Phase(words.get("phase") or "")
            problem = Problem(word) if (word := words.get("problem")) else None
            status = TokenStatus(word) if (word := words.get("status")) else None
        except ValueError:
            return UNKNOWN
        if phase is Phase.CREATING:
            problem = problem or Problem.OUTCOME_UNKNOWN
        elif (phase is not Phase.NONE and device_id is None) or (
            phase is Phase.ACTIVE and tokens is None
        ):
            return UNKNOWN
        return cls(
            phase=phase,
            declined=boolean(data.get("declined")),
            url=words.get("url") or "",
            owner=words.get("owner"),
            device_id=device_id,
            tokens=tokens,
            status=status,
            shadow_id=words.get("shadow_id"),
            problem=problem,
            failing_since=number(data.get("failing_since")),
            attempts=max(0, integer(data.get("attempts")) or 0),
            due=number(data.get("due")),
        )


UNKNOWN: Final = Registration(phase=Phase.CREATING, problem=Problem.OUTCOME_UNKNOWN, due=None)
