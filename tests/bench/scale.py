"""Sizes of the measurements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The sizes of all measurements; ratios mean something at full scale only."""

    devices: int = 900
    small_fleet: int = 100
    large_fleet: int = 2000
    mixed_fleet: int = 250  # of all simulated models
    rounds: int = 5
    events: Mapping[int, int] = field(default_factory=lambda: {1: 3000, 16: 9600})  # by array size
    cost_events: int = 6000
    mqtt_events: int = 9000
    polls: int = 20
    recorded_devices: int = 50
    soak: int = 500_000


FULL: Final = Scale()
# The last pushes of this soak hold one of each kind that must not do any harm.
TINY: Final = Scale(
    devices=40,
    small_fleet=5,
    large_fleet=10,
    mixed_fleet=30,
    rounds=2,
    events={1: 80, 16: 160},
    cost_events=40,
    mqtt_events=80,
    polls=2,
    recorded_devices=5,
    soak=1200,
)
