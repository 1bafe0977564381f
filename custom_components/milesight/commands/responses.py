"""Responses of devices to commands."""

from asyncio import Queue
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..api import ThingService
from ..api.parsing import Json
from ..api.webhook import DeviceReport, ReportType, TaskReport
from ..const import DOMAIN
from ..devices.device import MilesightDevice
from ..mapping.setters import matches_service

EVENT_TASK: Final = f"{DOMAIN}_task"
SUCCESS: Final = "SUCCESS"

type Response = DeviceReport | TaskReport
type ResponseQueue = Queue[Response]


class ResponseWaiter:
    """Deliver the reports of devices to the commands that wait for a response."""

    def __init__(self) -> None:
        """Initialize without waiting commands."""
        self._queues: dict[str, list[ResponseQueue]] = {}

    @contextmanager
    def listen(self, device: MilesightDevice) -> Iterator[ResponseQueue]:
        """Queue the reports of a device until the end of the block."""
        queue: ResponseQueue = Queue()
        self._queues.setdefault(device.sn, []).append(queue)
        try:
            yield queue
        finally:
            self._queues[device.sn].remove(queue)
            if not self._queues[device.sn]:
                del self._queues[device.sn]

    @callback
    def deliver(self, device: MilesightDevice, response: Response) -> None:
        """Add a report of a device to the queues of the commands that wait for it."""
        for queue in self._queues.get(device.sn, ()):
            queue.put_nowait(response)


_WAITER: Final[HassKey[ResponseWaiter]] = HassKey(f"{DOMAIN}_responses")


@callback
def get_waiter(hass: HomeAssistant) -> ResponseWaiter:
    """Return what delivers responses; it outlives a reload of the Application."""
    return hass.data.setdefault(_WAITER, ResponseWaiter())


async def wait_for_service_outputs(
    queue: ResponseQueue, service: ThingService
) -> Mapping[str, Json]:
    """Wait for the outputs of a service call, as ``path -> value``.

    These are either in the report of the service or in a report of properties whose names match
    the service (``target_temperature`` for ``set_target_temperature``).
    """
    while True:
        report = await queue.get()
        if not isinstance(report, DeviceReport):
            continue
        if report.type is ReportType.SERVICE and report.tsl_id == service.id:
            prefix = f"{service.id}."
            return {path.removeprefix(prefix): value for path, value in report.values.items()}
        if report.type is ReportType.PROPERTY:
            outputs = {
                path: value
                for path, value in report.values.items()
                if matches_service(path, service)
            }
            if outputs:
                return outputs


async def wait_for_task(queue: ResponseQueue, task_id: str) -> TaskReport:
    """Wait for the result of a configuration task."""
    while True:
        report = await queue.get()
        if isinstance(report, TaskReport) and report.task_id == task_id:
            return report


@callback
def async_fire_task_event(hass: HomeAssistant, device_id: str | None, report: TaskReport) -> None:
    """Fire the event of a finished task; ``device_id`` is the one of Home Assistant."""
    hass.bus.async_fire(
        EVENT_TASK,
        {
            "device_id": device_id,
            "task_id": report.task_id,
            "type": report.type,
            "status": report.status,
            "error": report.error,
        },
    )
