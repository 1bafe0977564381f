"""Requests for several devices side by side, and the response of an action."""

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
# A device of an area, a floor or a label that lacks a property or service, or has it in another
# form, is left out, as the actions of entities do.
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
    """Send the requests of one action, a few at a time, until the platform refuses all.

    A command from elsewhere therefore waits for a few requests, and not for thousands.
    """

    def __init__(self) -> None:
        """Initialize without a request."""
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._failure: HomeAssistantError | None = None
        self._unreachable = 0

    async def send[Answer](
        self, target: Target, request: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Return the answer to a request; raises ``HomeAssistantError``."""
        async with self._slots:
            if self._failure is not None:
                raise self._failure
            try:
                answer = await request()
            except (MilesightError, HomeAssistantError) as error:
                raise self._failed(target, error) from error
        self._unreachable = 0
        return answer

    def _failed(
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
    """Return the responses by device id; of a device that failed, its error.

    Raises ``HomeAssistantError`` for failures if no response is asked for.
    """
    merged = {**responses, **targets.failures}
    if not call.return_response:
        _raise_failures(merged)
    return {device_id: _answer(merged[device_id]) for device_id in targets.device_ids}


def _answer(response: Response) -> JsonValueType:
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
