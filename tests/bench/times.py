"""Times of what takes turns."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median
import time


class Times(defaultdict[str, list[float]]):
    """The seconds that each subject took, turn by turn, on the wall clock or another one."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Start without times."""
        super().__init__(list)
        self._clock = clock

    @contextmanager
    def take(self, subject: str) -> Iterator[None]:
        """Time the block as a turn of the subject."""
        started = self._clock()
        yield
        self[subject].append(self._clock() - started)

    def average(self, average: Callable[[Sequence[float]], float] = median) -> dict[str, float]:
        """Return the average of each subject."""
        return {subject: average(seconds) for subject, seconds in self.items()}
