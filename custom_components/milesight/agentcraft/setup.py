"""How the link of an Application comes up with its entry, and goes with it."""

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.start import async_at_started
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .link import AgentcraftLink

LINKS: HassKey[dict[str, AgentcraftLink]] = HassKey(f"{DOMAIN}_agentcraft")


@callback
def link_of(hass: HomeAssistant, entry: ConfigEntry) -> AgentcraftLink:
    """Return the link of an Application, the same one whenever the entry is reloaded."""
    links = hass.data.setdefault(LINKS, {})
    if entry.entry_id not in links:
        links[entry.entry_id] = AgentcraftLink(hass, entry)
    return links[entry.entry_id]


async def async_load_link(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Bring back what is known, before there are entities that show it."""
    link = link_of(hass, entry)
    await link.async_load()
    link.reconcile()


@callback
def async_start_link(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Let the link work while the entry is loaded, beginning when Home Assistant has started."""
    link = link_of(hass, entry)

    @callback
    def entry_changed(_change: ConfigEntryChange, changed: ConfigEntry) -> None:
        if changed.entry_id == entry.entry_id:
            link.reconcile()

    for stop in (
        link.stop,
        async_at_started(hass, link.start),
        async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed),
    ):
        entry.async_on_unload(stop)


async def async_remove_link(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete what Agentcraft holds of an Application that was removed."""
    await link_of(hass, entry).async_remove()
    del hass.data[LINKS][entry.entry_id]
