"""Manage the Agentcraft registrations of one Application.

There is one manager per config entry while Home Assistant runs: reloading the entry neither
interrupts nor repeats a request. The subentries decide which devices are registered.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from functools import wraps
from math import inf
from typing import Any, Concatenate, Final

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import CONF_CLIENT_SECRET, CONF_DEVICES, CONF_URL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.dispatcher import async_dispatcher_connect, async_dispatcher_send
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER, SUBENTRY_AGENTCRAFT
from .client import AgentcraftClient, AgentcraftError, RefusedError
from .issues import async_delete_old_issues, async_update_issues
from .registration import MAX_DELAY, Access, Change, Phase, Problem, Registration
from .registration_store import RegistrationStore
from .steps import REQUESTS, next_intent, seconds_until_due

MAX_STEPS: Final = 8
MAX_FAILING_SECONDS: Final = 30.0
MANAGERS: HassKey[dict[str, AgentcraftManager]] = HassKey(f"{DOMAIN}_agentcraft")


@callback
def get_manager(hass: HomeAssistant, entry: ConfigEntry) -> AgentcraftManager:
    """Return the manager of an Application, the same one after a reload of the entry."""
    managers = hass.data.setdefault(MANAGERS, {})
    if entry.entry_id not in managers:
        managers[entry.entry_id] = AgentcraftManager(hass, entry)
    return managers[entry.entry_id]


def run_to_completion[**P, R](
    method: Callable[Concatenate[AgentcraftManager, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[AgentcraftManager, P], Coroutine[Any, Any, R]]:
    """Let a method continue if its caller is cancelled, because an answer would be lost."""

    @wraps(method)
    async def run(manager: AgentcraftManager, /, *args: P.args, **kwargs: P.kwargs) -> R:
        task = manager.hass.async_create_task(method(manager, *args, **kwargs), method.__name__)
        return await asyncio.shield(task)

    return run


class AgentcraftManager:
    """Hold the registrations and the accesses of linked devices, by serial number.

    One request is sent at a time. The lock is released between devices, so that an action waits
    for one device at most. ``reserved`` maps the id of a flow to the device that waits for its end.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize without registrations."""
        self.hass = hass
        self.entry = entry
        self.registrations: dict[str, Registration] = {}
        self.accesses: dict[str, Access] = {}
        self.reserved: dict[str, str] = {}
        self._store = RegistrationStore(hass, entry)
        self._lock = asyncio.Lock()
        self._is_loaded = self._is_running = self._is_unreachable = False
        self._cancel_timer: CALLBACK_TYPE = lambda: None
        self._issues: set[str] = set()

    async def async_load(self) -> None:
        """Load the stored registrations once, and follow the subentries."""
        if not self._is_loaded:
            self.registrations = await self._store.async_read(self._linked())
            self._is_loaded = True
            async_delete_old_issues(self.hass)
        self._follow_subentries()

    @callback
    def async_start(self) -> None:
        """Send requests while the entry is loaded, starting when Home Assistant has started."""
        for unsubscribe in (
            self._stop,
            async_at_started(self.hass, self._run),
            async_dispatcher_connect(self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed),
        ):
            self.entry.async_on_unload(unsubscribe)

    @callback
    def _run(self, _hass: HomeAssistant) -> None:
        """Send requests, first those that check the tokens."""
        self._is_running = True
        for sn, registration in self.registrations.items():
            if registration.phase is Phase.ACTIVE:
                self.registrations[sn] = registration.due_now()
        self._follow_subentries()

    @callback
    def _stop(self) -> None:
        """Start no further requests; those in progress are completed and stored."""
        self._is_running = False
        self._update()

    @run_to_completion
    async def async_remove(self) -> None:
        """Try once to delete each device ID, then remove the store and the manager."""
        await self.async_load()
        self._stop()
        self.accesses, self.reserved = {}, {}
        async with self._lock:
            await self._async_delete_ids()
            registrations, self.registrations = self.registrations, {}
            await self._store.async_remove()
        del self.hass.data[MANAGERS][self.entry.entry_id]
        left = sum(item.phase is not Phase.NONE for item in registrations.values())
        if left:
            LOGGER.warning(
                "Agentcraft may still have %s device IDs of this Home Assistant that could not be"
                " deleted; delete them in its settings page",
                left,
            )

    async def _async_delete_ids(self) -> None:
        """Try once to delete each device ID, on each server until failures have taken too long."""
        failing_seconds = defaultdict[str, float](float)
        for sn, registration in list(self.registrations.items()):
            if failing_seconds[registration.url] < MAX_FAILING_SECONDS:
                start = self.hass.loop.time()
                current = await self._async_advance(sn, registration.due_now())
                if current.problem is not None:
                    failing_seconds[registration.url] += self.hass.loop.time() - start

    def _linked(self) -> dict[str, Access]:
        """Return the access of each linked device, that of the first subentry with it."""
        subentries = list(self.entry.get_subentries_of_type(SUBENTRY_AGENTCRAFT))
        return {
            sn: Access(data[CONF_URL], data[CONF_CLIENT_SECRET], subentry.subentry_id)
            for subentry in reversed(subentries)
            for data in (subentry.data,)
            for sn in data[CONF_DEVICES]
        }

    @callback
    def _entry_changed(self, _change: ConfigEntryChange, changed: ConfigEntry) -> None:
        if changed.entry_id == self.entry.entry_id:
            self._follow_subentries()

    @callback
    def _follow_subentries(self) -> None:
        """Register the devices of the subentries, and unregister all others."""
        previous, self.accesses = self.accesses, self._linked()
        for sn in dict.fromkeys((*self.registrations, *self.accesses)):
            registration, access = self.registration(sn), self.accesses.get(sn)
            self._set(sn, registration.with_access(previous.get(sn), access))
        if self.entry.state is ConfigEntryState.LOADED:
            devices = self.entry.runtime_data.data
            for sn in (previous.keys() ^ self.accesses.keys()) & devices.keys():
                self.entry.runtime_data.notify_device_listeners(devices[sn])
        self._advance_due_in_background()

    @run_to_completion
    async def async_try_access(self, flow_id: str, sn: str, access: Access) -> Problem | None:
        """Register a device with the credentials of a flow; return the problem if it failed.

        A refusal leaves nothing behind. Otherwise the device is reserved for the flow.
        """
        self.reserved[flow_id] = sn
        async with self._lock:
            registration = self.registration(sn)
            if registration.needs_device_id(access):
                registration = await self._async_advance(sn, registration.due_now(), access)
        if registration.phase is Phase.NONE:
            self.reserved.pop(flow_id, None)
            self._set(sn, registration.due_now())
        self._advance_due_in_background()
        return registration.problem

    @callback
    def async_release(self, flow_id: str) -> None:
        """End the reservation of a flow; without a subentry its device is unregistered."""
        self.reserved.pop(flow_id, None)
        self._advance_due_in_background()

    def registration(self, sn: str) -> Registration:
        """Return the registration of a device."""
        return self.registrations.get(sn, Registration())

    def signal(self, sn: str) -> str:
        """Return the dispatcher signal of a device."""
        return f"{DOMAIN}_agentcraft_{self.entry.entry_id}_{sn}"

    def client(self, url: str) -> AgentcraftClient:
        """Return a client of a server."""
        return AgentcraftClient(async_get_clientsession(self.hass), url)

    @run_to_completion
    async def async_change(self, sn: str, change: Change) -> Registration | Problem:
        """Change a registration and send the requests that are due.

        Return the registration, or the reason why it cannot be changed.
        """
        async with self._lock:
            current = self.registration(sn)
            result = change(current) if sn in self.registrations else current
            if isinstance(result, Registration):
                if sn not in self.reserved.values():
                    result = await self._async_advance(sn, result)
                result = await self._async_store(sn, result)
        self._advance_due_in_background()
        return result

    def _set(self, sn: str, registration: Registration) -> None:
        """Hold a registration until the device is neither linked nor registered."""
        if sn in self.accesses or registration.phase is not Phase.NONE:
            self.registrations[sn] = registration
        else:
            self.registrations.pop(sn, None)
        async_dispatcher_send(self.hass, self.signal(sn))

    async def _async_store(
        self, sn: str, registration: Registration, otherwise: Registration | None = None
    ) -> Registration:
        """Hold and store a registration, and return it.

        If it cannot be stored, it is held and returned with a problem, or ``otherwise`` is.
        """
        self._set(sn, registration)
        if not await self._store.async_write(self.registrations):
            held = otherwise or registration
            registration = held.failed(held.problem or Problem.NOT_STORED)
            self._set(sn, registration)
            await self._store.async_write(self.registrations)
        return registration

    @callback
    def _update(self) -> None:
        """Publish problems and wait for the next request.

        The wait is bounded because the clock may be changed.
        """
        registrations = self.registrations if self._is_running else {}
        self._issues = async_update_issues(
            self.hass, self.entry, registrations, self.accesses, self._issues
        )
        problems = {registration.problem for registration in self.registrations.values()}
        if self._is_unreachable and Problem.UNREACHABLE not in problems:
            LOGGER.info("Agentcraft is reachable again")
            self._is_unreachable = False
        self._cancel_timer()
        delay = min((self._seconds_until_due(sn) for sn in registrations), default=inf)
        if delay < inf:
            self._cancel_timer = async_call_later(
                self.hass, min(delay, MAX_DELAY), self._async_advance_due
            )

    def _seconds_until_due(self, sn: str) -> float:
        """Return the seconds until a device's next request; a device may wait for a flow."""
        if not self._is_running or self.hass.is_stopping or sn in self.reserved.values():
            return inf
        return seconds_until_due(self.registration(sn), self.accesses.get(sn))

    @callback
    def _advance_due_in_background(self) -> None:
        """Send the requests that are due, after those of an action or a flow in progress."""
        self.hass.async_create_task(
            self._async_advance_due(), "advance Agentcraft", eager_start=False
        )

    async def _async_advance_due(self, _now: datetime | None = None) -> None:
        """Send the requests that are due."""
        async with self._lock:
            await self._store.async_write(self.registrations)
        for sn in list(self.registrations):
            async with self._lock:
                if self._seconds_until_due(sn) == 0:
                    await self._async_advance(sn, self.registration(sn))
        self._update()

    async def _async_advance(
        self, sn: str, current: Registration, trial: Access | None = None
    ) -> Registration:
        """Send the requests of a device that are due, and return its registration.

        ``trial`` replaces the access of a subentry.
        """
        for _ in range(MAX_STEPS):
            access = trial or self.accesses.get(sn)
            intent = next_intent(current, access)
            if intent is None or seconds_until_due(current, access) > 0:
                return current
            if intent.phase is not current.phase or self._store.on_disk is None:
                stored = await self._async_store(sn, intent, otherwise=current)
                if stored is not intent:
                    return stored
            secret = access.client_secret if access else ""
            current = await self._async_store(sn, await self._async_request(intent, secret))
        # The answers of the server contradict each other.
        return await self._async_store(sn, current.failed(Problem.UNREACHABLE))

    async def _async_request(self, intent: Registration, secret: str) -> Registration:
        """Send the request of a phase, and return the registration that follows."""
        request, client = REQUESTS[intent.phase], self.client(intent.url)
        try:
            return await request(client, replace(intent, problem=None, failing_since=None), secret)
        except AgentcraftError as error:
            if not self._is_unreachable:
                LOGGER.warning("Agentcraft is unreachable (%s); retrying", error)
                self._is_unreachable = True
            if not isinstance(error, RefusedError):
                self._postpone(intent.url)
            return intent.failed(Problem.UNREACHABLE)

    def _postpone(self, url: str) -> None:
        """Postpone the requests to a server that cannot be reached."""
        for sn, registration in list(self.registrations.items()):
            intent = next_intent(registration, self.accesses.get(sn))
            if intent and intent.url == url and self._seconds_until_due(sn) == 0:
                self._set(sn, registration.failed(Problem.UNREACHABLE))
