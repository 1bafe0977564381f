"""Operations on an Application and its devices, one rule each.

Every rule is possible in every state and draws its arguments without regard to it: what a sequence
does follows from its draws alone, so that a failure can be repeated and shortened. An index means
one of what there is; what is not possible at present does nothing.
"""

from asyncio import Task
from collections.abc import Callable, Mapping
from functools import partial, wraps
import sys
from typing import Any, ClassVar, Final, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.color import brightness_to_value
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule as hypothesis_rule,
)

from tests.common import (
    call_action,
    call_action_without_response,
    call_entity_action,
    device_id,
)
from tests.simulator import Device

from .devices import BRIGHTNESS, FIRMWARE, INDICATOR, INTERVAL, MODELS, PRESSES
from .expected import Command, Known
from .recording import Event
from .shown import check
from .world import DAILY_LIMIT, World

STEP: Final = 0.1
DAY: Final = 86_400
DURATIONS: Final = (0.3, 1, 5, 31, 61, 600, 7200, DAY, 3 * DAY)
PAUSES: Final = (0.3, 5, 31, 59)
MINUTE: Final = 60
MAX_HELD: Final = 2

READINGS: Final[dict[str, dict[str, tuple[Any, ...]]]] = {
    "SOCKET": {
        "socket_status": ("0", "1"),
        "active_power": (0, 40.5, 900),
        "reporting_interval": (60, 30, 7200),
        "voltage": (230.5,),
        "current": (200, 0),
    },
    "THERMOSTAT": {
        "temperature": (19.5, 22),
        "temperature_control_mode": ("0", "1", "2"),
        "target_temperature": (20, 8.5, 30),
    },
    "LIGHT": {"light_status": ("0", "1"), "brightness": (0, 1, 50, 100, 200)},
    "BUTTON": {"battery": (90, 10)},
    "ARRAY": {"channel": ([20.5], [20.5, 21], [3, 4, 5])},
}

type Step = Callable[..., None]
type Report = tuple[str, dict[str, Any]]
# Platform and key of the entity, action, its data, and the raw values that are sent by it.
type Use = tuple[Platform, str, str, dict[str, Any], dict[str, Any]]


def _uses(version: int) -> dict[str, tuple[Use, ...]]:
    """Return what users can do with the devices of a version."""
    low = INTERVAL[version][0]
    level = round(brightness_to_value((1, BRIGHTNESS[version]), 128))
    switch, number = (Platform.SWITCH, "socket_status"), (Platform.NUMBER, "reporting_interval")
    select, light = (Platform.SELECT, "led_indicator"), (Platform.LIGHT, "light_brightness")
    climate, mode = (
        (Platform.CLIMATE, "climate_target_temperature"),
        "temperature_control_mode",
    )
    return {
        "SOCKET": (
            (*switch, "turn_on", {}, {"socket_status": "1"}),
            (*switch, "turn_off", {}, {"socket_status": "0"}),
            (*number, "set_value", {"value": low}, {"reporting_interval": low}),
            (*number, "set_value", {"value": 1200}, {"reporting_interval": 1200}),
            *(
                (*select, "select_option", {"option": option}, {"led_indicator": str(key)})
                for key, option in enumerate(INDICATOR[version])
            ),
        ),
        "THERMOSTAT": (
            (*climate, "set_temperature", {"temperature": 21}, {"target_temperature": 21.0}),
            (*climate, "set_temperature", {"temperature": 15.5}, {"target_temperature": 15.5}),
            (*climate, "set_hvac_mode", {"hvac_mode": "heat"}, {mode: "1"}),
            (*climate, "set_hvac_mode", {"hvac_mode": "off"}, {mode: "0"}),
        ),
        "LIGHT": (
            (*light, "turn_on", {}, {"light_status": "1"}),
            (*light, "turn_on", {"brightness": 128}, {"light_status": "1", "brightness": level}),
            (*light, "turn_off", {}, {"light_status": "0"}),
        ),
    }


USES: Final = tuple(map(_uses, range(len(FIRMWARE))))

users = st.sampled_from(sorted(USES[0]))
models = st.sampled_from(sorted(MODELS))
deliveries = st.sampled_from(("now", "late", "never"))
indices = st.integers(0, 5)
outcomes = st.sampled_from(("accepted", "refused", "unanswered"))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Draw a model and some of its properties."""
    model = draw(models)
    paths = draw(st.lists(st.sampled_from(sorted(READINGS[model])), min_size=1, unique=True))
    return model, {path: draw(st.sampled_from(READINGS[model][path])) for path in paths}


def rule(**arguments: st.SearchStrategy[Any]) -> Callable[[Step], Step]:
    """Return a decorator for a rule whose uses are noted in ``steps``."""

    def decorate(function: Step) -> Step:
        @wraps(function)
        def noted(life: Life, **drawn: Any) -> None:
            life.note(function.__name__, drawn)
            function(life, **drawn)

        return hypothesis_rule(**arguments)(noted)  # type: ignore[call-overload,no-any-return]

    return decorate


def _check_answer(call: Task[None], *, is_refused: bool, is_current: bool) -> None:
    """Check the answer to a command; an entity that is not current may be refused, or not."""
    if is_refused:
        assert isinstance(call.exception(), HomeAssistantError)
    elif is_current:
        call.result()


class Life(RuleBasedStateMachine):
    """Five devices, and everything that can happen to them."""

    freezer: FrozenDateTimeFactory
    checks: ClassVar = 0

    def __init__(self) -> None:
        """Start the platform and Home Assistant."""
        super().__init__()
        self.world = World(self.freezer)
        self.mail: list[Event] = []
        self.delivered: list[Event] = []
        self.calls: list[Task[None]] = []
        self.uses: list[tuple[Known, Task[None]]] = []
        self.names = 0
        self.steps: list[str] = []

    def note(self, name: str, drawn: Mapping[str, Any]) -> None:
        """Note a step and when it began, in seconds."""
        arguments = ", ".join(f"{key}={value!r}" for key, value in drawn.items())
        self.steps.append(f"{self.world.age:.1f}: {name}({arguments})")

    @initialize(reported=st.booleans())
    def begin(self, reported: bool) -> None:
        """Begin with devices that have reported everything, or nothing."""
        self.note("begin", {"reported": reported})
        for model, readings in READINGS.items() if reported else ():
            self._report(model, {path: values[0] for path, values in readings.items()}, "now")

    @override
    def teardown(self) -> None:
        """Stop everything; a failure gets the steps that led to it, it may not occur again."""
        if (error := sys.exception()) is not None:
            error.add_note("\n".join(self.steps))
        for call in self.calls:
            call.cancel()
        self.world.close()

    @invariant()
    def shown(self) -> None:
        """Compare what is shown with what must be."""
        Life.checks += 1
        check(self.world)

    @property
    def _loaded(self) -> bool:
        return self.world.entry.state is ConfigEntryState.LOADED

    @property
    def _has_place(self) -> bool:
        """Return whether there is a place for another request that is not answered at once."""
        return len(self.world.held) < MAX_HELD

    def _present(self, model: str) -> Device | None:
        """Return a device if it is on the platform."""
        device = self.world.devices[model]
        return device if self.world.simulator.platform.has(device.sn) else None

    # What devices do

    def _happen(self, happen: Callable[[], object], delivery: str) -> None:
        """Let something happen on the platform a moment later; its pushes go their way."""

        async def go() -> None:
            await self.world.walk(STEP)
            happen()
            events = self.world.take_events()
            if delivery == "now":
                await self._push(events)
            elif delivery == "late":
                self.mail += events

        self.world.run(go())

    async def _push(self, events: list[Event]) -> None:
        if events:
            await self.world.push(events)
            self.delivered += events

    @rule(report=reports(), delivery=deliveries)
    def report(self, report: Report, delivery: str) -> None:
        """A device reports some of its properties."""
        self._report(*report, delivery)

    def _report(self, model: str, values: Mapping[str, Any], delivery: str) -> None:
        if (device := self._present(model)) is None:
            return
        leaves = device.model.specification.leaves
        own = {path: value for path, value in values.items() if path in leaves}
        if "channel" in own:
            own["channel"] = [{"temperature": value} for value in own["channel"]]
        if own:
            platform = self.world.simulator.platform
            self._happen(partial(platform.report, device, own), delivery)

    @rule(index=indices, delivery=deliveries)
    def press(self, index: int, delivery: str) -> None:
        """A user presses the button."""
        if (device := self._present("BUTTON")) is not None:
            keys = tuple(PRESSES[FIRMWARE.index(device.firmware)])
            values = {"button_event": {"status": keys[index % len(keys)]}}
            platform = self.world.simulator.platform
            self._happen(partial(platform.report, device, values), delivery)

    @rule(index=st.integers(0, 1), delivery=deliveries)
    def event(self, index: int, delivery: str) -> None:
        """A device sends an event of its specification."""
        if (device := self._present("BUTTON")) is not None:
            outputs = {"status": str(index)}
            platform = self.world.simulator.platform
            self._happen(partial(platform.event, device, "outage_event", outputs), delivery)

    @rule(model=models, online=st.booleans(), delivery=deliveries)
    def connect(self, model: str, online: bool, delivery: str) -> None:
        """A device comes online, or is missed."""
        if (device := self._present(model)) is not None:
            platform = self.world.simulator.platform
            self._happen(partial(platform.online if online else platform.offline, device), delivery)

    @rule(index=indices, delivery=deliveries)
    def carry_out(self, index: int, delivery: str) -> None:
        """A device carries out a command, and reports that."""
        if downlinks := self.world.downlinks:
            self._happen(downlinks.pop(index % len(downlinks)), delivery)

    # How pushes arrive

    @rule(index=indices, number=st.integers(1, 3))
    def arrive(self, index: int, number: int) -> None:
        """Delayed pushes arrive in one delivery, not always the oldest first."""
        mail = self.mail
        events = [mail.pop(index % len(mail)) for _ in range(min(number, len(mail)))]
        self.world.run(self._push(events))

    @rule(index=indices)
    def arrive_again(self, index: int) -> None:
        """A push is repeated."""
        if self.delivered:
            event = self.delivered[-1 - index % len(self.delivered)]
            self.world.run(self.world.push([event]))

    # What users do

    @rule(model=users, index=indices, outcome=outcomes)
    def command(self, model: str, index: int, outcome: str) -> None:
        """A user uses an entity; there may be no answer yet."""
        self._use(model, index, outcome)

    @rule(model=users, index=indices, pause=st.sampled_from(PAUSES), outcome=outcomes)
    def command_twice(self, model: str, index: int, pause: float, outcome: str) -> None:
        """A user does the same twice, and the minute of the first command passes."""
        self._use(model, index, "accepted")
        self.world.run(self.world.walk(pause))
        self._use(model, index, outcome)
        self.world.run(self.world.walk(MINUTE - pause))

    def _use(self, model: str, index: int, outcome: str) -> None:
        """Use an entity if it is available."""
        if not self._has_place:
            return
        world, device = self.world, self.world.devices[model]
        world.run(world.walk(STEP))
        known = world.expected.devices.get(device.sn)
        if known is None or known.version is None or not known.online or not world.in_touch:
            return
        uses = USES[known.version][model]
        platform, key, action, data, values = uses[index % len(uses)]
        is_reachable = self._present(model) and known.device_id == str(device.device_id)
        # After an update that is not known yet, the platform may refuse the value.
        is_current = device.firmware == FIRMWARE[known.version]
        command = Command(dict(values), world.now)

        def done(call: Task[None]) -> None:
            if call.cancelled() or call.exception() is not None:
                known.reject(command)
            else:
                known.accept(command, world.now)

        async def go() -> Task[None]:
            known.send(command)
            using = call_entity_action(world.hass, platform, f"{device.sn}_{key}", action, **data)
            call = world.loop.create_task(using)
            call.add_done_callback(done)
            return call

        self.uses = [(using, call) for using, call in self.uses if not call.done()]
        if any(using is known for using, _ in self.uses):
            outcome = "accepted"  # it is sent after the answer to the earlier command
        if outcome == "refused":
            world.refuse("/properties")
        elif outcome == "unanswered":
            world.hold("/properties")
        call = world.run(go())
        self.uses.append((known, call))
        if call.done():
            is_refused = outcome == "refused" or world.outage or not is_reachable
            _check_answer(call, is_refused=is_refused, is_current=is_current)
        else:
            self.calls.append(call)

    @rule()
    def cancel(self) -> None:
        """Cancel the commands that wait for an answer, as the restart of a script does."""

        async def go() -> None:
            for call in self.calls:
                call.cancel()

        self.world.run(go())

    @rule(number=st.integers(1, 3), refused=st.booleans())
    def refresh(self, number: int, refused: bool) -> None:
        """Users refresh, several at once; the first request may be refused."""
        if not (self._loaded and self._has_place):
            return
        world = self.world

        async def go() -> list[Task[None]]:
            await world.walk(STEP)
            reported = world.reported
            calls = [
                world.loop.create_task(call_action_without_response(world.hass, "refresh"))
                for _ in range(number)
            ]
            for call in calls:
                call.add_done_callback(partial(world.check_refreshed, reported))
            return calls

        if refused:
            world.refuse("/search")
        calls = world.run(go())
        self.calls += [call for call in calls if not call.done()]
        if not refused and not world.outage and not world.held:
            for call in calls:
                call.result()

    @rule()
    def use_up(self) -> None:
        """A script uses up the requests of the day."""
        world = self.world
        if world.outage or not (self._loaded and self._has_place):
            return

        async def go() -> None:
            for device in world.devices.values():
                if device.sn in world.expected.devices and self._present(device.model.name):
                    target = device_id(world.hass, world.entry, device)
                    for _ in range(DAILY_LIMIT):
                        await call_action(world.hass, "get_device", device_id=target)
                    return

        world.run(go())

    # What happens to the platform

    @rule(path=st.sampled_from(("/search", "/history")))
    def hold(self, path: str) -> None:
        """The platform will be slow to answer."""
        if self._has_place:
            self.world.hold(path)

    @rule(index=indices)
    def release(self, index: int) -> None:
        """A slow answer comes."""

        async def go() -> None:
            if self.world.held:
                self.world.release(index)

        self.world.run(go())

    @rule()
    def break_or_heal(self) -> None:
        """The Open API fails, or works again."""
        self.world.outage = not self.world.outage

    @rule(model=models)
    def rename(self, model: str) -> None:
        """A device gets another name."""
        self.names += 1
        self.world.devices[model].name = f"Name {self.names}"

    @rule(model=models)
    def update_firmware(self, model: str) -> None:
        """A device gets the other firmware, and with that another specification."""
        self.world.update_firmware(self.world.devices[model])

    @rule(model=models, moved=st.booleans())
    def remove_or_return(self, model: str, moved: bool) -> None:
        """A device is removed, or comes back, at another address or the same."""
        device = self.world.devices[model]
        if self._present(model):
            self.world.simulator.platform.remove(device)
        else:
            device.device_id += moved
            self.world.put(device)

    # Time and interruptions

    @rule(seconds=st.sampled_from(DURATIONS))
    def wait(self, seconds: float) -> None:
        """Time passes; after days nothing is unknown that the platform knows."""
        undisturbed = not self.world.outage and not self.world.held
        self.world.run(self.world.walk(seconds))
        if seconds > 2 * DAY and undisturbed:
            self.world.check_up_to_date()

    @rule()
    def reload(self) -> None:
        """The config entry is reloaded."""
        if self._loaded:
            self.world.run(self.world.reload())

    @rule(killed=st.booleans())
    def restart(self, killed: bool) -> None:
        """Home Assistant is restarted, or killed and started."""
        for call in self.calls:
            call.cancel()
        self.world.run(self.world.restart(killed=killed))
