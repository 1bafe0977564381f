"""Thing specifications, one per model and firmware version."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
import time
from typing import Final

from ..api import Device, MilesightClient, MilesightError, parse_specification
from ..api.backoff import backoff_delay
from ..api.exceptions import (
    ApiError,
    AuthenticationError,
    BadResponseError,
    CannotConnectError,
    RateLimitError,
)
from ..api.parsing import Json
from ..api.specification import is_specification
from ..const import LOGGER
from ..mapping.corrections import Changes
from .capabilities import NO_CAPABILITIES, NOTHING, Capabilities
from .correction_subentries import Corrections
from .workers import process

NO_MODEL: Final = "?"
WORKERS: Final = 3
MAX_LOG_LENGTH: Final = 100
MAX_ATTEMPTS: Final = 3  # per specification and poll, each at another device
MAX_FAILURES: Final = 10  # per poll


def specification_key(device: Device) -> str:
    """Return the key that devices with the same specification share.

    A device without a model shares its specification with no other.
    """
    if device.model is None:
        return f"{NO_MODEL} {device.device_id}"
    return f"{device.model} {device.firmware_version or ''}".rstrip()


def _model_of(key: str) -> str:
    """Return the model in a key; firmware versions contain no spaces."""
    return key.rpartition(" ")[0]


def _of_model(corrections: Corrections, key: str) -> Mapping[str, Changes]:
    """Return the corrections of the model in a key; a key without firmware is the model."""
    return corrections.get(key) or corrections.get(_model_of(key), NOTHING)


def _display_name(key: str) -> str:
    return "a device without model" if key.startswith(NO_MODEL) else key[:MAX_LOG_LENGTH]


def _concerns_device(error: MilesightError) -> bool:
    """Return if the request may succeed for another device: the platform itself works."""
    if isinstance(error, ApiError):
        return HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, BadResponseError)


@dataclass(slots=True)
class FailedRequests:
    """Failed requests for one specification.

    ``next_device`` is the index of the device to request it for next, ``retry_at`` is a monotonic
    time.
    """

    count: int = 0
    next_device: int = 0
    retry_at: float = 0.0


class Specifications:
    """Fetch each specification once and hold the capabilities that follow from it."""

    def __init__(
        self, client: MilesightClient, has_quota: Callable[[], bool], corrections: Corrections
    ) -> None:
        """Initialize without specifications; ``has_quota`` is checked before each request."""
        self._client = client
        self._has_quota = has_quota
        self._corrections = corrections
        self._capabilities: dict[str, Capabilities] = {}
        self._json: dict[str, dict[str, Json]] = {}
        self._failed: dict[str, FailedRequests] = {}
        self._logged: set[str] = set()
        self._failures_left = MAX_FAILURES
        self._retry_at = 0.0  # monotonic

    def restore(self, stored: Mapping[str, dict[str, Json]]) -> None:
        """Load the specifications of an earlier run."""
        for key, json in stored.items():
            if is_specification(json):
                self._add(key, json)

    def dump(self, devices: Iterable[Device]) -> dict[str, dict[str, Json]]:
        """Return the specifications that devices use, for storage."""
        in_use = {self._closest_key(device) for device in devices}
        return {key: json for key, json in self._json.items() if key in in_use}

    def correct(self, corrections: Corrections) -> dict[int, Capabilities]:
        """Apply changed corrections; return the new capabilities by the id of the replaced ones."""
        before, self._corrections = self._corrections, corrections
        changed: dict[int, Capabilities] = {}
        for key, capabilities in self._capabilities.items():
            changes = _of_model(corrections, key)
            if changes != _of_model(before, key):
                corrected = Capabilities.of(capabilities.specification, changes)
                changed[id(capabilities)] = self._capabilities[key] = corrected
        return changed

    def get(self, device: Device) -> Capabilities:
        """Return the capabilities of a device, none while its specification is unknown."""
        return self._capabilities.get(specification_key(device), NO_CAPABILITIES)

    def get_closest(self, device: Device) -> Capabilities:
        """Return the capabilities of a device, else those of its model with other firmware."""
        return self._capabilities.get(self._closest_key(device), NO_CAPABILITIES)

    def _closest_key(self, device: Device) -> str:
        key = specification_key(device)
        if key in self._json or device.model is None:
            return key
        same_model = (other for other in reversed(self._json) if _model_of(other) == device.model)
        return next(same_model, key)

    async def fetch_missing(
        self, devices: Iterable[Device], *, user_requested: bool = False
    ) -> None:
        """Fetch the unknown specifications of devices.

        If the platform refuses a specification for one device, other devices that share it are
        tried. A failure is logged once. Retries become less frequent, except those that a user
        requested. The number of failures per poll is limited, a request without an answer stops its
        worker, and too many requests end the poll. Raises ``AuthenticationError``.
        """
        missing = self._missing(devices)
        self._failed = {key: failed for key, failed in self._failed.items() if key in missing}
        self._logged &= missing.keys()
        self._failures_left = MAX_FAILURES
        now = time.monotonic()
        due = [
            key
            for key in missing
            if user_requested or max(self._retry_at, self._failed_requests(key).retry_at) <= now
        ]

        async def fetch(key: str) -> bool:
            error = await self._fetch(key, missing[key], user_requested=user_requested)
            self._log_result(key, error)
            return not isinstance(error, CannotConnectError)

        await process(sorted(due, key=lambda key: self._failed_requests(key).count), fetch, WORKERS)

    def _missing(self, devices: Iterable[Device]) -> dict[str, list[Device]]:
        """Return the keys of unknown specifications with the devices that share them."""
        missing: dict[str, list[Device]] = {}
        for device in devices:
            key = specification_key(device)
            if key not in self._capabilities:
                missing.setdefault(key, []).append(device)
        return missing

    def _failed_requests(self, key: str) -> FailedRequests:
        return self._failed.get(key, FailedRequests())

    async def _fetch(
        self, key: str, devices: Sequence[Device], *, user_requested: bool
    ) -> MilesightError | None:
        """Fetch a specification for one of the devices that share it; return the last error."""
        error: MilesightError | None = None
        first = self._failed_requests(key).next_device
        for index in range(first, first + min(MAX_ATTEMPTS, len(devices))):
            if not self._failures_left or not (user_requested or self._has_quota()):
                break
            error = await self._fetch_for(key, devices[index % len(devices)])
            if error is None:
                break
            self._failures_left = max(0, self._failures_left - 1)
            if not _concerns_device(error):
                break
        return error

    async def _fetch_for(self, key: str, device: Device) -> MilesightError | None:
        """Fetch the specification of a device; return the error if it fails."""
        try:
            self._add(key, await self._client.get_thing_specification(device.device_id))
        except AuthenticationError:
            raise
        except RateLimitError as error:
            self._failures_left = 0
            self._retry_at = time.monotonic() + (error.retry_after or 0)
            return error
        except CannotConnectError as error:
            return error
        except MilesightError as error:
            failed = self._failed.setdefault(key, FailedRequests())
            failed.count += 1
            failed.next_device += failed.count > 1 or _concerns_device(error)
            if failed.count > MAX_ATTEMPTS:
                failed.retry_at = time.monotonic() + backoff_delay(failed.count)
            return error
        return None

    def _log_result(self, key: str, error: MilesightError | None) -> None:
        """Log a failure once, and that it is over."""
        if error is not None and key not in self._logged:
            self._logged.add(key)
            LOGGER.warning(
                "The thing specification of %s cannot be read: %s", _display_name(key), error
            )
        elif key in self._capabilities and key in self._logged:
            self._logged.discard(key)
            LOGGER.info("The thing specification of %s can be read again", _display_name(key))

    def _add(self, key: str, json: dict[str, Json]) -> None:
        specification = parse_specification(json)
        if specification.problems:
            LOGGER.warning(
                "The thing specification of %s has %s problems: %s",
                _display_name(key),
                len(specification.problems),
                "; ".join(problem[:MAX_LOG_LENGTH] for problem in specification.problems[:5]),
            )
        self._json[key] = json
        changes = _of_model(self._corrections, key)
        self._capabilities[key] = Capabilities.of(specification, changes)
