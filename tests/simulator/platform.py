"""The platform without HTTP: the devices, what happens to them, and their commands."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from random import Random
import secrets
from typing import Any, Final

from . import events
from .application import Application
from .device import Device
from .errors import ApiError
from .fleet import FIRST_DEVICE_ID, model_of, new_device
from .history import History
from .models import Model, find_model
from .search import integer
from .specification import Function, Item
from .validation import accept, check
from .values import Values, flatten, nest

type Publish = Callable[[list[events.Event]], None]
type Later = Callable[[float, Callable[[], None]], None]

_INTERVAL_MS: Final = 600_000
_COMPLETE_REPORT: Final = 24  # so many reports apart, settings are reported as well
_MAX_KEY_LENGTH: Final = 100
_AFTERWARDS: Final[dict[str, Callable[[Device], list[dict[str, Any]]]]] = {
    "reboot": Device.everything,
    "reconnect": Device.everything,
    "query_device_status": Device.everything,
    "report_battery": Device.readings,
}


class Platform:
    """State and rules; `publish` pushes events, `later` runs something after a delay."""

    def __init__(
        self,
        application: Application,
        devices: Iterable[Device],
        publish: Publish,
        later: Later,
        *,
        command_delay: float = 0.05,
        past_reports: int = 6,
    ) -> None:
        """Take devices over; those that were ever online get this many reports of the past."""
        self.application = application
        self.rps: dict[str, str] = {}
        self.command_delay = command_delay
        self._publish = publish
        self._later = later
        self._by_sn: dict[str, Device] = {}
        self._by_id: dict[int, Device] = {}
        self._released: dict[str, Device] = {}
        self._deleted: dict[str, Device] = {}
        self._serial_numbers: set[str] = set()
        self._waiting: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self._random = Random(2)
        for device in devices:
            self._take(device)
            if device.connect_status != "DISCONNECT":
                self._remember_past(device, past_reports)

    # What is there.

    @property
    def devices(self) -> list[Device]:
        """All devices, in the order in which they were added."""
        return list(self._by_sn.values())

    def has(self, sn: str) -> bool:
        """Return if a device of this serial number is on the platform."""
        return sn in self._by_sn

    def by_sn(self, sn: str) -> Device:
        """Return the device of a serial number; raises `ApiError` 404."""
        if (device := self._by_sn.get(sn)) is None:
            raise ApiError(404, "device_not_found", f"Device {sn[:40]} not found")
        return device

    def by_id(self, device_id: Any) -> Device:
        """Return the device of a `deviceId`, number or string; raises `ApiError` 400 or 404."""
        number = integer(device_id, "deviceId", low=0, high=10**20)
        if (device := self._by_id.get(number)) is None:
            raise ApiError(404, "device_not_found", f"Device {number} not found")
        return device

    def _take(self, device: Device) -> None:
        self._by_sn[device.sn] = device
        self._by_id[device.device_id] = device
        self._serial_numbers.add(device.sn)

    def _remember_past(self, device: Device, reports: int) -> None:
        last = self.application.now_ms() - device.random.randrange(_INTERVAL_MS)
        first = last - reports * _INTERVAL_MS
        for payload in device.everything():
            device.history.add(first, payload)
        for number in range(1, reports + 1):
            device.step()
            complete = number % _COMPLETE_REPORT == 0
            for payload in device.everything() if complete else device.readings():
                device.history.add(first + number * _INTERVAL_MS, payload)
        device.last_update = last

    # What happens in the world.

    def join(
        self, model: Model, name: str | None = None, sn: str | None = None, *, online: bool = True
    ) -> Device:
        """Add a device to the Application; online at once, or when its first uplink comes."""
        number = 1 + sum(device.model is model for device in self._by_sn.values())
        name = name or f"{model.name} {number}"
        device = self._return(sn or "") or new_device(
            model, name, self._random, self._serial_numbers, sn=sn, seen=False
        )
        device.name = name
        self._take(device)
        if online:
            self.online(device)
        else:
            self._later(self.command_delay, partial(self._arrive, device))
        return device

    def identify(self, printed: str) -> tuple[Model, str] | None:
        """Model and serial number of the SN or DevEUI that is printed on a device.

        None if it is not one of ours.
        """
        for device in (
            *self._by_sn.values(),
            *self._released.values(),
            *self._deleted.values(),
        ):
            if printed.upper() in (device.sn, device.dev_eui):
                return device.model, device.sn
        return model_of(printed)

    def _return(self, sn: str) -> Device | None:
        """A device that was released or deleted; of a deleted one the platform knows nothing."""
        if (device := self._deleted.pop(sn, None)) is not None:
            device.device_id = FIRST_DEVICE_ID + self._random.randrange(10**17)
            device.history, device.last_update = History(), None
            device.connect_status = "DISCONNECT"
        return device or self._released.pop(sn, None)

    def _arrive(self, device: Device) -> None:
        if self.has(device.sn):
            self.online(device)

    def remove(self, device: Device) -> None:
        """Delete a device from the platform; added again, it is the same one under a new id."""
        self._take_out(device)
        self._deleted[device.sn] = device

    def _take_out(self, device: Device) -> None:
        self._by_sn.pop(device.sn, None)
        self._by_id.pop(device.device_id, None)
        self._waiting.pop(device.sn, None)

    def release(self, device: Device) -> None:
        """Take a device out of the Application; added again, it is the same one."""
        self._take_out(device)
        self._released[device.sn] = device

    def report(self, device: Device, properties: dict[str, Any] | None = None) -> None:
        """Report these properties (nested, valid or not), or those of the next step."""
        if properties is None:
            device.step()
            self._uplink(device, device.readings())
            return
        leaves = device.model.specification.leaves
        device.values |= {
            path: value
            for path, value in flatten(properties).items()
            if path in leaves and _fits(leaves[path], value)
        }
        self._uplink(device, [properties])

    def event(self, device: Device, tsl_id: str, payload: dict[str, Any]) -> None:
        """A device sends a thing event."""
        self._publish(
            [events.device_data(device, "EVENT", self.application.now(), payload, tsl_id=tsl_id)]
        )

    def press(self, device: Device, button: str | None = None, kind: str | None = None) -> None:
        """Somebody presses a button; `kind` is a label of the enumeration that is then reported."""
        buttons = device.model.buttons
        path = buttons.get(button or next(iter(buttons), ""))
        if path is None:
            raise ApiError(
                400,
                "no_button",
                f"{device.model.name} has the buttons: {', '.join(buttons) or 'none'}",
            )
        keys = {label: key for key, label in device.model.specification.leaves[path].labels}
        key = keys.get(kind or next(iter(keys)))
        if key is None:
            raise ApiError(400, "no_button", f"{path} knows the presses: {', '.join(keys)}")
        self._uplink(device, [nest({path: key})])

    def online(self, device: Device) -> None:
        """A device connects; at the first time it reports everything."""
        first = device.connect_status == "DISCONNECT"
        device.connect_status = "ONLINE"
        self._publish([events.device_data(device, "ONLINE", self.application.now())])
        if first:
            self._uplink(device, device.everything())
        self._downlink(device)

    def offline(self, device: Device) -> None:
        """The platform has missed a device for too long."""
        device.connect_status = "OFFLINE"
        self._publish([events.device_data(device, "OFFLINE", self.application.now())])

    def silence(self, device: Device, hours: int) -> None:
        """A device that is online last reported some hours ago."""
        device.last_update = self.application.now_ms() - hours * 3_600_000
        device.history.forget_after(device.last_update)

    def backlog(self, device: Device, minutes: int) -> None:
        """A device hands in what it stored during an outage.

        Old reports, and copies of them as `historical_data` events.
        """
        present, now = device.values, self.application.now()
        end = self.application.now_ms()
        published = []
        for ts in range(end - minutes * 60_000, end, _INTERVAL_MS):
            device.step()
            for payload in device.readings():
                device.history.add(ts, payload)
                published.append(events.device_data(device, "PROPERTY", now, payload, ts=ts))
            published += self._historical(device, ts, nest(device.values))
        device.values = present
        self._publish(published)

    def _historical(
        self, device: Device, ts: int, properties: dict[str, Any]
    ) -> list[events.Event]:
        for event in device.model.specification.events.values():
            if event.id.startswith("historical_data"):
                wanted = {item.id for item in event.parameters}
                payload = {key: value for key, value in properties.items() if key in wanted}
                payload["timestamp"] = ts // 1000
                now = self.application.now()
                return [events.device_data(device, "EVENT", now, payload, tsl_id=event.id)]
        return []

    def _uplink(self, device: Device, payloads: Iterable[dict[str, Any]]) -> None:
        """One report: an event for each payload, all of the same time.

        Commands that waited for the device follow.
        """
        payloads = [payload for payload in payloads if payload]
        if not payloads:
            return
        now, ts = self.application.now(), self.application.now_ms()
        published = []
        if device.connect_status != "ONLINE":
            device.connect_status = "ONLINE"
            published.append(events.device_data(device, "ONLINE", now))
        for payload in payloads:
            device.history.add(ts, payload)
            published.append(events.device_data(device, "PROPERTY", now, payload, ts=ts))
        device.last_update = ts
        self._publish(published)
        self._downlink(device)

    # Commands of the Open API to devices.

    def patch(self, device: Device, properties: Any) -> dict[str, Any]:
        """Accept properties for a downlink and return them; raises `ApiError` 400."""
        changes = device.in_own_types(accept(device.model.specification.properties, properties))
        if not changes:
            raise ApiError(400, "parameter_error", "properties is empty")
        self._command(device, partial(self._apply, device, changes))
        return {"properties": nest(changes)}

    def call(self, device: Device, service_id: Any, inputs: Any) -> None:
        """Accept a service call for a downlink; raises `ApiError` 400."""
        service = (
            device.model.specification.services.get(service_id)
            if isinstance(service_id, str)
            else None
        )
        if service is None:
            raise ApiError(
                400,
                "service_not_found",
                f"{str(service_id)[:40]} is not defined in the thing specification",
            )
        given = accept(service.parameters, {} if inputs is None else inputs, writing=False)
        self._command(device, partial(self._serve, device, service, given))

    def create_task(self, body: dict[str, Any]) -> dict[str, Any]:
        """Start a configuration task, its outcomes are pushed; raises `ApiError` 400 or 404."""
        kind, config = body.get("type"), body.get("config")
        if kind not in ("TSL", "PROFILE") or not isinstance(config, dict):
            raise ApiError(400, "parameter_error", "type must be TSL or PROFILE, config an object")
        properties = config.get("properties") if kind == "TSL" else _pairs(config.get("values"))
        if not isinstance(properties, dict) or not properties:
            raise ApiError(400, "parameter_error", "config has no settings")
        ids = body.get("deviceIds")
        if isinstance(ids, str):
            ids = ids.replace(";", ",").split(",")
        elif not isinstance(ids, list) or any(type(device_id) is not int for device_id in ids):
            raise ApiError(400, "parameter_error", "deviceIds must be a list of integers")
        if not ids:
            raise ApiError(400, "parameter_error", "deviceIds is required")
        relations = []
        for device in [self.by_id(device_id) for device_id in ids]:
            task_id = FIRST_DEVICE_ID + secrets.randbelow(10**17)
            pair = {"deviceId": device.device_id, "taskId": task_id}
            relations.append({key: self.application.rest_id(n) for key, n in pair.items()})
            self._command(device, partial(self._configure, device, task_id, properties))
        return {"deviceTaskRelations": relations}

    # How a device carries commands out.

    def _command(self, device: Device, run: Callable[[], None]) -> None:
        self._later(self.command_delay, partial(self._reach, device, run))

    def _reach(self, device: Device, run: Callable[[], None]) -> None:
        """Run now on a device that is there, else after its next uplink."""
        if not self.has(device.sn):
            return
        if device.connect_status == "ONLINE":
            run()
        else:
            self._waiting[device.sn].append(run)

    def _downlink(self, device: Device) -> None:
        for run in self._waiting.pop(device.sn, []):
            self._command(device, run)

    def _apply(self, device: Device, changes: Values) -> None:
        """Set properties, and report them and what follows; triggers are never reported."""
        kept = {path: value for path, value in changes.items() if path in device.values}
        different = device.apply(kept)
        following = {path: value for path, value in different.items() if path not in kept}
        self._uplink(device, [nest({path: device.values[path] for path in kept}), nest(following)])

    def _serve(self, device: Device, service: Function, inputs: Values) -> None:
        now = self.application.now()
        self._publish([events.device_data(device, "SERVICE", now, {}, tsl_id=service.id)])
        if changes := device.serve(service, inputs):
            self._apply(device, changes)
        if (report := _AFTERWARDS.get(service.id)) is not None:
            self._uplink(device, report(device))
        if service.id.endswith("historical_data_by_time"):
            time = inputs.get("time", 0) * 1000
            self._retrieve(device, time - _INTERVAL_MS, time + _INTERVAL_MS)
        elif service.id.endswith("historical_data_by_time_range"):
            self._retrieve(
                device, inputs.get("start_time", 0) * 1000, inputs.get("end_time", 0) * 1000
            )

    def _retrieve(self, device: Device, start: int, end: int) -> None:
        """Send the stored readings of these times as events."""
        readings: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        for ts, _, properties in device.history.between(start, end):
            readings[ts] |= properties
        self._publish(
            [
                event
                for ts, reading in readings.items()
                for event in self._historical(device, ts, reading)
            ]
        )

    def _configure(self, device: Device, task_id: int, properties: dict[str, Any]) -> None:
        try:
            changes, error = accept(device.model.specification.properties, properties), ""
        except ApiError as refused:
            changes, error = {}, refused.code
        now = self.application.now()
        outcomes = dict.fromkeys(properties, "") if error else properties
        self._publish([events.task_data(now, task_id, device, outcomes, error)])
        if changes:
            self._apply(device, changes)


def find(name: Any) -> Model:
    """Return the model of this name; raises `ApiError` 400."""
    try:
        return find_model(str(name or ""))
    except KeyError:
        raise ApiError(400, "model_not_found", f"There is no model {str(name)[:40]}") from None


def _fits(item: Item, value: Any) -> bool:
    try:
        check(item, value, "")
    except ApiError:
        return False
    return True


def _pairs(values: Any) -> dict[str, Any]:
    """Return the nested settings of a profile; raises `ApiError` 400."""
    try:
        pairs = {pair["key"][:_MAX_KEY_LENGTH]: pair["value"] for pair in values}
        return nest(pairs)
    except KeyError, TypeError:
        message = "values must be a list of key and value"
        raise ApiError(400, "parameter_error", message) from None
