"""The command line of scripts/bench: runs the measurements and prints them as a table of ratios."""

import argparse
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
import json
from math import ceil
import subprocess
import sys
import time
from typing import Any, override

from homeassistant.const import __version__
from homeassistant.runner import create_event_loop

from tests.demo.process import ROOT

from . import mqtt, pushes, soak, start

MEASUREMENTS: dict[str, Callable[..., Awaitable[Any]]] = {
    "throughput": pushes.throughput,
    "cost": pushes.cost,
    "setup": start.setup,
    "poll": start.poll,
    "memory": start.memory,
    "requests": start.requests,
    "mqtt": mqtt.throughput,
    "soak": soak.soak,
}
SOAK = 500_000


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, against what, and whether the aim is met, if any."""

    what: str
    measured: str
    ratio: str
    aim: str
    met: bool | None = None

    @override
    def __str__(self) -> str:
        """Return the line."""
        mark = "" if self.met is None else "met" if self.met else "MISSED"
        return f"{self.what:<44} {self.measured:<42} {self.ratio:>7}  {self.aim:<8} {mark}"


def measure(name: str, *arguments: object) -> Any:
    """Return what a measurement finds in a process of its own."""
    command = [sys.executable, "-m", "tests.bench", "--measure", name, *map(str, arguments)]
    print(f"  {name} {' '.join(map(str, arguments))} ...", file=sys.stderr, flush=True)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def at_least(what: str, measured: str, ratio: float, aim: float) -> Row:
    """Return a row whose ratio should be high."""
    return Row(what, measured, f"{ratio:.2f}", f">= {aim}", round(ratio, 2) >= aim)


def at_most(what: str, measured: str, ratio: float, aim: float) -> Row:
    """Return a row whose ratio should be low."""
    return Row(what, measured, f"{ratio:.2f}", f"<= {aim}", round(ratio, 2) <= aim)


def push_rows() -> Iterator[Row]:
    """Measure pushes, and the peer with the same readings."""
    found = measure("throughput")
    for array, rates in found.items():
        what = "signed pushes over HTTP" + (f", arrays of {array}" if array != "1" else "")
        measured = f"{rates['ours']:.0f} / {rates['floor']:.0f} events a second"
        yield at_least(what, measured, rates["ratio"], 0.85)
    large, small = measure("cost", 2000), measure("cost", 100)
    measured = f"{large * 1e6:.0f} / {small * 1e6:.0f} microseconds of CPU"
    yield at_most("a push at 2,000 devices, to one at 100", measured, large / small, 1.1)
    peer = measure("mqtt")
    if "events" in peer:
        for array, rates in found.items():
            ratio = rates["ours"] / peer["events"]
            measured = f"{rates['ours']:.0f} / {peer['events']:.0f} events a second"
            yield Row(f"pushes in arrays of {array}, to MQTT", measured, f"{ratio:.2f}", "a peer")
    else:
        print("The peer is left out: the program mosquitto is missing.", file=sys.stderr)


def start_rows() -> Iterator[Row]:
    """Measure what starts and polls cost."""
    ours, floor = measure("setup", "ours"), measure("setup", "floor")
    measured = f"{ours['wall']:.1f} / {floor['wall']:.1f} s"
    yield at_most("first set-up of 900 devices", measured, ours["wall"] / floor["wall"], 1.3)
    found = measure("poll")
    measured = f"{found['ours'] * 1000:.1f} / {found['floor'] * 1000:.1f} ms of CPU"
    yield at_most("a poll that finds nothing new", measured, found["ours"] / found["floor"], 1.5)
    ours, floor = measure("memory", "ours"), measure("memory", "floor")
    yield at_most("memory per entity", f"{ours:.0f} / {floor:.0f} bytes", ours / floor, 1.3)
    found = measure("requests")
    pages, models = ceil(found["devices"] / 100), found["models"]
    first, restart = found["first"], found["restart"]
    asked = first["search"] + first["specification"] + first["other"]
    measured = f"{asked} / {pages + models}, and {first['history']} reads of history"
    what = f"requests at first start, {found['devices']} devices"
    yield at_most(what, measured, asked / (pages + models), 1)
    asked = sum(restart.values())
    yield at_most("requests at restart", f"{asked} / {pages}", asked / pages, 1)


def soak_rows(number: int) -> Iterator[Row]:
    """Send very many pushes, some of them bad."""
    found = measure("soak", number)
    warm, end = found["megabytes"]
    measured = f"{number} pushes in {found['seconds']:.0f} s, {found['wrong']} wrong values"
    yield at_most("soak: wrong values and states", measured, found["wrong"], 0)
    yield at_most("soak: memory at the end", f"{end:.0f} / {warm:.0f} MB", end / warm, 1.05)


def main() -> int:
    """Measure everything and print the table; the exit status is 1 if an aim is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--soak", type=int, default=SOAK, metavar="N", help="pushes of the soak (%(default)s)"
    )
    parser.add_argument("--measure", nargs="+", metavar="NAME", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        name, *arguments = options.measure
        given = (int(argument) if argument.isdecimal() else argument for argument in arguments)
        loop = create_event_loop()
        print(json.dumps(loop.run_until_complete(MEASUREMENTS[name](*given))))
        return 0
    started = time.monotonic()
    rows = []
    print(f"Home Assistant {__version__}; ours / floor\n", flush=True)
    for measured in (push_rows(), start_rows(), soak_rows(options.soak)):
        for row in measured:
            rows.append(row)
            print(row, flush=True)
    print(f"\n{time.monotonic() - started:.0f} s")
    return 1 if any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
