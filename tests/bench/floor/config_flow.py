"""Home Assistant wants a config flow of every integration that has config entries."""

from homeassistant.config_entries import ConfigFlow


class FloorConfigFlow(ConfigFlow, domain="floor"):
    """A config flow without steps."""
