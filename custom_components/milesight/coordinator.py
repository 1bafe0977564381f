"""The fleet: inventory, latest values, and who must be told of what."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
import time
from types import MappingProxyType
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from . import registry
from .api import AuthenticationError, Device, MilesightClient, MilesightError, RateLimitError
from .api.decode import Json
from .api.paths import nest
from .api.webhook import DeviceReport, Event, ReportType
from .budget import RequestBudget
from .const import (
    CLOCK_TOLERANCE_MS,
    COMMAND_TIMEOUT,
    CONF_DAILY_API_LIMIT,
    DEFAULT_DAILY_API_LIMIT,
    DOMAIN,
    LOGGER,
)
from .device import MilesightDevice, Signal
from .specifications import Specifications
from .store import FleetStore, StoredFleet

type MilesightConfigEntry = ConfigEntry[MilesightCoordinator]
type DeviceListener = Callable[[MilesightDevice], None]

SILENT_INTERVALS: Final = 2.5  # reached by the third poll, which comes a little early or late
STRANGER_SECONDS: Final = 60 * 60
STRANGERS: Final = 1000
HISTORY_READERS: Final = 3


def now_ms() -> int:
    """Return the present in epoch milliseconds."""
    return int(time.time() * 1000)


class MilesightCoordinator(DataUpdateCoordinator[None]):
    """Keeps the devices of one Application: ``devices`` by serial number.

    Pushes and polls feed the same merge; only listeners of what changed are called.
    """

    config_entry: MilesightConfigEntry

    def __init__(self, hass: HomeAssistant, entry: MilesightConfigEntry) -> None:
        """Make the client from the entry's data."""
        limit = int(entry.options.get(CONF_DAILY_API_LIMIT, DEFAULT_DAILY_API_LIMIT))
        self.budget = RequestBudget(limit)
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=entry.title,
        )
        self.client = MilesightClient(
            async_get_clientsession(hass),
            entry.data[CONF_URL],
            entry.data[CONF_CLIENT_ID],
            entry.data[CONF_CLIENT_SECRET],
            on_request=self._count_request,
        )
        self.devices: dict[str, MilesightDevice] = {}
        self._set_interval()
        self.in_touch = True
        self.last_update: int | None = None
        self._by_id: dict[str, MilesightDevice] = {}
        self._specifications = Specifications(self.client)
        self._store = FleetStore(hass, entry.entry_id)
        self._device_listeners: list[DeviceListener] = []
        self._settling: set[CALLBACK_TYPE] = set()
        self._strangers: dict[str, float] = {}
        self._saving = False
        self._last_contact = time.time()
        self._history_task: asyncio.Task[None] | None = None

    # Life

    async def async_restore(self) -> None:
        """Bring back the fleet of an earlier run, without a request."""
        stored = await self._store.async_load()
        if stored is None:
            return
        try:
            self._restore(stored)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            LOGGER.warning("The stored devices are damaged and are fetched anew: %r", error)
            self.devices.clear()
            self._by_id.clear()

    def _restore(self, stored: StoredFleet) -> None:
        self.budget = RequestBudget(self.budget.limit, stored["requests"])
        self._specifications.restore(stored["specifications"])
        for data in stored["devices"]:
            info = Device.from_json(data["info"])
            if info is None or registry.belongs_elsewhere(self.hass, self.config_entry, info.sn):
                continue
            device = self._admit(info)
            device.restore(data["values"], data["times"], data["last_report"])
            device.online = data["online"]
            device.covered_until = data["covered_until"]
        registry.register_devices(
            self.hass,
            self.config_entry,
            (device.info for device in self.devices.values()),
            self._gateways(),
        )

    def _stored(self) -> StoredFleet:
        self._saving = False
        return {
            "devices": [
                {
                    "info": device.info.to_json(),
                    "values": dict(device.values),
                    "times": dict(device.times),
                    "last_report": device.last_report,
                    "online": device.online,
                    "covered_until": device.covered_until,
                }
                for device in self.devices.values()
            ],
            "specifications": dict(self._specifications.json),
            "requests": self.budget.buckets,
        }

    @override
    async def async_shutdown(self) -> None:
        """Stop waiting for anything."""
        for cancel in tuple(self._settling):
            cancel()
        self._settling.clear()
        await super().async_shutdown()

    async def async_save(self) -> None:
        """Write the fleet to the disk now."""
        await self._store.async_save(self._stored())

    @callback
    def _save_soon(self) -> None:
        """Save within a minute; asking again meanwhile must not put it off."""
        if not self._saving:
            self._saving = True
            self._store.async_delay_save(self._stored)

    @callback
    def _count_request(self) -> None:
        self.budget.spend(time.time())

    # Inventory

    @override
    async def _async_update_data(self) -> None:
        """Read the device list, missing specifications, and what changed without a push."""
        asked = now_ms()
        try:
            listed = {device.sn: device async for device in self.client.all_devices()}
            await self._specifications.fetch_missing(listed.values())
        except AuthenticationError as error:
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key="invalid_auth"
            ) from error
        except MilesightError as error:
            self._check_contact()
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="cannot_connect",
                translation_placeholders={"error": str(error)},
                retry_after=error.retry_after if isinstance(error, RateLimitError) else None,
            ) from error
        self._touch()
        self.last_update = asked
        self._take_inventory(listed, asked)
        self._set_interval()
        self._catch_up()
        self._save_soon()

    def _take_inventory(self, listed: Mapping[str, Device], asked: int) -> None:
        """Make the fleet what the complete list says it is."""
        for sn in self.devices.keys() - listed.keys():
            self._dismiss(self.devices[sn])
        renewed: list[MilesightDevice] = []
        for sn, info in listed.items():
            device = self.devices.get(sn)
            if device is None:
                if registry.belongs_elsewhere(self.hass, self.config_entry, sn):
                    continue
                device = self._admit(info)
                device.last_report = info.last_update_time
                renewed.append(device)
                continue
            if device.info.device_id != info.device_id:
                self._by_id.pop(device.info.device_id, None)
                self._by_id[info.device_id] = device
            capabilities = self._specifications.get(info)
            changed = registry.differs(device.info, info)
            device.update_information(info, asked)
            if changed or capabilities is not device.capabilities:
                device.capabilities = capabilities
                renewed.append(device)
        registry.register_devices(
            self.hass, self.config_entry, (device.info for device in renewed), self._gateways()
        )
        for device in renewed:
            self._announce(device)

    def _admit(self, info: Device) -> MilesightDevice:
        device = MilesightDevice(info, self._specifications.get(info))
        self.devices[info.sn] = device
        self._by_id[info.device_id] = device
        self._strangers.clear()
        return device

    def _gateways(self) -> dict[str, str]:
        """Return ``any id -> serial number``, since it is not told which id names a gateway."""
        return {
            key: device.sn
            for device in self.devices.values()
            for key in (device.info.device_id, device.info.dev_eui, device.sn)
            if key is not None
        }

    def _dismiss(self, device: MilesightDevice) -> None:
        """Forget a device that a complete list no longer holds."""
        del self.devices[device.sn]
        self._by_id.pop(device.info.device_id, None)
        registry.remove_device(self.hass, self.config_entry, device.sn)

    @callback
    def async_start(self) -> None:
        """Begin to poll: now, where the fleet came from the disk, else when it is due."""
        self.config_entry.async_on_unload(self.async_add_listener(lambda: None))
        if self.last_update is None:
            self.config_entry.async_create_background_task(
                self.hass, self.async_refresh(), "first look at the platform"
            )

    @callback
    def async_listen_devices(self, listener: DeviceListener) -> CALLBACK_TYPE:
        """Call ``listener`` with devices that appear or can do something new."""
        self._device_listeners.append(listener)
        return lambda: self._device_listeners.remove(listener)

    def _announce(self, device: MilesightDevice) -> None:
        for listener in self._device_listeners:
            listener(device)

    # Readings

    @callback
    def async_receive(self, events: Iterable[Event]) -> None:
        """Take pushed events in the order in which they came."""
        self._touch()
        for event in events:
            if isinstance(event, DeviceReport):
                self._receive_report(event)
        self._save_soon()

    def _receive_report(self, report: DeviceReport) -> None:
        device = self._by_id.get(report.device_id or "") or self.devices.get(report.sn or "")
        if device is None:
            self._meet(report.sn or report.device_id or "")
            return
        now = now_ms()
        made = report.time or now
        if made > now + CLOCK_TOLERANCE_MS:
            made = now
        if report.type is ReportType.OFFLINE:
            device.lost(made, now)
            return
        device.seen(made, now)
        device.covered_until = max(device.covered_until, (report.created or 0) + 1000)
        if report.type is ReportType.EVENT and report.tsl_id is not None:
            device.tell(report.tsl_id, report.values)
        if report.type is ReportType.PROPERTY and device.merge(made, report.values, pushed=True):
            self._announce(device)

    def _meet(self, stranger: str) -> None:
        """Look for a device that reports before the list was read; once an hour for each."""
        now = time.monotonic()
        asked = self._strangers.get(stranger)
        if asked is not None and now - asked < STRANGER_SECONDS:
            return
        if len(self._strangers) >= STRANGERS or not self.budget.background_left(time.time()):
            return
        self._strangers[stranger] = now
        self.config_entry.async_create_background_task(
            self.hass, self.async_request_refresh(), "look for a new device"
        )

    def _catch_up(self) -> None:
        """Read the history of devices that reported more than is held."""
        behind = [
            device
            for device in self.devices.values()
            if (device.info.last_update_time or 0) > device.covered_until
        ]
        if behind and (self._history_task is None or self._history_task.done()):
            self._history_task = self.config_entry.async_create_background_task(
                self.hass, self._read_histories(behind), "read what was reported meanwhile"
            )

    async def _read_histories(self, devices: Iterable[MilesightDevice]) -> None:
        """Read each device's latest reports, a few devices at a time."""
        waiting = iter(devices)

        async def read_on() -> None:
            for device in waiting:
                if not self.budget.background_left(time.time()):
                    return
                await self._read_history(device)

        try:
            await asyncio.gather(*(read_on() for _ in range(HISTORY_READERS)))
        except AuthenticationError:
            self.config_entry.async_start_reauth(self.hass)
        except MilesightError as error:
            LOGGER.debug("Reading the history stopped: %s", error)
        self._save_soon()

    async def _read_history(self, device: MilesightDevice) -> None:
        listed = device.info.last_update_time or 0
        page = await self.client.get_property_history(
            device.info.device_id,
            start_time=device.covered_until or None,
            order="desc",
            background=True,
        )
        grown = False
        for reading in sorted(page.readings, key=lambda reading: reading.time):
            made = min(reading.time, now_ms() + CLOCK_TOLERANCE_MS)
            grown = device.merge(made, reading.values, pushed=False) or grown
        device.covered_until = max(device.covered_until, listed)
        if grown:
            self._announce(device)

    # Availability of the platform as a whole

    def _set_interval(self) -> None:
        self._interval = self.budget.listing_interval(len(self.devices))
        self.update_interval = self._interval

    def _touch(self) -> None:
        self._last_contact = time.time()
        self._set_in_touch(in_touch=True)

    def _check_contact(self) -> None:
        silence = SILENT_INTERVALS * self._interval.total_seconds()
        self._set_in_touch(in_touch=time.time() - self._last_contact < silence)

    def _set_in_touch(self, *, in_touch: bool) -> None:
        if in_touch is not self.in_touch:
            self.in_touch = in_touch
            for device in self.devices.values():
                device.notify(Signal.AVAILABILITY)

    # Commands

    async def async_write(
        self,
        device: MilesightDevice,
        values: Mapping[str, Json],
        shown: Mapping[str, Json] = MappingProxyType({}),
    ) -> None:
        """Send ``path -> encoded value`` to a device.

        The values, and those that ``shown`` names besides, are shown until the device reports them.
        Raises ``HomeAssistantError`` with the platform's words when it is refused.
        """
        sending = self.client.update_properties(device.info.device_id, nest(values))
        await self._command(device, {**values, **shown}, sending)

    async def async_call_service(
        self,
        device: MilesightDevice,
        service_id: str,
        inputs: Mapping[str, Json],
        shown: Mapping[str, Json] = MappingProxyType({}),
    ) -> str:
        """Call a service with ``path -> encoded value`` as inputs; return the request id.

        What ``shown`` names is shown until the device reports it. Raises ``HomeAssistantError``
        with the platform's words when it is refused.
        """
        calling = self.client.call_service(device.info.device_id, service_id, nest(inputs))
        return await self._command(device, shown, calling)

    async def _command[Answer](
        self, device: MilesightDevice, shown: Mapping[str, Json], sending: Awaitable[Answer]
    ) -> Answer:
        device.write(shown)
        try:
            answer = await sending
        except MilesightError as error:
            device.retract(shown)
            raise self._command_failed(device, error) from error

        @callback
        def settle(_now: datetime) -> None:
            self._settling.discard(cancel)
            device.settle(shown)

        cancel = async_call_later(self.hass, COMMAND_TIMEOUT, settle)
        self._settling.add(cancel)
        return answer

    def _command_failed(self, device: MilesightDevice, error: MilesightError) -> HomeAssistantError:
        if isinstance(error, AuthenticationError):
            self.config_entry.async_start_reauth(self.hass)
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="command_failed",
            translation_placeholders={
                "device": device.info.name or device.info.model or "",
                "error": str(error),
                "request_id": getattr(error, "request_id", "") or "-",
            },
        )
