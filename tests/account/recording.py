"""Recordings: what the platform answered, saved without anything personal, and replayed."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
import json
from pathlib import Path
from typing import Any, Final

from multidict import CIMultiDict
import orjson
from yarl import URL

from custom_components.milesight.api.parsing import Json

from .redaction import Redactor
from .requests import Exchange

VERSION: Final = 1
FOLDER: Final = Path(__file__).parents[1] / "fixtures" / "recordings"

type Recording = dict[str, Any]


def redact(recording: Recording) -> Recording:
    """Return a recording without anything personal; a redacted one is returned as it is."""
    redactor = Redactor()
    return {
        "version": recording["version"],
        "exchanges": [redactor.exchange(exchange) for exchange in recording["exchanges"]],
        "deliveries": [redactor.value(delivery) for delivery in recording["deliveries"]],
    }


def record(exchanges: Iterable[Exchange], deliveries: Iterable[Json]) -> Recording:
    """Return what is saved of exchanges and of the bodies of deliveries."""
    return redact(
        {
            "version": VERSION,
            "exchanges": [asdict(exchange) for exchange in exchanges],
            "deliveries": list(deliveries),
        }
    )


def save(path: Path, recording: Recording) -> None:
    """Write a recording, all of it or nothing."""
    unfinished = path.with_name(f"{path.name}.part")
    text = json.dumps(recording, ensure_ascii=False, indent=1)
    unfinished.write_text(f"{text}\n", encoding="utf-8")
    unfinished.replace(path)


def load(path: Path) -> Recording:
    """Read a recording; raises ``ValueError`` for a file of another kind."""
    try:
        recording: Recording = json.loads(path.read_text(encoding="utf-8"))
        if recording["version"] != VERSION:
            raise ValueError(f"{path.name}: made by another version of the account check")
        known = {"version", "exchanges", "deliveries"}
        if recording.keys() != known:
            raise ValueError(f"{path.name}: not a recording of the account check")
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path.name}: not a recording of the account check") from error
    return recording


@dataclass(frozen=True, slots=True)
class ReplayedResponse:
    """The part of a response that the client uses."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> ReplayedResponse:
        """Return the stream of the body."""
        return self

    async def iter_any(self) -> AsyncIterator[bytes]:
        """Yield the body."""
        yield self.body


class ReplaySession:
    """Answers the requests of a client from a recording, in place of an HTTP session."""

    def __init__(self, recording: Recording) -> None:
        """Initialize with the exchanges that can be replayed."""
        self._exchanges: list[dict[str, Any]] = recording["exchanges"]

    @asynccontextmanager
    async def request(
        self, method: str, url: URL, **arguments: Any
    ) -> AsyncIterator[ReplayedResponse]:
        """Answer with the exchange that fits best; raises ``LookupError`` without one."""
        path = url.path.removeprefix("/")
        query = {key: str(value) for key, value in arguments.get("params", {}).items()}
        body = arguments.get("data")
        sent = orjson.loads(body) if isinstance(body, bytes) else None
        candidates = [
            exchange
            for exchange in self._exchanges
            if (exchange["method"], exchange["path"]) == (method, path)
        ]
        if not candidates:
            raise LookupError(f"{method} {path} is not in the recording")
        exact = (
            exchange
            for exchange in candidates
            if exchange["body"] == sent
            and {key: str(value) for key, value in exchange["query"].items()} == query
        )
        exchange = next(exact, candidates[0])
        answer = json.dumps(exchange["answer"]).encode()
        yield ReplayedResponse(exchange["status"], CIMultiDict(), answer)
