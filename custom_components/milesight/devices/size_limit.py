"""Limit on the size of the values of a device, in memory and in storage."""

from collections.abc import Mapping
from typing import Final

from ..api.parsing import Json

MAX_EVENT_SIZE: Final = 8192  # of outputs, which become attributes of a state
MAX_PATH_LENGTH: Final = 256
MAX_TEXT_LENGTH: Final = 8192
MAX_SPECIFIED_SIZE: Final = 512 * 1024
MAX_UNSPECIFIED_SIZE: Final = 64 * 1024
PATH_OVERHEAD: Final = 64  # a path's time and short value
SHORT_TEXT_LENGTH: Final = 32  # included in the overhead


def limit_outputs(outputs: Mapping[str, Json]) -> dict[str, Json]:
    """Return the outputs of an event without those that exceed the size limit."""
    limited: dict[str, Json] = {}
    size = 0
    for path, value in outputs.items():
        needed = len(path) + (len(value) if isinstance(value, str) else SHORT_TEXT_LENGTH)
        if size + needed <= MAX_EVENT_SIZE:
            size += needed
            limited[path] = value
    return limited


class SizeLimit:
    """Reserve space for paths and texts of one device; reserved space is never released.

    Paths of the thing specification have a limit of their own, which other paths cannot exhaust.
    """

    def __init__(self) -> None:
        """Initialize without reservations."""
        self._specified = 0
        self._unspecified = 0

    def reserve_path(self, path: str, *, specified: bool) -> bool:
        """Reserve space for another path; return whether it fits."""
        return len(path) <= MAX_PATH_LENGTH and self._reserve(
            len(path) + PATH_OVERHEAD, specified=specified
        )

    def reserve_text(self, length: int, reserved: int, *, specified: bool) -> bool:
        """Extend the space of a text from its reserved length; return whether it fits."""
        return length <= MAX_TEXT_LENGTH and self._reserve(length - reserved, specified=specified)

    def _reserve(self, size: int, *, specified: bool) -> bool:
        if specified:
            fits = self._specified + size <= MAX_SPECIFIED_SIZE
            self._specified += size if fits else 0
        else:
            fits = self._unspecified + size <= MAX_UNSPECIFIED_SIZE
            self._unspecified += size if fits else 0
        return fits
