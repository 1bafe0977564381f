"""The Application: its credentials, tokens, and the limits of its plan."""

from collections import deque
from dataclasses import dataclass, field
import hmac
import secrets
import time
from typing import Any, Final, Literal
from uuid import uuid4

from .errors import ApiError

type Plan = Literal["free", "paid"]

_DAY: Final = 24 * 3600
_REFRESH_LIFETIME: Final = 30 * _DAY - 1
_FREE_LIMIT: Final = 1000
_PAID_REQUESTS_PER_DEVICE: Final = 100
_CALLBACKS: Final[dict[Plan, int]] = {"free": 2, "paid": 5}


class RollingCounter:
    """Counter of the last 24 hours."""

    def __init__(self) -> None:
        """Start at zero."""
        self._times: deque[float] = deque()
        self.total = 0

    def add(self, number: int = 1) -> None:
        """Count something that happens now."""
        self.total += number
        self._times.extend([time.time()] * number)

    def last_day(self) -> int:
        """The count of the last 24 hours."""
        while self._times and self._times[0] <= time.time() - _DAY:
            self._times.popleft()
        return len(self._times)

    def seconds_until_less(self) -> int:
        """Return the time until the oldest leaves the window, at least a second."""
        return max(1, round(self._times[0] + _DAY - time.time())) if self._times else 1


@dataclass(slots=True, kw_only=True)
class Application:
    """The settings of an Application in the console, and the tokens issued for it.

    `numeric_ids` has the Open API word ids as numbers, as pushes always do.
    """

    client_id: str = field(default_factory=lambda: str(uuid4()))
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32) + "==")
    webhook_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24) + "==")
    webhook_uuid: str = field(default_factory=lambda: str(uuid4()))
    application_id: int = 1_904_371_063_669_395_457
    name: str = "Home"
    enabled: bool = True
    plan: Plan = "paid"
    token_lifetime: float = 3599
    clock_offset: float = 0
    numeric_ids: bool = False
    requests: RollingCounter = field(default_factory=RollingCounter)
    pushes: RollingCounter = field(default_factory=RollingCounter)
    _access: dict[str, float] = field(default_factory=dict)
    _refresh: dict[str, float] = field(default_factory=dict)

    def now(self) -> float:
        """The platform's clock, epoch seconds."""
        return time.time() + self.clock_offset

    def now_ms(self) -> int:
        """The platform's clock, epoch milliseconds."""
        return round(self.now() * 1000)

    def reference(self) -> dict[str, Any]:
        """The `application` member of a device object."""
        return {
            "applicationId": self.rest_id(self.application_id),
            "applicationName": self.name,
        }

    def rest_id(self, number: int) -> str | int:
        """An id as the Open API words it: a string, unless `numeric_ids` is set."""
        return number if self.numeric_ids else str(number)

    @property
    def callback_limit(self) -> int:
        """Return the number of callback URIs that the plan allows."""
        return _CALLBACKS[self.plan]

    @property
    def push_limit(self) -> int | None:
        """Return the number of events a day that the plan pushes, None for any number."""
        return _FREE_LIMIT if self.plan == "free" else None

    def count_request(self, devices: int) -> None:
        """Count an API request; raises `ApiError` 429 past the plan's daily limit."""
        limit = _FREE_LIMIT + (_PAID_REQUESTS_PER_DEVICE * devices if self.plan == "paid" else 0)
        if self.requests.last_day() >= limit:
            raise ApiError(
                429,
                "request_limit_exceeded",
                f"The limit of {limit} API requests a day is reached",
                self.requests.seconds_until_less(),
            )
        self.requests.add()

    def issue_tokens(self, form: dict[str, str]) -> dict[str, Any]:
        """Answer the token call, both grants; raises `ApiError` 401 or 400.

        The form of a refresh has exactly the documented fields, and a refresh token works once.
        """
        match form.get("grant_type"):
            case "client_credentials":
                self._check_credentials(form)
            case "refresh_token":
                if form.keys() != {"grant_type", "refresh_token"}:
                    raise ApiError(400, "parameter_error", "Only refresh_token is expected")
                if self._refresh.pop(form["refresh_token"], 0) <= time.time():
                    raise ApiError(401, "token_not_found", "Refresh token not found")
            case _:
                raise ApiError(400, "unsupported_grant_type", "Unsupported grant type")
        if not self.enabled:
            raise ApiError(401, "authentication_failed", "The application is disabled")
        return {
            "access_token": self._issue(self._access, self.token_lifetime),
            "refresh_token": self._issue(self._refresh, _REFRESH_LIFETIME),
            "expires_in": int(self.token_lifetime),
            "refresh_token_expires_in": _REFRESH_LIFETIME,
        }

    def _check_credentials(self, form: dict[str, str]) -> None:
        known = hmac.compare_digest(form.get("client_id", "").encode(), self.client_id.encode())
        if not known or not hmac.compare_digest(
            form.get("client_secret", "").encode(), self.client_secret.encode()
        ):
            raise ApiError(401, "authentication_failed", "Client authentication failed")

    @staticmethod
    def _issue(tokens: dict[str, float], lifetime: float) -> str:
        now = time.time()
        for token in [token for token, end in tokens.items() if end <= now]:
            del tokens[token]
        token = f"eyJhbGciOiJSUzI1NiIs{secrets.token_urlsafe(48)}"
        tokens[token] = now + lifetime
        return token

    def check_token(self, token: str | None) -> None:
        """Raise `ApiError` 401 unless this is a valid access token of an enabled Application."""
        if not self.enabled or token is None or self._access.get(token, 0) <= time.time():
            raise ApiError(401, "token_not_found", "Token not found")

    def configure(
        self,
        *,
        enabled: bool | None = None,
        client_secret: str | None = None,
        webhook_secret: str | None = None,
        token_lifetime: float | None = None,
        plan: Plan | None = None,
        clock_offset: float | None = None,
        numeric_ids: bool | None = None,
    ) -> None:
        """Change settings as the console does.

        A new client secret or switching off invalidates all tokens.
        """
        if client_secret is not None or enabled is False:
            self._access.clear()
            self._refresh.clear()
        if token_lifetime is not None:
            end = time.time() + token_lifetime
            self._access = {token: min(end, until) for token, until in self._access.items()}
        given = {
            "enabled": enabled,
            "client_secret": client_secret,
            "webhook_secret": webhook_secret,
            "token_lifetime": token_lifetime,
            "plan": plan,
            "clock_offset": clock_offset,
            "numeric_ids": numeric_ids,
        }
        for name, value in given.items():
            if value is not None:
                setattr(self, name, value)
