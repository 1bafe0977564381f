"""State of one property of a device."""

from collections.abc import Callable
from dataclasses import dataclass

from ..api.parsing import Json
from .size_limit import SHORT_TEXT_LENGTH

type ValueListener = Callable[[Json], None]


@dataclass(slots=True)
class PropertyState:
    """The last reported value of one path and the listeners of the value to show.

    ``value`` is ``None`` before the first report. ``time`` is the epoch time of the report in
    milliseconds, or 0 for a value that was written and never reported. ``text_length`` is the
    length that is reserved for a text.
    """

    value: Json = None
    time: int = 0
    specified: bool = True
    text_length: int = SHORT_TEXT_LENGTH
    listeners: tuple[ValueListener, ...] = ()

    def listen(self, listener: ValueListener) -> Callable[[], None]:
        """Add a listener; return a function to remove it."""
        self.listeners = (*self.listeners, listener)

        def remove() -> None:
            others = (other for other in self.listeners if other is not listener)
            self.listeners = tuple(others)

        return remove

    def notify(self, value: Json) -> None:
        """Call the listeners with the value to show."""
        for listener in self.listeners:
            listener(value)
