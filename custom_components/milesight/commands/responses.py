"""What devices answer to commands, handed to those who wait for it."""

from asyncio import Queue
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..api import Service
from ..api.decode import Json
from ..api.webhook import DeviceReport, ReportType, TaskReport
from ..const import DOMAIN
from ..devices.device import MilesightDevice
from ..mapping.setters import matches_service

EVENT_TASK: Final = f"{DOMAIN}_task"

type Response = DeviceReport | TaskReport
type ResponseQueue = Queue[Response]


class ResponseWaiter:
    """Queues what devices push, for as long as somebody expects an answer of them."""

    def __init__(self) -> None:
        """Expect nothing."""
        self._queues: dict[str, list[ResponseQueue]] = {}

    @contextmanager
    def listen(self, device: MilesightDevice) -> Iterator[ResponseQueue]:
        """Collect what a device pushes from now on; ends with the block."""
        answers: ResponseQueue = Queue()
        self._queues.setdefault(device.sn, []).append(answers)
        try:
            yield answers
        finally:
            self._queues[device.sn].remove(answers)
            if not self._queues[device.sn]:
                del self._queues[device.sn]

    @callback
    def deliver(self, device: MilesightDevice, answer: Response) -> None:
        """Pass on what a device pushed."""
        for answers in self._queues.get(device.sn, ()):
            answers.put_nowait(answer)


async def wait_for_service_outputs(answers: ResponseQueue, service: Service) -> Mapping[str, Json]:
    """Wait for the outcome of a service call: ``path -> value``.

    That is the report of the service, or of properties that are named as the service is
    (``target_temperature`` after ``set_target_temperature``), whichever comes first.
    """
    while True:
        report = await answers.get()
        if not isinstance(report, DeviceReport):
            continue
        if report.type is ReportType.SERVICE and report.tsl_id == service.id:
            prefix = f"{service.id}."
            return {path.removeprefix(prefix): value for path, value in report.values.items()}
        if report.type is ReportType.PROPERTY:
            named = {
                path: value
                for path, value in report.values.items()
                if matches_service(path, service)
            }
            if named:
                return named


async def wait_for_task(answers: ResponseQueue, task_id: str) -> TaskReport:
    """Wait for the end of a configuration task."""
    while True:
        report = await answers.get()
        if isinstance(report, TaskReport) and report.task_id == task_id:
            return report


@callback
def async_fire_task_event(hass: HomeAssistant, device_id: str | None, report: TaskReport) -> None:
    """Tell automations how a task ended; ``device_id`` is Home Assistant's."""
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
