"""Where polls and pushes come together: the pace of the one, the way of the other."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime, timedelta
import time
from typing import Any, Final, override

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import (
    CALLBACK_TYPE,
    DOMAIN as HOMEASSISTANT_DOMAIN,
    HassJob,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from . import registry
from .api import AuthenticationError, Device, MilesightClient, MilesightError
from .api.backoff import add_jitter, backoff_delay
from .api.quota import RequestQuota, page_count
from .api.webhook import (
    DeviceReport,
    ReportType,
    SystemMessage,
    TaskReport,
    WebhookEvent,
    WebhookTest,
)
from .catch_up import CatchUp
from .commands.responses import ResponseWaiter, async_fire_task_event
from .commands.sender import CommandSender
from .const import CONF_DAILY_API_LIMIT, DEFAULT_DAILY_API_LIMIT, DOMAIN, LOGGER
from .devices.device import MilesightDevice, Signal
from .devices.storage import ApplicationStore, StoredApplication
from .devices.timestamps import clamp_timestamp, now_ms
from .fleet import Fleet
from .issues import REQUEST_LIMIT, keep_issue
from .push.connection import ConnectionMonitor
from .push.monitor import PushMonitor
from .specifications import Specifications
from .strangers import Strangers

type MilesightConfigEntry = ConfigEntry[MilesightCoordinator]
type DeviceListener = Callable[[MilesightDevice], None]

SILENT_INTERVALS: Final = 3
TELL_DELAY: Final = timedelta(seconds=10)


class MilesightCoordinator(DataUpdateCoordinator[None]):
    """Keeps the devices of one Application: ``devices`` by serial number.

    Pushes and polls feed the same merge; only listeners of what changed are called.
    """

    config_entry: MilesightConfigEntry

    def __init__(self, hass: HomeAssistant, entry: MilesightConfigEntry) -> None:
        """Make the client from the entry's data."""
        limit = int(entry.options.get(CONF_DAILY_API_LIMIT, DEFAULT_DAILY_API_LIMIT))
        self.quota = RequestQuota(limit)
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
        self._specifications = Specifications(self.client, self._may_go_on)
        self.fleet = Fleet(hass, entry, self._specifications)
        self.devices = self.fleet.devices
        self.in_touch = True
        self.last_update: int | None = None
        self._store = ApplicationStore(hass, entry.entry_id)
        self._device_listeners: list[DeviceListener] = []
        self._strangers = Strangers()
        self._saving = False
        self._used_up = False
        self._failures = 0
        self._urgent = False
        self._polls_begun = 0
        self._poll_finished = 0
        self._refreshing = asyncio.Lock()
        self._connection = ConnectionMonitor(hass, self._connection_changed)
        self.pushes = PushMonitor(hass, entry)
        self.next_poll: float | None = None
        self._telling: CALLBACK_TYPE | None = None
        self.commands = CommandSender(hass, entry, self.client, self._save_soon)
        self.responses = ResponseWaiter()
        self._set_interval()
        self.catch_up = CatchUp(
            hass,
            entry,
            self.client,
            self.devices,
            may_go_on=self._may_go_on,
            grown=self._announce,
            done=self._save_soon,
        )

    # Life

    async def async_restore(self) -> None:
        """Bring back the fleet of an earlier run, without a request."""
        fleet = await self._store.async_load()
        if fleet is None:
            return
        try:
            self._restore(fleet)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            LOGGER.warning("The stored devices are damaged and are fetched anew: %r", error)
            self.fleet.clear()

    def _restore(self, fleet: StoredApplication) -> None:
        self.quota = RequestQuota(self.quota.limit, fleet["requests"])
        self.pushes.restore(fleet["pushes"], fleet["last_push"], fleet.get("recent_ids", {}))
        self._specifications.restore(fleet["specifications"])
        self.fleet.restore(fleet["devices"])
        self.commands.resume(self.devices.values())
        self.catch_up.miss()

    def _stored(self) -> StoredApplication:
        self._saving = False
        return {
            "devices": self.fleet.stored(),
            "specifications": self._specifications.stored(
                device.capabilities for device in self.devices.values()
            ),
            "requests": self.quota.buckets,
            "pushes": self.pushes.counter.buckets,
            "last_push": self.pushes.last_push,
            "recent_ids": self.pushes.recent_ids_to_store(),
        }

    @override
    async def async_shutdown(self) -> None:
        """Stop waiting for anything, and write what waits to be written."""
        self.commands.stop()
        self.catch_up.stop()
        self._connection.stop()
        if self._telling is not None:
            self._telling()
        await super().async_shutdown()
        if self._saving:
            await self.async_save()

    async def async_save(self) -> None:
        """Write the fleet to the disk now."""
        await self._store.async_save(self._stored())

    @callback
    def _save_soon(self) -> None:
        """Save within a minute; asking again meanwhile must not put it off."""
        if not self._saving and not self._shutdown_requested:
            self._saving = True
            self._store.async_delay_save(self._stored)

    @callback
    def _count_request(self) -> None:
        self.quota.record(time.time())

    # Inventory

    @override
    async def _async_update_data(self) -> None:
        """Read the device list, missing specifications, and what changed without a push."""
        if not self._may_poll():
            self._skip_poll()
            return
        self._polls_begun += 1
        number, asked = self._polls_begun, now_ms()
        failure: MilesightError | None = None
        listed: dict[str, Device] = {}
        try:
            listed = {device.sn: device for device in await self.client.list_devices()}
            await self._specifications.fetch_missing(self.fleet.ours(listed), urgent=self._urgent)
        except MilesightError as error:
            failure = error
        if self._shutdown_requested:
            return
        self._poll_finished = number
        if failure is not None:
            raise self._poll_failed(failure) from failure
        self._take(listed, asked)

    def _take(self, listed: dict[str, Device], asked: int) -> None:
        """Take a complete device list that was asked for then (epoch ms)."""
        self._failures = 0
        self._connection.stop()
        self._connection.record_contact()
        self.last_update = asked
        for device in self.fleet.take(listed, asked):
            self._announce(device)
        for report in self._strangers.introduce(asked, self._sender):
            self._receive_report(report)
        behind = self.catch_up.behind()
        changed = sum(not device.is_new and device.has_unread_reports for device in behind)
        self._set_interval(changed)
        self._forget_reauth()
        self.pushes.record_poll(found_reports=changed > 0)
        self.catch_up.start(behind)
        self._save_soon()

    def _skip_poll(self) -> None:
        """Go without a poll; one that failed before has failed still."""
        self._connection.limit_silence(self._most_silence)
        self._set_interval()
        failure = self.last_exception
        if isinstance(failure, UpdateFailed) and not self.last_update_success:
            failure.retry_after = None
            raise failure.with_traceback(None)

    def _poll_failed(self, error: MilesightError) -> HomeAssistantError:
        """Return what to raise for a poll that failed, which says when to try again.

        Refused credentials are asked for, and tried again all the same: an Application that was
        disabled may be enabled again.
        """
        self._failures += 1
        self._connection.limit_silence(self._most_silence)
        self._note_gap()
        self._save_soon()
        self._tell_soon()
        delay = backoff_delay(self._failures, getattr(error, "retry_after", None))
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
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="cannot_connect",
            translation_placeholders={"error": str(error)},
            retry_after=delay,
        )

    def _forget_reauth(self) -> None:
        """Stop asking for credentials: those that are held work."""
        for flow in self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}):
            self.hass.config_entries.flow.async_abort(flow["flow_id"])

    def _may_poll(self) -> bool:
        """Return whether the day's requests allow a poll; one that a user asked for is made."""
        needed = page_count(len(self.devices))
        used_up = self.quota.is_exhausted(time.time(), needed, still=self._used_up)
        if used_up is not self._used_up:
            self._used_up = used_up
            state = "are used up: polling waits" if used_up else "suffice again: polling goes on"
            LOGGER.warning("The %s requests a day of %s %s", self.quota.limit, self.name, state)
        limit = str(self.quota.limit)
        keep_issue(self.hass, self.config_entry, REQUEST_LIMIT, raised=used_up, limit=limit)
        return self._urgent or not used_up

    def _may_go_on(self) -> bool:
        """Return whether requests are left for what nobody waits for."""
        return self.quota.background_remaining(time.time()) > 0

    async def async_refresh_now(self) -> None:
        """Read everything that changed, whatever is left of the day's requests.

        Calls that wait together share a poll, which begins after the last of them. Raises what the
        poll raised, or why nothing could be read.
        """
        begun = self._polls_begun
        async with self._refreshing:
            if self._poll_finished <= begun:
                self._urgent = True
                try:
                    await self.async_refresh()
                finally:
                    self._urgent = False
            self._raise_if_unloaded()
            if self.last_exception is not None and not self.last_update_success:
                raise self.last_exception
        try:
            await self.catch_up.finish()
        except MilesightError as error:
            raise self.commands.request_failed(error) from error
        self._raise_if_unloaded()

    def _raise_if_unloaded(self) -> None:
        if self._shutdown_requested:
            raise HomeAssistantError(
                translation_domain=HOMEASSISTANT_DOMAIN,
                translation_key="service_config_entry_not_loaded",
                translation_placeholders={
                    "domain": DOMAIN,
                    "entry_title": self.config_entry.title,
                },
            )

    @callback
    def async_start(self) -> None:
        """Begin to poll: now, where the fleet came from the disk, else when it is due."""
        self.config_entry.async_on_unload(self.async_add_listener(lambda: None))
        if self.last_update is None:
            self._in_background(self.async_refresh(), "first look at the platform")

    def _in_background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.config_entry.async_create_background_task(self.hass, work, name)

    @callback
    def _tell_soon(self) -> None:
        """Tell those who watch the Application itself, now and then while pushes come."""
        if self._telling is None and not self._shutdown_requested:
            tell = HassJob(self._tell, cancel_on_shutdown=True)
            self._telling = async_call_later(self.hass, TELL_DELAY, tell)

    @callback
    def _tell(self, _now: datetime) -> None:
        self._telling = None
        self.async_update_listeners()

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
    def async_receive(self, events: Iterable[WebhookEvent]) -> None:
        """Take pushed events in the order in which they came."""
        if self._shutdown_requested:
            return
        self._connection.record_contact()
        for event in events:
            match event:
                case DeviceReport():
                    self.pushes.record_push()
                    self._receive_report(event)
                case TaskReport():
                    self._receive_task(event)
                case SystemMessage():
                    self.pushes.handle_system_message(event)
                case WebhookTest():
                    self.pushes.record_push()
        self._save_soon()
        self._tell_soon()

    def _receive_report(self, report: DeviceReport) -> None:
        now = now_ms()
        device = self._sender(report)
        if device is None:
            self._meet(report, now)
            return
        made = device.report_time(report.time or now, now, pushed=True)
        if report.type is ReportType.OFFLINE:
            device.mark_offline(made, now)
            return
        device.mark_active(made, now)
        self.responses.deliver(device, report)
        if report.type is ReportType.EVENT and report.tsl_id is not None:
            device.deliver_event(report.tsl_id, report.values)
        if report.type is ReportType.PROPERTY:
            if device.merge(made, report.values, pushed=True):
                self._announce(device)
            device.cover(made, clamp_timestamp(report.created or made, now))

    def _receive_task(self, report: TaskReport) -> None:
        device = self.fleet.find(report.device_id)
        if device is not None:
            self.responses.deliver(device, report)
        registered = device and registry.registered(self.hass, self.config_entry, device.sn)
        async_fire_task_event(self.hass, registered.id if registered else None, report)

    def _sender(self, report: DeviceReport) -> MilesightDevice | None:
        return self.fleet.find(report.device_id, report.sn, report.dev_eui)

    def _meet(self, report: DeviceReport, arrived: int) -> None:
        """Look for a device that reports before the list was read, and hear it then."""
        if self.fleet.is_elsewhere(report.device_id, report.sn, report.dev_eui):
            return
        self._strangers.meet(report, arrived)
        if self._may_go_on() and self._strangers.is_worth_a_search(report):
            self._in_background(self.async_request_refresh(), "look for a new device")

    # Availability of the platform as a whole

    def _set_interval(self, changed: int = 0) -> None:
        now = time.time()
        self._interval = self.quota.polling_interval(len(self.devices), now, changed)
        self.update_interval = add_jitter(self._interval)
        self.next_poll = now + self.update_interval.total_seconds()

    @property
    def _most_silence(self) -> float:
        return SILENT_INTERVALS * self._interval.total_seconds()

    def _note_gap(self) -> None:
        """Expect that reports are lost when neither a poll nor a push came through."""
        if self._connection.silence >= self._interval.total_seconds():
            self.catch_up.miss()

    def _connection_changed(self, in_touch: bool) -> None:
        self.in_touch = in_touch
        for device in self.devices.values():
            device.notify(Signal.AVAILABILITY)
