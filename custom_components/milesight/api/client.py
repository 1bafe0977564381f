"""Client of the Open API, one method per operation.

The operations on tokens are in ``auth``. Paths that no published page names are inferred from their
siblings; their constants begin with ``INFERRED``.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Final

from .exceptions import BadResponseError
from .models import (
    AcceptedCommand,
    AddedDevice,
    Device,
    DeviceDetails,
    DevicePage,
    HistoryPage,
    Reading,
    TaskType,
)
from .parsing import Json, as_integer, as_list, as_mapping, as_text
from .specification import is_specification
from .transport import Transport

DEVICES_PATH: Final = "device/openapi/v1/devices"
TASKS_PATH: Final = "device/openapi/v1/tasks"
RPS_PATH: Final = "device/openapi/v1/rps"
RPS_PROFILE_PATH: Final = f"{RPS_PATH}/profile"
INFERRED_RPS_LIST_PATH: Final = RPS_PROFILE_PATH
INFERRED_MEMBERSHIP_PATH: Final = "application"
PAGE_SIZE: Final = 100
MAX_LIST_PAGES: Final = 1000
MAX_HISTORY_PAGES: Final = 1000
LIST_ATTEMPTS: Final = 3
NO_FILTERS: Final[Mapping[str, Json]] = {}
STABLE_ORDER: Final[Mapping[str, Json]] = {"sorts": [{"direction": "asc", "property": "deviceId"}]}


class MilesightClient(Transport):
    """Client of one Application."""

    _pages: Sequence[DevicePage] = ()

    async def search_devices(
        self,
        page: int = 1,
        filters: Mapping[str, Json] = NO_FILTERS,
        *,
        background: bool = False,
        known: DevicePage | None = None,
    ) -> DevicePage:
        """Return one page of the device list, 100 devices each; the first page is 1.

        ``filters`` are fields of the request body such as ``model`` or ``connectStatus``. If the
        answer is that of the ``known`` page, that page is returned without parsing. Source: "Search
        specific devices".
        """
        body: dict[str, Json] = {"pageSize": PAGE_SIZE, "pageNumber": page, **filters}
        data = await self.request(
            "POST", f"{DEVICES_PATH}/search", body, background=background, repeatable=True
        )
        if known is not None and known.source == data:
            return known
        result = DevicePage.from_json(data)
        if result is None:
            raise BadResponseError("no list of devices in the answer")
        return result

    async def list_devices(self) -> list[Device]:
        """Return all devices of the Application; pages that did not change are not parsed again.

        Raises ``BadResponseError`` if no complete list can be read.
        """
        self._pages = await self._read_list(NO_FILTERS, self._pages, background=True)
        return _devices(self._pages)

    async def find_devices(self, filters: Mapping[str, Json]) -> list[Device]:
        """Return the devices that match the filters, see ``search_devices``."""
        return _devices(await self._read_list(filters, (), background=False))

    async def _read_list(
        self, filters: Mapping[str, Json], known: Sequence[DevicePage], *, background: bool
    ) -> Sequence[DevicePage]:
        """Return the pages of one complete list, read again if it changes meanwhile.

        Devices move between pages when others are added or removed, or when the order depends on
        their reports. A list that lacks one of them would remove it. From the second attempt on,
        the order is one that reports do not change.
        """
        for attempt in range(LIST_ATTEMPTS):
            order = {} if attempt == 0 else STABLE_ORDER
            pages = await self._read_pages({**order, **filters}, known, background=background)
            if _is_complete(pages):
                return pages
        raise BadResponseError("the list of devices is incomplete or keeps changing")

    async def _read_pages(
        self, filters: Mapping[str, Json], known: Sequence[DevicePage], *, background: bool
    ) -> Sequence[DevicePage]:
        pages: list[DevicePage] = []
        ids: set[str] = set()
        for number in range(1, MAX_LIST_PAGES + 1):
            before = known[number - 1] if number <= len(known) else None
            page = await self.search_devices(number, filters, background=background, known=before)
            pages.append(page)
            count = len(ids)
            ids.update([device.device_id for device in page.devices])
            size = sum(page.size for page in pages)
            if len(ids) == count or (page.total is not None and size >= page.total):
                break
        return pages

    async def get_device_json(self, device_id: str) -> dict[str, Json]:
        """Return a device in the platform's form. Source: "Query a specific device"."""
        data = await self.request("GET", f"{DEVICES_PATH}/{device_id}")
        if not isinstance(data, dict):
            raise BadResponseError("no device in the answer")
        return data

    async def get_device(self, device_id: str) -> Device:
        """Return one device."""
        device = Device.from_json(await self.get_device_json(device_id))
        if device is None:
            raise BadResponseError("no device in the answer")
        return device

    async def get_device_config(self, device_id: str) -> Json:
        """Return the settings of a device in the platform's form.

        The form is not published. Elsewhere, settings are ``{version, type, properties}`` or
        ``{version, values: [{key, value}]}``. Source: the link "Getting the Configuration API" of
        "Create configuration tasks".
        """
        data: Json = await self.request("GET", f"{DEVICES_PATH}/{device_id}/config")
        return data

    async def get_thing_specification(self, device_id: str) -> dict[str, Json]:
        """Return the thing specification of a device in the platform's form.

        Source: "Query the TSL model of a device".
        """
        data = await self.request(
            "GET", f"{DEVICES_PATH}/{device_id}/thing-specification", background=True
        )
        if not is_specification(data):
            raise BadResponseError("no thing specification in the answer")
        return data

    async def get_history_page(
        self,
        device_id: str,
        *,
        start_time: int | None = None,
        end_time: int | None = None,
        page_size: int = PAGE_SIZE,
        page_key: str | None = None,
        order: str | None = None,
        background: bool = False,
    ) -> HistoryPage:
        """Return one page of the reports of a device.

        Times are epoch milliseconds, ``order`` is ``asc`` or ``desc``, and ``page_key`` is the
        ``next_page_key`` of the previous page. The list is empty unless data storage is enabled for
        the device. Source: "Query the historical data of property reports".
        """
        query = {
            "startTime": start_time,
            "endTime": end_time,
            "pageSize": page_size,
            "pageKey": page_key,
            "order": order,
        }
        page = HistoryPage.from_json(
            await self.request(
                "GET",
                f"{DEVICES_PATH}/{device_id}/properties/history",
                query={key: str(value) for key, value in query.items() if value is not None},
                background=background,
            )
        )
        if page is None:
            raise BadResponseError("no list of reports in the answer")
        return page

    async def iter_history_pages(
        self,
        device_id: str,
        *,
        start_time: int | None = None,
        end_time: int | None = None,
        order: str | None = None,
        background: bool = False,
    ) -> AsyncGenerator[HistoryPage]:
        """Yield the pages of the reports of a device, see ``get_history_page``.

        A page key that was used before ends the history. Raises ``BadResponseError`` for a history
        without end.
        """
        page_key: str | None = None
        used: set[str] = set()
        for _ in range(MAX_HISTORY_PAGES):
            page = await self.get_history_page(
                device_id,
                start_time=start_time,
                end_time=end_time,
                page_key=page_key,
                order=order,
                background=background,
            )
            yield page
            page_key = page.next_page_key
            if page_key is None or page_key in used:
                return
            used.add(page_key)
        raise BadResponseError(f"more than {MAX_HISTORY_PAGES} pages of history")

    async def iter_property_history(
        self, device_id: str, start_time: int, end_time: int, *, background: bool = False
    ) -> AsyncGenerator[Reading]:
        """Yield the reports of a device from ``start_time`` to ``end_time``, oldest first.

        Times are epoch milliseconds; both are included.
        """
        async for page in self.iter_history_pages(
            device_id,
            start_time=start_time,
            end_time=end_time,
            order="asc",
            background=background,
        ):
            for reading in page.readings:
                if start_time <= reading.time <= end_time:
                    yield reading

    async def update_properties(
        self, device_id: str, properties: Mapping[str, Json]
    ) -> AcceptedCommand:
        """Write nested properties.

        The answer has the properties that the platform accepted. The device reports them once it
        has applied them. Source: "Update device properties incrementally".
        """
        envelope = await self.request_envelope(
            "PATCH", f"{DEVICES_PATH}/{device_id}/properties", {"properties": dict(properties)}
        )
        return AcceptedCommand(
            request_id=as_text(envelope.get("requestId")) or "",
            properties=as_mapping(as_mapping(envelope.get("data")).get("properties")),
        )

    async def call_service(
        self, device_id: str, service_id: str, inputs: Mapping[str, Json]
    ) -> str:
        """Call a service of a device and return the request id.

        The outcome is pushed later: a ``SERVICE`` report, and reports of changed properties.
        Source: "Invoke device services asynchronously".
        """
        envelope = await self.request_envelope(
            "POST",
            f"{DEVICES_PATH}/{device_id}/services/call",
            {"serviceId": service_id, "inputs": dict(inputs)},
        )
        return as_text(envelope.get("requestId")) or ""

    async def create_config_task(
        self, device_ids: Iterable[str], task_type: TaskType, settings: Json, version: str = ""
    ) -> dict[str, str]:
        """Configure devices in one request and return ``device id -> task id``.

        ``settings`` are nested properties for ``TaskType.TSL`` and a list of ``{key, value}`` for
        ``TaskType.PROFILE``. The outcome for each device is pushed later, as ``TASK_DATA``.
        Source: "Create configuration tasks".
        """
        config: dict[str, Json] = {task_type.config_key: settings}
        if version:
            config["version"] = version
        if task_type is TaskType.TSL:
            config["type"] = "tsl"
        body: dict[str, Json] = {
            "type": task_type.value,
            "deviceIds": [as_integer(device_id) for device_id in device_ids],
            "config": config,
        }
        data = await self.request("POST", TASKS_PATH, body)
        relations = map(as_mapping, as_list(as_mapping(data).get("deviceTaskRelations")))
        pairs = ((as_text(pair.get("deviceId")), as_text(pair.get("taskId"))) for pair in relations)
        return {device_id: task_id for device_id, task_id in pairs if device_id and task_id}

    async def add_device(self, serial_number: str, details: DeviceDetails) -> AddedDevice:
        """Add a device by the serial number or DevEUI printed on it.

        Source: "Add a device".
        """
        body: dict[str, Json] = {"snDevEUI": serial_number.upper(), **details.to_json()}
        added = AddedDevice.from_json(await self.request("POST", DEVICES_PATH, body))
        if added is None:
            raise BadResponseError("no device in the answer")
        return added

    async def update_device(self, device_id: str, details: DeviceDetails) -> None:
        """Replace the details of a device; those that are missing are cleared.

        Source: "Update a device's information".
        """
        await self.request("PUT", DEVICES_PATH, {"deviceId": device_id, **details.to_json()})

    async def delete_device(self, device_id: str) -> None:
        """Delete a device from the platform. Source: "Delete a device"."""
        await self.request("DELETE", f"{DEVICES_PATH}/{device_id}")

    async def remove_from_application(self, device_id: str) -> None:
        """Remove a device from the Application; it remains on the platform.

        The path is inferred, since no published page names it.
        """
        await self.request("DELETE", f"{DEVICES_PATH}/{device_id}/{INFERRED_MEMBERSHIP_PATH}")

    async def set_rps_profile_url(self, serial_number: str, profile_url: str) -> None:
        """Set the profile URL of a device that is not on the platform yet.

        Source: "Specify the Profile URL for RPS".
        """
        body: dict[str, Json] = {"sn": serial_number, "profileUrl": profile_url}
        await self.request("POST", RPS_PROFILE_PATH, body)

    async def list_rps_profile_urls(self) -> list[Json]:
        """Return the profile URLs in the platform's form, ``{sn, profileUrl}`` each.

        No published page names path or form: the path is that of setting a URL, and a list is
        accepted as it is and as ``content`` or ``list`` of an object.
        """
        data = await self.request("GET", INFERRED_RPS_LIST_PATH)
        answer = as_mapping(data)
        return as_list(data) or as_list(answer.get("content")) or as_list(answer.get("list"))

    async def delete_rps_record(self, serial_number: str) -> None:
        """Delete the profile URL of a device. Source: "Delete the RPS record"."""
        await self.request("DELETE", f"{RPS_PATH}/{serial_number}")


def _devices(pages: Iterable[DevicePage]) -> list[Device]:
    return list({device.device_id: device for page in pages for device in page.devices}.values())


def _is_complete(pages: Sequence[DevicePage]) -> bool:
    """Return whether pages have all items of one list, and no device is on two of them."""
    totals = {page.total for page in pages if page.total is not None}
    if not totals:
        return True
    listed = [{device.device_id for device in page.devices} for page in pages]
    return (
        len(totals) == 1
        and sum(page.size for page in pages) >= totals.pop()
        and sum(map(len, listed)) == len(set[str]().union(*listed))
    )
