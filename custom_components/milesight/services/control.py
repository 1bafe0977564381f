"""Actions that control devices: services, properties and configuration tasks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from functools import partial
from itertools import chain
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..api import InvalidValueError, TaskType, ThingService
from ..api.parsing import Json
from ..api.validation import encode_inputs, encode_properties, list_paths
from ..commands.arrays import nest_properties
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
from .nesting import nested
from .targets import Target, Targets

ATTR_INPUTS: Final = "inputs"
ATTR_PROPERTIES: Final = "properties"
ATTR_SERVICE_ID: Final = "service_id"
ATTR_TIMEOUT: Final = "timeout"
ATTR_VALUES: Final = "values"

MAX_TIMEOUT: Final = 60 * 60
NEXT_REPORT: Final = "when the device next reports"
SLEEPING_CLASS: Final = "class a"

TIMEOUT: Final = {
    vol.Optional(ATTR_TIMEOUT, default=0): vol.All(
        vol.Coerce(float), vol.Range(min=0, max=MAX_TIMEOUT)
    )
}
KEY_VALUE_LIST: Final = vol.Schema(
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
    """Call a service of the thing specification, and wait for its outcome with a timeout."""
    targets = Targets(call)
    inputs = _object(ATTR_INPUTS, call.data[ATTR_INPUTS])
    timeout = call.data[ATTR_TIMEOUT]

    def prepare(target: Target) -> tuple[ThingService, dict[str, Json]]:
        service = _service(target, call.data[ATTR_SERVICE_ID])
        try:
            return service, encode_inputs(service, inputs, dt_util.get_default_time_zone())
        except InvalidValueError as error:
            raise validation_error(error) from error

    prepared = targets.prepare(prepare)

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        service, encoded = prepared[target.device_id]
        send = partial(
            target.coordinator.commands.async_call_service, target.device, service.id, encoded
        )
        with target.coordinator.responses.listen(target.device) as queue:
            request_id = await batch.send(target, send)
            outputs = await _within(timeout, partial(wait_for_service_outputs, queue, service))
        if outputs is None:
            return {"request_id": request_id, **_delivery(target.device)}
        return {"request_id": request_id, "outputs": nested(outputs)}

    return await async_run_each(call, targets, operate)


async def async_set_properties(call: ServiceCall) -> ServiceResponse:
    """Write properties, given nested or with dotted paths."""
    targets = Targets(call)
    properties = _object(ATTR_PROPERTIES, call.data[ATTR_PROPERTIES])
    prepared = targets.prepare(
        lambda target: _encode_properties(target, properties, target.device.values)
    )

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        write = partial(
            target.coordinator.commands.async_write_properties,
            target.device,
            prepared[target.device_id],
            lists=frozenset(list_paths(properties)),
        )
        accepted = await batch.send(target, write)
        return {"properties": dict(accepted.properties), **_delivery(target.device)}

    return await async_run_each(call, targets, operate)


async def async_create_config_task(call: ServiceCall) -> ServiceResponse:
    """Configure devices with one task request for each Application."""
    targets = Targets(call)
    task_type, settings = _task_settings(call, targets)
    groups: dict[MilesightCoordinator, list[Target]] = {}
    for target in targets:
        groups.setdefault(target.coordinator, []).append(target)
    group_responses = await asyncio.gather(
        *(
            _configure(coordinator, group, task_type, settings, call.data[ATTR_TIMEOUT])
            for coordinator, group in groups.items()
        )
    )
    responses = dict(chain.from_iterable(group.items() for group in group_responses))
    return build_response(call, targets, responses)


async def _configure(
    coordinator: MilesightCoordinator,
    targets: list[Target],
    task_type: TaskType,
    settings: Json,
    seconds: float,
) -> dict[str, Response]:
    addresses = [target.address for target in targets]
    create = partial(coordinator.client.create_config_task, addresses, task_type, settings)
    with ExitStack() as stack:
        queues = {
            target.device_id: stack.enter_context(coordinator.responses.listen(target.device))
            for target in targets
        }
        try:
            tasks = await RequestBatch().send(targets[0], create)
        except HomeAssistantError as error:
            return {target.device_id: error for target in targets}
        outcomes = await asyncio.gather(
            *(
                _task_response(target, tasks.get(target.address), queues[target.device_id], seconds)
                for target in targets
            )
        )
    return dict(zip([target.device_id for target in targets], outcomes, strict=True))


async def _task_response(
    target: Target,
    task_id: str | None,
    queue: ResponseQueue,
    seconds: float,
) -> Response:
    if task_id is None:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="no_task",
            translation_placeholders={"device": target.device.info.display_name},
        )
    report = await _within(seconds, partial(wait_for_task, queue, task_id))
    if report is None:
        return {"task_id": task_id, **_delivery(target.device)}
    response: dict[str, JsonValueType] = {"task_id": task_id, "status": report.status}
    if report.status.upper() != SUCCESS:
        response["error"] = report.error or report.status
    return response


def _task_settings(call: ServiceCall, targets: Targets) -> tuple[TaskType, Json]:
    """Return type and settings of the task that a call describes."""
    if (ATTR_PROPERTIES in call.data) is (ATTR_VALUES in call.data):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="properties_or_values"
        )
    if ATTR_VALUES in call.data:
        return TaskType.PROFILE, _key_value_list(call.data[ATTR_VALUES])
    properties = _object(ATTR_PROPERTIES, call.data[ATTR_PROPERTIES])

    def prepare(target: Target) -> dict[str, Json]:
        encoded = _encode_properties(target, properties, {})
        return nest_properties(target.device, encoded, frozenset(list_paths(properties)))

    prepared = targets.prepare(prepare)
    first = next(iter(prepared.values()), {})
    if any(encoded != first for encoded in prepared.values()):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="differing_devices")
    return TaskType.TSL, first


def _key_value_list(values: object) -> list[Json]:
    """Return the settings of a profile; no specification lists their keys."""
    try:
        settings: list[Json] = KEY_VALUE_LIST(values)
    except vol.Invalid as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="invalid_key_value_list"
        ) from error
    return settings


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


def _encode_properties(
    target: Target, properties: Mapping[str, Any], current: Mapping[str, Json]
) -> dict[str, Json]:
    try:
        encoded = encode_properties(
            target.specification.properties, properties, current, dt_util.get_default_time_zone()
        )
    except InvalidValueError as error:
        raise validation_error(error) from error
    if not encoded:
        raise _not_an_object(ATTR_PROPERTIES)
    return encoded


def _object(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _not_an_object(name)
    return value


def _not_an_object(name: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_an_object",
        translation_placeholders={"field": name},
    )


def _delivery(device: MilesightDevice) -> dict[str, JsonValueType]:
    """Return the delivery of commands that wait for a device that is offline or sleeps."""
    item = device.find_item("lorawan_class")
    label = item.mappings.get(str(device.reported_value(item.path)), "") if item is not None else ""
    if device.online and label.lower() != SLEEPING_CLASS:
        return {}
    return {"delivery": NEXT_REPORT}


async def _within[T](seconds: float, receive: Callable[[], Awaitable[T]]) -> T | None:
    """Return what is received within a number of seconds, if any; 0 does not wait."""
    if not seconds:
        return None
    try:
        async with asyncio.timeout(seconds):
            return await receive()
    except TimeoutError:
        return None
