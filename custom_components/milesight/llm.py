"""Tools for voice assistants: the status of the fleet, and readings of a device."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from statistics import fmean
from typing import Any, Final, override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.homeassistant import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import STATE_ON, EntityStateAttribute, Platform
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    llm,
)
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType
import voluptuous as vol

from .automation.silence import async_get_silence
from .const import DOMAIN
from .coordinator import MilesightConfigEntry
from .devices import registry
from .history.period import async_period_statistics

LOW_BATTERY: Final = 20
MAX_AREAS: Final = 30
MAX_HOURS: Final = 24 * 366
MAX_NAMES: Final = 15
MAX_READINGS: Final = 15
SILENT_AFTER: Final = timedelta(days=1)
ALARMS: Final = frozenset(
    {
        BinarySensorDeviceClass.CO,
        BinarySensorDeviceClass.GAS,
        BinarySensorDeviceClass.HEAT,
        BinarySensorDeviceClass.MOISTURE,
        BinarySensorDeviceClass.PROBLEM,
        BinarySensorDeviceClass.SAFETY,
        BinarySensorDeviceClass.SMOKE,
        BinarySensorDeviceClass.TAMPER,
    }
)
GROUPS: Final = ("offline", "silent", "low_battery", "alarm")


class MilesightTool(llm.Tool):
    """A tool that only reads."""

    integration = DOMAIN
    if hasattr(llm, "ToolAnnotations"):
        annotations = llm.ToolAnnotations(
            read_only=True, destructive=False, idempotent=True, open_world=False
        )


class FleetStatusTool(MilesightTool):
    """Count the devices, and name those that need attention."""

    name = f"{DOMAIN}__fleet_status"
    title = "Milesight fleet status"
    description = (
        "Get how many Milesight devices there are, and which are offline, silent (no report for a "
        "day), low on battery or in alarm. Set 'area' for one area, 'by_area' for counts of each."
    )
    parameters = vol.Schema({vol.Optional("area"): str, vol.Optional("by_area"): bool})

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: llm.ToolInput, llm_context: llm.LLMContext
    ) -> JsonObjectType:
        """Return the status."""
        data = self.parameters(tool_input.tool_args)
        statuses = [(_area_name(hass, d), _name(d), _groups(hass, d)) for d in _devices(hass)]
        if wanted := data.get("area"):
            statuses = [status for status in statuses if _is_same(status[0], wanted)]
            if not statuses:
                return {"error": "There are no Milesight devices in this area"}
        answer = _counts(groups for _, _, groups in statuses)
        for group in GROUPS:
            names = sorted(name for _, name, groups in statuses if group in groups)
            if names:
                answer[f"{group}_devices"] = [*names[:MAX_NAMES], *_more(names, MAX_NAMES)]
        if data.get("by_area"):
            areas = sorted({area for area, _, _ in statuses})
            answer["areas"] = {
                area or "no area": _counts(groups for other, _, groups in statuses if other == area)
                for area in areas[:MAX_AREAS]
            }
        return answer


class GetReadingsTool(MilesightTool):
    """Get the latest value, minimum, maximum and mean of a device's readings."""

    name = f"{DOMAIN}__get_readings"
    title = "Milesight readings"
    description = (
        "Get the latest value of the readings of a Milesight device, and their minimum, maximum "
        "and mean over the last hours. Set 'reading' for one of them, such as temperature."
    )
    parameters = vol.Schema(
        {
            vol.Required("device"): str,
            vol.Optional("reading"): str,
            vol.Optional("hours", default=24): vol.All(int, vol.Range(min=1, max=MAX_HOURS)),
        }
    )

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: llm.ToolInput, llm_context: llm.LLMContext
    ) -> JsonObjectType:
        """Return the readings."""
        data = self.parameters(tool_input.tool_args)
        devices = [device for device in _devices(hass) if _is_same(_name(device), data["device"])]
        if not devices:
            return {"error": "There is no Milesight device with this name"}
        states = {
            state.entity_id: (name, state)
            for device in devices
            for name, state in _readings(hass, device, llm_context.assistant)
            if data.get("reading", "").strip().casefold() in name.casefold()
        }
        if not states:
            return {"error": "The device has no such reading that the assistant may see"}
        chosen = dict(list(states.items())[:MAX_READINGS])
        start = dt_util.utcnow() - timedelta(hours=data["hours"])
        statistics = await async_period_statistics(hass, chosen, start)
        return {
            "device": _name(devices[0]),
            "hours": data["hours"],
            "readings": [
                _reading(name, state, statistics.get(entity_id, ()))
                for entity_id, (name, state) in chosen.items()
            ],
        }


@callback
def async_get_tools(
    hass: HomeAssistant, _llm_context: llm.LLMContext, api_id: str
) -> LLMTools | None:
    """Return the tools while there are devices."""
    if api_id != llm.LLM_API_ASSIST or next(_devices(hass), None) is None:
        return None
    return LLMTools(tools=[FleetStatusTool(), GetReadingsTool()])


def _devices(hass: HomeAssistant) -> Iterator[dr.DeviceEntry]:
    """Yield the enabled devices of the loaded entries."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
            if device.entry_type is not dr.DeviceEntryType.SERVICE and not device.disabled:
                yield device


def _name(device: dr.DeviceEntry) -> str:
    """Return the name of a device, its model if the name has the serial number."""
    name = device.name_by_user or device.name or ""
    has_serial_number = device.serial_number and device.serial_number in name
    return (device.model or "Device") if has_serial_number or not name else name


def _area_name(hass: HomeAssistant, device: dr.DeviceEntry) -> str:
    area = ar.async_get(hass).async_get_area(device.area_id) if device.area_id else None
    return area.name if area is not None else ""


def _is_same(name: str, wanted: str) -> bool:
    return name.strip().casefold() == wanted.strip().casefold()


def _counts(groups: Iterable[set[str]]) -> dict[str, JsonValueType]:
    listed = list(groups)
    counts = {group: sum(group in of_device for of_device in listed) for group in GROUPS}
    return {"devices": len(listed), "online": len(listed) - counts["offline"], **counts}


def _more(names: list[str], limit: int) -> list[str]:
    return [f"and {len(names) - limit} more"] if len(names) > limit else []


def _groups(hass: HomeAssistant, device: dr.DeviceEntry) -> set[str]:
    """Return the groups that a device belongs to."""
    entry: MilesightConfigEntry | None = hass.config_entries.async_get_entry(
        device.config_entry_id or ""
    )
    sn = registry.serial_number(device) or ""
    held = entry.runtime_data.data.get(sn) if entry is not None else None
    silence = async_get_silence(hass, device.id, SILENT_AFTER)
    states = [state for _, state in _states(hass, device)]
    groups = {
        "offline": held is not None and not held.online,
        "silent": silence is not None and silence.begins <= dt_util.utcnow().timestamp(),
        "low_battery": any(map(_is_low, states)),
        "alarm": any(map(_is_alarm, states)),
    }
    return {group for group, applies in groups.items() if applies}


def _states(
    hass: HomeAssistant, device: dr.DeviceEntry
) -> Iterator[tuple[er.RegistryEntry, State]]:
    for entry in er.async_entries_for_device(er.async_get(hass), device.id):
        if entry.platform == DOMAIN and (state := hass.states.get(entry.entity_id)) is not None:
            yield entry, state


def _device_class(state: State) -> str | None:
    device_class: str | None = state.attributes.get(EntityStateAttribute.DEVICE_CLASS)
    return device_class


def _is_low(state: State) -> bool:
    if state.domain == Platform.SENSOR and _device_class(state) == SensorDeviceClass.BATTERY:
        level = _number(state)
        return level is not None and level <= LOW_BATTERY
    return (
        state.domain == Platform.BINARY_SENSOR
        and _device_class(state) == BinarySensorDeviceClass.BATTERY
        and state.state == STATE_ON
    )


def _is_alarm(state: State) -> bool:
    return (
        state.domain == Platform.BINARY_SENSOR
        and _device_class(state) in ALARMS
        and state.state == STATE_ON
    )


def _number(state: State) -> float | None:
    try:
        return float(state.state)
    except ValueError:
        return None


def _readings(
    hass: HomeAssistant, device: dr.DeviceEntry, assistant: str | None
) -> Iterator[tuple[str, State]]:
    """Yield name and state of the numbers that a device measures and the assistant may see."""
    for entry, state in _states(hass, device):
        if (
            entry.domain == Platform.SENSOR
            and _number(state) is not None
            and (assistant is None or async_should_expose(hass, assistant, entry.entity_id))
        ):
            name = state.name.removeprefix(device.name_by_user or device.name or "").strip()
            yield name or _device_class(state) or "value", state


def _reading(
    name: str, state: State, rows: Iterable[Mapping[str, Any]]
) -> dict[str, JsonValueType]:
    reading: dict[str, JsonValueType] = {"name": name, "latest": _number(state)}
    if unit := state.attributes.get(EntityStateAttribute.UNIT_OF_MEASUREMENT):
        reading["unit"] = unit
    for key, combine, column in (
        ("minimum", min, "min"),
        ("maximum", max, "max"),
        ("mean", fmean, "mean"),
    ):
        values = [row[column] for row in rows if row.get(column) is not None]
        if values:
            reading[key] = round(combine(values), 2)
    return reading
