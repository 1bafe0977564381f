"""Values that do not fit the specification: unknown, and logged once for each property."""

from ..api import InvalidValueError, Item
from ..api.codec import Value, decode
from ..api.parsing import Json
from ..const import LOGGER

MAX_LOGGED_PATH = 100


class InvalidValues:
    """The properties of one device whose latest value is invalid."""

    __slots__ = ("_paths",)

    def __init__(self) -> None:
        """Start without invalid values."""
        self._paths: set[str] = set()

    def decode(self, model: str | None, item: Item, raw: Json) -> Value:
        """Return the value of an item, ``None`` for an invalid one."""
        if raw is None:
            return None
        try:
            value = decode(item, raw)
        except InvalidValueError as error:
            if item.path not in self._paths:
                self._paths.add(item.path)
                path = item.path[:MAX_LOGGED_PATH]
                LOGGER.warning(
                    "A %s reported an invalid value of %s (%s)", model, path, error.reason
                )
            return None
        if self._paths and item.path in self._paths:
            self._paths.discard(item.path)
            path = item.path[:MAX_LOGGED_PATH]
            LOGGER.info("A %s reports a valid value of %s again", model, path)
        return value
