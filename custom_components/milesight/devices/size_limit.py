"""Limit of the size of what is held of a device."""

from typing import Final

MAX_PATH_LENGTH: Final = 256
MAX_TEXT_LENGTH: Final = 8192
MAX_SPECIFIED_SIZE: Final = 512 * 1024
MAX_UNSPECIFIED_SIZE: Final = 64 * 1024
PATH_OVERHEAD: Final = 64  # of a path with its time and a short value
SHORT_TEXT_LENGTH: Final = 32


class SizeLimit:
    """Count the size of paths and texts; what is counted stays counted.

    Paths of the thing specification have a limit of their own, which others cannot use up.
    """

    def __init__(self) -> None:
        """Initialize with nothing held."""
        self._specified = 0
        self._unspecified = 0

    def reserve_path(self, path: str, *, specified: bool) -> bool:
        """Return whether there is room for another path, and count it if there is."""
        return len(path) <= MAX_PATH_LENGTH and self._reserve(
            len(path) + PATH_OVERHEAD, specified=specified
        )

    def reserve_text(self, length: int, held: int, *, specified: bool) -> bool:
        """Return whether a text may grow to a length, and count the difference if it may."""
        return length <= MAX_TEXT_LENGTH and self._reserve(length - held, specified=specified)

    def _reserve(self, size: int, *, specified: bool) -> bool:
        if specified:
            fits = self._specified + size <= MAX_SPECIFIED_SIZE
            self._specified += size if fits else 0
        else:
            fits = self._unspecified + size <= MAX_UNSPECIFIED_SIZE
            self._unspecified += size if fits else 0
        return fits
