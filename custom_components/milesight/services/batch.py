"""Concurrent requests for several devices, and the response of an action."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonValueType

from ..api import (
    AuthenticationError,
    CannotConnectError,
    MilesightError,
    RateLimitError,
)
from ..api.exceptions import InvalidReason
from ..api.transport import CONCURRENCY
from ..const import DOMAIN
from .targets import Target, Targets

MAX_UNREACHABLE: Final = 2 * CONCURRENCY
# A device of an area, floor or label that lacks a property or service, or has it in another form,
# is skipped, as by the actions of entities.
UNSUPPORTED: Final = frozenset(
    {
        "unknown_service",
        InvalidReason.UNKNOWN_PATH,
        InvalidReason.READ_ONLY,
        InvalidReason.OBJECT,
        InvalidReason.LIST,
    }
)

type Response = JsonValueType | HomeAssistantError


class RequestBatch:
    """Send the requests of one action with limited concurrency.

    Another command waits for a few requests at most. After an error that affects all requests, the
    remaining ones fail without being sent.
    """

    def __init__(self) -> None:
        """Initialize the batch."""
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._failure: HomeAssistantError | None = None
        self._unreachable = 0

    async def send[T](self, target: Target, request: Callable[[], Awaitable[T]]) -> T:
        """Return the response to a request; raises ``HomeAssistantError``."""
        async with self._slots:
            if self._failure is not None:
                raise self._failure
            try:
                response = await request()
            except (MilesightError, HomeAssistantError) as error:
                raise self._record_failure(target, error) from error
        self._unreachable = 0
        return response

    def _record_failure(
        self, target: Target, error: MilesightError | HomeAssistantError
    ) -> HomeAssistantError:
        if isinstance(error, MilesightError):
            cause: BaseException | None = error
            failure = target.coordinator.commands.request_failed(error)
        else:
            cause, failure = error.__cause__, error
        self._unreachable += isinstance(cause, CannotConnectError)
        if (
            isinstance(cause, AuthenticationError | RateLimitError)
            or self._unreachable >= MAX_UNREACHABLE
        ):
            self._failure = failure
        return failure


type Operation = Callable[[Target, RequestBatch], Awaitable[JsonValueType]]


async def async_run_each(
    call: ServiceCall, targets: Targets, operation: Operation
) -> ServiceResponse:
    """Run an operation for each device; return the response of the action."""
    batch = RequestBatch()

    async def attempt(target: Target) -> Response:
        try:
            return await operation(target, batch)
        except HomeAssistantError as error:
            return error

    attempted = list(targets)
    responses = await asyncio.gather(*(attempt(target) for target in attempted))
    device_ids = [target.device_id for target in attempted]
    return build_response(call, targets, dict(zip(device_ids, responses, strict=True)))


def build_response(
    call: ServiceCall, targets: Targets, responses: Mapping[str, Response]
) -> ServiceResponse:
    """Return the responses by device id, with the error of each device that failed.

    Raises ``HomeAssistantError`` for failures if no response is requested.
    """
    merged = {**responses, **targets.failures}
    if not call.return_response:
        _raise_failures(merged)
    return {device_id: _device_response(merged[device_id]) for device_id in targets.device_ids}


def _device_response(response: Response) -> JsonValueType:
    return {"error": str(response)} if isinstance(response, HomeAssistantError) else response


def _raise_failures(responses: Mapping[str, Response]) -> None:
    errors = [
        response for response in responses.values() if isinstance(response, HomeAssistantError)
    ]
    if len(errors) < len(responses):
        errors = [error for error in errors if error.translation_key not in UNSUPPORTED]
    if not errors:
        return
    if len(responses) == 1:
        raise errors[0]
    raise HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="several_failed",
        translation_placeholders={
            "failed": str(len(errors)),
            "total": str(len(responses)),
            "error": str(errors[0]),
        },
    ) from errors[0]
