"""The repair issues of an Application, by kind."""

from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN

ENTITY_LIMIT: Final = "entity_limit"
PUSH_LIMIT: Final = "push_limit"
PUSH_NOTICE: Final = "push_notice"
NO_PUSHES_RECEIVED: Final = "no_pushes_received"
PUSH_STOPPED: Final = "push_stopped"
REQUEST_LIMIT: Final = "request_limit"

KINDS: Final = (
    ENTITY_LIMIT,
    PUSH_LIMIT,
    PUSH_NOTICE,
    NO_PUSHES_RECEIVED,
    PUSH_STOPPED,
    REQUEST_LIMIT,
)
FIXABLE: Final = frozenset({NO_PUSHES_RECEIVED, PUSH_STOPPED, REQUEST_LIMIT})


def issue_id(entry: ConfigEntry, kind: str) -> str:
    """Return the id of an Application's issue."""
    return f"{kind}_{entry.entry_id}"


def kind_of(issue_id: str) -> str:
    """Return the kind of issue that an id names."""
    return issue_id.rpartition("_")[0]


@callback
def raise_issue(hass: HomeAssistant, entry: ConfigEntry, kind: str, **placeholders: str) -> None:
    """Tell the user of something, until it is over; doing it again changes the placeholders."""
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
def withdraw_issue(hass: HomeAssistant, entry: ConfigEntry, kind: str) -> None:
    """Take back what the user was told, if anything."""
    ir.async_delete_issue(hass, DOMAIN, issue_id(entry, kind))


@callback
def keep_issue(
    hass: HomeAssistant, entry: ConfigEntry, kind: str, *, raised: bool, **placeholders: str
) -> None:
    """Raise an issue, or withdraw it, whatever was told before."""
    if raised:
        raise_issue(hass, entry, kind, **placeholders)
    else:
        withdraw_issue(hass, entry, kind)


@callback
def withdraw_all(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take back whatever the user was told of an Application that is removed."""
    for kind in KINDS:
        withdraw_issue(hass, entry, kind)


@callback
def raised_issues(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return the kinds of issue that the user is told of at present."""
    registry = ir.async_get(hass)
    found = {kind: registry.async_get_issue(DOMAIN, issue_id(entry, kind)) for kind in KINDS}
    return {kind for kind, issue in found.items() if issue is not None and issue.active}
