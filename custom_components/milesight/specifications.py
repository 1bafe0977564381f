"""Thing specifications and the entities they give rise to, one per model and firmware."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
import time
from typing import Final

from .api import Device, MilesightClient, MilesightError, parse_specification
from .api.backoff import backoff_delay
from .api.exceptions import (
    ApiError,
    AuthenticationError,
    BadResponseError,
    CannotConnectError,
    RateLimitError,
)
from .api.parsing import Json
from .const import LOGGER
from .devices.capabilities import NO_CAPABILITIES, Capabilities

UNNAMED: Final = "?"
READERS: Final = 3
MAX_SHOWN: Final = 100
MAX_ASKED: Final = 3  # devices that share a specification, in one poll
MAX_FAILURES: Final = 10  # in one poll


def specification_key(device: Device) -> str:
    """Return by what devices share a specification; a device without model has its own."""
    if device.model is None:
        return f"{UNNAMED} {device.device_id}"
    return f"{device.model} {device.firmware_version or ''}".rstrip()


def _model(key: str) -> str:
    """Return the model of a key; a firmware has no blanks."""
    return key.rpartition(" ")[0]


def _shown(key: str) -> str:
    return "a device without model" if key.startswith(UNNAMED) else key[:MAX_SHOWN]


def _is_about_device(error: MilesightError) -> bool:
    """Return whether another device may be answered: the platform works, and refuses this one."""
    if isinstance(error, ApiError):
        return HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, BadResponseError)


@dataclass(slots=True)
class Failure:
    """A specification that cannot be read: how often, and when to ask again.

    ``asked`` is how many of the devices that share it have had their turn.
    """

    count: int = 0
    asked: int = 0
    resume: float = 0.0


class Specifications:
    """Fetches each specification once and keeps what was made of it."""

    def __init__(self, client: MilesightClient, may_go_on: Callable[[], bool]) -> None:
        """Start empty; ``may_go_on`` says whether the account can spare a request."""
        self._client = client
        self._may_go_on = may_go_on
        self._capabilities: dict[str, Capabilities] = {}
        self._failures: dict[str, Failure] = {}
        self._unreadable: set[str] = set()
        self._left = MAX_FAILURES
        self._json: dict[str, dict[str, Json]] = {}

    def restore(self, json: Mapping[str, dict[str, Json]]) -> None:
        """Take the specifications of an earlier run."""
        for key, specification in json.items():
            self._keep(key, specification)

    def stored(self, capabilities: Iterable[Capabilities]) -> dict[str, dict[str, Json]]:
        """Return what a later run needs to know of what devices can do."""
        in_use = {id(found) for found in capabilities}
        return {
            key: self._json[key] for key, found in self._capabilities.items() if id(found) in in_use
        }

    def get(self, device: Device) -> Capabilities:
        """Return what a device can do; nothing, as long as its specification is not known."""
        return self._capabilities.get(specification_key(device), NO_CAPABILITIES)

    def closest(self, device: Device) -> Capabilities:
        """Return what a device can do, or could with the latest firmware that is known."""
        known = self.get(device)
        if known.is_known or device.model is None:
            return known
        others = (key for key in reversed(self._capabilities) if _model(key) == device.model)
        return self._capabilities.get(next(others, ""), NO_CAPABILITIES)

    async def fetch_missing(self, devices: Iterable[Device], *, urgent: bool = False) -> None:
        """Ask for the specifications that are not known yet.

        A device that is refused its specification does not speak for those that share it: a few of
        them are asked, others in later polls. What fails is logged once and asked for again, ever
        more seldom unless it is ``urgent``. After some failures the rest waits for the next poll,
        as it does when there was no answer at all. Raises ``AuthenticationError`` and
        ``RateLimitError``, which concern all of them.
        """
        missing = self._missing(devices)
        self._failures = {key: found for key, found in self._failures.items() if key in missing}
        self._unreadable &= missing.keys()
        self._left = MAX_FAILURES
        now = time.monotonic()
        due = [key for key in missing if urgent or self._failure(key).resume <= now]
        waiting = iter(sorted(due, key=lambda key: self._failure(key).count))

        async def read_on() -> None:
            for key in waiting:
                error = await self._ask_some(key, missing[key], urgent=urgent)
                self._note(key, error)
                if isinstance(error, CannotConnectError):
                    return

        try:
            async with asyncio.TaskGroup() as readers:
                for _ in range(READERS):
                    readers.create_task(read_on())
        except* (AuthenticationError, RateLimitError) as refused:
            refusal = refused.exceptions[0]
        else:
            return
        raise refusal

    def _missing(self, devices: Iterable[Device]) -> dict[str, list[Device]]:
        """Return the devices that share a specification which is not known."""
        missing: dict[str, list[Device]] = {}
        for device in devices:
            key = specification_key(device)
            if key not in self._capabilities:
                missing.setdefault(key, []).append(device)
        return missing

    async def _ask_some(
        self, key: str, devices: Sequence[Device], *, urgent: bool
    ) -> MilesightError | None:
        """Ask some of the devices that share a specification; return what failed at last."""
        error: MilesightError | None = None
        first = self._failure(key).asked
        for number in range(first, first + min(MAX_ASKED, len(devices))):
            if not self._left or not (urgent or self._may_go_on()):
                break
            error = await self._fetch(key, devices[number % len(devices)])
            if error is None:
                break
            self._left = max(0, self._left - 1)
            if not _is_about_device(error):
                break
        return error

    def _failure(self, key: str) -> Failure:
        return self._failures.get(key, Failure())

    async def _fetch(self, key: str, device: Device) -> MilesightError | None:
        """Ask a device's specification; return what failed."""
        try:
            self._keep(key, await self._client.get_thing_specification(device.device_id))
        except AuthenticationError, RateLimitError:
            raise
        except CannotConnectError as error:
            return error
        except MilesightError as error:
            failure = self._failures.setdefault(key, Failure())
            failure.count += 1
            failure.asked += failure.count > 1 or _is_about_device(error)
            if failure.count > MAX_ASKED:
                failure.resume = time.monotonic() + backoff_delay(failure.count)
            return error
        return None

    def _note(self, key: str, error: MilesightError | None) -> None:
        """Log once that a specification cannot be read, and once that it can be read again."""
        if error is not None and key not in self._unreadable:
            self._unreadable.add(key)
            LOGGER.warning("The thing specification of %s cannot be read: %s", _shown(key), error)
        elif key in self._capabilities and key in self._unreadable:
            self._unreadable.discard(key)
            LOGGER.info("The thing specification of %s can be read again", _shown(key))

    def _keep(self, key: str, json: dict[str, Json]) -> None:
        specification = parse_specification(json)
        if specification.problems:
            LOGGER.warning(
                "The thing specification of %s is imperfect (%s problems): %s",
                _shown(key),
                len(specification.problems),
                "; ".join(problem[:MAX_SHOWN] for problem in specification.problems[:5]),
            )
        self._json[key] = json
        self._capabilities[key] = Capabilities.of(specification)
