"""Manage the Agentcraft registrations of one Application.

There is one manager per config entry while Home Assistant runs: reloading the entry neither
interrupts nor repeats a request. The subentries decide which devices are registered.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
import time
from typing import Final

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigSubentry,
)
from homeassistant.const import CONF_CLIENT_SECRET, CONF_DEVICES, CONF_URL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.dispatcher import async_dispatcher_connect, async_dispatcher_send
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER, SUBENTRY_AGENTCRAFT
from .client import AgentcraftClient
from .issues import async_update_issues
from .lifecycle import Access, NotStoredError, RegistrationLifecycle
from .registration import MAX_DELAY, UNKNOWN, Phase, Problem, Registration, State
from .registration_store import RegistrationStore

CONCURRENCY: Final = 4
MANAGERS: HassKey[dict[str, AgentcraftManager]] = HassKey(f"{DOMAIN}_agentcraft")


@callback
def get_manager(hass: HomeAssistant, entry: ConfigEntry) -> AgentcraftManager:
    """Return the manager of an Application, the same one after a reload of the entry."""
    managers = hass.data.setdefault(MANAGERS, {})
    if entry.entry_id not in managers:
        managers[entry.entry_id] = AgentcraftManager(hass, entry)
    return managers[entry.entry_id]


async def async_remove(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete all device IDs of an Application that was removed."""
    await get_manager(hass, entry).async_remove()
    del hass.data[MANAGERS][entry.entry_id]


class AgentcraftManager:
    """Hold the lifecycle of each registration and the linked subentries, by serial number."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize without registrations."""
        self.hass = hass
        self.entry = entry
        self.lifecycles: dict[str, RegistrationLifecycle] = {}
        self.subentries: dict[str, ConfigSubentry] = {}
        self._claims: dict[str, tuple[str, Access]] = {}
        self._store = RegistrationStore(hass, entry)
        self._loaded = self._running = self._removed = self._advancing = False
        self._is_unreachable = False
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._issues: set[str] = set()

    async def async_load(self) -> None:
        """Load the stored registrations once, and follow the subentries."""
        if not self._loaded:
            stored = await self._store.async_read(self._linked())
            accesses = self._accesses()
            for sn, registration in stored.items():
                self._add(sn, registration, accesses.get(sn))
            self._loaded = True
            if UNKNOWN in stored.values():
                await self._async_try_write()
        self.async_follow_subentries()

    @callback
    def async_start(self) -> None:
        """Send requests while the entry is loaded, starting when Home Assistant has started."""

        @callback
        def entry_changed(_change: ConfigEntryChange, changed: ConfigEntry) -> None:
            if changed.entry_id == self.entry.entry_id:
                self.async_follow_subentries()

        for unsubscribe in (
            self._stop,
            async_at_started(self.hass, self._run),
            async_dispatcher_connect(self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed),
        ):
            self.entry.async_on_unload(unsubscribe)

    @callback
    def _run(self, _hass: HomeAssistant) -> None:
        """Check tokens first, and what a wrong clock postponed for too long."""
        self._running = True
        latest = time.time() + MAX_DELAY
        for lifecycle in self.lifecycles.values():
            if lifecycle.registration.phase is Phase.ACTIVE or (lifecycle.due or 0) > latest:
                lifecycle.schedule_now()
        self.async_follow_subentries()

    @callback
    def _stop(self) -> None:
        """Start no further requests; those in progress are completed and stored."""
        self._running = False
        self._schedule()
        self._issues = async_update_issues(self.hass, self.entry, {}, {}, self._issues)

    async def async_remove(self) -> None:
        """Try once to delete each device ID, then remove the store."""
        self._stop()
        await self.async_load()
        self._removed = True
        for lifecycle in self.lifecycles.values():
            lifecycle.access = None
            lifecycle.schedule_now()
        await self._async_advance(list(self.lifecycles), 1)
        remaining = len(self.lifecycles)
        self.lifecycles.clear()
        await self._store.async_remove()
        if remaining:
            LOGGER.warning(
                "Agentcraft may still have %s device IDs of this Home Assistant that could not be"
                " deleted; delete them in its settings page",
                remaining,
            )

    @callback
    def async_follow_subentries(self) -> None:
        """Register the devices of the subentries and unregister all others."""
        subentries, accesses = self._linked(), self._accesses()
        for sn in accesses.keys() - self.lifecycles.keys():
            self._add(sn, Registration(), None)
        for sn, lifecycle in self.lifecycles.items():
            lifecycle.set_access(accesses.get(sn))
        has_changed = subentries.keys() != self.subentries.keys()
        self.subentries = subentries
        if has_changed:
            async_dispatcher_send(self.hass, self.signal())
        self.hass.async_create_task(self._async_drop_finished(), "drop Agentcraft registrations")
        self._update()

    def _linked(self) -> dict[str, ConfigSubentry]:
        """Return the subentry of each linked device, the first one that contains it."""
        subentries = self.entry.get_subentries_of_type(SUBENTRY_AGENTCRAFT)
        return {
            sn: subentry
            for subentry in reversed(list(subentries))
            for sn in subentry.data[CONF_DEVICES]
        }

    def _accesses(self) -> dict[str, Access]:
        linked = {sn: _access(subentry) for sn, subentry in self._linked().items()}
        return linked | dict(self._claims.values())

    def _add(self, sn: str, registration: Registration, access: Access | None) -> None:
        async def save() -> None:
            async_dispatcher_send(self.hass, self.signal(sn))
            await self._async_write()

        self.lifecycles[sn] = RegistrationLifecycle(registration, access, save, self.client_for)

    async def _async_drop_finished(self) -> None:
        """Forget the registrations that are finished and not in use."""
        finished = [
            sn
            for sn, lifecycle in self.lifecycles.items()
            if lifecycle.is_finished and not lifecycle.lock.locked()
        ]
        for sn in finished:
            del self.lifecycles[sn]
        if finished:
            await self._async_try_write()

    async def _async_write(self) -> None:
        if not self._removed:
            lifecycles = self.lifecycles.items()
            await self._store.async_write({sn: item.registration for sn, item in lifecycles})

    async def _async_try_write(self) -> None:
        with suppress(NotStoredError):
            await self._async_write()

    @asynccontextmanager
    async def async_lock(self, sn: str) -> AsyncGenerator[RegistrationLifecycle]:
        """Yield the lifecycle of a device exclusively, then publish what changed."""
        lifecycle = self.lifecycles[sn]
        try:
            async with lifecycle.lock:
                yield lifecycle
            await self._async_drop_finished()
        finally:
            self._log_reachability(lifecycle)
            async_dispatcher_send(self.hass, self.signal(sn))
            self._update()

    async def async_try_access(self, flow_id: str, sn: str, access: Access) -> Problem | None:
        """Register a device with the credentials of a flow; return the problem if it failed.

        A refusal leaves nothing behind. Otherwise the device is reserved for the flow until
        ``async_release``.
        """
        self._claims[flow_id] = sn, access
        self.async_follow_subentries()
        async with self.async_lock(sn) as lifecycle:
            if lifecycle.needs_device_id(access):
                lifecycle.schedule_now()
                await lifecycle.advance()
            registration = lifecycle.registration
            if registration.phase is Phase.NONE:
                self.async_release(flow_id)
        return registration.problem

    @callback
    def async_release(self, flow_id: str) -> None:
        """End the reservation of a flow; without a subentry the device is unregistered."""
        if self._claims.pop(flow_id, None) is not None:
            self.async_follow_subentries()

    def needs_device_id(self, sn: str, access: Access) -> bool:
        """Return whether linking a device with this access would create a device ID."""
        lifecycle = self.lifecycles.get(sn)
        return lifecycle is None or lifecycle.needs_device_id(access)

    def is_taken(self, sn: str, *, subentry_id: str | None, flow_id: str) -> bool:
        """Return whether a device belongs to another subentry or is reserved by another flow."""
        subentry = self.subentries.get(sn)
        return (subentry is not None and subentry.subentry_id != subentry_id) or any(
            sn == claimed and other != flow_id for other, (claimed, _) in self._claims.items()
        )

    def state(self, sn: str) -> State:
        """Return the state of a device's registration."""
        lifecycle = self.lifecycles.get(sn)
        return (lifecycle.registration if lifecycle else Registration()).state(time.time())

    def signal(self, sn: str | None = None) -> str:
        """Return the dispatcher signal of a device, or of the set of linked devices."""
        return f"{DOMAIN}_agentcraft_{self.entry.entry_id}_{sn}"

    def client_for(self, url: str) -> AgentcraftClient:
        """Return a client of a server."""
        return AgentcraftClient(async_get_clientsession(self.hass), url)

    @property
    def is_running(self) -> bool:
        """Return whether requests are sent."""
        return self._running and not self.hass.is_stopping

    def _update(self) -> None:
        if self._running:
            self._issues = async_update_issues(
                self.hass, self.entry, self.lifecycles, self.subentries, self._issues
            )
        self._schedule()

    @callback
    def _schedule(self, _now: datetime | None = None) -> None:
        """Send the requests that are due, or wait for the next one.

        The wait is bounded because the clock may be changed.
        """
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        dues = {
            sn: due
            for sn, lifecycle in self.lifecycles.items()
            if (due := lifecycle.due) is not None
        }
        if not self.is_running or self._advancing or not dues:
            return
        now = time.time()
        if ready := [sn for sn, due in dues.items() if due <= now]:
            self._advancing = True
            self.hass.async_create_task(self._async_advance_due(ready), "advance Agentcraft")
        else:
            at = dt_util.utc_from_timestamp(min(*dues.values(), now + MAX_DELAY))
            self._cancel_timer = async_track_point_in_utc_time(self.hass, self._schedule, at)

    async def _async_advance_due(self, serial_numbers: list[str]) -> None:
        try:
            await self._async_advance(serial_numbers, CONCURRENCY)
        finally:
            self._advancing = False
        self._schedule()

    async def _async_advance(self, serial_numbers: list[str], concurrency: int) -> None:
        """Advance registrations, those of an unreachable server not at all."""
        unreachable: set[str] = set()
        slots = asyncio.Semaphore(concurrency)

        async def advance(sn: str) -> None:
            async with slots:
                if sn not in self.lifecycles:
                    return
                async with self.async_lock(sn) as lifecycle:
                    url = lifecycle.url
                    if lifecycle.due is None or not (self.is_running or self._removed):
                        return
                    if url in unreachable:
                        await lifecycle.fail("another request failed")
                    else:
                        await lifecycle.advance()
                    if lifecycle.registration.problem is Problem.UNREACHABLE:
                        unreachable.add(url)

        # Without eager start, so that a flow that waits for the same registration comes first
        await asyncio.gather(*map(advance, serial_numbers))

    def _log_reachability(self, lifecycle: RegistrationLifecycle) -> None:
        """Log when Agentcraft becomes unreachable and when it is reachable again."""
        problems = {item.registration.problem for item in self.lifecycles.values()}
        if self._is_unreachable and Problem.UNREACHABLE not in problems:
            LOGGER.info("Agentcraft is reachable again")
            self._is_unreachable = False
        elif not self._is_unreachable and lifecycle.registration.problem is Problem.UNREACHABLE:
            LOGGER.warning("Agentcraft is unreachable (%s); retrying", lifecycle.error)
            self._is_unreachable = True


def _access(subentry: ConfigSubentry) -> Access:
    data = subentry.data
    return Access(data[CONF_URL], data[CONF_CLIENT_SECRET], subentry.subentry_id)
