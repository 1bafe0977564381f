"""Thing specifications and the entities they give rise to, one per model and firmware."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

from .api import Device, MilesightClient, MilesightError, parse_specification
from .api.exceptions import AuthenticationError, CannotConnectError, RateLimitError
from .api.parsing import Json
from .const import LOGGER
from .devices.capabilities import NO_CAPABILITIES, Capabilities

UNNAMED: Final = "?"
READERS: Final = 3
MAX_SHOWN: Final = 100


def specification_key(device: Device) -> str:
    """Return by what devices share a specification; a device without model has its own."""
    if device.model is None:
        return f"{UNNAMED} {device.device_id}"
    return f"{device.model} {device.firmware_version or ''}".rstrip()


def _shown(key: str) -> str:
    return "a device without model" if key.startswith(UNNAMED) else key[:MAX_SHOWN]


class Specifications:
    """Fetches each specification once and keeps what was made of it."""

    def __init__(self, client: MilesightClient) -> None:
        """Start empty."""
        self._client = client
        self._capabilities: dict[str, Capabilities] = {}
        self._failed: set[str] = set()
        self._json: dict[str, dict[str, Json]] = {}

    def restore(self, json: Mapping[str, dict[str, Json]]) -> None:
        """Take the specifications of an earlier run."""
        for key, specification in json.items():
            self._keep(key, specification)

    def stored(self, devices: Iterable[Device]) -> dict[str, dict[str, Json]]:
        """Return what a later run needs to know of these devices' specifications."""
        in_use = {specification_key(device) for device in devices}
        return {key: json for key, json in self._json.items() if key in in_use}

    def get(self, device: Device) -> Capabilities:
        """Return what a device can do; nothing, as long as its specification is not known."""
        return self._capabilities.get(specification_key(device), NO_CAPABILITIES)

    async def fetch_missing(self, devices: Iterable[Device]) -> None:
        """Ask for the specifications that are not known yet, one request each.

        One that fails is logged once and asked for again next time, and so are those that would
        come after it when there was no answer at all. Raises ``AuthenticationError`` and
        ``RateLimitError``, which concern all of them.
        """
        missing: dict[str, Device] = {}
        for device in devices:
            key = specification_key(device)
            if key not in self._capabilities:
                missing.setdefault(key, device)
        waiting = iter(missing.items())

        async def read_on() -> None:
            for key, device in waiting:
                if not await self._fetch(key, device):
                    return

        try:
            async with asyncio.TaskGroup() as readers:
                for _ in range(READERS):
                    readers.create_task(read_on())
        except* (AuthenticationError, RateLimitError) as refused:
            refusal = refused.exceptions[0]
        else:
            return
        raise refusal

    async def _fetch(self, key: str, device: Device) -> bool:
        """Ask for a specification; return whether there was an answer."""
        try:
            self._keep(key, await self._client.get_thing_specification(device.device_id))
        except AuthenticationError, RateLimitError:
            raise
        except MilesightError as error:
            if key not in self._failed:
                self._failed.add(key)
                LOGGER.warning(
                    "The thing specification of %s cannot be read: %s", _shown(key), error
                )
            return not isinstance(error, CannotConnectError)
        if key in self._failed:
            self._failed.discard(key)
            LOGGER.info("The thing specification of %s can be read again", _shown(key))
        return True

    def _keep(self, key: str, json: dict[str, Json]) -> None:
        specification = parse_specification(json)
        if specification.problems:
            LOGGER.warning(
                "The thing specification of %s is imperfect (%s problems): %s",
                _shown(key),
                len(specification.problems),
                "; ".join(problem[:MAX_SHOWN] for problem in specification.problems[:5]),
            )
        self._json[key] = json
        self._capabilities[key] = Capabilities.of(specification)
