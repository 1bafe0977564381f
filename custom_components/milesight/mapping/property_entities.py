"""From a property to its entity: which platform, and what the rules say about it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypedDict

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.event import EventDeviceClass
from homeassistant.components.number.const import NumberDeviceClass
from homeassistant.components.sensor.const import SensorDeviceClass, SensorStateClass
from homeassistant.components.switch import SwitchDeviceClass
from homeassistant.const import EntityCategory, Platform, UnitOfEnergy

from ..api import DataType, Item
from .bounds import bounds, step
from .button_rules import button_rule
from .descriptions import (
    BinarySensorDescription,
    ButtonDescription,
    DateTimeDescription,
    Description,
    ImageDescription,
    NumberDescription,
    Priority,
    ReportEventDescription,
    SelectDescription,
    SensorDescription,
    SwitchDescription,
    TextDescription,
    TimeDescription,
)
from .labels import affirms_name, on_keys, option_names, value_labels, words_of
from .momentary import PRESSED, is_momentary, trigger_key
from .naming import property_name
from .number_rules import number_meaning
from .properties import Property
from .safety import sets_up_installation
from .setting_rules import setting_of
from .state_rules import says_opposite, state_meaning
from .tokens import PathTokens, pattern, vocabulary
from .translations import TRANSLATED_CLASSES, find_translation, translated_states
from .units import UNIT_CLASSES, fits, state_class_for

DIAGNOSTIC = EntityCategory.DIAGNOSTIC
MAX_TEXT = 255
SUGGESTED_UNITS: dict[tuple[SensorDeviceClass | None, str | None], str] = {
    (SensorDeviceClass.ENERGY, UnitOfEnergy.WATT_HOUR): UnitOfEnergy.KILO_WATT_HOUR,
}
OUTLETS = frozenset({"socket", "outlet", "plug"})
SECRETS = frozenset({"key", "password", "secret", "token", "pin", "appkey", "psk"})
PRIVATE = (
    vocabulary("eui iccid id imsi mac message model name phone pn region sn template text")
    | SECRETS
)
# What is counted, or read from a register, is measured even if it can be written.
COUNTED = (
    pattern(
        "pulse|counter -enable|config|setting|filter|task|rule|conversion|conv|width|duration|time"
        "|interval|number|address|id|threshold|alarm|mode|type|unit|min|max|limit|control"
    ),
    pattern("modbus|register +modbus|register|channel|holding|input"),
)
ENABLING = frozenset({"enable", "enabled", "disable", "disabled"})
OPENED = frozenset({"open", "opened"})


def describe_property(prop: Property) -> Description | None:
    """Return the entity of a property, ``None`` if no entity can show it."""
    build = _BUILDERS.get(prop.item.data_type)
    description = build(prop) if build is not None else None
    if description is None:
        return None
    if sets_up_installation(prop):
        is_read = isinstance(description, SensorDescription)
        category = description.category if is_read else EntityCategory.CONFIG
        description = replace(description, priority=Priority.RARE, category=category)
    return replace(description, priority=Priority.RARE) if prop.hidden else description


class EntityIdentity(TypedDict):
    """The fields that every entity of a property has."""

    key: str
    path: str
    name: str | None
    translation_key: str | None
    placeholders: Mapping[str, str]


def identity(prop: Property, platform: Platform) -> EntityIdentity:
    """Return the key, the path and the name of the entity of a property."""
    translation = find_translation(prop.tokens, prop.path, platform)
    return {
        "key": prop.path,
        "path": prop.path,
        "name": property_name(prop),
        "translation_key": translation[0] if translation else None,
        "placeholders": translation[1] if translation else {},
    }


def _classed(identity: EntityIdentity, device_class: str | None) -> EntityIdentity:
    """Return the names with the translation of the device class, where a phrase has several."""
    key = TRANSLATED_CLASSES.get((identity["translation_key"] or "", device_class or ""))
    return {**identity, "translation_key": key} if key else identity


def _number(prop: Property) -> Description:
    counted = any(counted.matches(prop.tokens) for counted in COUNTED)
    if prop.item.writable and not (prop.item.readable and counted):
        return _number_setting(prop)
    return _measurement(prop)


def _measurement(prop: Property) -> SensorDescription:
    item = prop.item
    meaning = number_meaning(prop.tokens, prop.unit, ratio=_is_ratio(item))
    device_class = meaning.device_class if fits(meaning.device_class, meaning.unit) else None
    state_class = state_class_for(device_class, meaning.state_class)
    if state_class is SensorStateClass.MEASUREMENT_ANGLE and meaning.unit != "°":
        state_class = SensorStateClass.MEASUREMENT
    return SensorDescription(
        **_classed(identity(prop, Platform.SENSOR), device_class),
        item=item,
        device_class=device_class,
        state_class=state_class,
        unit=meaning.unit,
        suggested_unit=SUGGESTED_UNITS.get((device_class, meaning.unit)),
        precision=_precision(item),
        category=meaning.category,
        priority=meaning.priority,
    )


def _is_ratio(item: Item) -> bool:
    return not item.data_type.is_whole and (item.maximum is None or item.maximum <= 1)


def _precision(item: Item) -> int | None:
    """Return how many decimals to show."""
    if item.fraction_digits is not None:
        return min(item.fraction_digits, 10)
    return 0 if item.data_type.is_whole else None


def _number_setting(prop: Property) -> NumberDescription:
    item = prop.item
    setting = setting_of(prop.tokens, Platform.NUMBER)
    meaning = number_meaning(prop.tokens, prop.unit, ratio=_is_ratio(item))
    minimum, maximum = bounds(item, prop.unit, prop.tokens)
    return NumberDescription(
        **identity(prop, Platform.NUMBER),
        item=item,
        device_class=_number_class(meaning.device_class, prop.unit)
        or _number_class(UNIT_CLASSES.get(prop.unit or ""), prop.unit),
        unit=prop.unit,
        minimum=minimum,
        maximum=maximum,
        step=step(item),
        category=setting.category,
        priority=setting.priority,
    )


def _number_class(
    device_class: SensorDeviceClass | None, unit: str | None
) -> NumberDeviceClass | None:
    """Return the class of a number that measures what a sensor of this class does."""
    if device_class is None or device_class not in NumberDeviceClass:
        return None
    return NumberDeviceClass(device_class) if fits(device_class, unit) else None


def _states(prop: Property) -> Description | None:
    on = on_keys(prop.item)
    if prop.item.writable:
        return _writable_states(prop, on)
    if is_momentary(prop, value_labels(prop.item)):
        return _press(prop)
    return _enumeration(prop) if on is None else _flag(prop, on)


def _press(prop: Property) -> ReportEventDescription:
    pressed = prop.tokens.any(PRESSED)
    names = identity(prop, Platform.EVENT)
    return ReportEventDescription(
        **names,
        item=prop.item,
        device_class=EventDeviceClass.BUTTON if pressed else None,
        event_types=translated_states(
            Platform.EVENT, names["translation_key"], option_names(value_labels(prop.item))
        ),
        category=None if pressed else DIAGNOSTIC,
        priority=Priority.PRIMARY if pressed else Priority.RARE,
    )


def _flag(prop: Property, on: frozenset[str]) -> BinarySensorDescription:
    labels = value_labels(prop.item)
    meaning = state_meaning(prop.tokens, [labels[key] for key in on])
    on_words = frozenset(word for key in on for word in words_of(labels[key]))
    # Home Assistant's locks are on when they are open
    is_locked = meaning.device_class is BinarySensorDeviceClass.LOCK and on_words.isdisjoint(OPENED)
    is_opposite = affirms_name(prop.item) and says_opposite(meaning.device_class, prop.tokens.last)
    if is_locked is not is_opposite:
        on = frozenset(labels) - on
    return BinarySensorDescription(
        **_classed(identity(prop, Platform.BINARY_SENSOR), meaning.device_class),
        item=prop.item,
        device_class=meaning.device_class,
        labels=option_names(labels),
        on=on,
        category=meaning.category,
        priority=meaning.priority,
    )


def _enumeration(prop: Property) -> SensorDescription:
    meaning = state_meaning(prop.tokens)
    names = identity(prop, Platform.SENSOR)
    return SensorDescription(
        **names,
        item=prop.item,
        device_class=SensorDeviceClass.ENUM,
        options=translated_states(
            Platform.SENSOR, names["translation_key"], option_names(value_labels(prop.item))
        ),
        category=meaning.category,
        priority=meaning.priority,
    )


def _writable_states(prop: Property, on: frozenset[str] | None) -> Description:
    if not prop.item.readable and (key := trigger_key(prop, on)) is not None:
        command = button_rule(prop.tokens)
        return ButtonDescription(
            **identity(prop, Platform.BUTTON),
            item=prop.item,
            press_key=key,
            device_class=command.device_class,
            category=command.category,
            priority=command.priority,
        )
    labels = value_labels(prop.item)
    return _select(prop, labels) if on is None else _switch(prop, labels, on)


def _select(prop: Property, labels: Mapping[str, str]) -> SelectDescription:
    setting = setting_of(prop.tokens, Platform.SELECT)
    names = identity(prop, Platform.SELECT)
    return SelectDescription(
        **names,
        item=prop.item,
        options=translated_states(Platform.SELECT, names["translation_key"], option_names(labels)),
        category=setting.category,
        priority=setting.priority,
    )


def _switch(prop: Property, labels: Mapping[str, str], on: frozenset[str]) -> SwitchDescription:
    tokens = prop.tokens
    if any(ENABLING.intersection(words_of(label)) for label in labels.values()):
        tokens = replace(tokens, all=tokens.all | {"enable"})
    setting = setting_of(tokens, Platform.SWITCH)
    return SwitchDescription(
        **identity(prop, Platform.SWITCH),
        item=prop.item,
        device_class=switch_class(prop.tokens) if setting.priority is Priority.PRIMARY else None,
        labels=option_names(labels),
        on=on,
        category=setting.category,
        priority=setting.priority,
    )


def switch_class(tokens: PathTokens) -> SwitchDeviceClass:
    """Return the class of a switch that the device is for."""
    return SwitchDeviceClass.OUTLET if tokens.any(OUTLETS) else SwitchDeviceClass.SWITCH


def _text(prop: Property) -> TextDescription | SensorDescription:
    item = prop.item
    if item.writable:
        max_length = min(item.max_size or MAX_TEXT, MAX_TEXT)
        return TextDescription(
            **identity(prop, Platform.TEXT),
            item=item,
            min_length=min(item.min_size or 0, max_length),
            max_length=max_length,
            secret=prop.tokens.any(SECRETS),
            category=EntityCategory.CONFIG,
            priority=Priority.RARE,
        )
    return SensorDescription(
        **identity(prop, Platform.SENSOR),
        item=item,
        category=DIAGNOSTIC,
        priority=Priority.RARE if prop.tokens.any(PRIVATE) else Priority.SECONDARY,
    )


def _date(prop: Property) -> DateTimeDescription | SensorDescription:
    if prop.item.writable:
        return DateTimeDescription(
            **identity(prop, Platform.DATETIME),
            item=prop.item,
            category=EntityCategory.CONFIG,
            priority=Priority.RARE,
        )
    return SensorDescription(
        **identity(prop, Platform.SENSOR),
        item=prop.item,
        device_class=SensorDeviceClass.TIMESTAMP,
        category=DIAGNOSTIC,
        priority=Priority.RARE if "timestamp" in prop.tokens else Priority.SECONDARY,
    )


def _local_time(prop: Property) -> TimeDescription | SensorDescription:
    if prop.item.writable:
        return TimeDescription(
            **identity(prop, Platform.TIME),
            item=prop.item,
            category=EntityCategory.CONFIG,
            priority=Priority.RARE,
        )
    return _plain_sensor(prop)


def _plain_sensor(prop: Property) -> SensorDescription:
    return SensorDescription(**identity(prop, Platform.SENSOR), item=prop.item, category=DIAGNOSTIC)


def _image(prop: Property) -> ImageDescription | None:
    if not prop.item.readable:
        return None
    return ImageDescription(**identity(prop, Platform.IMAGE), item=prop.item)


def _file(prop: Property) -> SensorDescription | None:
    return _plain_sensor(prop) if prop.item.readable else None


_BUILDERS: dict[DataType, Callable[[Property], Description | None]] = {
    DataType.INT: _number,
    DataType.LONG: _number,
    DataType.FLOAT: _number,
    DataType.DOUBLE: _number,
    DataType.BOOL: _states,
    DataType.ENUM: _states,
    DataType.STRING: _text,
    DataType.DATE: _date,
    DataType.LOCAL_TIME: _local_time,
    DataType.IMAGE: _image,
    DataType.FILE: _file,
}
