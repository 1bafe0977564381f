"""Consequences of changed values and service calls, by the meaning of the properties.

A rule is made for a specification once. It takes all values and those that were changed, and
returns what is different because of them.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from . import thermostat
from .behavior import is_total
from .specification import Function, Item, Leaves, words_of
from .values import Values

type Rule = Callable[[Values, Values], Values]

_SWITCH: Final = words_of("socket switch ctrl relay")
_NO_SWITCH: Final = words_of("enable lock mode alarm protect")
_LAMP_WATTS: Final = 40
_MAINS_VOLTS: Final = 230


def rules(leaves: Leaves, sample: Values) -> tuple[Rule, ...]:
    """Return the rules that hold for properties of which a device reports `sample`."""
    reported = {path: item for path, item in leaves.items() if path in sample}
    return tuple(rule for recognize in _RECOGNIZERS for rule in recognize(reported, sample))


def is_on(item: Item, value: Any) -> bool:
    """Return whether a value of a switch or valve means on or open."""
    return item.label_of(value) in ("on", "open") if item.labels else bool(value)


# One temperature as `x`, `celsius_x` and `fahrenheit_x`


def _scales(leaves: Leaves, _: Values) -> Iterator[Rule]:
    for path in leaves:
        leading, found, name = path.rpartition("fahrenheit_")
        if found and name.endswith("temperature"):
            celsius = [leading + name, f"{leading}celsius_{name}"]
            if celsius := [other for other in celsius if other in leaves]:
                yield partial(_align, celsius, path)


def _align(celsius: list[str], fahrenheit: str, values: Values, changed: Values) -> Values:
    degrees = values[next((path for path in reversed(celsius) if path in changed), celsius[0])]
    if fahrenheit in changed:
        degrees = round((values[fahrenheit] - 32) * 5 / 9, 1)
    return dict.fromkeys(celsius, degrees) | {fahrenheit: round(degrees * 9 / 5 + 32, 1)}


# A state that repeats a setting: `fan_control_info.mode` of `fan_control_mode`


def _repeated(leaves: Leaves, _: Values) -> Iterator[Rule]:
    settings = [item for item in leaves.values() if item.writable and item.labels]
    for path, item in leaves.items():
        for setting in settings:
            if (
                not item.writable
                and item.labels == setting.labels
                and item.words - {"info", "status"} <= setting.words
            ):
                yield partial(_repeat, path, setting.path)


def _repeat(path: str, setting: str, values: Values, _: Values) -> Values:
    return {path: values[setting]}


# What is plugged in draws power while its switch is on


def _load(leaves: Leaves, sample: Values) -> Iterator[Rule]:
    switches = [
        item
        for item in leaves.values()
        if item.writable and item.words & _SWITCH and not item.words & _NO_SWITCH
    ]
    power = _measured(leaves, "W")
    if switches and power:
        watts = sample[power.path] or _LAMP_WATTS
        meters = (_measured(leaves, "V"), _measured(leaves, "A", "mA"))
        yield partial(_draw, switches, power, watts, *meters)


def _draw(
    switches: list[Item],
    power: Item,
    watts: float,
    voltage: Item | None,
    current: Item | None,
    values: Values,
    changed: Values,
) -> Values:
    on = sum(is_on(item, values[item.path]) for item in switches)
    drawn = values[power.path] if on else 0
    if on and (not drawn or any(item.path in changed for item in switches)):
        drawn = on * watts
    followed = {power.path: power.rounded(drawn)}
    if current:
        volts = values[voltage.path] if voltage else _MAINS_VOLTS
        amperes = drawn / volts * (1000 if current.unit == "mA" else 1)
        followed[current.path] = current.rounded(amperes)
    return followed


def _measured(leaves: Leaves, *units: str) -> Item | None:
    found = (i for i in leaves.values() if i.unit in units and not i.writable and i.is_number)
    return next(found, None)


def resting(leaves: Leaves, values: Values) -> set[str]:
    """Return the totals that do not rise: of energy without power, of a valve that is closed."""
    power = _measured(leaves, "W")
    unpowered = power is not None and not values.get(power.path)
    paths = set[str]()
    for path, item in leaves.items():
        if is_total(item):
            valve = leaves.get(path.removesuffix("_pulse"), item)
            closed = valve is not item and not is_on(valve, values.get(valve.path))
            if closed or (unpowered and item.unit in ("Wh", "kWh")):
                paths.add(path)
    return paths


_RECOGNIZERS: Final = (_scales, _repeated, _load, thermostat.recognize, _scales)


# Services


def effect(leaves: Leaves, service: Function, inputs: Values, values: Values) -> Values:
    """Return what a service call changes: what its id and its inputs name."""
    words = words_of(service.id)
    if "toggle" in words:
        return {
            item.path: _toggled(item, values[item.path])
            for item in leaves.values()
            if item.writable and item.path in values and item.words & words & _SWITCH
        }
    if words & {"clear", "reset"}:
        totals = {path: len(item.words & words) for path, item in leaves.items() if is_total(item)}
        most = max(totals.values(), default=0)
        return {
            path: leaves[path].rounded(0)
            for path, shared in totals.items()
            if most and shared == most
        }
    if "stop" in words:
        return {
            path: False
            for path, item in leaves.items()
            if item.data_type == "BOOL" and not item.writable and item.words & words
        }
    _, _, noun = service.id.partition("_")
    named = {path.replace("value", noun): value for path, value in inputs.items()}
    return {path: value for path, value in (inputs | named).items() if path in leaves}


def _toggled(item: Item, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return type(value)(item.key_of("off" if is_on(item, value) else "on"))
