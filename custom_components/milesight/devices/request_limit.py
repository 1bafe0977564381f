"""Limit of requests: what the quota allows polls and background work of one Application."""

import time

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback

from ..api.quota import Buckets, RequestQuota, page_count
from ..const import CONF_DAILY_API_LIMIT, DEFAULT_DAILY_API_LIMIT, LOGGER


class RequestLimit:
    """Count requests, and pause polling while the quota is ``exhausted``."""

    def __init__(self, entry: ConfigEntry) -> None:
        """Initialize with the limit in the options of the entry."""
        self._entry = entry
        self.exhausted = False
        self.quota = RequestQuota(
            int(entry.options.get(CONF_DAILY_API_LIMIT, DEFAULT_DAILY_API_LIMIT))
        )

    @callback
    def restore(self, buckets: Buckets) -> None:
        """Restore the counts of an earlier run."""
        self.quota = RequestQuota(self.quota.limit, buckets)

    @callback
    def record_request(self) -> None:
        """Count one request."""
        self.quota.record(time.time())

    def has_background_quota(self) -> bool:
        """Return if requests are left for work in the background."""
        return self.quota.background_remaining(time.time()) > 0

    @callback
    def async_allows_poll(self, devices: int) -> bool:
        """Return if the quota allows a list of so many devices."""
        needed = page_count(devices)
        exhausted = self.quota.is_exhausted(time.time(), needed, still=self.exhausted)
        if exhausted is not self.exhausted:
            self.exhausted = exhausted
            LOGGER.warning(
                "Polling of %s %s: the quota of %s requests per day %s",
                self._entry.title,
                "is paused" if exhausted else "continues",
                self.quota.limit,
                "is used up" if exhausted else "suffices again",
            )
        return not exhausted
