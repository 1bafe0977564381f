"""The Open API of the Milesight Development Platform, one method per operation.

The two operations on tokens (get, refresh) are in ``auth``. Paths that no published page gives are
inferred from their siblings, each in a constant of its own.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Final

from .decode import Json, integer, mapping, sequence, text
from .errors import BadResponseError
from .models import (
    Accepted,
    AddedDevice,
    Device,
    DeviceFacts,
    DevicePage,
    HistoryPage,
    Reading,
    TaskKind,
)
from .transport import Transport

DEVICES_PATH: Final = "device/openapi/v1/devices"
TASKS_PATH: Final = "device/openapi/v1/tasks"
RPS_PATH: Final = "device/openapi/v1/rps"
RPS_PROFILE_PATH: Final = f"{RPS_PATH}/profile"
INFERRED_RPS_LIST_PATH: Final = RPS_PROFILE_PATH
INFERRED_MEMBERSHIP: Final = "application"
PAGE_SIZE: Final = 100
MAX_LIST_PAGES: Final = 1000
MAX_HISTORY_PAGES: Final = 1000
LIST_ATTEMPTS: Final = 3
NO_FILTERS: Final[Mapping[str, Json]] = {}
STABLE_ORDER: Final[Mapping[str, Json]] = {"sorts": [{"direction": "asc", "property": "deviceId"}]}


class MilesightClient(Transport):
    """An Application's view of the platform."""

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

        ``filters`` are fields of the request body such as ``model`` or ``connectStatus``. Where the
        answer is that of the ``known`` page, that page is returned. Source: "Search specific
        devices".
        """
        body: dict[str, Json] = {"pageSize": PAGE_SIZE, "pageNumber": page, **filters}
        data = await self.call(
            "POST", f"{DEVICES_PATH}/search", body, background=background, repeatable=True
        )
        if known is not None and known.source == data:
            return known
        found = DevicePage.from_json(data)
        if found is None:
            raise BadResponseError("no list of devices in the answer")
        return found

    async def list_devices(self) -> list[Device]:
        """Return every device of the Application.

        Pages that read as they did last time are not decoded again. Raises ``BadResponseError``
        when the list cannot be read as a whole.
        """
        self._pages = await self._read_list(NO_FILTERS, self._pages, background=True)
        return _devices(self._pages)

    async def find_devices(self, filters: Mapping[str, Json]) -> list[Device]:
        """Return the devices of the Application that match, see ``search_devices``."""
        return _devices(await self._read_list(filters, (), background=False))

    async def _read_list(
        self, filters: Mapping[str, Json], known: Sequence[DevicePage], *, background: bool
    ) -> Sequence[DevicePage]:
        """Read all pages, again where devices come, go or move while they are read.

        Pages of a changing list may lack a device that exists, which would then be removed. From
        the second time on the order is one that reports do not change.
        """
        for attempt in range(LIST_ATTEMPTS):
            order = {} if attempt == 0 else STABLE_ORDER
            pages = await self._read_pages({**order, **filters}, known, background=background)
            if _is_whole(pages):
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
            ids.update(device.device_id for device in page.devices)
            size = sum(page.size for page in pages)
            if len(ids) == count or (page.total is not None and size >= page.total):
                break
        return pages

    async def get_device_json(self, device_id: str) -> dict[str, Json]:
        """Return one device as the platform words it. Source: "Query a specific device"."""
        data = await self.call("GET", f"{DEVICES_PATH}/{device_id}")
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
        """Return the settings of a device as the platform words them.

        Its shape is not published; settings elsewhere are either ``{version, type, properties}``
        or ``{version, values: [{key, value}]}``. Source: the link "Getting the Configuration API"
        of "Create configuration tasks".
        """
        data: Json = await self.call("GET", f"{DEVICES_PATH}/{device_id}/config")
        return data

    async def get_thing_specification(self, device_id: str) -> dict[str, Json]:
        """Return the thing specification of a device as the platform words it.

        Source: "Query the TSL model of a device".
        """
        data = await self.call(
            "GET", f"{DEVICES_PATH}/{device_id}/thing-specification", background=True
        )
        if not isinstance(data, dict):
            raise BadResponseError("no thing specification in the answer")
        return data

    async def get_property_history(
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
        """Return one page of what a device reported.

        Times are epoch milliseconds, ``order`` is ``asc`` or ``desc``, ``page_key`` the last
        page's ``next_page_key``. The platform answers with an empty list unless data storage is
        enabled for the device. Source: "Query the historical data of property reports".
        """
        query = {
            "startTime": start_time,
            "endTime": end_time,
            "pageSize": page_size,
            "pageKey": page_key,
            "order": order,
        }
        page = HistoryPage.from_json(
            await self.call(
                "GET",
                f"{DEVICES_PATH}/{device_id}/properties/history",
                query={key: str(value) for key, value in query.items() if value is not None},
                background=background,
            )
        )
        if page is None:
            raise BadResponseError("no list of reports in the answer")
        return page

    async def history_pages(
        self,
        device_id: str,
        *,
        start_time: int | None = None,
        end_time: int | None = None,
        order: str | None = None,
        background: bool = False,
    ) -> AsyncIterator[HistoryPage]:
        """Yield the pages of what a device reported, one request for each.

        See ``get_property_history``. A page key that was used before ends the history. Raises
        ``BadResponseError`` when there is no end.
        """
        page_key: str | None = None
        used: set[str] = set()
        for _ in range(MAX_HISTORY_PAGES):
            page = await self.get_property_history(
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

    async def property_history(
        self, device_id: str, start_time: int, end_time: int, *, background: bool = False
    ) -> AsyncIterator[Reading]:
        """Yield all that a device reported from ``start_time`` to ``end_time``, oldest first.

        Times are epoch milliseconds; both ends are included. One request for each page.
        """
        async for page in self.history_pages(
            device_id,
            start_time=start_time,
            end_time=end_time,
            order="asc",
            background=background,
        ):
            for reading in page.readings:
                if start_time <= reading.time <= end_time:
                    yield reading

    async def update_properties(self, device_id: str, properties: Mapping[str, Json]) -> Accepted:
        """Write properties, nested as the thing specification nests them.

        The answer says what the platform accepted; the device reports when it has applied it.
        Source: "Update device properties incrementally".
        """
        envelope = await self.envelope(
            "PATCH", f"{DEVICES_PATH}/{device_id}/properties", {"properties": dict(properties)}
        )
        return Accepted(
            request_id=text(envelope.get("requestId")) or "",
            properties=mapping(mapping(envelope.get("data")).get("properties")),
        )

    async def call_service(
        self, device_id: str, service_id: str, inputs: Mapping[str, Json]
    ) -> str:
        """Ask a device to do something; return the request id.

        The platform has only taken the call: its outcome comes by push, as a ``SERVICE`` report
        and as reports of what it changed. Source: "Invoke device services asynchronously".
        """
        envelope = await self.envelope(
            "POST",
            f"{DEVICES_PATH}/{device_id}/services/call",
            {"serviceId": service_id, "inputs": dict(inputs)},
        )
        return text(envelope.get("requestId")) or ""

    async def create_config_task(
        self, device_ids: Iterable[str], kind: TaskKind, settings: Json, version: str = ""
    ) -> dict[str, str]:
        """Configure devices, many of them in one request; return ``device id -> task id``.

        ``settings`` are nested properties for ``TaskKind.TSL`` and a list of ``{key, value}`` for
        ``TaskKind.PROFILE``. How it ends for each device comes by push, as ``TASK_DATA``.
        Source: "Create configuration tasks".
        """
        config: dict[str, Json] = {kind.member: settings}
        if version:
            config["version"] = version
        if kind is TaskKind.TSL:
            config["type"] = "tsl"
        body: dict[str, Json] = {
            "type": kind.value,
            "deviceIds": [integer(device_id) for device_id in device_ids],
            "config": config,
        }
        data = await self.call("POST", TASKS_PATH, body)
        relations = map(mapping, sequence(mapping(data).get("deviceTaskRelations")))
        pairs = ((text(pair.get("deviceId")), text(pair.get("taskId"))) for pair in relations)
        return {device_id: task_id for device_id, task_id in pairs if device_id and task_id}

    async def add_device(self, serial_number: str, facts: DeviceFacts) -> AddedDevice:
        """Add a device by the serial number or DevEUI printed on it; it must have a name.

        Source: "Add a device".
        """
        body: dict[str, Json] = {"snDevEUI": serial_number.upper(), **facts.to_json()}
        added = AddedDevice.from_json(await self.call("POST", DEVICES_PATH, body))
        if added is None:
            raise BadResponseError("no device in the answer")
        return added

    async def update_device(self, device_id: str, facts: DeviceFacts) -> None:
        """Replace name, description and tags of a device; what is left out is emptied.

        Source: "Update a device's information".
        """
        await self.call("PUT", DEVICES_PATH, {"deviceId": device_id, **facts.to_json()})

    async def delete_device(self, device_id: str) -> None:
        """Delete a device from the platform. Source: "Delete a device"."""
        await self.call("DELETE", f"{DEVICES_PATH}/{device_id}")

    async def remove_from_application(self, device_id: str) -> None:
        """Take a device out of the Application; it stays on the platform.

        No published page gives the path: it is inferred from those of the other things that a
        device has.
        """
        await self.call("DELETE", f"{DEVICES_PATH}/{device_id}/{INFERRED_MEMBERSHIP}")

    async def set_rps_profile_url(self, serial_number: str, profile_url: str) -> None:
        """Say from where a device that is not on the platform yet fetches its profile.

        Source: "Specify the Profile URL for RPS".
        """
        body: dict[str, Json] = {"sn": serial_number, "profileUrl": profile_url}
        await self.call("POST", RPS_PROFILE_PATH, body)

    async def list_rps_profile_urls(self) -> list[Json]:
        """Return the profile URLs as the platform words them, ``{sn, profileUrl}`` each.

        No published page gives path and shape: the path is inferred from that of setting one, and
        a list is accepted both bare and as the ``content`` or ``list`` of an object.
        """
        data = await self.call("GET", INFERRED_RPS_LIST_PATH)
        found = mapping(data)
        return sequence(data) or sequence(found.get("content")) or sequence(found.get("list"))

    async def delete_rps_record(self, serial_number: str) -> None:
        """Forget the profile URL of a device. Source: "Delete the RPS record"."""
        await self.call("DELETE", f"{RPS_PATH}/{serial_number}")


def _devices(pages: Iterable[DevicePage]) -> list[Device]:
    return list({device.device_id: device for page in pages for device in page.devices}.values())


def _is_whole(pages: Sequence[DevicePage]) -> bool:
    """Return whether pages are those of one list: all of it, and no device on two of them."""
    totals = {page.total for page in pages if page.total is not None}
    if not totals:
        return True
    listed = [{device.device_id for device in page.devices} for page in pages]
    return (
        len(totals) == 1
        and sum(page.size for page in pages) >= totals.pop()
        and sum(map(len, listed)) == len(set[str]().union(*listed))
    )
