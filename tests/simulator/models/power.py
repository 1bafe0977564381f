"""Sockets and wall switches."""

from random import Random
from typing import Final

from ..specification import (
    RW,
    Event,
    Item,
    Service,
    Specification,
    W,
    choice,
    flag,
    integer,
    number,
    struct,
    text,
)
from ..values import Values
from .common import (
    QUERY,
    REBOOT,
    ZERO_ONE,
    daylight_saving,
    identity,
    reporting_interval,
    time_zone,
)
from .life import add, among, wander
from .model import Model


def _overcurrent(item_id: str, most: int) -> Item:
    return struct(
        item_id, flag("enable"), integer("current", "A", limits=(1, most), initial=most), access=W
    )


def _socket_load(values: Values, _changed: Values, random: Random) -> Values:
    """Power and current of what is plugged in; a socket that is off draws nothing."""
    if values["set_socket.status"] == "0":
        return {"active_power": 0.0, "current": 0}
    power = values["active_power"] or round(random.uniform(12, 900), 1)
    volts, factor = values["voltage"], max(values["power_factor"], 1) / 100
    return {"active_power": power, "current": round(1000 * power / (volts * factor))}


WS523: Final = Model(
    name="WS523",
    code="E09",
    hardware="V1.2",
    firmware=("1.5", "1.4"),
    specification=Specification(
        properties=(
            *identity(lorawan_class="2"),
            number("voltage", "V", limits=(0, 300), initial=230.4),
            number("active_power", "W", limits=(0, 4000), initial=46.5),
            integer("power_factor", "%", limits=(0, 100), initial=93),
            integer("current", "mA", limits=(0, 16000), initial=217),
            integer("power_consumption", "Wh", data_type="LONG", initial=18420),
            struct(
                "set_socket",
                choice("status", ("off", "on"), name="Socket Status", initial="1"),
                access=RW,
            ),
            reporting_interval(1200),
            flag("power_consumption_enable", access=RW, initial=True),
            flag("led_indicator_mode", name="LED Indicator", access=RW, initial=True),
            struct("button_lock_config", flag("enable"), access=RW),
            _overcurrent("overcurrent_alarm", 10),
            _overcurrent("overcurrent_protect", 10),
            choice("power_on_state", ("off", "on", "last status"), access=W, initial="2"),
            time_zone(),
        ),
        events=(
            Event(
                "overcurrent_event",
                (integer("current", "mA"), choice("status", ("release", "alarm"))),
            ),
            Event("outage_event", (choice("status", ("normal", "power outage")),)),
        ),
        services=(
            REBOOT,
            QUERY,
            Service("power_consumption_clear"),
            Service(
                "set_delay_work",
                (integer("delay_time", "s", limits=(0, 65535)), choice("status1", ("off", "on"))),
                prefixed=False,
            ),
            Service("del_delay_work"),
            Service("socket_toggle", (text("status_1"),), prefixed=False),
        ),
    ),
    reports=(
        ("voltage", "active_power", "power_factor", "current", "power_consumption"),
        ("set_socket",),
    ),
    life={
        "voltage": wander(226, 236, 0.8),
        "active_power": wander(5, 1400, 30),
        "power_factor": wander(80, 99, 2, 0),
        "power_consumption": add("active_power", 1 / 3),
    },
    follow=_socket_load,
    effects={
        "power_consumption_clear": lambda _values, _inputs: {"power_consumption": 0},
        "set_delay_work": lambda _, inputs: {"set_socket.status": str(inputs.get("status1", "0"))},
        "socket_toggle": lambda values, _: {
            "set_socket.status": "0" if values["set_socket.status"] == "1" else "1"
        },
    },
)

_GANGS: Final = range(1, 4)


def _switch_load(values: Values, _changed: Values, _random: Random) -> Values:
    """Forty watts for each lamp that is on."""
    lamps = sum(values[f"set_socket.ctrl_status{gang}"] for gang in _GANGS)
    return {
        "electric_power": 40 * lamps,
        "current_rating": round(40 * lamps / values["voltage"], 2),
    }


WS503: Final = Model(
    name="WS503-EU",
    code="D90",
    hardware="V4.0",
    firmware=("4.2",),
    specification=Specification(
        version="v4.0",
        properties=(
            *identity(lorawan_class="2"),
            integer("voltage", "V", limits=(0, 300), initial=231),
            integer("electric_power", "W", initial=0),
            integer("power_factor", "%", limits=(0, 100), initial=96),
            number("power_consumption", "kWh", digits=2, initial=12.4),
            number("current_rating", "A", digits=2, initial=0),
            struct(
                "set_socket",
                *(
                    choice(f"ctrl_status{gang}", ("Off", "On"), name=f"Button{gang}", initial=0)
                    for gang in _GANGS
                ),
                access=RW,
            ),
            reporting_interval(1200),
            flag("power_consumption_enable", keys=ZERO_ONE, access=RW, initial=True),
            choice(
                "led_indicator_mode",
                {"0": "Disable", "1": "Enable (Relay closed indicator off)"},
                name="LED Indicator",
                access=RW,
                initial=1,
            ),
            flag(
                "button_reset_config",
                "Disable",
                "Enable",
                keys=ZERO_ONE,
                name="Reset Lock Enable",
                access=W,
            ),
            struct(
                "button_lock_config", flag("enable", "Disable", "Enable", keys=ZERO_ONE), access=W
            ),
            choice(
                "power_switch_mode",
                {"2": "Return to Previous Working State", "0": "Turn to Off", "1": "Turn to On"},
                name="When Power is Restored",
                access=W,
            ),
            struct(
                "d2d_settings",
                choice("d2d_controller_enable", ("Disable", "Enable")),
                choice("d2d_agent_enable", ("Disable", "Enable")),
                access=W,
                hidden=True,
            ),
            time_zone(),
            daylight_saving(),
        ),
        services=(REBOOT, QUERY, Service("power_consumption_clear")),
    ),
    reports=(
        ("voltage", "electric_power", "power_factor", "power_consumption", "current_rating"),
        ("set_socket",),
    ),
    life={
        "voltage": wander(226, 236, 2, 0),
        "power_consumption": add("electric_power", 0.0003, 2),
        **{f"set_socket.ctrl_status{gang}": among(0, 1, chance=0.1) for gang in _GANGS},
    },
    follow=_switch_load,
    effects={"power_consumption_clear": lambda _values, _inputs: {"power_consumption": 0.0}},
)
