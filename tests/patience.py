"""The time that a test waits for what must happen; a machine that does other things is slow."""

from typing import Final

PATIENCE: Final = 120  # seconds
