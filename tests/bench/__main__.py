"""The command line of scripts/bench: runs the measurements and prints them as a table of ratios."""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, reduce
import json
from operator import getitem
import os
from pathlib import Path
import sys
import time
from typing import Any

from homeassistant.const import __version__

from .process import worker
from .scale import FULL, TINY, Scale
from .table import LINES, Line, Row, measure

BEGIN, END = "<!-- numbers:", "<!-- end of the numbers -->"
CELLS = "{:<44} {:<42} {:>7}  {:<13}"
TITLE = """| line | ours / floor | ratio | aim |
|---|---|---|---|
"""


def rows(scale: Scale, start_method: str) -> Iterator[tuple[Line, Row]]:
    """Measure everything, each measurement in a process of its own; leave out what cannot be."""

    @cache
    def result(words: str) -> Any:
        print(f"  {words} ...", file=sys.stderr, flush=True)
        with worker(start_method) as pool:
            return pool.submit(measure, scale, *words.split()).result()

    def value(figure: float | str) -> Any:
        if not isinstance(figure, str):
            return figure
        words, *keys = figure.split(".")
        return reduce(getitem, keys, result(words)) if result(words) else None

    for line in LINES:
        figures = list(map(value, line.figures))
        if None not in figures:
            yield line, line.row(scale, figures)


def write_table(page: Path, rows: Iterable[Row], remark: str) -> None:
    """Put rows and a remark between the marks of a page of the documentation."""
    before, rest = page.read_text().split(BEGIN)
    mark, rest = rest.split("\n", 1)
    _, after = rest.split(END)
    table = TITLE + "".join(f"| {' | '.join(row[:4])} |\n" for row in rows)
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
    # a copy of this process starts at once, but is no fresh Home Assistant
    scale, start_method = (TINY, "fork") if options.tiny else (FULL, "spawn")
    if options.soak:
        scale = replace(scale, soak=options.soak)
    if options.measure:
        print(json.dumps(measure(scale, *options.measure)))
        return 0
    started = time.monotonic()
    measured, missed = [], 0
    print(f"Home Assistant {__version__}; ours / floor\n", flush=True)
    for line, row in rows(scale, start_method):
        measured.append(row)
        judged = line.exact or not options.tiny
        missed += judged and not row.is_met
        verdict = ("met" if row.is_met else "MISSED") if judged else ""
        print(CELLS.format(*row), verdict, flush=True)
    seconds = time.monotonic() - started
    print(f"\n{seconds:.0f} s")
    if options.write:
        remark = (
            f"Home Assistant {__version__}, {os.cpu_count()} cores, {seconds / 60:.0f} minutes."
        )
        write_table(options.write, measured, remark)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
