"""The table of the measurements: what each line compares, how that is shown, and the aim."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

from homeassistant.runner import create_event_loop

from . import dashboard, database, mqtt, pushes, soak, start
from .scale import Scale

MEASUREMENTS: dict[str, Callable[..., Awaitable[Any]]] = {
    "throughput": pushes.throughput,
    "cost": pushes.cost,
    "setup": start.setup,
    "poll": start.poll,
    "memory": start.memory,
    "requests": start.requests,
    "restart": start.restart,
    "database": database.day,
    "mqtt": mqtt.throughput,
    "dashboard": dashboard.generate,
    "soak": soak.soak,
}


def measure(scale: Scale, name: str, *arguments: str) -> Any:
    """Return the result of a measurement in this process."""
    with asyncio.Runner(loop_factory=create_event_loop) as runner:
        return runner.run(MEASUREMENTS[name](scale, *arguments))


class Row(NamedTuple):
    """The cells of a line, and whether its aim is met."""

    what: str
    measured: str
    ratio: str
    aim: str
    is_met: bool


@dataclass(frozen=True)
class Line:
    """A line of the table: a text about the scale, figures as they are shown, and the aim.

    The first figure divided by the second is the ratio. A figure is a number, or where it is in the
    results: a measurement with its argument, then keys, with dots between them.
    """

    what: str
    measured: str
    figures: Sequence[float | str]
    at_least: float = 0
    at_most: float = inf
    factor: float = 1  # of the figures, for a smaller unit
    exact: bool = False  # a count, which does not depend on the machine

    def row(self, scale: Scale, figures: Sequence[float]) -> Row:
        """Return the line with the values of its figures."""
        ratio = figures[0] / figures[1]
        aim = f"at least {self.at_least}" if self.at_least else f"at most {self.at_most}"
        return Row(
            self.what.format_map(vars(scale)),
            self.measured.format(*(figure * self.factor for figure in figures)),
            f"{ratio:.2f}",
            aim,
            self.at_least <= round(ratio, 2) <= self.at_most,
        )


RATES = "{:.0f} / {:.0f} events a second"
SECONDS = "{:.1f} / {:.1f} s"

# fmt: off
LINES = (
    Line("signed pushes over HTTP", RATES,
         ("throughput.1.ours", "throughput.1.floor"), at_least=0.9),
    Line("signed pushes over HTTP, arrays of 16", RATES,
         ("throughput.16.ours", "throughput.16.floor"), at_least=0.9),
    Line("a push at {large_fleet:,} devices, to one at {small_fleet}",
         "{:.0f} / {:.0f} microseconds of CPU",
         ("cost large", "cost small"), at_most=1.05, factor=1e6),
    Line("pushes in arrays of 1, to MQTT", RATES,
         ("throughput.1.ours", "mqtt"), at_least=2.5),
    Line("pushes in arrays of 16, to MQTT", RATES,
         ("throughput.16.ours", "mqtt"), at_least=2.5),
    Line("first set-up of {devices} devices", SECONDS,
         ("setup ours.wall", "setup floor.wall"), at_most=1.15),
    Line("restart with {devices} devices", SECONDS,
         ("restart.ours", "restart.floor"), at_most=1.15),
    Line("a poll that finds nothing new", "{:.1f} / {:.1f} ms of CPU",
         ("poll.ours", "poll.floor"), at_most=1.3, factor=1000),
    Line("memory per entity", "{:.0f} / {:.0f} bytes",
         ("memory ours", "memory floor"), at_most=1.06),
    Line("requests at first start, {mixed_fleet} devices",
         "{} / {}, and {} reads of history",
         ("requests.first", "requests.first needed", "requests.history"), at_most=1, exact=True),
    Line("requests at restart", "{} / {}",
         ("requests.restart", "requests.restart needed"), at_most=1, exact=True),
    Line("database rows per device and day", "{:.0f} / {} changed values, {:.0f} kB",
         ("database.rows", "database.changed", "database.kilobytes"), at_most=1, exact=True),
    Line("dashboard of {large_fleet:,} devices, all views", "first {0:.0f}, then {2:.0f} / {1} ms",
         ("dashboard.first", 150, "dashboard.usual"), at_most=1),
    Line("soak: wrong values and states", "{2:,} pushes in {3:.0f} s, {0} wrong",
         ("soak.wrong", 1, "soak.pushes", "soak.seconds"), at_most=0, exact=True),
    Line("soak: memory at the end", "{:.0f} / {:.0f} MB",
         ("soak.end", "soak.warm"), at_most=1.05),
)
# fmt: on
