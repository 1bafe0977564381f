"""Repair issues of the Agentcraft link: what needs the user, derived from what is held."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
import time
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir

from .. import registry
from ..const import DOMAIN
from .life import Life
from .registration import Problem

PREFIX: Final = "agentcraft_"
FIXABLE: Final = (Problem.OUTCOME_UNKNOWN, Problem.CONFLICT, Problem.NO_TOKEN)


@dataclass(frozen=True, slots=True)
class Issue:
    """A repair issue: about one device, which can be fixed, or about one subentry."""

    problem: Problem
    subject: str
    placeholders: dict[str, str]
    data: dict[str, str | int | float | None] | None = field(default=None)

    @property
    def id(self) -> str:
        """Return the id, which begins alike for all of them."""
        return f"{PREFIX}{self.problem}_{self.subject}"


def device_name(hass: HomeAssistant, entry: ConfigEntry, sn: str) -> str:
    """Return what the user calls a device."""
    device: dr.DeviceEntry | None = registry.registered(hass, entry, sn)
    return (device.name_by_user or device.name if device else None) or sn


def issues(
    hass: HomeAssistant,
    entry: ConfigEntry,
    lives: Mapping[str, Life],
    subentries: Mapping[str, ConfigSubentry],
) -> Iterator[Issue]:
    """Yield what needs the user; lives and subentries by serial number."""
    now = time.time()
    for sn, life in lives.items():
        problem, subentry = life.held.problem, subentries.get(sn)
        if problem in FIXABLE:
            device = registry.registered(hass, entry, sn)
            yield Issue(
                problem,
                device.id if device else sha256(sn.encode()).hexdigest()[:16],
                {"device": device_name(hass, entry, sn)},
                {"entry_id": entry.entry_id, "serial_number": sn},
            )
        elif subentry is not None and (
            problem is Problem.SECRET_REFUSED
            or (problem is Problem.UNREACHABLE and life.held.out_of_reach(now))
        ):
            yield Issue(problem, subentry.subentry_id, {"link": subentry.title})


@callback
def show(hass: HomeAssistant, wanted: Mapping[str, Issue], shown: set[str]) -> None:
    """Raise the issues that are wanted, and take back those that were shown and are cured."""
    for issue in wanted.values():
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue.id,
            data=issue.data,
            is_fixable=issue.data is not None,
            severity=ir.IssueSeverity.WARNING,
            translation_key=f"{PREFIX}{issue.problem}",
            translation_placeholders=issue.placeholders,
        )
    for issue_id in shown - wanted.keys():
        ir.async_delete_issue(hass, DOMAIN, issue_id)
