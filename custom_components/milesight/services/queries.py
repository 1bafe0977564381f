"""Actions that read specifications, history, devices and configurations."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..api import InvalidValueError, Item, MilesightError, Reading, ThingSpecification
from ..api.parsing import Json
from ..api.validation import check_paths
from ..commands.sender import validation_error
from ..const import DOMAIN
from ..history.statistics import HOUR_MS, start_of_hour
from .batch import RequestBatch, async_run_each, build_response
from .nesting import nested
from .targets import APPLICATION, Target, Targets, get_coordinator

ATTR_START_TIME: Final = "start_time"
ATTR_END_TIME: Final = "end_time"
ATTR_PROPERTIES: Final = "properties"

RANGE: Final = {
    vol.Required(ATTR_START_TIME): cv.datetime,
    vol.Optional(ATTR_END_TIME): cv.datetime,
}
GET_HISTORY: Final = cv.make_entity_service_schema(
    {**RANGE, vol.Optional(ATTR_PROPERTIES): vol.All(cv.ensure_list, [cv.string])}
)
IMPORT_HISTORY: Final = cv.make_entity_service_schema(RANGE)

TEXT: Final = cv.string
LIST: Final = vol.All(cv.ensure_list, [cv.string])
PERCENT: Final = vol.All(vol.Coerce(int), vol.Range(min=0, max=100))
# Field, name in the search request, validator.
FILTERS: Final[tuple[tuple[str, str, Any], ...]] = (
    ("keyword", "keyword", TEXT),
    ("serial_number", "sn", TEXT),
    ("dev_eui", "devEUI", TEXT),
    ("imei", "imei", TEXT),
    ("name", "name", TEXT),
    ("model", "model", TEXT),
    ("hardware_version", "hardwareVersion", TEXT),
    ("firmware_version", "firmwareVersion", TEXT),
    ("connect_status", "connectStatus", LIST),
    ("rps_status", "rpsStatus", LIST),
    ("autop_status", "autopStatus", LIST),
    ("device_type", "deviceType", LIST),
    ("project", "project", LIST),
    ("tags", "tag", LIST),
    ("electricity_min", "electricityMin", PERCENT),
    ("electricity_max", "electricityMax", PERCENT),
    (
        "sorts",
        "sorts",
        [{vol.Required("property"): cv.string, vol.Optional("direction"): cv.string}],
    ),
)
SEARCH_DEVICES: Final = vol.Schema(
    {
        **APPLICATION,
        **{vol.Optional(field): validator for field, _, validator in FILTERS},
        **{vol.Optional(name): validator for _, name, validator in FILTERS},
    }
)


async def async_get_thing_specification(call: ServiceCall) -> ServiceResponse:
    """Return the thing specification of devices."""
    targets = Targets(call)
    descriptions = targets.prepare(lambda target: describe(target.specification))
    return build_response(call, targets, descriptions)


async def async_get_history(call: ServiceCall) -> ServiceResponse:
    """Return the reports of devices in chronological order."""
    targets = Targets(call)
    start, end = _range(call)
    paths = call.data.get(ATTR_PROPERTIES)

    def check(target: Target) -> None:
        try:
            check_paths(target.specification.properties, paths or ())
        except InvalidValueError as error:
            raise validation_error(error) from error

    targets.prepare(check)

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        readings = await batch.send(target, partial(_readings, target, start, end))
        return [
            {"time": _iso(reading.time), "properties": nested(values)}
            for reading in readings
            if (values := _select_values(reading.values, paths))
        ]

    return await async_run_each(call, targets, operate)


async def async_import_history(call: ServiceCall) -> ServiceResponse:
    """Import reports of devices into the long-term statistics of their sensors."""
    targets = Targets(call)
    start, end = _range(call)
    if not all(target.coordinator.backfill.importer.available for target in targets):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_recorder")
    first, last = start_of_hour(start), start_of_hour(end + HOUR_MS - 1) - 1

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        readings = await batch.send(target, partial(_readings, target, first, last))
        importer = target.coordinator.backfill.importer
        return {"rows": await importer.async_import(target.device, readings)}

    return await async_run_each(call, targets, operate)


async def async_get_device(call: ServiceCall) -> ServiceResponse:
    """Return devices as the platform describes them."""

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        read = partial(target.coordinator.client.get_device_json, target.address)
        # JavaScript would round the id if it were a number.
        return {**await batch.send(target, read), "deviceId": target.address}

    return await async_run_each(call, Targets(call), operate)


async def async_get_device_config(call: ServiceCall) -> ServiceResponse:
    """Return the configuration of devices as the platform stores it."""

    async def operate(target: Target, batch: RequestBatch) -> JsonValueType:
        read = partial(target.coordinator.client.get_device_config, target.address)
        return await batch.send(target, read)

    return await async_run_each(call, Targets(call), operate)


async def async_refresh(call: ServiceCall) -> None:
    """Read the device list, and the history of the devices that reported since."""
    await get_coordinator(call).async_refresh_now()


async def async_search_devices(call: ServiceCall) -> ServiceResponse:
    """Return the devices of the Application that match, as the platform describes them."""
    coordinator = get_coordinator(call)
    filters: dict[str, Json] = {
        name: call.data[key]
        for field, name, _ in FILTERS
        for key in (name, field)
        if key in call.data
    }
    try:
        matches = await coordinator.client.find_devices(filters)
    except MilesightError as error:
        raise coordinator.commands.request_failed(error) from error
    devices = (device.to_json() for device in matches)
    return {"devices": [{k: v for k, v in device.items() if v is not None} for device in devices]}


def describe(specification: ThingSpecification) -> JsonValueType:
    """Return a specification as a response: its properties with types, units and ranges."""
    return {
        "version": specification.version,
        "properties": [
            {**_property(leaf), "readable": leaf.readable, "writable": leaf.writable}
            for leaf in specification.leaves()
        ],
        "events": [
            {"id": event.id, "name": event.name, "outputs": _properties(event.outputs)}
            for event in specification.events
        ],
        "services": [
            {
                "id": service.id,
                "name": service.name,
                "inputs": _properties(service.inputs),
                "outputs": _properties(service.outputs),
            }
            for service in specification.services
        ],
    }


def _properties(items: Iterable[Item]) -> list[JsonValueType]:
    return [_property(leaf) for item in items for leaf in item.leaves()]


def _property(item: Item) -> dict[str, JsonValueType]:
    """Return a property with the fields that its specification defines."""
    fields: dict[str, JsonValueType] = {
        "unit": item.unit,
        "minimum": item.minimum,
        "maximum": item.maximum,
        "min_size": item.min_size,
        "max_size": item.max_size,
        "fraction_digits": item.fraction_digits,
        "default": item.default,
        "options": dict(item.mappings) or None,
    }
    defined = {key: field for key, field in fields.items() if field is not None}
    return {"path": item.path, "name": item.name, "type": item.data_type.value, **defined}


async def _readings(target: Target, start: int, end: int) -> list[Reading]:
    history = target.coordinator.client.iter_property_history(target.address, start, end)
    return sorted([reading async for reading in history], key=lambda reading: reading.time)


def _select_values(values: Any, paths: list[str] | None) -> dict[str, Json]:
    """Return the values at some paths and below them, or all."""
    if not paths:
        return dict(values)
    return {
        path: value
        for path, value in values.items()
        if any(path == name or path.startswith((f"{name}.", f"{name}[")) for name in paths)
    }


def _range(call: ServiceCall) -> tuple[int, int]:
    """Return start and end in epoch milliseconds; times without a time zone are local."""
    start: datetime = dt_util.as_utc(call.data[ATTR_START_TIME])
    end: datetime = dt_util.as_utc(call.data.get(ATTR_END_TIME) or dt_util.utcnow())
    if start > end:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="invalid_range",
            translation_placeholders={"start": start.isoformat(), "end": end.isoformat()},
        )
    return int(start.timestamp() * 1000), int(end.timestamp() * 1000)


def _iso(milliseconds: int) -> str:
    return dt_util.as_local(dt_util.utc_from_timestamp(milliseconds / 1000)).isoformat()
