"""Detection of log messages about deprecated features that the integration or a test uses."""

import logging
import re
from typing import override

from custom_components.milesight.const import DOMAIN

OURS = re.compile(rf"\b{DOMAIN}\b")
NAMELESS = "Detected code that "  # logged if no integration is on the stack, as in a test
SAYS_DEPRECATED = re.compile(
    r"deprecat|will stop working|(?:will be|is to be) removed|Detected (?:code )?that ",
    re.IGNORECASE,
)


class DeprecationHandler(logging.Handler):
    """Collects messages about the integration in `found`."""

    def __init__(self) -> None:
        """Initialize the handler for warnings and above."""
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record about a deprecated feature that the integration uses.

        A warning that became an error may have been caught and logged.
        """
        message = record.getMessage()
        if record.exc_info and isinstance(record.exc_info[1], Warning):
            self.found.append(f"{message}: {record.exc_info[1]!r}")
            return
        if not SAYS_DEPRECATED.search(message):
            return
        if OURS.search(f"{record.name} {message}") or message.startswith(NAMELESS):
            self.found.append(message)
