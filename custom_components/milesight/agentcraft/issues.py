"""Repair issues of the registrations that need the user."""

from collections.abc import Mapping
import hmac
import re
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..devices import registry
from .registration import Access, Problem, Registration

PREFIX: Final = "agentcraft_"
FIXABLE: Final = (Problem.OUTCOME_UNKNOWN, Problem.CONFLICT, Problem.NO_TOKEN)
# Ids of earlier versions: a hash without a key, from which the serial number can be guessed.
OLD_ID: Final = re.compile(rf"{PREFIX}({'|'.join(FIXABLE)})_[0-9a-f]{{16}}")


@callback
def async_delete_old_issues(hass: HomeAssistant) -> None:
    """Delete the issues of earlier versions, also those that Home Assistant keeps as inactive."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and OLD_ID.fullmatch(issue_id):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


def _device_subject(entry: ConfigEntry, sn: str) -> str:
    """Return a stable id of a device that does not disclose its serial number.

    Diagnostics contain the ids of issues.
    """
    return hmac.digest(entry.data[CONF_WEBHOOK_ID].encode(), sn.encode(), "sha256").hex()


@callback
def async_update_issues(
    hass: HomeAssistant,
    entry: ConfigEntry,
    registrations: Mapping[str, Registration],
    accesses: Mapping[str, Access],
    previous: set[str],
) -> set[str]:
    """Create the issues of all registrations, delete the previous others, return the ids.

    An issue is about one device and can be fixed, or about one subentry.
    """
    issues: set[str] = set()
    for sn, registration in registrations.items():
        problem, access = registration.problem, accesses.get(sn)
        is_fixable = problem in FIXABLE
        is_outage = problem is Problem.UNREACHABLE and registration.is_unreachable
        if is_fixable:
            subject = _device_subject(entry, sn)
            placeholders = {"device": registry.async_device_name(hass, entry, sn)}
        elif access is not None and (is_outage or problem is Problem.SECRET_REFUSED):
            subject = access.owner or ""
            placeholders = {"link": entry.subentries[subject].title}
        else:
            continue
        issue_id = f"{PREFIX}{problem}_{subject}"
        issues.add(issue_id)
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            data={"entry_id": entry.entry_id, "serial_number": sn},
            is_fixable=is_fixable,
            severity=ir.IssueSeverity.WARNING,
            translation_key=f"{PREFIX}{problem}",
            translation_placeholders=placeholders,
        )
    for issue_id in previous - issues:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
    return issues
