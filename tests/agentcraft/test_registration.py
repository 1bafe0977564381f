"""Tests of the stored registration of a device."""

from dataclasses import asdict
import json
from pathlib import Path

import pytest

from custom_components.milesight.agentcraft.client import TokenStatus
from custom_components.milesight.agentcraft.registration import (
    UNKNOWN,
    Phase,
    Problem,
    Registration,
    backoff,
)

FULL = Registration(
    phase=Phase.ACTIVE,
    declined=True,
    url="https://example.com",
    owner="01",
    device_id="an-id",
    device_token="a-token",
    refresh_token="another",
    status=TokenStatus.EXPIRED,
    shadow_id="a-user",
    problem=Problem.UNREACHABLE,
    failing_since=12.5,
    attempts=3,
    due=99.25,
)


@pytest.mark.parametrize("held", [Registration(), FULL, UNKNOWN])
def test_registration_json_round_trip(held: Registration) -> None:
    assert Registration.from_json(asdict(held)) == held


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {},
        {"phase": "unlinked"},
        {"phase": "active", "device_id": "an-id"},
        {"phase": "none", "problem": "of a later version"},
        {"phase": "creating"},
    ],
)
def test_unreadable_registration_is_unknown(stored: object) -> None:
    assert Registration.from_json(stored) == UNKNOWN


def test_registration_repr_contains_no_secret() -> None:
    assert not any(secret in repr(FULL) for secret in ("an-id", "a-token", "another", "a-user"))


def test_backoff_doubles_up_to_six_hours() -> None:
    assert [backoff(attempts) for attempts in (0, 1, 2, 9, 10_000)] == [60, 120, 240, 21600, 21600]


def test_registrations_of_the_first_version_are_read() -> None:
    path = Path(__file__).parent.parent / "fixtures" / "storage" / "agentcraft_version_1.json"
    unlinked, active, unknown, declined, deleting = map(
        Registration.from_json, json.loads(path.read_text())["data"].values()
    )
    assert (unlinked.phase, unlinked.attempts, unlinked.due) == (Phase.UNLINKED, 2, 1795000000.5)
    assert (active.phase, active.status) == (Phase.ACTIVE, TokenStatus.VALID)
    assert all((active.device_id, active.device_token, active.refresh_token, active.shadow_id))
    assert unknown == UNKNOWN
    assert (declined.phase, declined.declined) == (Phase.NONE, True)
    assert (deleting.phase, deleting.problem) == (Phase.DELETING, Problem.UNREACHABLE)
    assert deleting.failing_since == 1794900000.25
    assert all(
        known.url == "https://agent.example.com" and known.owner == "01A"
        for known in (unlinked, active, declined, deleting)
    )
