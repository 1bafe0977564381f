"""Repair issues of an Application."""

from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN

ENTITY_LIMIT: Final = "entity_limit"
PUSH_LIMIT: Final = "push_limit"
NO_PUSHES_RECEIVED: Final = "no_pushes_received"
PUSH_STOPPED: Final = "push_stopped"

KINDS: Final = (
    ENTITY_LIMIT,
    PUSH_LIMIT,
    NO_PUSHES_RECEIVED,
    PUSH_STOPPED,
)
FIXABLE: Final = frozenset({NO_PUSHES_RECEIVED, PUSH_LIMIT, PUSH_STOPPED})


def issue_id(entry: ConfigEntry, kind: str) -> str:
    """Return the id of an Application's issue."""
    return f"{kind}_{entry.entry_id}"


def kind_of(issue_id: str) -> str:
    """Return the kind of an issue from its id."""
    return issue_id.rpartition("_")[0]


@callback
def async_create_issue(
    hass: HomeAssistant, entry: ConfigEntry, kind: str, **placeholders: str
) -> None:
    """Create an issue of an Application, or update its placeholders."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(entry, kind),
        data={"entry_id": entry.entry_id},
        is_fixable=kind in FIXABLE,
        severity=ir.IssueSeverity.WARNING,
        translation_key=kind,
        translation_placeholders={"application": entry.title, **placeholders},
    )


@callback
def async_delete_issue(hass: HomeAssistant, entry: ConfigEntry, kind: str) -> None:
    """Delete an issue of an Application, if it exists."""
    ir.async_delete_issue(hass, DOMAIN, issue_id(entry, kind))


@callback
def async_set_issue(
    hass: HomeAssistant, entry: ConfigEntry, kind: str, *, active: bool, **placeholders: str
) -> None:
    """Create or delete an issue of an Application."""
    if active:
        async_create_issue(hass, entry, kind, **placeholders)
    else:
        async_delete_issue(hass, entry, kind)


@callback
def async_delete_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete all issues of an Application."""
    for kind in KINDS:
        async_delete_issue(hass, entry, kind)


@callback
def async_active_issues(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return the kinds of the active issues of an Application."""
    registry = ir.async_get(hass)
    issues = {kind: registry.async_get_issue(DOMAIN, issue_id(entry, kind)) for kind in KINDS}
    return {kind for kind, issue in issues.items() if issue is not None and issue.active}
