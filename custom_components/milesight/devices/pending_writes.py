"""Values that were written to a device and not reported by it yet."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..api.decode import Json


@dataclass(slots=True, eq=False)
class PendingWrite:
    """One value of one command, from the moment it is sent.

    Times are epoch milliseconds. ``expires`` is unknown until the platform accepts the command.
    """

    path: str
    value: Json
    sent: int
    expires: int | None = None


class PendingWrites:
    """The pending writes of one device by path, in the order in which they were sent.

    The latest one of a path is the value to show. Only the first one of a path can be accepted:
    accepting a write drops those before it, which can never be shown again.
    """

    def __init__(self) -> None:
        """Initialize without writes."""
        self._by_path: dict[str, list[PendingWrite]] = {}

    def __bool__(self) -> bool:
        """Return whether there are any pending writes."""
        return bool(self._by_path)

    def __iter__(self) -> Iterator[PendingWrite]:
        """Iterate over all pending writes."""
        return (write for writes in self._by_path.values() for write in writes)

    def latest(self, path: str) -> PendingWrite | None:
        """Return the write whose value is to be shown at a path."""
        writes = self._by_path.get(path)
        return writes[-1] if writes else None

    def add(self, write: PendingWrite) -> None:
        """Add a write as the latest one of its path."""
        self._by_path.setdefault(write.path, []).append(write)

    def accept(self, write: PendingWrite, expires: int) -> bool:
        """Note that the platform accepted a write; return whether it is still pending."""
        writes = self._by_path.get(write.path, [])
        if write not in writes:
            return False
        write.expires = expires
        self._keep(write.path, writes[writes.index(write) :])
        return True

    def discard(self, write: PendingWrite) -> None:
        """Remove a write that failed, was cancelled or expired."""
        self._keep(
            write.path, [other for other in self._by_path.get(write.path, []) if other is not write]
        )

    def settle(self, path: str, sent_by: int) -> None:
        """Remove the writes of a path that were sent until a time: a report answers them."""
        self._keep(path, [write for write in self._by_path.get(path, []) if write.sent > sent_by])

    def _keep(self, path: str, writes: list[PendingWrite]) -> None:
        if writes:
            self._by_path[path] = writes
        else:
            self._by_path.pop(path, None)
