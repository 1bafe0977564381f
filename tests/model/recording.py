"""Recorded events, files that Home Assistant writes, and exceptions that it logs."""

from collections.abc import Callable, Iterator, Mapping
import logging
from typing import Any, override

from .devices import OUTAGE

type Event = dict[str, Any]


def facts(event: Event) -> dict[str, Any]:
    """Return what an event says."""
    data = event["data"]
    values = flat(data.get("payload") or {})
    if data["type"] == "EVENT":
        values = {"kind": OUTAGE[int(values["status"])].replace(" ", "_")}
    return {
        "type": data["type"],
        "sn": data["deviceProfile"]["sn"],
        "created": event["eventCreatedTime"] * 1000,
        "made": data.get("ts"),
        "values": values,
    }


def flat(nested: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested properties by path."""

    def walk(path: str, value: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(f"{path}.{key}" if path else key, inner)
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from walk(f"{path}[{index}]", inner)
        else:
            yield path, value

    return dict(walk("", nested))


class Disk(dict[str, Any]):
    """Files written by Home Assistant; ``saved`` is called with those of the integration."""

    def __init__(self, key: str, saved: Callable[[], None]) -> None:
        """Initialize without data; ``key`` is that of the integration's data."""
        super().__init__()
        self._key = key
        self.is_writable = True
        self._saved = saved

    @override
    def __setitem__(self, key: str, data: Any) -> None:
        """Write data."""
        if self.is_writable:
            super().__setitem__(key, data)
            if key == self._key:
                self._saved()


class LoggedExceptions(logging.Handler):
    """Notes exceptions that were logged."""

    def __init__(self, errors: list[str]) -> None:
        """Initialize with the list to append to."""
        super().__init__(logging.ERROR)
        self._errors = errors

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Append a record that has an exception."""
        if record.exc_info:
            self._errors.append(self.format(record))
