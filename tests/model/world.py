"""One Home Assistant and one platform in one process, whose clock only a test moves."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime, timedelta
import json
import logging
import math
from random import Random
from typing import Any, Final
from unittest.mock import patch

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
from homeassistant import loader
from homeassistant.components.event import EventEntity
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    category_registry as cr,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    issue_registry as ir,
    label_registry as lr,
    restore_state as rs,
    translation,
)
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
    mock_storage,
)

from custom_components.milesight.const import CONF_DAILY_API_LIMIT, DOMAIN
from tests.common import ADDRESS, entry_of, signed
from tests.fleets import new_devices
from tests.simulator import Device, Simulator
from tests.simulator.history import History

from .devices import FIRMWARE, MODELS, NEVER_REPORTED
from .expected import Expected
from .recording import Disk, Event, LoggedExceptions, facts, flat

START: Final = datetime(2026, 11, 1, 12, tzinfo=UTC)
START_MS: Final = round(START.timestamp() * 1000)
ENTRY: Final = "model"
DAILY_LIMIT: Final = 100
LISTED_WITHIN_MS: Final = 2000  # a report as soon as that after a pushed one may be taken for it
REMEMBERED_MS: Final = 5 * 60 * 1000
QUIET_TURNS: Final = 8
MAX_TURNS: Final = 1_000_000

# The order in which connections become free changes how often the common generator is used.
RANDOM: Final = {
    "custom_components.milesight.api.backoff": "uniform",
    "homeassistant.helpers.event": "randint",
    "homeassistant.helpers.update_coordinator": "randint",
}
LISTENING: Final = (ConfigEntryState.LOADED, ConfigEntryState.SETUP_IN_PROGRESS)

type Proper = Callable[[], Awaitable[web.Response]]


class World:
    """Everything that a state machine acts on, and ``expected`` that hears the same."""

    def __init__(self, freezer: FrozenDateTimeFactory) -> None:
        """Start both sides and let them come to rest."""
        self.freezer = freezer
        freezer.move_to(START)
        self.expected = Expected()
        self.fired: Counter[tuple[str, str]] = Counter()
        self.errors: list[str] = []
        self.downlinks: list[Callable[[], None]] = []
        self.outage = False
        self.disk = Disk(f"{DOMAIN}.{ENTRY}", self.expected.save)
        self._held: list[tuple[asyncio.Event, web.Request]] = []
        self._holding: str | None = None
        self._refusing: str | None = None
        self._intervals: list[float] = []
        self._outbox: list[Event] = []
        self._delivered: dict[str, int] = {}
        self._delivered_before: set[str] = set()
        self._deliveries = 0
        self._requests = 0
        self._jobs = 0
        self._patches = ExitStack()
        self._home = AsyncExitStack()
        self.loop = asyncio.new_event_loop()
        # The frozen clock is too large a number for asyncio's resolution of a nanosecond: what is
        # due at exactly the present time would wait for the next step.
        self.loop._clock_resolution = 1e-6  # type: ignore[attr-defined]
        self.loop.set_exception_handler(lambda _, context: self.errors.append(str(context)))
        self._patch()
        self.run(self._start())

    def run[Result](self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something, and let everything come to rest."""

        async def settled() -> Result:
            result = await work
            await self.settle()
            return result

        return self.loop.run_until_complete(settled())

    # Both sides

    def _patch(self) -> None:
        """Count what is under way, note what fires, and repeat the same random delays."""
        world, run_job = self, self.loop.run_in_executor
        request, trigger = ClientSession._request, EventEntity._trigger_event

        async def counted(session: ClientSession, *args: Any, **kwargs: Any) -> Any:
            world._requests += 1
            try:
                return await request(session, *args, **kwargs)
            finally:
                world._requests -= 1

        def run_in_executor(*args: Any) -> asyncio.Future[Any]:
            def done(_: object) -> None:
                world._jobs -= 1

            world._jobs += 1
            job = run_job(*args)
            job.add_done_callback(done)
            return job

        def triggered(entity: EventEntity, kind: str, *args: Any) -> None:
            sn, _, _ = str(entity.unique_id).partition("_")
            world.fired[sn, kind] += 1
            trigger(entity, kind, *args)

        self.loop.run_in_executor = run_in_executor  # type: ignore[method-assign,assignment]
        self._patches.enter_context(patch.object(ClientSession, "_request", counted))
        self._patches.enter_context(patch.object(EventEntity, "_trigger_event", triggered))
        self._patches.enter_context(mock_storage(self.disk))
        for module, name in RANDOM.items():
            self._patches.enter_context(patch(f"{module}.{name}", getattr(Random(0), name)))
        logging.disable(logging.WARNING)
        self._patches.callback(logging.disable, logging.NOTSET)
        handler = LoggedExceptions(self.errors)
        logging.getLogger().addHandler(handler)
        self._patches.callback(logging.getLogger().removeHandler, handler)

    async def _start(self) -> None:
        devices = new_devices(*(versions[0] for versions in MODELS.values()))
        self.simulator = Simulator(devices, past_reports=0)
        for device in devices:
            device.firmware, device.last_update, device.history = FIRMWARE[0], None, History()
            device.values.pop(NEVER_REPORTED, None)
        await self.simulator.start()
        self.devices = {device.model.name: device for device in devices}
        self._addresses = {str(device.device_id): device for device in devices}
        platform, faults = self.simulator.platform, self.simulator.faults
        platform._publish = self._outbox.extend
        platform._later = lambda _delay, run: self.downlinks.append(run)
        self._answer, faults.answer = faults.answer, self._watched  # type: ignore[method-assign]
        self._session = ClientSession()
        await self.start_home()
        await self.settle()
        await self.walk(61)

    async def start_home(self) -> None:
        """Start Home Assistant with what is on its disk."""
        hass = await self._home.enter_async_context(
            async_test_home_assistant(self.loop, load_registries=False)
        )
        self.hass: HomeAssistant = hass
        dr.async_setup(hass)
        for registry in (ar, cr, dr, er, fr, ir, lr, rs):
            await registry.async_load(hass)
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
        await translation.async_load_integrations(hass, {"homeassistant"})
        assert await async_setup_component(hass, "http", {})
        hass.http.app._router.freeze = lambda: None  # type: ignore[method-assign]
        server = TestServer(hass.http.app)
        await server.start_server(access_log=None)
        self._home.push_async_callback(server.close)
        self._url = server.make_url(ADDRESS)
        self.entry: MockConfigEntry = entry_of(
            self.simulator, entry_id=ENTRY, options={CONF_DAILY_API_LIMIT: DAILY_LIMIT}
        )
        self.entry.add_to_hass(hass)
        self.entry.async_on_state_change(self._state_changed)
        self.expected.restart(self.now)
        self._setup = self.loop.create_task(hass.config_entries.async_setup(ENTRY))

    def _state_changed(self) -> None:
        """Note that a run ended whose setup failed; the next one begins without what it heard."""
        if self.entry.state is ConfigEntryState.SETUP_RETRY:
            self.expected.unlisted = []
            self._forget_deliveries(self.now)

    async def stop_home(self, *, killed: bool = False) -> None:
        """Stop Home Assistant; one that is killed writes nothing any more."""
        while not self._setup.done():
            self._release_all()
            await self.settle()
        self.disk.is_writable = not killed
        await self.hass.async_stop(force=True)
        await self._home.aclose()
        for timer in self.loop._scheduled:  # type: ignore[attr-defined]
            timer.cancel()
        vars(self.hass).clear()  # caches of others hold what has stopped, and all that it holds
        self.disk.is_writable = True

    async def restart(self, *, killed: bool) -> None:
        """Stop Home Assistant and start it again."""
        await self.stop_home(killed=killed)
        self.expected.restart(self.now, saved=not killed)
        self._forget_deliveries(self.now)
        await self.start_home()

    async def reload(self) -> None:
        """Reload the config entry."""
        self._forget_deliveries(self.now - REMEMBERED_MS)
        self.expected.restart(self.now)
        self._setup = self.loop.create_task(self.hass.config_entries.async_reload(ENTRY))

    def _forget_deliveries(self, until: int) -> None:
        """Note that events which were delivered until then need not be recognized any more."""
        forgotten = {event for event, time in self._delivered.items() if time <= until}
        self._delivered_before |= forgotten
        for event in forgotten:
            del self._delivered[event]

    def close(self) -> None:
        """Stop everything."""

        async def close() -> None:
            self._release_all()
            await self.stop_home()
            await self._session.close()
            await self.simulator.stop()
            self.simulator.faults.answer = self._answer  # type: ignore[method-assign]

        try:
            self.run(close())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
        finally:
            self._patches.close()
            self.loop.close()
            self.loop.set_exception_handler(None)

    # Time

    @property
    def now(self) -> int:
        """Return the present in epoch milliseconds.

        A function that Hypothesis calls would get the real time from the clock of the loop.
        """
        return START_MS + round(self.age * 1000)

    @property
    def age(self) -> float:
        """Return how many seconds have passed since the start."""
        return (self.freezer().replace(tzinfo=UTC) - START).total_seconds()

    async def settle(self) -> None:
        """Let everything come to rest that does not wait for the clock or for a held answer."""
        quiet = 0
        for _ in range(MAX_TURNS):
            await asyncio.sleep(0)
            under_way = self._requests - len(self.held)
            ready = self.loop._ready  # type: ignore[attr-defined]
            quiet = 0 if ready or self._jobs or under_way > 0 else quiet + 1
            if quiet == QUIET_TURNS:
                break
        else:
            raise RuntimeError("does not come to rest")
        self.expected.pass_time(self.now)
        if self.entry.state is ConfigEntryState.LOADED:
            self._intervals.append(self.entry.runtime_data.update_interval.total_seconds())

    async def walk(self, seconds: float) -> None:
        """Move the clock, from one thing that is due to the next."""
        end = self.now + round(seconds * 1000)
        while (now := self.now) < end:
            timers = self.loop._scheduled  # type: ignore[attr-defined]
            due = (timer.when() * 1000 for timer in timers if not timer.cancelled())
            following = min((math.ceil(when) for when in due if when > now), default=end)
            self.freezer.tick(timedelta(milliseconds=min(following, end) - now))
            await self.settle()

    @property
    def in_touch(self) -> bool | None:
        """Return whether the platform must be within reach; its interval is jittered."""
        intervals = self._intervals or [math.inf]
        return self.expected.in_touch(self.now, (min(intervals) / 1.11, max(intervals)))

    # The Open API

    @property
    def held(self) -> list[asyncio.Event]:
        """Return what releases the answers that are held back and still waited for."""
        return [released for released, request in self._held if not _is_gone(request)]

    def hold(self, path: str) -> None:
        """Hold back the answer to the next request whose path ends so."""
        self._holding = path

    def refuse(self, path: str) -> None:
        """Refuse the next request whose path ends so."""
        self._refusing = path

    def release(self, index: int) -> None:
        """Let one of the answers go that are held back."""
        released = self.held[index % len(self.held)]
        self._held = [held for held in self._held if held[0] is not released]
        released.set()

    def _release_all(self) -> None:
        self._holding = None
        for released, _ in self._held:
            released.set()

    async def _watched(
        self, request: web.Request, proper: Proper
    ) -> tuple[int, web.StreamResponse]:
        """Answer a request, now or later, and note what it tells Home Assistant."""
        asked = self.now
        if self._refusing and request.path.endswith(self._refusing):
            self._refusing = None
            return 500, web.json_response(
                {"status": "Failed", "errCode": "system_error", "errMsg": "Busy"}, status=500
            )
        if self.outage and request.path.endswith(("/search", "/history", "/properties")):
            return 503, web.Response(status=503)
        status, response = await self._answer(request, proper)
        if self._holding and request.path.endswith(self._holding):
            self._holding = None
            self._held.append((released := asyncio.Event(), request))
            await released.wait()
        if status == 200 and not _is_gone(request) and isinstance(response, web.Response):
            self._told(request, response, asked)
        return status, response

    def _told(self, request: web.Request, response: web.Response, asked: int) -> None:
        parts = request.path.split("/")
        data = json.loads(str(response.text)).get("data")
        if parts[-1] == "search":
            self._intervals = self._intervals[-1:]
            self.expected.listed(data["content"], asked, self.now)
        elif parts[-1] == "thing-specification":
            device = self._by_id(parts[-2])
            version = FIRMWARE.index(device.firmware)
            self.expected.specified(parts[-2], device.model.name, version)
        elif parts[-1] == "history":
            records = [(record["ts"], flat(record["properties"])) for record in data["list"]]
            self.expected.read(self._by_id(parts[-3]).sn, records, self.now)

    def _by_id(self, device_id: str) -> Device:
        return self._addresses[device_id]

    def put(self, device: Device) -> None:
        """Put a device on the platform, at the address that it has."""
        self._addresses[str(device.device_id)] = device
        self.simulator.platform._take(device)

    @property
    def reported(self) -> dict[str, int]:
        """Return when each device on the platform reported last."""
        return {device.sn: device.last_update or 0 for device in self.simulator.platform.devices}

    def check_refreshed(self, reported: Mapping[str, int], call: asyncio.Task[None]) -> None:
        """Note an error if a refresh claims success without what was reported before it."""
        if not call.cancelled() and call.exception() is None:
            known = self.expected.devices
            self.errors += [
                f"{sn} is not refreshed"
                for sn, last in reported.items()
                if self.simulator.platform.has(sn)
                and (sn not in known or known[sn].newest + LISTED_WITHIN_MS < last)
            ]

    def check_up_to_date(self) -> None:
        """Raise ``AssertionError`` if the platform knows what has not reached Home Assistant."""
        known, devices = self.expected.devices, self.simulator.platform.devices
        assert known.keys() == {device.sn for device in devices}
        for device in devices:
            assert known[device.sn].newest + LISTED_WITHIN_MS >= (device.last_update or 0)
            assert known[device.sn].name == device.name
            assert known[device.sn].version == FIRMWARE.index(device.firmware)

    # Pushes

    def take_events(self) -> list[Event]:
        """Return what the platform would push now."""
        events = list(self._outbox)
        self._outbox.clear()
        return events

    async def push(self, events: list[Event]) -> None:
        """Deliver events to Home Assistant in one request."""
        secret = self.simulator.webhook_secret
        sent = self.now / 1000
        self._deliveries += 1
        self.expected.contact = self.now
        self._intervals = self._intervals[-1:]
        if self.entry.state in LISTENING:
            for event in events:
                if event["eventId"] not in self._delivered:
                    again = event["eventId"] in self._delivered_before
                    self.expected.pushed(facts(event), self.now, again=again)
            self._delivered |= {event["eventId"]: self.now for event in events}
        async with self._session.post(
            self._url, json=events, headers=signed(secret, sent=sent, nonce=str(self._deliveries))
        ) as response:
            assert response.status == 200

    def update_firmware(self, device: Device) -> None:
        """Give a device the other firmware."""
        version = 1 - FIRMWARE.index(device.firmware)
        device.model, device.firmware = MODELS[device.model.name][version], FIRMWARE[version]


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()
