"""Control of valve and fan by a thermostat until the room has the target temperature."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from .specification import Item, Leaves
from .values import Values

_PERCENT_PER_DEGREE: Final = 50  # a radiator valve is fully open at two degrees too little
_SPEEDS: Final = ("low", "medium", "high")


def recognize(leaves: Leaves, _: Values) -> Iterator[partial[Values]]:
    """Yield the rule of a device that measures a temperature and has a set-point for it."""
    targets = [
        item
        for path, item in leaves.items()
        if path.endswith("target_temperature") and "." not in path and item.is_number
    ]
    targets = [item for item in targets if not item.words & {"celsius", "fahrenheit"}]
    if targets and "temperature" in leaves:
        yield partial(_heat_or_cool, leaves, targets)


def _heat_or_cool(leaves: Leaves, targets: list[Item], values: Values, _: Values) -> Values:
    room, mode = values["temperature"], _mode(leaves, values)
    action = mode
    if mode == "auto":
        action = "heat" if room < values[_target(targets, "auto", "heat")] else "cool"
    target = values[_target(targets, mode, action)]
    gap = {"heat": target - room, "cool": room - target}.get(action, 0)
    read_only = {path: item for path, item in leaves.items() if not item.writable}
    followed = {
        path: value
        for path, item in read_only.items()
        if (value := _driven(leaves, values, item, action, gap)) is not None
    }
    if "target_temperature" in read_only and len(targets) > 1:
        followed["target_temperature"] = target
    return followed


def _driven(leaves: Leaves, values: Values, item: Item, action: str, gap: float) -> Any:
    """Return the state of a valve, fan or status, `None` of anything else."""
    active, idle = gap > 0, item.key_of("standby", "idle", "off")
    if item.words >= {"valve", "opening"} and item.unit == "%":
        automatic = round(min(100, max(0, _PERCENT_PER_DEGREE * gap)))
        return automatic if (asked := _asked_opening(leaves, values, item)) is None else asked
    if idle and item.key_of("heat", "heating"):
        return item.key_of(action, f"{action}ing") if active else idle
    if idle and "fan" in item.words and item.key_of(*_SPEEDS):
        speed = _label(leaves, values, "fan", "mode")
        if speed not in _SPEEDS:
            speed = _SPEEDS[min(2, max(0, int(gap)))]
        return item.key_of(speed) if active else idle
    if item.words >= {"valve", "status"} and "relay" not in item.words:
        return item.key_of("open" if active else "close")
    return None


def _mode(leaves: Leaves, values: Values) -> str:
    """Return `heat`, `cool`, `auto`, or another word for none of them."""
    if _label(leaves, values, "system", "status") == "off":
        return "off"
    modes = [item for item in leaves.values() if item.writable and item.key_of("heat")]
    return modes[0].label_of(values[modes[0].path]) if modes else "heat"


def _target(targets: list[Item], mode: str, action: str) -> str:
    """Return the set-point whose id names mode and action, and little else."""
    wanted = {mode, action, f"{action}ing"}
    return max(targets, key=lambda item: (len(item.words & wanted), -len(item.words))).path


def _asked_opening(leaves: Leaves, values: Values, opening: Item) -> Any:
    """Return the opening that was asked for instead of a temperature, `None` for none."""
    by_hand = "opening" in _label(leaves, values, "control", "mode")
    for path, item in leaves.items():
        if item is not opening and item.words >= {"valve", "opening"} and item.unit == "%":
            return values[path] if by_hand or ("target" in item.words and values[path]) else None
    return None


def _label(leaves: Leaves, values: Values, *words: str) -> str:
    """Return the present label of the first setting whose id has these words."""
    settings = (item for item in leaves.values() if item.writable and item.words >= set(words))
    return next((item.label_of(values[item.path]) for item in settings), "")
