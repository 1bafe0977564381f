"""Tests of the stored registration of a device."""

from dataclasses import asdict

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
