"""State of one property of a device."""

from collections.abc import Callable
from dataclasses import dataclass, field

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
    listeners: list[ValueListener] = field(default_factory=list)

    def notify(self, value: Json) -> None:
        """Call the listeners with the value to show."""
        for listener in self.listeners:
            listener(value)
