"""Writes whose values are shown until the device reports them."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..api.parsing import Json


@dataclass(slots=True, eq=False)
class PendingWrite:
    """One value of a command that was sent to a device.

    Times are epoch milliseconds. ``expires`` is ``None`` until the platform accepts the command.
    """

    path: str
    value: Json
    sent: int
    expires: int | None = None


class PendingWrites:
    """The pending writes of one device by path, in the order in which they were sent.

    The last one of a path provides the value to show. Only the first one of a path can be
    accepted: accepting a write drops those before it, which can never be shown again.
    """

    def __init__(self) -> None:
        """Initialize without writes."""
        self._by_path: dict[str, list[PendingWrite]] = {}

    def __bool__(self) -> bool:
        """Return whether there are pending writes."""
        return bool(self._by_path)

    def __iter__(self) -> Iterator[PendingWrite]:
        """Iterate over all pending writes."""
        return (write for writes in self._by_path.values() for write in writes)

    def latest(self, path: str) -> PendingWrite | None:
        """Return the write that provides the value to show at a path."""
        writes = self._by_path.get(path)
        return writes[-1] if writes else None

    def add(self, write: PendingWrite) -> None:
        """Add a write as the last one of its path."""
        self._by_path.setdefault(write.path, []).append(write)

    def accept(self, write: PendingWrite, expires: int) -> bool:
        """Mark a write as accepted; return whether it is still pending."""
        writes = self._by_path.get(write.path, [])
        if write not in writes:
            return False
        write.expires = expires
        self._replace(write.path, writes[writes.index(write) :])
        return True

    def remove(self, write: PendingWrite) -> None:
        """Remove a write that failed, was cancelled or expired."""
        writes = self._by_path.get(write.path, [])
        self._replace(write.path, [other for other in writes if other is not write])

    def remove_sent_by(self, path: str, time: int) -> None:
        """Remove the writes of a path that were sent by a time."""
        writes = self._by_path.get(path, [])
        self._replace(path, [write for write in writes if write.sent > time])

    def _replace(self, path: str, writes: list[PendingWrite]) -> None:
        if writes:
            self._by_path[path] = writes
        else:
            self._by_path.pop(path, None)
