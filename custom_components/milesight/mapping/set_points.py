"""The set-points that each mode of a thermostat uses.

Automatic mode has one or two, which is the "single" or the "dual" target temperature mode of
https://www.milesight.com/products/docs/en/wt401/steps/wt/wt401-plan-settings.html.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from homeassistant.components.climate.const import HVACMode

ANY_MODE: Final = "target_temperature"
# The roles of all set-points; the first that a thermostat has gives it its unique id.
SET_POINTS: Final = (
    ANY_MODE,
    "target_temperature_heat",
    "target_temperature_cool",
    "target_temperature_auto",
    "target_temperature_low",
    "target_temperature_high",
)
# The roles of the one set-point of a mode, and of the two of a range, in order of preference.
SINGLE: Final[dict[str | None, tuple[str, ...]]] = {
    HVACMode.HEAT: ("target_temperature_heat", ANY_MODE),
    HVACMode.COOL: ("target_temperature_cool", ANY_MODE),
    HVACMode.AUTO: ("target_temperature_auto", ANY_MODE),
    HVACMode.HEAT_COOL: ("target_temperature_auto", ANY_MODE),
    HVACMode.FAN_ONLY: (),
}
RANGES: Final = (
    ("target_temperature_low", "target_temperature_high"),
    ("target_temperature_heat", "target_temperature_cool"),
)
RANGE_MODES: Final[frozenset[str | None]] = frozenset({HVACMode.HEAT_COOL, HVACMode.AUTO})


def mode_set_points(
    mode: str | None, roles: AbstractSet[str], *, dual: bool = False
) -> tuple[str, ...]:
    """Return the roles of the set-points that a mode uses: one, a low and a high one, or none.

    ``roles`` are those that the thermostat has. ``dual`` prefers two set-points to one. An unknown
    mode, and one that neither heats nor cools, uses the set-point of any mode, or the only one.
    """
    if mode not in SINGLE:
        present = [role for role in SET_POINTS if role in roles]
        return tuple(present[:1]) if ANY_MODE in present or len(present) == 1 else ()
    single = [(role,) for role in SINGLE[mode] if role in roles]
    ranges = [pair for pair in RANGES if mode in RANGE_MODES and roles >= set(pair)]
    return next(iter([*ranges, *single] if dual else [*single, *ranges]), ())
