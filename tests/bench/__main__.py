"""The command line of scripts/bench: runs the measurements and prints them as a table of ratios."""

import argparse
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
import json
from math import ceil
from multiprocessing import get_context
import os
from pathlib import Path
import subprocess
import sys
import time
from typing import Any, override

from homeassistant.const import __version__
from homeassistant.runner import create_event_loop

from tests.demo.process import ROOT

from . import dashboard, database, mqtt, pushes, soak, start
from .scale import FULL, TINY, Scale

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


DASHBOARD_MS = 150
BEGIN, END = "<!-- numbers:", "<!-- end of the numbers -->"
TITLE = """| line | ours / floor | ratio | aim |
|---|---|---|---|
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table: what was measured, compared with what, and the aim, if there is one."""

    what: str
    measured: str
    ratio: float
    at_least: float | None = None
    at_most: float | None = None
    exact: bool = False  # a count, which does not depend on the machine

    @property
    def is_missed(self) -> bool:
        """Whether the ratio misses its aim."""
        ratio = round(self.ratio, 2)
        too_low = self.at_least is not None and ratio < self.at_least
        return too_low or (self.at_most is not None and ratio > self.at_most)

    @property
    def aim(self) -> str:
        """The aim in words."""
        aims = (("at least", self.at_least), ("at most", self.at_most))
        return next((f"{words} {value}" for words, value in aims if value is not None), "none")

    @override
    def __str__(self) -> str:
        """Return the line."""
        return f"{self.what:<44} {self.measured:<42} {self.ratio:>7.2f}  {self.aim:<13}"

    @property
    def markdown(self) -> str:
        """The line of a table in the documentation."""
        return f"| {self.what} | {self.measured} | {self.ratio:.2f} | {self.aim} |\n"


def measure(scale: Scale, name: str, *arguments: str) -> Any:
    """Return the result of a measurement in this process."""
    given = (int(argument) if argument.isdecimal() else argument for argument in arguments)
    return create_event_loop().run_until_complete(MEASUREMENTS[name](scale, *given))


def measure_in_copy(*arguments: str) -> Any:
    """Return the result of a tiny measurement in a copy of this process, which starts at once."""
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    copy = context.Process(target=lambda: sender.send(measure(TINY, *arguments)))
    copy.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        raise RuntimeError(f"{arguments[0]} failed") from None
    finally:
        copy.join()


class Bench:
    """All measurements, each in a process of its own."""

    def __init__(self, *, tiny: bool, soak: int | None) -> None:
        """Measure at full scale or at a tiny one, with a soak of another length if given."""
        self._tiny = tiny
        self._sizes = TINY if tiny else FULL
        self._soak = soak or self._sizes.soak

    def _measure(self, name: str, *arguments: object) -> Any:
        words = (name, *map(str, arguments))
        print(f"  {' '.join(words)} ...", file=sys.stderr, flush=True)
        if self._tiny:
            return measure_in_copy(*words)
        command = [sys.executable, "-m", "tests.bench", "--measure", *words]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603
        return json.loads(done.stdout.splitlines()[-1])

    def rows(self) -> Iterator[Row]:
        """Measure everything."""
        yield from self._push_rows()
        yield from self._start_rows()
        yield from self._dashboard_rows()
        yield from self._soak_rows()

    def _push_rows(self) -> Iterator[Row]:
        """Measure pushes, and the peer with the same readings."""
        found = self._measure("throughput")
        for array, rates in found.items():
            yield Row(
                what="signed pushes over HTTP" + (f", arrays of {array}" if array != "1" else ""),
                measured=f"{rates['ours']:.0f} / {rates['floor']:.0f} events a second",
                ratio=rates["ratio"],
                at_least=0.9,
            )
        large, small = self._measure("cost", "large"), self._measure("cost", "small")
        yield Row(
            what=f"a push at {self._sizes.large_fleet:,} devices,"
            f" to one at {self._sizes.small_fleet}",
            measured=f"{large * 1e6:.0f} / {small * 1e6:.0f} microseconds of CPU",
            ratio=large / small,
            at_most=1.05,
        )
        peer = self._measure("mqtt")
        if "events" not in peer:
            print("The peer is left out: the program mosquitto is missing.", file=sys.stderr)
            return
        for array, rates in found.items():
            yield Row(
                what=f"pushes in arrays of {array}, to MQTT",
                measured=f"{rates['ours']:.0f} / {peer['events']:.0f} events a second",
                ratio=rates["ours"] / peer["events"],
                at_least=2.5,
            )

    def _start_rows(self) -> Iterator[Row]:
        """Measure what starts and polls cost."""
        ours, floor = self._measure("setup", "ours"), self._measure("setup", "floor")
        yield Row(
            what=f"first set-up of {self._sizes.devices} devices",
            measured=f"{ours['wall']:.1f} / {floor['wall']:.1f} s",
            ratio=ours["wall"] / floor["wall"],
            at_most=1.15,
        )
        found = self._measure("restart")
        yield Row(
            what=f"restart with {self._sizes.devices} devices",
            measured=f"{found['ours']:.1f} / {found['floor']:.1f} s",
            ratio=found["ours"] / found["floor"],
            at_most=1.15,
        )
        found = self._measure("poll")
        yield Row(
            what="a poll that finds nothing new",
            measured=f"{found['ours'] * 1000:.1f} / {found['floor'] * 1000:.1f} ms of CPU",
            ratio=found["ours"] / found["floor"],
            at_most=1.3,
        )
        ours, floor = self._measure("memory", "ours"), self._measure("memory", "floor")
        yield Row(
            what="memory per entity",
            measured=f"{ours:.0f} / {floor:.0f} bytes",
            ratio=ours / floor,
            at_most=1.06,
        )
        found = self._measure("requests")
        first, restart = found["first"], found["restart"]
        pages, asked = ceil(found["devices"] / 100), sum(first.values()) - first["history"]
        needed = pages + found["models"]
        yield Row(
            what=f"requests at first start, {found['devices']} devices",
            measured=f"{asked} / {needed}, and {first['history']} reads of history",
            ratio=asked / needed,
            at_most=1,
            exact=True,
        )
        asked = sum(restart.values())
        yield Row(
            what="requests at restart",
            measured=f"{asked} / {pages}",
            ratio=asked / pages,
            at_most=1,
            exact=True,
        )
        found = self._measure("database")
        yield Row(
            what="database rows per device and day",
            measured=f"{found['rows']:.0f} / {found['changed']} changed values,"
            f" {found['bytes'] / 1024:.0f} kB",
            ratio=found["rows"] / found["changed"],
            at_most=1,
            exact=True,
        )

    def _dashboard_rows(self) -> Iterator[Row]:
        """Generate the dashboard in a browser."""
        found = self._measure("dashboard")
        if not found:
            print("The dashboard is left out: Chromium is missing.", file=sys.stderr)
            return
        yield Row(
            what=f"dashboard of {found['devices']:,} devices, all views",
            measured=f"first {found['first']:.0f}, then {found['usual']:.0f} / {DASHBOARD_MS} ms",
            ratio=found["first"] / DASHBOARD_MS,
            at_most=1,
        )

    def _soak_rows(self) -> Iterator[Row]:
        """Send very many pushes, some of them bad."""
        found = self._measure("soak", self._soak)
        warm, end = found["megabytes"]
        yield Row(
            what="soak: wrong values and states",
            measured=f"{found['pushes']:,} pushes in {found['seconds']:.0f} s,"
            f" {found['wrong']} wrong",
            ratio=found["wrong"],
            at_most=0,
            exact=True,
        )
        yield Row(
            what="soak: memory at the end",
            measured=f"{end:.0f} / {warm:.0f} MB",
            ratio=end / warm,
            at_most=1.05,
        )


def write_table(page: Path, rows: Iterable[Row], remark: str) -> None:
    """Put rows and a remark between the marks of a page of the documentation."""
    before, rest = page.read_text().split(BEGIN)
    mark, rest = rest.split("\n", 1)
    _, after = rest.split(END)
    table = TITLE + "".join(row.markdown for row in rows)
    page.write_text(f"{before}{BEGIN}{mark}\n\n{table}\n{remark}\n\n{END}{after}")


def main() -> int:
    """Measure everything and print the table; the exit status is 1 if an aim is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--soak", type=int, metavar="N", help=f"pushes of the soak ({FULL.soak})")
    parser.add_argument(
        "--tiny",
        action="store_true",
        help="a trial of every measurement; ratios that depend on the machine are not judged",
    )
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="put the table into docs/performance.md"
    )
    parser.add_argument("--measure", nargs="+", metavar="NAME", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(FULL, *options.measure)))
        return 0
    started = time.monotonic()
    rows, missed = [], []
    print(f"Home Assistant {__version__}; ours / floor\n", flush=True)
    for row in Bench(tiny=options.tiny, soak=options.soak).rows():
        rows.append(row)
        judged = row.exact or not options.tiny
        missed.append(judged and row.is_missed)
        print(row, ("MISSED" if row.is_missed else "met") if judged else "", flush=True)
    seconds = time.monotonic() - started
    print(f"\n{seconds:.0f} s")
    if options.write:
        remark = (
            f"Home Assistant {__version__}, {os.cpu_count()} cores, {seconds / 60:.0f} minutes."
        )
        write_table(options.write, rows, remark)
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main())
