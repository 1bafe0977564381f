"""Lines of the table: what the integration assumes, and what the platform says."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

NONE: Final = "none"
MAX_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class Line:
    """An assumption and what the platform says; ``agrees`` is ``None`` if it was not asked."""

    question: str
    assumed: str
    found: str
    agrees: bool | None


def compare(question: str, assumed: str, found: str, *, agrees: bool | None = None) -> Line:
    """Return a line; without ``agrees`` both texts have to be equal."""
    return Line(question, assumed, found, assumed == found if agrees is None else agrees)


def not_asked(question: str, reason: str) -> Line:
    """Return a line of a question that could not be asked."""
    return Line(question, "", f"not asked: {reason}", None)


def listed(names: Iterable[object]) -> str:
    """Return names in alphabetical order, or that there is none."""
    return ", ".join(sorted({str(name) for name in names})) or NONE


def table(lines: Iterable[Line]) -> str:
    """Return the table, with the verdict first."""
    verdicts = {True: "agrees", False: "DIFFERS", None: "-"}
    rows = [("", "question", "we assume", "the platform says")]
    rows += [
        (verdicts[line.agrees], line.question, line.assumed, _shorten(line.found)) for line in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join((*map(str.ljust, row[:3], widths, strict=True), row[3])).rstrip() for row in rows
    )


def _shorten(text: str) -> str:
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return printable if len(printable) <= MAX_LENGTH else f"{printable[: MAX_LENGTH - 3]}..."
