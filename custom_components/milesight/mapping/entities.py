"""From a leaf to its entity: which platform, and what the rules say about it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.event import EventDeviceClass
from homeassistant.components.number.const import NumberDeviceClass
from homeassistant.components.sensor.const import SensorDeviceClass, SensorStateClass
from homeassistant.components.switch import SwitchDeviceClass
from homeassistant.const import PERCENTAGE, EntityCategory, Platform

from ..api import DataType, Item
from .commands import command_of
from .description import Description, Grade
from .known import KNOWN_CLASSES
from .labels import (
    PRESS_WORDS,
    PRESSES,
    flag_labels,
    on_keys,
    shown,
    ways_to_press,
    words_of,
)
from .leaf import Leaf
from .naming import known_key, spoken_name, translated_states
from .numbers import number_meaning
from .settings import setting_of
from .states import state_meaning
from .units import TEMPERATURES, UNIT_CLASSES, fits, state_class_for
from .words import Words, read, vocabulary

DIAGNOSTIC = EntityCategory.DIAGNOSTIC
MAX_TEXT = 255
HUGE = 2**31 - 1
GREATEST = 10**15
OFFSETS = frozenset({"calibration", "offset", "compensation"})

OUTLETS = frozenset({"socket", "outlet", "plug"})
SECRETS = frozenset({"key", "password", "secret", "token", "pin", "appkey", "psk"})
PRIVATE = (
    frozenset({"iccid", "id", "imsi", "eui", "mac", "message", "name", "phone", "sn"}) | SECRETS
)
PRESSED = frozenset({"button", "click", "key", "press", "sos"})
NOT_PRESSED = vocabulary("lock enable config setting mode msgid d2d battery custom control socket")
COMMANDS = vocabulary("""
    clear reset reboot restart rejoin reconnect sync synchronize query refresh detect beep start
    stop calibration fetch retrieve cancel delete release trigger test identify locate find wake
    collection toggle
    """)
ENABLING = frozenset({"enable", "enabled", "disable", "disabled"})
OPENED = frozenset({"open", "opened"})
YES_NO = frozenset({"yes", "no"})
FLAGS = ("false", "true")
HAPPENED = YES_NO | {"normal", "reset", *FLAGS}


def describe_leaf(leaf: Leaf) -> Description | None:
    """Return the entity of a leaf, ``None`` for one that no entity can show."""
    build = _BUILDERS.get(leaf.item.data_type)
    found = build(leaf) if build is not None else None
    if found is None:
        return None
    if leaf.hidden:
        found = replace(found, grade=Grade.RARE)
    return found


def plain(leaf: Leaf, platform: Platform) -> Description:
    """Return what every entity of a leaf has: its address and its name."""
    known = known_key(leaf, platform)
    return Description(
        platform=platform,
        key=leaf.path,
        path=leaf.path,
        item=leaf.item,
        name=spoken_name(leaf),
        translation_key=known[0] if known else None,
        placeholders=known[1] if known else {},
    )


def _classed(found: Description, device_class: str | None) -> Description:
    """Return a description with the translation of its kind, where a phrase has several."""
    key = KNOWN_CLASSES.get((found.translation_key or "", device_class or ""))
    return replace(found, translation_key=key) if key else found


def _number(leaf: Leaf) -> Description:
    return _number_setting(leaf) if leaf.item.writable else _measurement(leaf)


def _measurement(leaf: Leaf) -> Description:
    item = leaf.item
    meaning = number_meaning(leaf.words, leaf.unit, ratio=_is_ratio(item))
    device_class = meaning.device_class if fits(meaning.device_class, meaning.unit) else None
    state_class = state_class_for(device_class, meaning.state_class)
    if state_class is SensorStateClass.MEASUREMENT_ANGLE and meaning.unit != "°":
        state_class = SensorStateClass.MEASUREMENT
    return replace(
        _classed(plain(leaf, Platform.SENSOR), device_class),
        device_class=device_class,
        state_class=state_class,
        unit=meaning.unit,
        precision=precision(item),
        category=meaning.category,
        grade=meaning.grade,
    )


def _is_ratio(item: Item) -> bool:
    return not item.data_type.is_whole and (item.maximum is None or item.maximum <= 1)


def precision(item: Item) -> int | None:
    """Return how many decimals to show."""
    if item.fraction_digits is not None:
        return min(item.fraction_digits, 10)
    return 0 if item.data_type.is_whole else None


def _number_setting(leaf: Leaf) -> Description:
    item = leaf.item
    setting = setting_of(leaf.words, Platform.NUMBER)
    meaning = number_meaning(leaf.words, leaf.unit, ratio=_is_ratio(item))
    device_class = meaning.device_class
    if device_class not in NumberDeviceClass or not fits(device_class, leaf.unit):
        device_class = UNIT_CLASSES.get(leaf.unit or "")
    if device_class not in NumberDeviceClass or not fits(device_class, leaf.unit):
        device_class = None
    minimum, maximum = bounds(item, leaf.unit)
    return replace(
        plain(leaf, Platform.NUMBER),
        device_class=device_class,
        unit=leaf.unit,
        precision=precision(item),
        minimum=minimum,
        maximum=maximum,
        step=step(item),
        category=setting.category,
        grade=setting.grade,
    )


def step(item: Item) -> float:
    """Return by how much a number changes: a whole one by 1, others by their last decimal.

    Where the specification tells no decimals, its limits have as many as there are.
    """
    digits = item.fraction_digits
    if item.data_type.is_whole or digits == 0:
        return 1.0
    if digits is None:
        digits = max(1, *(_decimals(limit) for limit in (item.minimum, item.maximum)))
    return float(10 ** -min(digits, 10))


def _decimals(limit: float | None) -> int:
    return len(f"{limit:.10f}".rstrip("0").partition(".")[2]) if limit is not None else 0


def bounds(item: Item, unit: str | None) -> tuple[float, float]:
    """Return the least and the greatest value, wide where the specification is silent."""
    least: float = -HUGE
    most: float = HUGE
    if unit == PERCENTAGE:
        least, most = (-100, 100) if read(item.path).any(OFFSETS) else (0, 100)
    elif unit in TEMPERATURES:
        least, most = -1000, 1000
    elif UNIT_CLASSES.get(unit or "") is SensorDeviceClass.DURATION:
        least = 0
    least = _limit(item.minimum, min(least, _limit(item.maximum, least)))
    return least, _limit(item.maximum, max(most, least))


def _limit(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else float(max(-GREATEST, min(value, GREATEST)))


def _states(leaf: Leaf) -> Description | None:
    on = on_keys(leaf.item)
    if leaf.item.writable:
        return _writable_states(leaf, on)
    if _is_momentary(leaf):
        return _press(leaf)
    return _enumeration(leaf) if on is None else _flag(leaf, on)


def _labels(item: Item) -> Mapping[str, str]:
    if item.data_type is not DataType.BOOL:
        return item.mappings
    labels = flag_labels(item)
    return {key: labels.get(key, key) for key in FLAGS}


def _is_momentary(leaf: Leaf) -> bool:
    """Return whether each report is something that happened, whatever was reported before."""
    labels = _labels(leaf.item)
    if leaf.words.any(NOT_PRESSED):
        return False
    spoken = {word for label in labels.values() for word in words_of(label)}
    pressed = leaf.words.any(PRESSED)
    if pressed and (ways_to_press(labels, PRESSES) or not leaf.item.mappings):
        return True
    if ways_to_press(labels, PRESS_WORDS) == len(labels) or (
        ways_to_press(labels, PRESS_WORDS) and len(labels) > len(FLAGS)
    ):
        return True
    return leaf.words.last[-1:] == ("event",) and spoken <= HAPPENED


def _press(leaf: Leaf) -> Description:
    pressed = leaf.words.any(PRESSED)
    found = plain(leaf, Platform.EVENT)
    return replace(
        found,
        device_class=EventDeviceClass.BUTTON if pressed else None,
        states=translated_states(found.translation_key, shown(_labels(leaf.item))),
        category=None if pressed else DIAGNOSTIC,
        grade=Grade.PRIMARY if pressed else Grade.RARE,
    )


def _flag(leaf: Leaf, on: frozenset[str]) -> Description:
    labels = _labels(leaf.item)
    meaning = state_meaning(leaf.words, [labels[key] for key in on])
    said = frozenset(word for key in on for word in words_of(labels[key]))
    if meaning.device_class is BinarySensorDeviceClass.LOCK and said.isdisjoint(OPENED):
        on = frozenset(labels) - on  # Home Assistant's locks are on when they are open
    return replace(
        _classed(plain(leaf, Platform.BINARY_SENSOR), meaning.device_class),
        device_class=meaning.device_class,
        states=shown(labels),
        on=on,
        category=meaning.category,
        grade=meaning.grade,
    )


def _enumeration(leaf: Leaf) -> Description:
    meaning = state_meaning(leaf.words)
    found = plain(leaf, Platform.SENSOR)
    return replace(
        found,
        device_class=SensorDeviceClass.ENUM,
        states=translated_states(found.translation_key, shown(_labels(leaf.item))),
        category=meaning.category,
        grade=meaning.grade,
    )


def _writable_states(leaf: Leaf, on: frozenset[str] | None) -> Description:
    labels = _labels(leaf.item)
    if not leaf.item.readable and (keys := _trigger_keys(leaf, on)):
        command = command_of(leaf.words)
        return replace(
            plain(leaf, Platform.BUTTON),
            device_class=command.device_class,
            states=shown(labels),
            on=keys,
            category=command.category,
            grade=command.grade,
        )
    if on is None:
        setting = setting_of(leaf.words, Platform.SELECT)
        found = plain(leaf, Platform.SELECT)
        return replace(
            found,
            states=translated_states(found.translation_key, shown(labels)),
            category=setting.category,
            grade=setting.grade,
        )
    words = leaf.words
    if any(ENABLING.intersection(words_of(label)) for label in labels.values()):
        words = replace(words, all=words.all | {"enable"})
    setting = setting_of(words, Platform.SWITCH)
    return replace(
        plain(leaf, Platform.SWITCH),
        device_class=switch_class(leaf.words) if setting.grade is Grade.PRIMARY else None,
        states=shown(labels),
        on=on,
        category=setting.category,
        grade=setting.grade,
    )


def switch_class(words: Words) -> SwitchDeviceClass:
    """Return the class of a switch that the device is for."""
    return SwitchDeviceClass.OUTLET if words.any(OUTLETS) else SwitchDeviceClass.SWITCH


def _trigger_keys(leaf: Leaf, on: frozenset[str] | None) -> frozenset[str]:
    """Return what to write to set off a write-only flag, nothing if it is a setting."""
    if "enable" in leaf.words:
        return frozenset()
    if len(leaf.item.mappings) == 1 and leaf.item.data_type is DataType.ENUM:
        return frozenset(leaf.item.mappings)
    said = frozenset(word for label in leaf.item.mappings.values() for word in words_of(label))
    asked = said and said <= YES_NO
    commanded = leaf.words.any(COMMANDS) and said.issubset(FLAGS)
    return on if on is not None and (asked or commanded) else frozenset()


def _text(leaf: Leaf) -> Description:
    item = leaf.item
    secret = leaf.words.any(SECRETS)
    if item.writable:
        return replace(
            plain(leaf, Platform.TEXT),
            minimum=min(item.min_size or 0, MAX_TEXT),
            maximum=min(item.max_size or MAX_TEXT, MAX_TEXT) or MAX_TEXT,
            secret=secret,
            category=EntityCategory.CONFIG,
            grade=Grade.RARE,
        )
    rare = leaf.words.any(PRIVATE)
    return replace(
        plain(leaf, Platform.SENSOR),
        secret=secret,
        category=DIAGNOSTIC,
        grade=Grade.RARE if rare else Grade.SECONDARY,
    )


def _date(leaf: Leaf) -> Description:
    if leaf.item.writable:
        return replace(
            plain(leaf, Platform.DATETIME), category=EntityCategory.CONFIG, grade=Grade.RARE
        )
    return replace(
        plain(leaf, Platform.SENSOR),
        device_class=SensorDeviceClass.TIMESTAMP,
        category=DIAGNOSTIC,
        grade=Grade.RARE if "timestamp" in leaf.words else Grade.SECONDARY,
    )


def _local_time(leaf: Leaf) -> Description:
    if leaf.item.writable:
        return replace(plain(leaf, Platform.TIME), category=EntityCategory.CONFIG, grade=Grade.RARE)
    return replace(plain(leaf, Platform.SENSOR), category=DIAGNOSTIC)


def _image(leaf: Leaf) -> Description | None:
    return plain(leaf, Platform.IMAGE) if leaf.item.readable else None


def _file(leaf: Leaf) -> Description | None:
    if not leaf.item.readable:
        return None
    return replace(plain(leaf, Platform.SENSOR), category=DIAGNOSTIC)


_BUILDERS: dict[DataType, Callable[[Leaf], Description | None]] = {
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
