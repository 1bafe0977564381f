"""Repair issues of the registrations that need the user."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..devices import registry
from .registration import Access, Problem, Registration

PREFIX: Final = "agentcraft_"
FIXABLE: Final = (Problem.OUTCOME_UNKNOWN, Problem.CONFLICT, Problem.NO_TOKEN)


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
            subject = sha256(sn.encode()).hexdigest()[:16]
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
