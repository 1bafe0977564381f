"""Values that do not fit the specification: unknown, and logged once for each property."""

from ..api import InvalidValueError, Item
from ..const import LOGGER

MAX_LOGGED_PATH = 100


class InvalidValues(set[str]):
    """The paths of one device whose latest value is invalid."""

    __slots__ = ()

    def begin(self, model: str | None, item: Item, error: InvalidValueError) -> None:
        """Log the first invalid value of an item."""
        if item.path not in self:
            self.add(item.path)
            path = item.path[:MAX_LOGGED_PATH]
            LOGGER.warning("A %s reported an invalid value of %s (%s)", model, path, error.reason)

    def end(self, model: str | None, item: Item) -> None:
        """Log the first valid value of an item after an invalid one."""
        if item.path in self:
            self.remove(item.path)
            path = item.path[:MAX_LOGGED_PATH]
            LOGGER.info("A %s reports a valid value of %s again", model, path)
