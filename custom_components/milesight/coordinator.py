"""Coordinate polling and pushed updates for one Application."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
import time
from typing import Final, override

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .api import ApiError, AuthenticationError, Device, MilesightClient, MilesightError
from .api.backoff import add_jitter, backoff_delay
from .api.quota import RequestQuota
from .api.webhook import (
    DeviceReport,
    SystemMessage,
    TaskReport,
    WebhookEvent,
    WebhookTest,
)
from .commands.responses import get_waiter
from .commands.sender import CommandSender, entry_not_loaded
from .const import DOMAIN, LOGGER
from .devices.correction_subentries import Corrections, async_follow_corrections, corrections_of
from .devices.device import MilesightDevice, Signal
from .devices.device_manager import DeviceManager
from .devices.request_limit import RequestLimit
from .devices.specifications import Specifications
from .devices.storage import ApplicationStore, StoredApplication
from .devices.timestamps import now_ms
from .history.backfill import Backfill
from .push.connection import ConnectionMonitor
from .push.event_queue import EventQueue
from .push.monitor import PushMonitor
from .push.reports import ReportHandler

type MilesightConfigEntry = ConfigEntry[MilesightCoordinator]
type DeviceListener = Callable[[MilesightDevice], None]

MAX_SILENT_INTERVALS: Final = 3
LISTENER_UPDATE_COOLDOWN: Final = 60.0


class MilesightCoordinator(DataUpdateCoordinator[dict[str, MilesightDevice]]):
    """Coordinate polling and pushed updates for one Application.

    ``data`` has the devices by serial number. Pushes and polls are merged into the devices, which
    call the listeners of what changed; listeners of the coordinator are those of the Application.
    """

    config_entry: MilesightConfigEntry

    def __init__(self, hass: HomeAssistant, entry: MilesightConfigEntry) -> None:
        """Initialize from the data and options of the entry."""
        super().__init__(hass, LOGGER, config_entry=entry, name=entry.title)
        self.request_limit = RequestLimit(entry)
        self.client = MilesightClient(
            async_get_clientsession(hass),
            entry.data[CONF_URL],
            entry.data[CONF_CLIENT_ID],
            entry.data[CONF_CLIENT_SECRET],
            on_request=self.request_limit.record_request,
        )
        self._specifications = Specifications(
            self.client, self.request_limit.has_background_quota, corrections_of(entry)
        )
        self.device_manager = DeviceManager(hass, entry, self._specifications)
        self.data = self.device_manager.devices
        self.backfill = Backfill(
            hass,
            entry,
            self.client,
            self.data,
            has_quota=self.request_limit.has_background_quota,
            elements_found=self.notify_device_listeners,
            finished=self._schedule_save,
        )
        self.pushes = PushMonitor(hass, entry)
        self.received = EventQueue(hass, entry, self._handle_events)
        self.commands = CommandSender(hass, entry, self.client, self._schedule_save)
        self.responses = get_waiter(hass)
        self.connected = True
        self.last_poll: int | None = None
        self.next_poll: float | None = None
        self.loaded_at = time.time()
        self.previous_save: float | None = None
        self._connection = ConnectionMonitor(hass, self._max_silence, self._connection_changed)
        self._reports = ReportHandler(
            hass,
            entry,
            self.device_manager,
            self.responses,
            elements_found=self.notify_device_listeners,
            stored_found=self.backfill.mark_stored_reading,
            search=self._search,
        )
        self._store = ApplicationStore(hass, entry.entry_id)
        self._save_scheduled = False
        self._device_listeners: list[DeviceListener] = []
        self._listener_update = Debouncer(
            hass,
            LOGGER,
            cooldown=LISTENER_UPDATE_COOLDOWN,
            immediate=True,
            function=self.async_update_listeners,
        )
        self._failed_polls = 0
        self._refresh_lock = asyncio.Lock()
        self._refresh_requested = False
        self._started_polls = 0
        self._latest_finished_poll = 0
        self._schedule_next_poll()

    @property
    def quota(self) -> RequestQuota:
        """Return the request quota."""
        return self.request_limit.quota

    # Lifecycle

    async def async_restore(self) -> None:
        """Load the devices of an earlier run, without a request."""
        stored = await self._store.async_load()
        if stored is None:
            return
        try:
            self._restore(stored)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            LOGGER.warning("The stored devices are damaged and are fetched anew: %r", error)
            self.device_manager.clear()

    def _restore(self, stored: StoredApplication) -> None:
        self.request_limit.restore(stored["requests"])
        self.pushes.restore(stored["pushes"], stored["last_push"], stored.get("recent_ids", {}))
        self._specifications.restore(stored["specifications"])
        self.device_manager.restore(stored["devices"])
        self.commands.resume(self.data.values())
        self.backfill.restore(stored.get("gaps", {}))
        self.previous_save = stored.get("saved_at")

    def _dump(self) -> StoredApplication:
        self._save_scheduled = False
        return {
            "devices": self.device_manager.dump(),
            "specifications": self._specifications.dump(
                device.info for device in self.data.values()
            ),
            "requests": self.quota.buckets,
            "pushes": self.pushes.counter.buckets,
            "last_push": self.pushes.last_push,
            "recent_ids": self.pushes.recent_ids_to_store(),
            "gaps": self.backfill.dump(),
            "saved_at": time.time(),
        }

    @callback
    def async_start(self) -> None:
        """Start polling: now if the devices were restored, else after the interval.

        Called when the platforms are set up. Presses that were pushed before, or are in the
        history, become events only now that their entities exist.

        Polling needs a listener, also if all entities of the Application are disabled.
        """
        entry = self.config_entry
        entry.async_on_unload(self.async_add_listener(self._schedule_save))
        entry.async_on_unload(async_follow_corrections(self.hass, entry, self._apply_corrections))
        self.received.open()
        if self.last_poll is None:
            entry.async_create_background_task(self.hass, self.async_refresh(), "First poll")
        else:
            self._schedule_save()
            self.backfill.start(self.backfill.pending())

    @override
    async def async_shutdown(self) -> None:
        """Cancel all timers, and save if it was scheduled."""
        self.commands.stop()
        self.backfill.stop()
        self._connection.stop()
        self._listener_update.async_shutdown()
        await super().async_shutdown()
        if self._save_scheduled:
            await self.async_save()

    async def async_save(self) -> None:
        """Save now."""
        await self._store.async_save(self._dump())

    @callback
    def _schedule_save(self) -> None:
        """Save within a minute; another call does not postpone it."""
        if not self._save_scheduled and not self._shutdown_requested:
            self._save_scheduled = True
            self._store.async_delay_save(self._dump)

    # Listeners

    @callback
    def async_listen_devices(self, listener: DeviceListener) -> CALLBACK_TYPE:
        """Call ``listener`` with each device that is new or has new entities."""
        self._device_listeners.append(listener)
        return lambda: self._device_listeners.remove(listener)

    def notify_device_listeners(self, device: MilesightDevice) -> None:
        """Let the platforms add and remove entities of a device."""
        for listener in self._device_listeners:
            listener(device)

    @callback
    def _apply_corrections(self, corrections: Corrections) -> None:
        for device in self.device_manager.correct(corrections):
            self.notify_device_listeners(device)

    # Polling

    @override
    async def _async_update_data(self) -> dict[str, MilesightDevice]:
        """Read the device list and unknown specifications, and start a backfill if needed."""
        may_poll = self.request_limit.async_allows_poll(len(self.data))
        if not may_poll and not self._refresh_requested:
            self._skip_poll()
            return self.data
        self._started_polls += 1
        number, requested_at = self._started_polls, now_ms()
        error: MilesightError | None = None
        listed: dict[str, Device] = {}
        try:
            listed = {info.sn: info for info in await self.client.list_devices()}
            if not self.device_manager.is_settled(listed):
                await self._specifications.fetch_missing(
                    self.device_manager.own_devices(listed), user_requested=self._refresh_requested
                )
        except MilesightError as failure:
            error = failure
        if self._shutdown_requested:
            return self.data
        self._latest_finished_poll = number
        if error is not None:
            raise self._handle_failed_poll(error) from error
        self._handle_device_list(listed, requested_at)
        return self.data

    def _handle_device_list(self, listed: dict[str, Device], requested_at: int) -> None:
        self._failed_polls = 0
        self.last_poll = requested_at
        self._connection.stop()
        self._connection.record_contact()
        for device in self.device_manager.sync(listed, requested_at):
            self.notify_device_listeners(device)
        self._reports.handle_device_list(requested_at)
        pending = self.backfill.pending()
        unread = sum(not device.is_new and device.has_unread_reports for device in pending)
        self._schedule_next_poll(unread)
        self._abort_reauth()
        self.pushes.record_poll(found_reports=unread > 0)
        if self.received.is_open:
            self.backfill.start(pending)

    def _skip_poll(self) -> None:
        """Schedule the next poll; a failure of the last poll remains the result."""
        self._connection.check()
        self._schedule_next_poll()
        error = self.last_exception
        if isinstance(error, UpdateFailed) and not self.last_update_success:
            error.retry_after = None
            raise error.with_traceback(None)

    def _handle_failed_poll(self, error: MilesightError) -> HomeAssistantError:
        """Return the exception for a failed poll, with the delay until the next one.

        A poll with refused credentials starts a reauthentication, and is repeated nevertheless: a
        disabled Application may be enabled again.
        """
        self._failed_polls += 1
        self._connection.check()
        if self._connection.silence >= self._interval.total_seconds():
            self.backfill.mark_gap()
        self._schedule_save()
        self._listener_update.async_schedule_call()
        delay = backoff_delay(self._failed_polls, getattr(error, "retry_after", None))
        self.next_poll = time.time() + delay
        if isinstance(error, AuthenticationError):
            if self.config_entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
                return ConfigEntryAuthFailed(
                    translation_domain=DOMAIN, translation_key="invalid_auth"
                )
            self.config_entry.async_start_reauth(self.hass)
            return UpdateFailed(
                translation_domain=DOMAIN, translation_key="invalid_auth", retry_after=delay
            )
        if isinstance(error, ApiError):
            return UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="request_failed",
                translation_placeholders={
                    "error": str(error),
                    "request_id": error.request_id or "-",
                },
                retry_after=delay,
            )
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="cannot_connect",
            translation_placeholders={"error": str(error)},
            retry_after=delay,
        )

    def _abort_reauth(self) -> None:
        """Abort reauthentication flows: the present credentials are valid."""
        for flow in self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}):
            self.hass.config_entries.flow.async_abort(flow["flow_id"])

    async def async_refresh_now(self) -> None:
        """Poll and backfill now, whatever is left of the quota.

        Calls that wait at the same time share a poll that starts after all of them, and is finished
        also if a call is cancelled. Raises ``HomeAssistantError`` if the poll failed, or if no
        history could be read.
        """
        poll = self._async_poll_after(self._started_polls)
        await asyncio.shield(self.hass.async_create_background_task(poll, "Refresh"))
        self._raise_if_unloaded()
        if self.last_exception is not None and not self.last_update_success:
            raise self.last_exception
        try:
            await self.backfill.async_finish()
        except MilesightError as error:
            raise self.commands.request_failed(error) from error
        self._raise_if_unloaded()

    async def _async_poll_after(self, started_polls: int) -> None:
        """Poll, unless a poll has finished that was not among the first started ones."""
        async with self._refresh_lock:
            if self._latest_finished_poll <= started_polls:
                self._refresh_requested = True
                try:
                    await self.async_refresh()
                finally:
                    self._refresh_requested = False

    def _raise_if_unloaded(self) -> None:
        if self._shutdown_requested:
            raise entry_not_loaded(self.config_entry)

    def _schedule_next_poll(self, unread: int = 0) -> None:
        """Set the interval, with regard to the devices with unread reports."""
        now = time.time()
        self._interval = self.quota.polling_interval(len(self.data), now, unread)
        self.update_interval = add_jitter(self._interval)
        self.next_poll = now + self.update_interval.total_seconds()

    # Connection to the platform

    @property
    def poll_interval(self) -> float:
        """Return the polling interval in seconds."""
        return self._interval.total_seconds()

    def _max_silence(self) -> float:
        return MAX_SILENT_INTERVALS * self._interval.total_seconds()

    def _connection_changed(self, connected: bool) -> None:
        self.connected = connected
        for device in self.data.values():
            device.notify(Signal.AVAILABILITY)

    # Pushed events

    @callback
    def async_receive(self, events: Iterable[WebhookEvent]) -> None:
        """Handle pushed events in the order of arrival, as soon as their entities exist."""
        if not self._shutdown_requested:
            self.received.receive(events)

    def _handle_events(self, events: Sequence[WebhookEvent]) -> None:
        self._connection.record_contact()
        self._reports.skip_superseded(events)
        for event in events:
            match event:
                case DeviceReport():
                    self.pushes.record_push()
                    self._reports.handle_report(event)
                case TaskReport():
                    self._reports.handle_task(event)
                case SystemMessage():
                    self.pushes.handle_system_message(event)
                case WebhookTest():
                    self.pushes.record_push()
        self._schedule_save()
        self._listener_update.async_schedule_call()

    @callback
    def _search(self) -> None:
        """Read the device list in the background, if the quota allows it."""
        if self.request_limit.has_background_quota():
            self.config_entry.async_create_background_task(
                self.hass, self.async_request_refresh(), "Search for an unlisted device"
            )
