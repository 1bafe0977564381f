"""The link between the devices of an Application and Agentcraft.

There is one link for each entry as long as Home Assistant runs: reloading the entry neither
interrupts a request nor repeats it. Which devices have an ID follows from the subentries, and
whatever changes them leads to ``reconcile``.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
import time
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_CLIENT_SECRET, CONF_DEVICES, CONF_URL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..const import LOGGER, SUBENTRY_AGENTCRAFT
from .client import AgentcraftClient, AgentcraftError, RefusedError, UnreachableError
from .issues import issues, show
from .life import Access, Life, NotKeptError
from .registration import LONGEST_PAUSE, UNKNOWN, Phase, Problem, Registration, State
from .store import RegistrationStore

CONCURRENCY: Final = 4

type Listener = Callable[[], None]


class AgentcraftLink:
    """Keeps one life for each device that has to do with Agentcraft, by serial number."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Begin without knowing anything; ``subentries`` are those that chose a device, by it."""
        self.hass = hass
        self.entry = entry
        self.lives: dict[str, Life] = {}
        self.subentries: dict[str, ConfigSubentry] = {}
        self._claims: dict[str, tuple[str, Access]] = {}
        self._store = RegistrationStore(hass, entry.entry_id)
        self._loading = asyncio.Lock()
        self._loaded = False
        self._running = False
        self._removed = False
        self._places = asyncio.Semaphore(CONCURRENCY)
        self._timer: CALLBACK_TYPE | None = None
        self._busy = False
        self._failing: set[str] = set()
        self._issues: set[str] = set()
        self._listeners: defaultdict[str | None, list[Listener]] = defaultdict(list)

    # Coming and going

    async def async_load(self) -> None:
        """Read what earlier runs left, once."""
        async with self._loading:
            if self._loaded:
                return
            stored = await self._store.async_load()
            if stored is None:
                stored = dict.fromkeys(self._chosen(), UNKNOWN)
            accesses = self._accesses()
            for sn, held in stored.items():
                life = self.lives[sn] = self._life(sn, held)
                life.access = accesses.get(sn)
                if not life.wanted:
                    life.hurry()
            self._loaded = True
            if UNKNOWN in stored.values():
                with suppress(NotKeptError):
                    await self._async_save()

    @callback
    def start(self, _hass: HomeAssistant) -> None:
        """Begin to work: tokens are looked at first."""
        self._running = True
        latest = time.time() + LONGEST_PAUSE  # what is due after that was put off by a wrong clock
        for life in self.lives.values():
            if life.held.phase is Phase.ACTIVE or (life.due or 0) > latest:
                life.hurry()
        self.reconcile()

    @callback
    def stop(self) -> None:
        """Begin nothing more; what has begun is finished and kept."""
        self._running = False
        self._cancel_timer()
        show(self.hass, {}, self._issues)
        self._issues.clear()

    async def async_remove(self) -> None:
        """Delete all IDs at Agentcraft, each tried once, and forget them."""
        self.stop()
        await self.async_load()
        self._removed = True
        left, lost = 0, set[str]()
        for life in list(self.lives.values()):
            life.access = None
        for life in list(self.lives.values()):
            async with life.lock:
                held = life.held
                left += held.unresolved
                if held.device_id is None:
                    continue
                try:
                    if held.url in lost:
                        raise UnreachableError
                    await self._client(held.url).delete_device(held.device_id)
                except AgentcraftError as error:
                    left += 1
                    if not isinstance(error, RefusedError):
                        lost.add(held.url)
        self.lives.clear()
        await self._store.async_remove()
        if left:
            LOGGER.warning(
                "Agentcraft may still have %s device IDs of this Home Assistant, which could not be"
                " deleted; please delete them in its settings page",
                left,
            )

    @callback
    def reconcile(self) -> None:
        """Want what the subentries say, and have done what follows from it."""
        if not self._loaded:
            return
        accesses = self._accesses()
        for sn in accesses:
            if sn not in self.lives:
                self.lives[sn] = self._life(sn, Registration())
        for sn, life in self.lives.items():
            life.choose(accesses.get(sn))
        chosen = self._chosen()
        if chosen.keys() != self.subentries.keys():
            self.subentries = chosen
            self._tell(None)
        self.subentries = chosen
        if any(life.over for life in self.lives.values()):
            self.hass.async_create_task(self._async_sweep(), "forget Agentcraft devices")
        self._wake()
        self._show_issues()

    def _chosen(self) -> dict[str, ConfigSubentry]:
        """Return the subentry of each device; of several that name a device the first keeps it."""
        chosen: dict[str, ConfigSubentry] = {}
        for subentry in self.entry.get_subentries_of_type(SUBENTRY_AGENTCRAFT):
            for sn in subentry.data[CONF_DEVICES]:
                chosen.setdefault(sn, subentry)
        return chosen

    def _accesses(self) -> dict[str, Access]:
        return {
            sn: Access(
                subentry.data[CONF_URL], subentry.data[CONF_CLIENT_SECRET], subentry.subentry_id
            )
            for sn, subentry in self._chosen().items()
        } | dict(self._claims.values())

    # What is due

    @callback
    def _wake(self) -> None:
        """Do what is due, and wait for what will be."""
        self._cancel_timer()
        if not self._running or self._busy or self.hass.is_stopping:
            return
        dues = [life.due for life in self.lives.values() if life.due is not None]
        if not dues:
            return
        now, due = time.time(), min(dues)
        if due <= now:
            self._busy = True
            self.hass.async_create_task(self._async_round(), "ask Agentcraft")
        else:
            # looked at in between, since the clock may be set
            due = min(due, now + LONGEST_PAUSE)
            self._timer = async_track_point_in_utc_time(
                self.hass, self._timed, dt_util.utc_from_timestamp(due)
            )

    @callback
    def _timed(self, _now: datetime) -> None:
        self._timer = None
        self._wake()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None

    async def _async_round(self) -> None:
        """Let every life that is due take its steps, a few at a time."""
        now = time.time()
        lost: set[str] = set()
        try:
            await asyncio.gather(
                *(
                    self._async_turn(sn, life, lost)
                    for sn, life in list(self.lives.items())
                    if life.due is not None and life.due <= now
                )
            )
        finally:
            self._busy = False
        self._wake()

    async def _async_turn(self, sn: str, life: Life, lost: set[str]) -> None:
        """Let one life take its steps, unless its Agentcraft turned out to be out of reach."""
        async with self._places, self.async_lead(sn, life):
            if not self._running or self.hass.is_stopping or life.over:
                return
            url = life.access.url if life.access else life.held.url
            if url in lost:
                await life.postpone("it was out of reach a moment ago")
                return
            await life.advance()
            if life.held.problem is Problem.UNREACHABLE:
                lost.add(url)

    @asynccontextmanager
    async def async_lead(self, sn: str, life: Life) -> AsyncGenerator[None]:
        """Let nobody else lead a life meanwhile, and see to what became of it."""
        try:
            async with life.lock:
                yield
                if life.over:
                    await self._async_forget({sn: life})
        finally:
            self._watch(sn, life)
            self._tell(sn)
            self._show_issues()
            self._wake()

    async def _async_sweep(self) -> None:
        """Forget the lives that are over; one that is being led is seen to by who leads it."""
        await self._async_forget(
            {sn: life for sn, life in self.lives.items() if life.over and not life.lock.locked()}
        )

    async def _async_forget(self, over: Mapping[str, Life]) -> None:
        for sn, life in over.items():
            if self.lives.get(sn) is life:
                del self.lives[sn]
        with suppress(NotKeptError):
            await self._async_save()

    async def _async_save(self) -> None:
        if self._removed:
            raise NotKeptError
        await self._store.async_save({sn: life.held for sn, life in self.lives.items()})

    def _life(self, sn: str, held: Registration) -> Life:
        async def keep() -> None:
            self._tell(sn)
            await self._async_save()

        return Life(held, keep, self._client)

    def _client(self, url: str) -> AgentcraftClient:
        return AgentcraftClient(async_get_clientsession(self.hass), url)

    # What a dialog registers before there is a subentry

    async def async_prove(self, flow_id: str, sn: str, access: Access) -> Problem | None:
        """Register a device with the access of a dialog; return what went wrong.

        A refusal leaves nothing behind. Otherwise the device stays the dialog's until it is
        released.
        """
        self._claims[flow_id] = sn, access
        self.reconcile()
        life = self.lives[sn]
        async with self.async_lead(sn, life):
            if self.lacks_id(sn, access):
                life.hurry()
                await life.advance()
            problem = life.held.problem
            if life.held.phase is Phase.NONE:
                self.release(flow_id)
        return problem

    @callback
    def release(self, flow_id: str) -> None:
        """Let go of the device that a dialog held: it is the subentry's, or nobody's."""
        if self._claims.pop(flow_id, None) is not None:
            self.reconcile()

    def lacks_id(self, sn: str, access: Access) -> bool:
        """Return whether a device would get an ID if it were chosen with this access."""
        life = self.lives.get(sn)
        return life is None or life.would_create(access)

    def is_taken(self, sn: str, *, subentry_id: str | None, flow_id: str) -> bool:
        """Return whether a device belongs to another subentry, or is held by another dialog."""
        subentry = self.subentries.get(sn)
        return (subentry is not None and subentry.subentry_id != subentry_id) or any(
            sn == claimed and other != flow_id for other, (claimed, _) in self._claims.items()
        )

    # Who is told

    @callback
    def async_listen(self, sn: str | None, listener: Listener) -> CALLBACK_TYPE:
        """Call ``listener`` when a device's state may have changed; ``None``: which are chosen."""
        self._listeners[sn].append(listener)
        return lambda: self._listeners[sn].remove(listener)

    def state(self, sn: str) -> State:
        """Return what the user is shown of a device."""
        life = self.lives.get(sn)
        return life.held.state(time.time()) if life else State.NOT_REGISTERED

    def _tell(self, sn: str | None) -> None:
        for listener in tuple(self._listeners[sn]):
            listener()

    def _watch(self, sn: str, life: Life) -> None:
        """Log when Agentcraft is lost, and when it is back; not each attempt."""
        before = bool(self._failing)
        if sn in self.lives and life.held.problem is Problem.UNREACHABLE:
            self._failing.add(sn)
        else:
            self._failing.discard(sn)
        if self._failing and not before:
            LOGGER.warning(
                "Agentcraft does not answer as it should (%s); what it issued is kept, and it is"
                " tried again",
                life.cause,
            )
        elif before and not self._failing:
            LOGGER.info("Agentcraft answers again")

    def _show_issues(self) -> None:
        if self._running:
            wanted = {
                issue.id: issue
                for issue in issues(self.hass, self.entry, self.lives, self.subentries)
            }
            show(self.hass, wanted, self._issues)
            self._issues = set(wanted)
