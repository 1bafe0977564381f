"""Thing specifications and the entities they give rise to, one per model and firmware."""

import asyncio
from collections.abc import Iterable, Mapping

from .api import Device, MilesightClient, MilesightError, parse_specification
from .api.decode import Json
from .api.errors import AuthenticationError, RateLimitError
from .const import LOGGER
from .device import NO_CAPABILITIES, Capabilities

UNNAMED = "?"


def specification_key(device: Device) -> str:
    """Return by what devices share a specification; a device without model has its own."""
    if device.model is None:
        return f"{UNNAMED} {device.device_id}"
    return f"{device.model} {device.firmware_version or ''}".rstrip()


def _shown(key: str) -> str:
    return "a device without model" if key.startswith(UNNAMED) else key


class Specifications:
    """Fetches each specification once and keeps what was made of it."""

    def __init__(self, client: MilesightClient) -> None:
        """Start empty."""
        self._client = client
        self._capabilities: dict[str, Capabilities] = {}
        self._failed: set[str] = set()
        self.json: dict[str, dict[str, Json]] = {}

    def restore(self, json: Mapping[str, dict[str, Json]]) -> None:
        """Take the specifications of an earlier run."""
        for key, specification in json.items():
            self._keep(key, specification)

    def get(self, device: Device) -> Capabilities:
        """Return what a device can do; nothing, as long as its specification is not known."""
        return self._capabilities.get(specification_key(device), NO_CAPABILITIES)

    async def fetch_missing(self, devices: Iterable[Device]) -> None:
        """Ask for the specifications that are not known yet, one request each.

        One that fails is logged once and asked for again next time. Raises
        ``AuthenticationError`` and ``RateLimitError``, which concern all of them.
        """
        missing: dict[str, Device] = {}
        for device in devices:
            key = specification_key(device)
            if key not in self._capabilities:
                missing.setdefault(key, device)
        await asyncio.gather(*(self._fetch(key, device) for key, device in missing.items()))

    async def _fetch(self, key: str, device: Device) -> None:
        try:
            self._keep(key, await self._client.get_thing_specification_json(device.device_id))
        except AuthenticationError, RateLimitError:
            raise
        except MilesightError as error:
            if key not in self._failed:
                self._failed.add(key)
                LOGGER.warning(
                    "The thing specification of %s cannot be read: %s", _shown(key), error
                )
            return
        if key in self._failed:
            self._failed.discard(key)
            LOGGER.info("The thing specification of %s can be read again", _shown(key))

    def _keep(self, key: str, json: dict[str, Json]) -> None:
        specification = parse_specification(json)
        if specification.problems:
            LOGGER.warning(
                "The thing specification of %s is imperfect (%s problems): %s",
                _shown(key),
                len(specification.problems),
                "; ".join(specification.problems[:5]),
            )
        self.json[key] = json
        self._capabilities[key] = Capabilities.of(specification)
