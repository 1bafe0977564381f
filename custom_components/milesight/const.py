"""Names that the integration's modules share."""

from datetime import timedelta
import logging
from typing import Final

DOMAIN: Final = "milesight"
MANUFACTURER: Final = "Milesight"
CONSOLE: Final = "https://console.milesight.com"
ISSUES: Final = "https://github.com/milesight-home-assistant/milesight/issues"
LOGGER: Final = logging.getLogger(__package__)

CONF_CLOUDHOOK_URL: Final = "cloudhook_url"
CONF_DAILY_API_LIMIT: Final = "daily_api_limit"
CONF_IMPORT_HISTORY: Final = "import_history"
CONF_WEBHOOK_SECRET: Final = "webhook_secret"

SUBENTRY_AGENTCRAFT: Final = "agentcraft"
SUBENTRY_CORRECTION: Final = "correction"
CONF_KEY: Final = "key"
CONF_MODEL: Final = "model"

DEFAULT_DAILY_API_LIMIT: Final = 1000

COMMAND_TIMEOUT: Final = timedelta(seconds=60)
CLOCK_TOLERANCE_MS: Final = 5 * 60 * 1000
