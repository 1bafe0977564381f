"""Properties with translated names, and those of their states that are translated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import re

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN

from ..api.paths import ANY_INDEX
from .labels import slug, words_of
from .reading_phrases import READING_PHRASES
from .setting_phrases import SETTING_PHRASES
from .tokens import CHANNEL, PathTokens, vocabulary

NUMBERED, CHANNELED = "#", "@"


@dataclass(frozen=True, slots=True)
class Table:
    """The translation keys of a platform by phrase, and the keys that have variants."""

    keys: Mapping[str, str]
    numbered: frozenset[str]
    channeled: frozenset[str]


# The quantities that have settings and alarms of their own: translation key by phrase.
QUANTITIES = {
    "co2": "carbon_dioxide",
    "conductivity": "conductivity",
    "current": "current",
    "depth": "depth",
    "distance": "distance",
    "electrical_conductivity": "conductivity",
    "electricity": "conductivity",
    "humidity": "humidity",
    "illuminance": "light",
    "leak": "leak",
    "light": "light",
    "magnet": "contact",
    "moisture": "moisture",
    "pressure": "pressure",
    "temperature": "temperature",
    "temperature_left": "temperature_left",
    "temperature_right": "temperature_right",
    "vaping": "vaping",
    "vaping_index": "vaping",
}
_LIMITED = vocabulary("""
    carbon_dioxide conductivity current depth distance humidity light moisture pressure temperature
    temperature_left temperature_right
    """)


@dataclass(frozen=True, slots=True)
class Aspect:
    """A setting or an alarm that several quantities have.

    In ``phrases`` and ``key`` the quantity stands for ``{}``; ``quantities`` are those whose
    translation exists.
    """

    platform: str
    key: str
    phrases: tuple[str, ...]
    quantities: frozenset[str]


ASPECTS: tuple[Aspect, ...] = (
    Aspect(
        "number",
        "{}_alarm_maximum",
        ("{}_alarm_threshold_max", "{}_threshold_max", "{}_alarm_max"),
        _LIMITED | {"vaping"},
    ),
    Aspect(
        "number",
        "{}_alarm_minimum",
        ("{}_alarm_threshold_min", "{}_threshold_min", "{}_alarm_min"),
        _LIMITED,
    ),
    Aspect(
        "number",
        "{}_alarm_report_interval",
        ("{}_alarm_report_interval", "{}_alarm_interval"),
        vocabulary("contact current leak light temperature"),
    ),
    Aspect(
        "number",
        "{}_alarm_report_times",
        ("{}_alarm_report_times", "{}_alarm_times", "{}_alarm_count"),
        vocabulary("contact current leak light temperature"),
    ),
    Aspect("number", "{}_calibration", ("{}_calibration",), _LIMITED - {"current", "light"}),
    Aspect(
        "select",
        "{}_alarm_condition",
        ("{}_alarm_condition", "{}_threshold_condition", "{}_alarm_threshold_condition"),
        _LIMITED,
    ),
    Aspect(
        "switch",
        "{}_alarm",
        ("{}_alarm_enable", "{}_threshold_enable", "{}_alarm_threshold_enable"),
        _LIMITED | {"contact", "leak", "vaping"},
    ),
    Aspect("switch", "{}_calibration", ("{}_calibration_enable",), _LIMITED - {"current", "light"}),
    Aspect("switch", "{}_change_alarm", ("{}_mutation_alarm_enable",), vocabulary("temperature")),
    Aspect(
        "sensor",
        "{}_alarm",
        ("{}_alarm", "{}_alarm_type", "{}_threshold_alarm"),
        vocabulary(
            "current distance humidity pressure temperature temperature_left temperature_right"
            " vaping"
        ),
    ),
    Aspect(
        "event",
        "{}_alarm",
        ("{}_alarm",),
        vocabulary("current distance humidity leak pressure temperature"),
    ),
    Aspect("event", "{}_change_alarm", ("{}_mutation_alarm",), vocabulary("temperature")),
    Aspect(
        "binary_sensor",
        "{}_alarm",
        ("{}_alarm", "{}_threshold_alarm"),
        vocabulary("carbon_dioxide current distance humidity pressure temperature"),
    ),
)


def _aspects_of(platform: str) -> Iterator[tuple[str, str]]:
    """Yield phrases and keys of the settings and alarms of all quantities."""
    for aspect in ASPECTS:
        for phrase, quantity in QUANTITIES.items():
            if aspect.platform == platform and quantity in aspect.quantities:
                for pattern in aspect.phrases:
                    yield pattern.format(phrase), aspect.key.format(quantity)


def _table(platform: str, text: str) -> Table:
    keys = dict(_aspects_of(platform))
    variants: dict[str, set[str]] = {NUMBERED: set(), CHANNELED: set()}
    for line in filter(None, map(str.strip, text.splitlines())):
        head, _, phrases = line.partition(":")
        key = head.rstrip(NUMBERED + CHANNELED)
        for variant, marked in variants.items():
            if variant in head:
                marked.add(key)
        keys |= dict.fromkeys(phrases.split() or [key], key)
    return Table(keys, frozenset(variants[NUMBERED]), frozenset(variants[CHANNELED]))


TABLES: dict[str, Table] = {
    platform: _table(platform, text)
    for platform, text in (READING_PHRASES | SETTING_PHRASES).items()
}

# The same phrase of another kind: a pressure of the air, or in a pipe; what was consumed, or is.
TRANSLATED_CLASSES: dict[tuple[str, str], str] = {
    ("energy", "power"): "power",
    ("pressure", "atmospheric_pressure"): "barometric_pressure",
    ("motion", "occupancy"): "occupancy",
}
# Keys whose phrases count twice: the placeholders of their ``<key>_number``.
PARTED = {("text", "template_text"): ("number", "part")}
# Intervals that a device may take in seconds or in minutes: ``<key>_unit`` names the unit.
TRANSLATED_UNITS = vocabulary("collection_interval heating_period_report_interval report_interval")

_PRESSES = vocabulary("""
    double_click double_press long_press pressed released short_press single_click single_press
    triple_click triple_press
    """)
_SENSOR_STATUS = vocabulary(
    "normal over_range over_range_alarm under_range read_failed collection_failed"
)
_CONDITION = vocabulary("disable below above between outside")
_ALARM = vocabulary("""
    alarm alarm_release collection_error mutation_alarm mutation_alarm_release no_data
    over_range overheat_alarm threshold_alarm threshold_alarm_release under_range
    """)
# The event types that stand for an event without a type: its id.
_EVENT_IDS = {
    "leak_alarm": vocabulary("leak_alarm leakage_alarm"),
    "overcurrent_alarm": vocabulary("overcurrent_alarm overcurrent_event"),
    "power_outage": vocabulary("outage_alarm outage_event power_outage"),
    "temperature_change_alarm": vocabulary("temperature_mutation_alarm"),
}
_STATES: dict[tuple[str, str], frozenset[str]] = {
    ("event", "button"): _PRESSES,
    ("event", "button_number"): _PRESSES,
    ("event", "power_outage"): vocabulary("normal power_outage"),
    ("event", "reset"): vocabulary("normal reset"),
    ("select", "fan_mode"): vocabulary("auto low medium high off on circulate"),
    ("select", "led_indicator_mode"): vocabulary("off on blink on_inverted on_synced"),
    ("select", "power_restored"): vocabulary("off on previous"),
    ("sensor", "detection_status"): vocabulary(
        "normal vacant in_bed out_of_bed fall not_available"
    ),
    ("sensor", "geofence_status"): vocabulary("inside outside unset not_known"),
    ("sensor", "humidity_sensor_status"): _SENSOR_STATUS,
    ("sensor", "lorawan_class"): vocabulary("class_a class_b class_c class_ctob"),
    ("sensor", "modbus_status"): vocabulary("collected collection_failed"),
    ("sensor", "modbus_status_number"): vocabulary("collected collection_failed"),
    ("sensor", "motion_status"): vocabulary("not_known start moving stop"),
    ("sensor", "temperature_sensor_status"): _SENSOR_STATUS,
    ("sensor", "ups_status"): vocabulary("charging discharging full not_installed"),
}


def states_of(platform: str, key: str | None) -> frozenset[str]:
    """Return the states of a translation key that are translated."""
    if key is None:
        return frozenset()
    states = _STATES.get((platform, key), frozenset())
    if platform == "select" and key.endswith("alarm_condition"):
        states |= _CONDITION
    is_alarm = key.endswith(("_alarm", "_alarm_number", "_alarm_channel"))
    if platform in ("sensor", "event") and is_alarm:
        states |= _ALARM
    if platform == "event" and (is_alarm or key in _EVENT_IDS):
        states |= _EVENT_IDS.get(key, frozenset({key}))
    return states


# Labels in other words: what they must say to be a state, the first that fits.
_STATE_WORDS: tuple[tuple[str, str], ...] = (
    ("collection error", "collection_error"),
    ("lower", "under_range"),
    ("upper", "over_range"),
    ("over range", "over_range"),
    ("no data", "no_data"),
    ("mutation release", "mutation_alarm_release"),
    ("mutation deactivation", "mutation_alarm_release"),
    ("mutation", "mutation_alarm"),
    ("threshold release", "threshold_alarm_release"),
    ("threshold deactivation", "threshold_alarm_release"),
    ("release", "alarm_release"),
    ("released", "alarm_release"),
    ("deactivation", "alarm_release"),
    ("threshold", "threshold_alarm"),
    ("trigger", "alarm"),
    ("alarm", "alarm"),
    ("previous", "previous"),
    ("restore", "previous"),
    ("off", "off"),
    ("on", "on"),
    ("start", "start"),
    ("unavailable", "not_available"),
    ("unknown", "not_known"),
)
_CONDITIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?:condition\W+)?{condition}", re.IGNORECASE), state)
    for condition, state in (
        (r"x\s*<\s*a", "below"),
        (r"x\s*>\s*b", "above"),
        (r"a\s*<\s*x\s*<\s*b", "between"),
        (r"x\s*<\s*a\s*or\s*x\s*>\s*b", "outside"),
    )
)


def find_translation(
    tokens: PathTokens, path: str, platform: str
) -> tuple[str, dict[str, str]] | None:
    """Return the translation key and the placeholders of a path that is well known."""
    table = TABLES.get(platform)
    if table is None:
        return None
    key = table.keys.get(tokens.key)
    counted = (*map(str, tokens.numbers), *[ANY_INDEX] * path.count(ANY_INDEX))
    if key is None and CHANNEL in tokens:
        key = table.keys.get("_".join(word for word in tokens.phrase if word != CHANNEL))
        if key not in table.channeled or len(counted) != 1:
            return None
        return f"{key}_channel", {"channel": counted[0]}
    if key is None or not counted:
        return (key, {}) if key is not None else None
    names = PARTED.get((platform, key), ("number",))
    if key not in table.numbered or len(counted) != len(names):
        return None
    return f"{key}_number", dict(zip(names, counted, strict=True))


def translated_states(platform: str, key: str | None, labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels as states that are translated if all of them are, else as they are.

    Home Assistant's words for an entity without a state are no states of a device.
    """
    known = states_of(platform, key)
    states = {option: _state(label, known) for option, label in labels.items()}
    distinct = len(set(states.values())) == len(states)
    if distinct and known.issuperset(states.values()):
        return states
    return {
        option: label.capitalize() if label in (STATE_UNAVAILABLE, STATE_UNKNOWN) else label
        for option, label in labels.items()
    }


def _state(label: str, known: frozenset[str]) -> str:
    """Return the state that a label means, its slug if it means none that is known."""
    if (exact := slug(label)) in known:
        return exact
    words = frozenset(words_of(label))
    meant = (state for needed, state in _STATE_WORDS if words.issuperset(needed.split()))
    conditions = (state for sign, state in _CONDITIONS if sign.fullmatch(label.strip()))
    return next((state for state in (*conditions, *meant) if state in known), exact)
