"""Corrections: what users change about the entities that the rules describe.

A correction has only the fields that differ from the rules. ``NO_VALUE`` stands for a device class,
unit or state class that is taken away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.number.const import NumberDeviceClass
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
    STATE_CLASS_UNITS,
    SensorDeviceClass,
    SensorStateClass,
)
from homeassistant.components.switch import SwitchDeviceClass

from ..api.paths import ANY_INDEX
from .descriptions import (
    BinarySensorDescription,
    Description,
    FlagDescription,
    NumberDescription,
    Priority,
    SensorDescription,
    SwitchDescription,
)
from .units import fits

type Changes = Mapping[str, Any]

NAME: Final = "name"
ENABLED: Final = "enabled"
DEVICE_CLASS: Final = "device_class"
UNIT: Final = "unit"
STATE_CLASS: Final = "state_class"
INVERTED: Final = "inverted"
NO_VALUE: Final = "none"
ON_OFF: Final = {"on": "off", "off": "on"}


def correctable_fields(description: Description) -> tuple[str, ...]:
    """Return the fields of an entity that a correction may change."""
    fields: tuple[str, ...] = ()
    if isinstance(description, SensorDescription) and _is_number(description):
        fields = (DEVICE_CLASS, UNIT, STATE_CLASS)
    elif isinstance(description, NumberDescription):
        fields = (DEVICE_CLASS, UNIT)
    elif isinstance(description, BinarySensorDescription) and description.release:
        fields = (DEVICE_CLASS,)  # alarm and release have no opposite
    elif isinstance(description, FlagDescription):
        fields = (DEVICE_CLASS, INVERTED)
    return (NAME, ENABLED, *fields)


def described_values(description: Description) -> dict[str, Any]:
    """Return the present values of the fields that can be corrected, except for the name."""
    values = {
        ENABLED: description.priority is not Priority.RARE,
        INVERTED: False,
        **{
            field: getattr(description, field, None) or NO_VALUE
            for field in (DEVICE_CLASS, UNIT, STATE_CLASS)
        },
    }
    return {field: values[field] for field in correctable_fields(description) if field in values}


def choices(description: Description, field: str) -> list[str]:
    """Return the values of a field that Home Assistant admits for an entity.

    If a device class admits the reported unit, only such device classes are offered.
    """
    if isinstance(description, BinarySensorDescription):
        return [NO_VALUE, *sorted(BinarySensorDeviceClass)]
    if isinstance(description, SwitchDescription):
        return [NO_VALUE, *sorted(SwitchDeviceClass)]
    unit = getattr(description, UNIT, None)
    classes = [choice for choice in DEVICE_CLASS_UNITS if fits(choice, unit)]
    if unit is None or not classes:
        classes = list(DEVICE_CLASS_UNITS)
    if field == DEVICE_CLASS:
        return [NO_VALUE, *sorted(map(str, classes))]
    if field == STATE_CLASS:
        admitted = set[str]().union(*(DEVICE_CLASS_STATE_CLASSES[choice] for choice in classes))
        return [NO_VALUE, *(choice for choice in SensorStateClass if choice in admitted)]
    units = {
        str(name)
        for choice in classes
        for group in DEVICE_CLASS_UNITS[choice]
        if group is not None
        for name in (group if isinstance(group, type) else (group,))
    }
    return [NO_VALUE, *sorted(units | ({unit} if unit else set()))]


def invalid_fields(description: Description, changes: Changes) -> dict[str, str]:
    """Return the fields that Home Assistant does not admit together, with the error of each."""
    values = described_values(description) | dict(changes)
    if not isinstance(description, SensorDescription | NumberDescription):
        options = choices(description, DEVICE_CLASS) if DEVICE_CLASS in values else ()
        is_valid = values.get(DEVICE_CLASS, NO_VALUE) in (NO_VALUE, *options)
        return {} if is_valid else {DEVICE_CLASS: "invalid_device_class"}
    if UNIT not in values:
        return {}
    device_class, unit = _value(values[DEVICE_CLASS]), _value(values[UNIT])
    if device_class is not None and device_class not in map(str, DEVICE_CLASS_UNITS):
        return {DEVICE_CLASS: "invalid_device_class"}
    sensor_class = SensorDeviceClass(device_class) if device_class else None
    errors = {} if fits(sensor_class, unit) else {UNIT: "invalid_unit"}
    state_class = _value(values.get(STATE_CLASS))
    if state_class is not None and not _admits_state_class(sensor_class, unit, state_class):
        errors[STATE_CLASS] = "invalid_state_class"
    return errors


def corrected(
    descriptions: Iterable[Description], corrections: Mapping[str, Changes]
) -> tuple[Description, ...]:
    """Return the descriptions with corrections, which are by the key of the description.

    A correction that does not fit any more, since new firmware changed the property, has no effect.
    """
    return tuple(
        _correct(description, corrections[description.key])
        if description.key in corrections
        else description
        for description in descriptions
    )


def _correct(description: Description, changes: Changes) -> Description:
    fields = correctable_fields(description)
    changes = {field: value for field, value in changes.items() if field in fields}
    if invalid_fields(description, changes):
        return description
    replaced: dict[str, Any] = {}
    if name := changes.get(NAME):
        indices = " ".join([ANY_INDEX] * description.path.count(ANY_INDEX))
        numbered = name if ANY_INDEX in name else f"{name} {indices}".strip()
        replaced |= {"name": numbered, "translation_key": None, "placeholders": {}}
    if ENABLED in changes:
        replaced["priority"] = Priority.PRIMARY if changes[ENABLED] else Priority.RARE
    if DEVICE_CLASS in changes:
        device_class = _value(changes[DEVICE_CLASS])
        replaced[DEVICE_CLASS] = device_class and _class_type(description)(device_class)
    if UNIT in changes:
        replaced[UNIT] = _value(changes[UNIT])
    if STATE_CLASS in changes:
        state_class = _value(changes[STATE_CLASS])
        replaced[STATE_CLASS] = state_class and SensorStateClass(state_class)
    if isinstance(description, SensorDescription) and replaced.keys() & {DEVICE_CLASS, UNIT}:
        replaced["suggested_unit"] = None
    if changes.get(INVERTED) and isinstance(description, FlagDescription):
        replaced["on"] = frozenset(description.labels) - description.on
        if isinstance(description, SwitchDescription):
            states = description.state_options.items()
            replaced["state_options"] = {key: ON_OFF[state] for key, state in states}
    return replace(description, **replaced)


def _is_number(description: SensorDescription) -> bool:
    return description.item.data_type.is_number and not description.options


def _value(value: str | None) -> str | None:
    return None if value == NO_VALUE else value


def _class_type(description: Description) -> type:
    types = {
        SensorDescription: SensorDeviceClass,
        NumberDescription: NumberDeviceClass,
        BinarySensorDescription: BinarySensorDeviceClass,
        SwitchDescription: SwitchDeviceClass,
    }
    return next(choice for kind, choice in types.items() if isinstance(description, kind))


def _admits_state_class(
    device_class: SensorDeviceClass | None, unit: str | None, state_class: str
) -> bool:
    if state_class not in map(str, SensorStateClass):
        return False
    choice = SensorStateClass(state_class)
    if choice in STATE_CLASS_UNITS and unit not in STATE_CLASS_UNITS[choice]:
        return False
    return device_class is None or choice in DEVICE_CLASS_STATE_CLASSES.get(device_class, set())
