"""Actions that make devices do something: services, properties, configuration tasks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..api import InvalidValueError, TaskType, ThingService
from ..api.parsing import Json
from ..api.paths import nest
from ..api.validation import encode_inputs, encode_properties
from ..commands.responses import SUCCESS, ResponseQueue, wait_for_service_outputs, wait_for_task
from ..commands.sender import validation_error
from ..const import DOMAIN
from ..coordinator import MilesightCoordinator
from ..devices.device import MilesightDevice
from .batch import (
    RequestBatch,
    Response,
    async_run_each,
    build_response,
)
from .targets import Target, Targets
from .values import nested, zone

ATTR_INPUTS: Final = "inputs"
ATTR_PROPERTIES: Final = "properties"
ATTR_SERVICE_ID: Final = "service_id"
ATTR_TIMEOUT: Final = "timeout"
ATTR_VALUES: Final = "values"

LONGEST_WAIT: Final = 60 * 60
NEXT_REPORT: Final = "when the device next reports"
SLEEPING_CLASS: Final = "class a"

TIMEOUT: Final = {
    vol.Optional(ATTR_TIMEOUT, default=0): vol.All(
        vol.Coerce(float), vol.Range(min=0, max=LONGEST_WAIT)
    )
}
PAIRS: Final = vol.Schema(
    vol.All(
        [
            {
                vol.Required("key"): vol.All(str, vol.Length(min=1)),
                vol.Required("value"): object,
            }
        ],
        vol.Length(min=1),
    )
)
CALL_SERVICE: Final = cv.make_entity_service_schema(
    {
        **TIMEOUT,
        vol.Required(ATTR_SERVICE_ID): str,
        vol.Optional(ATTR_INPUTS, default=dict): object,
    }
)
SET_PROPERTIES: Final = cv.make_entity_service_schema({vol.Required(ATTR_PROPERTIES): object})
CREATE_CONFIG_TASK: Final = cv.make_entity_service_schema(
    {
        **TIMEOUT,
        vol.Optional(ATTR_PROPERTIES): object,
        vol.Optional(ATTR_VALUES): object,
    }
)


async def async_call_service(call: ServiceCall) -> ServiceResponse:
    """Call a service of the thing specification, and wait for its outcome if asked to."""
    targets = Targets(call)
    given = _object(ATTR_INPUTS, call.data[ATTR_INPUTS])
    wait = call.data[ATTR_TIMEOUT]

    def prepare(target: Target) -> tuple[ThingService, dict[str, Json]]:
        service = _service(target, call.data[ATTR_SERVICE_ID])
        try:
            return service, encode_inputs(service, given, zone())
        except InvalidValueError as error:
            raise validation_error(error) from error

    prepared = targets.prepare(prepare)

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        service, inputs = prepared[target.device_id]
        send = partial(
            target.coordinator.commands.async_call_service, target.device, service.id, inputs
        )
        with target.coordinator.responses.listen(target.device) as answers:
            request_id = await batch.send(target, send)
            outputs = await _in_time(wait, partial(wait_for_service_outputs, answers, service))
        if outputs is None:
            return {"request_id": request_id, **_delivery(target.device)}
        return {"request_id": request_id, "outputs": nested(outputs)}

    return await async_run_each(call, targets, operate)


async def async_set_properties(call: ServiceCall) -> ServiceResponse:
    """Write properties, nested or dotted."""
    targets = Targets(call)
    given = _object(ATTR_PROPERTIES, call.data[ATTR_PROPERTIES])
    prepared = targets.prepare(
        lambda target: _encoded_properties(target, given, target.device.values)
    )

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        write = partial(
            target.coordinator.commands.async_write_properties,
            target.device,
            prepared[target.device_id],
        )
        accepted = await batch.send(target, write)
        return {"properties": dict(accepted.properties), **_delivery(target.device)}

    return await async_run_each(call, targets, operate)


async def async_create_config_task(call: ServiceCall) -> ServiceResponse:
    """Configure devices by one task request for each Application."""
    targets = Targets(call)
    kind, settings = _settings(call, targets)
    groups: dict[MilesightCoordinator, list[Target]] = {}
    for target in targets:
        groups.setdefault(target.coordinator, []).append(target)
    found = await asyncio.gather(
        *(
            _configure(coordinator, group, kind, settings, call.data[ATTR_TIMEOUT])
            for coordinator, group in groups.items()
        )
    )
    responses: dict[str, Response] = {}
    for group_responses in found:
        responses |= group_responses
    return build_response(call, targets, responses)


async def _configure(
    coordinator: MilesightCoordinator,
    targets: list[Target],
    kind: TaskType,
    settings: Json,
    wait: float,
) -> dict[str, Response]:
    addresses = [target.address for target in targets]
    create = partial(coordinator.client.create_config_task, addresses, kind, settings)
    with ExitStack() as stack:
        answers = {
            target.device_id: stack.enter_context(coordinator.responses.listen(target.device))
            for target in targets
        }
        try:
            tasks = await RequestBatch().send(targets[0], create)
        except HomeAssistantError as error:
            return {target.device_id: error for target in targets}
        outcomes = await asyncio.gather(
            *(
                _task_answer(target, tasks.get(target.address), answers[target.device_id], wait)
                for target in targets
            )
        )
    return dict(zip([target.device_id for target in targets], outcomes, strict=True))


async def _task_answer(
    target: Target, task_id: str | None, answers: ResponseQueue, wait: float
) -> Response:
    if task_id is None:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="no_task",
            translation_placeholders={"device": target.device.info.display_name},
        )
    report = await _in_time(wait, partial(wait_for_task, answers, task_id))
    if report is None:
        return {"task_id": task_id, **_delivery(target.device)}
    answer: dict[str, JsonValueType] = {"task_id": task_id, "status": report.status}
    if report.status.upper() != SUCCESS:
        answer["error"] = report.error or report.status
    return answer


def _settings(call: ServiceCall, targets: Targets) -> tuple[TaskType, Json]:
    """Return kind and settings of the task that a call describes."""
    if (ATTR_PROPERTIES in call.data) is (ATTR_VALUES in call.data):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="properties_or_values"
        )
    if ATTR_VALUES in call.data:
        return TaskType.PROFILE, _pairs(call.data[ATTR_VALUES])
    given = _object(ATTR_PROPERTIES, call.data[ATTR_PROPERTIES])
    prepared = targets.prepare(lambda target: _encoded_properties(target, given, {}))
    first = next(iter(prepared.values()), {})
    if any(encoded != first for encoded in prepared.values()):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="differing_devices")
    return TaskType.TSL, nest(first)


def _pairs(values: object) -> list[Json]:
    """Return the settings of a profile, whose keys no specification lists."""
    try:
        pairs: list[Json] = PAIRS(values)
    except vol.Invalid as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="invalid_key_value_list"
        ) from error
    return pairs


def _service(target: Target, service_id: str) -> ThingService:
    services = target.specification.services
    for service in services:
        if service.id == service_id:
            return service
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="unknown_service",
        translation_placeholders={
            "device": target.device.info.display_name,
            "service": service_id[:100],
            "options": ", ".join(service.id for service in services) or "-",
        },
    )


def _encoded_properties(
    target: Target, given: Mapping[str, Any], like: Mapping[str, Json]
) -> dict[str, Json]:
    try:
        encoded = encode_properties(target.specification.properties, given, like, zone())
    except InvalidValueError as error:
        raise validation_error(error) from error
    if not encoded:
        raise _no_object(ATTR_PROPERTIES)
    return encoded


def _object(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _no_object(name)
    return value


def _no_object(name: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_an_object",
        translation_placeholders={"field": name},
    )


def _delivery(device: MilesightDevice) -> dict[str, JsonValueType]:
    """Return a word about commands that wait: for a device that is offline, or that sleeps."""
    item = device.find_item("lorawan_class")
    label = item.mappings.get(str(device.reported_value(item.path)), "") if item is not None else ""
    if device.online and label.lower() != SLEEPING_CLASS:
        return {}
    return {"delivery": NEXT_REPORT}


async def _in_time[Found](seconds: float, find: Callable[[], Awaitable[Found]]) -> Found | None:
    """Return what is found within so many seconds; 0 waits for nothing."""
    if not seconds:
        return None
    try:
        async with asyncio.timeout(seconds):
            return await find()
    except TimeoutError:
        return None
