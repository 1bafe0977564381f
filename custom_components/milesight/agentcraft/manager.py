"""Manage the Agentcraft registrations of one Application.

There is one manager per config entry while Home Assistant runs: reloading the entry neither
interrupts nor repeats a request. The subentries decide which devices are registered.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
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
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER, SUBENTRY_AGENTCRAFT
from .client import AgentcraftClient, AgentcraftError, RefusedError
from .issues import async_update_issues
from .registration import MAX_DELAY, Access, Phase, Problem, Registration
from .registration_store import RegistrationStore
from .steps import Step, next_step, seconds_until_due

MAX_STEPS: Final = 8
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
    """Hold the registrations, the linked subentries and their accesses, by serial number.

    One request is sent at a time. The lock is released between devices, so that an action waits
    for one device at most.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize without registrations."""
        self.hass = hass
        self.entry = entry
        self.registrations: dict[str, Registration] = {}
        self.subentries: dict[str, ConfigSubentry] = {}
        self._accesses: dict[str, Access] = {}
        self._claims: dict[str, tuple[str, Access]] = {}
        self._store = RegistrationStore(hass, entry)
        self._lock = asyncio.Lock()
        self._is_loaded = self._is_running = self._is_unreachable = False
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._issues: set[str] = set()

    async def async_load(self) -> None:
        """Load the stored registrations once, and follow the subentries."""
        if not self._is_loaded:
            self.registrations = await self._store.async_read(self._linked())
            self._is_loaded = True
        self._follow_subentries()

    @callback
    def async_start(self) -> None:
        """Send requests while the entry is loaded, starting when Home Assistant has started."""

        @callback
        def entry_changed(_change: ConfigEntryChange, changed: ConfigEntry) -> None:
            if changed.entry_id == self.entry.entry_id:
                self._follow_subentries()

        for unsubscribe in (
            self._stop,
            async_at_started(self.hass, self._run),
            async_dispatcher_connect(self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed),
        ):
            self.entry.async_on_unload(unsubscribe)

    @callback
    def _run(self, _hass: HomeAssistant) -> None:
        """Check the tokens first."""
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

    async def async_remove(self) -> None:
        """Try once to delete each device ID, then remove the store."""
        await self.async_load()
        self.subentries, self._accesses, self._is_running = {}, {}, True
        for sn, registration in list(self.registrations.items()):
            self._set(sn, registration.due_now())
        await self._async_advance_due()
        self._stop()
        await self._store.async_remove()
        if self.registrations:
            LOGGER.warning(
                "Agentcraft may still have %s device IDs of this Home Assistant that could not be"
                " deleted; delete them in its settings page",
                len(self.registrations),
            )

    # The devices to register

    def _linked(self) -> dict[str, ConfigSubentry]:
        """Return the subentry of each linked device, the first one that contains it."""
        subentries = self.entry.get_subentries_of_type(SUBENTRY_AGENTCRAFT)
        return {
            sn: subentry
            for subentry in reversed(list(subentries))
            for sn in subentry.data[CONF_DEVICES]
        }

    @callback
    def _follow_subentries(self) -> None:
        """Register the devices of the subentries and of flows, and unregister all others.

        A device ID without an owner becomes that of the subentry.
        """
        self.subentries, previous = self._linked(), self._accesses
        self._accesses = {sn: _access(subentry) for sn, subentry in self.subentries.items()}
        self._accesses |= dict(self._claims.values())
        for sn in dict.fromkeys((*self.registrations, *self._accesses)):
            registration, access = self.registration(sn), self._accesses.get(sn)
            if access is not None and registration.owner is None:
                url = registration.url or access.url
                registration = replace(registration, owner=access.owner, url=url)
            if access != previous.get(sn) and registration.problem is not None:
                registration = registration.due_now()
            self._set(sn, registration)
        async_dispatcher_send(self.hass, self.signal())
        self._advance_due_in_background()

    async def async_try_access(self, flow_id: str, sn: str, access: Access) -> Problem | None:
        """Register a device with the credentials of a flow; return the problem if it failed.

        A refusal leaves nothing behind. Otherwise the device is reserved for the flow until
        ``async_release``.
        """
        self._claims[flow_id] = sn, access
        async with self._lock:
            self._follow_subentries()
            if self.registration(sn).needs_device_id(access):
                self._set(sn, self.registration(sn).due_now())
                await self._async_advance(sn, set())
            registration = self.registration(sn)
        if registration.phase is Phase.NONE:
            self.async_release(flow_id)
        return registration.problem

    @callback
    def async_release(self, flow_id: str) -> None:
        """End the reservation of a flow; without a subentry the device is unregistered."""
        if self._claims.pop(flow_id, None) is not None:
            self._follow_subentries()

    def is_taken(self, sn: str, *, subentry_id: str | None, flow_id: str) -> bool:
        """Return whether a device belongs to another subentry or is reserved by another flow."""
        subentry = self.subentries.get(sn)
        return (subentry is not None and subentry.subentry_id != subentry_id) or any(
            sn == claimed and other != flow_id for other, (claimed, _) in self._claims.items()
        )

    # The registrations

    def registration(self, sn: str) -> Registration:
        """Return the registration of a device."""
        return self.registrations.get(sn, Registration())

    def signal(self, sn: str | None = None) -> str:
        """Return the dispatcher signal of a device, or of the set of linked devices."""
        return f"{DOMAIN}_agentcraft_{self.entry.entry_id}_{sn}"

    def client(self, url: str) -> AgentcraftClient:
        """Return a client of a server."""
        return AgentcraftClient(async_get_clientsession(self.hass), url)

    async def async_change(
        self, sn: str, change: Callable[[Registration], Registration], *, in_background: bool
    ) -> Registration:
        """Change a registration, send the requests that are due, and return the registration."""
        async with self._lock:
            if sn in self.registrations:
                self._set(sn, change(self.registrations[sn]))
                if not in_background:
                    await self._async_advance(sn, set())
                await self._async_store(sn, self.registration(sn))
        self._advance_due_in_background()
        return self.registration(sn)

    def _set(self, sn: str, registration: Registration) -> None:
        """Hold a registration until the device is neither linked nor registered."""
        if sn in self._accesses or registration.phase is not Phase.NONE:
            self.registrations[sn] = registration
        else:
            self.registrations.pop(sn, None)
        async_dispatcher_send(self.hass, self.signal(sn))

    async def _async_store(
        self, sn: str, registration: Registration, otherwise: Registration | None = None
    ) -> bool:
        """Hold and store a registration, and return whether that succeeded.

        If not, the registration has a problem, or ``otherwise`` has it and is held instead.
        """
        self._set(sn, registration)
        if await self._store.async_write(self.registrations):
            return True
        held = otherwise or registration
        self._set(sn, held.failed(held.problem or Problem.NOT_STORED))
        await self._store.async_write(self.registrations)
        return False

    # Requests

    @callback
    def _update(self) -> None:
        """Publish problems and wait for the next request.

        The wait is bounded because the clock may be changed.
        """
        registrations = self.registrations if self._is_running else {}
        self._issues = async_update_issues(
            self.hass, self.entry, registrations, self.subentries, self._issues
        )
        problems = {registration.problem for registration in self.registrations.values()}
        if self._is_unreachable and Problem.UNREACHABLE not in problems:
            LOGGER.info("Agentcraft is reachable again")
            self._is_unreachable = False
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        waits = [self._seconds_until_due(sn) for sn in registrations]
        delays = [wait for wait in waits if wait is not None]
        if delays and not self.hass.is_stopping:
            self._cancel_timer = async_call_later(
                self.hass, min(*delays, MAX_DELAY), self._async_advance_due
            )

    def _seconds_until_due(self, sn: str) -> float | None:
        return seconds_until_due(self.registration(sn), self._accesses.get(sn))

    @callback
    def _advance_due_in_background(self) -> None:
        """Send the requests that are due, after those of an action or a flow in progress."""
        self.hass.async_create_task(
            self._async_advance_due(), "advance Agentcraft", eager_start=False
        )

    async def _async_advance_due(self, _now: datetime | None = None) -> None:
        """Send the requests that are due, and none to a server after one that failed."""
        unreachable: set[str] = set()
        async with self._lock:
            await self._store.async_write(self.registrations)
        for sn in list(self.registrations):
            async with self._lock:
                if self._is_running and not self.hass.is_stopping:
                    await self._async_advance(sn, unreachable)
        self._update()

    async def _async_advance(self, sn: str, unreachable: set[str]) -> None:
        """Send the requests of a device that are due."""
        for _ in range(MAX_STEPS):
            step = next_step(self.registration(sn), self._accesses.get(sn))
            if step is None or self._seconds_until_due(sn) != 0:
                return
            await self._async_send(sn, step, unreachable)
        # The answers of the server contradict each other.
        await self._async_store(sn, self.registration(sn).failed(Problem.UNREACHABLE))

    async def _async_send(self, sn: str, step: Step, unreachable: set[str]) -> None:
        """Send a request after its intent is stored, and store the result."""
        current, access = self.registration(sn), self._accesses.get(sn)
        url = current.server(access)
        if url in unreachable:
            self._set(sn, current.failed(Problem.UNREACHABLE))
            return
        owner, secret = (access.owner, access.client_secret) if access else (current.owner, "")
        intent = replace(current, phase=step.intent or current.phase, url=url, owner=owner)
        must_store = step.intent is not None or self._store.has_failed
        if must_store and not await self._async_store(sn, intent, otherwise=current):
            return
        try:
            result = await step.request(
                self.client(url), replace(intent, problem=None, failing_since=None), secret
            )
        except AgentcraftError as error:
            if not isinstance(error, RefusedError):
                unreachable.add(url)
            if not self._is_unreachable:
                LOGGER.warning("Agentcraft is unreachable (%s); retrying", error)
                self._is_unreachable = True
            result = intent.failed(Problem.UNREACHABLE)
        await self._async_store(sn, result)


def _access(subentry: ConfigSubentry) -> Access:
    data = subentry.data
    return Access(data[CONF_URL], data[CONF_CLIENT_SECRET], subentry.subentry_id)
