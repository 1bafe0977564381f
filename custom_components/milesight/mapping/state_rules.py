"""Meaning of flags and enumerations that are read: device class, category and priority.

The first rule whose words fit decides; where it names no class, the label that means *on* may.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from homeassistant.components.binary_sensor import BinarySensorDeviceClass as Class
from homeassistant.const import EntityCategory

from .descriptions import Priority
from .labels import POSITIVE, words_of
from .tokens import PathTokens, pattern, vocabulary

PRIMARY, SECONDARY, RARE = Priority.PRIMARY, Priority.SECONDARY, Priority.RARE
DIAGNOSTIC = EntityCategory.DIAGNOSTIC


@dataclass(frozen=True, slots=True)
class StateRule:
    """A rule: words, and what a state that they name is."""

    words: str
    device_class: Class | None = None
    priority: Priority = SECONDARY
    category: EntityCategory | None = None


WORLD = "door|window|magnet|contact|leak|pir|motion|occupancy|smoke"

STATE_RULES: tuple[StateRule, ...] = (
    # Of use to the manufacturer.
    StateRule(
        "reserved|command|cmd|subcmd|mask|upgrade|ota|version|id|subtype", None, RARE, DIAGNOSTIC
    ),
    StateRule("lorawan|lora|confirm|adr|d2d|ble|bluetooth|multicast", None, RARE, DIAGNOSTIC),
    StateRule("=device status", None, RARE, DIAGNOSTIC),
    StateRule("reset|reboot|restart", None, RARE, DIAGNOSTIC),
    StateRule("enable|support|supported|config|setting", None, RARE, DIAGNOSTIC),
    StateRule(
        "result|response|task|plan|schedule|calibration|change|changed|airplane",
        None,
        RARE,
        DIAGNOSTIC,
    ),
    StateRule("type|unit|source -alarm|event", None, RARE, DIAGNOSTIC),
    StateRule("report package|reason", None, RARE, DIAGNOSTIC),
    StateRule(
        "sim|mqtt|dtls|register|registration|cellular|modem", Class.CONNECTIVITY, RARE, DIAGNOSTIC
    ),
    # States of the sensor itself.
    StateRule("sensor status|error|fault|failure -" + WORLD, Class.PROBLEM, SECONDARY, DIAGNOSTIC),
    StateRule("error|fault|failure|malfunction", Class.PROBLEM, SECONDARY, DIAGNOSTIC),
    StateRule("tamper|dismantle|disassembly|uninstall", Class.TAMPER, SECONDARY, DIAGNOSTIC),
    StateRule("battery charging|charge", Class.BATTERY_CHARGING, SECONDARY, DIAGNOSTIC),
    StateRule("battery", Class.BATTERY, SECONDARY, DIAGNOSTIC),
    StateRule("charging|charge", Class.BATTERY_CHARGING, SECONDARY, DIAGNOSTIC),
    StateRule(
        "connect|connected|connection|connectivity|online|network|server|wifi|ethernet|link",
        Class.CONNECTIVITY,
        SECONDARY,
        DIAGNOSTIC,
    ),
    StateRule(
        "power status|supply|external|mains|ac|dc|usb -outage",
        Class.POWER,
        SECONDARY,
        DIAGNOSTIC,
    ),
    # The world.
    StateRule("lock child|button|key", None, SECONDARY, DIAGNOSTIC),
    StateRule("threshold|alarm release|released|recovery", None, RARE),
    StateRule("lock -child|button|key|indicator|alarm|abnormal", Class.LOCK, PRIMARY),
    StateRule("smoke|fire", Class.SMOKE, PRIMARY),
    StateRule("co alarm|status|detected", Class.CO, PRIMARY),
    StateRule("gas", Class.GAS, PRIMARY),
    StateRule("leak|flood|wet", Class.MOISTURE, PRIMARY),
    StateRule("window", Class.WINDOW, PRIMARY),
    StateRule("door", Class.DOOR, PRIMARY),
    StateRule("magnet|contact|reed|hall", Class.OPENING, PRIMARY),
    StateRule("occupancy|presence|vacancy|vacant|bed", Class.OCCUPANCY, PRIMARY),
    StateRule("pir|motion|movement|moving", Class.MOTION, PRIMARY),
    StateRule("occlusion|blocked|obstruction", Class.PROBLEM, SECONDARY, DIAGNOSTIC),
    StateRule("region|area|zone|people -alarm", Class.OCCUPANCY, PRIMARY),
    StateRule("fall|sos|emergency", Class.SAFETY, PRIMARY),
    StateRule("vibration|shock", Class.VIBRATION, PRIMARY),
    StateRule("freeze|freezing|frost", Class.COLD),
    StateRule("overheat|overtemperature", Class.HEAT),
    StateRule(
        "alarm|alert|warning|threshold|mutation|exceed|overcurrent|overload|overvoltage|outage"
        "|abnormal|protection|stall|low|high -input|output|gpio|status",
        Class.PROBLEM,
    ),
    StateRule("sound|noise", Class.SOUND, PRIMARY),
    StateRule("light|daylight|illuminance|brightness -led|indicator", Class.LIGHT, PRIMARY),
    StateRule("tilt|position|inclination", Class.PROBLEM, SECONDARY),
    StateRule("=relay status fan|high|low|mid|medium", Class.POWER),
    StateRule("relay status valve", Class.OPENING),
    StateRule("valve direction"),
    StateRule("valve", Class.OPENING, PRIMARY),
    StateRule("relay|socket|switch|outlet|output|plug", Class.POWER, PRIMARY),
    StateRule("button", Class.POWER, SECONDARY),
    StateRule(
        "buzzer|siren|horn|motor|pump|heater|heat|cool|fan|compressor -mode|target|alarm",
        Class.RUNNING,
    ),
    StateRule("gpio|input alarm", Class.PROBLEM),
    StateRule("gpio|input|di|din|digital|dry", None, PRIMARY),
    StateRule(
        "detection|target|respiratory|respiration|geofence|work|working|mode|status",
        None,
        SECONDARY,
    ),
)

# What the label that means *on* says, where the id does not.
LABEL_CLASSES: tuple[tuple[str, Class], ...] = (
    ("occupied occupancy presence present", Class.OCCUPANCY),
    ("leak leakage leaking leaked wet", Class.MOISTURE),
    ("uninstalled tampered", Class.TAMPER),
    (
        "alarm alarming abnormal error fault faulty trigger triggered threshold tilt tilted",
        Class.PROBLEM,
    ),
    ("bright light", Class.LIGHT),
    ("moving motion", Class.MOTION),
    ("open opened opening", Class.OPENING),
    ("connect connected online", Class.CONNECTIVITY),
    ("charging", Class.BATTERY_CHARGING),
    ("running", Class.RUNNING),
)
# Labels that make more precise what the id says.
PRECISE: dict[Class, frozenset[Class]] = {
    Class.MOTION: frozenset({Class.OCCUPANCY}),
}
# What is said at the end of an id that names the opposite of a class.
OPPOSITES: dict[Class, frozenset[str]] = {
    Class.CONNECTIVITY: vocabulary("disconnect disconnected lost offline"),
    Class.LOCK: vocabulary("open opened unlock unlocked"),
    Class.OCCUPANCY: vocabulary("absent unoccupied vacancy vacant"),
    Class.POWER: vocabulary("lost off"),
    **dict.fromkeys((Class.DOOR, Class.OPENING, Class.WINDOW), vocabulary("close closed shut")),
    **dict.fromkeys(
        (
            Class.BATTERY,
            Class.CO,
            Class.GAS,
            Class.MOISTURE,
            Class.PROBLEM,
            Class.SMOKE,
            Class.TAMPER,
        ),
        vocabulary("normal ok"),
    ),
}


def says_opposite(device_class: Class | None, words: tuple[str, ...]) -> bool:
    """Return whether the last step of an id names the opposite of a class: "not occupied"."""
    words = tuple(word for word in words if word != "status")
    if device_class is None or not words:
        return False
    if words[-1] in OPPOSITES.get(device_class, ()):
        return POSITIVE.isdisjoint(words[:-1])
    before = words[-2:-1] if device_class is Class.PROBLEM else words[:-1]  # "no water alarm"
    return "not" in before or before[:1] == ("no",)


def state_meaning(tokens: PathTokens, labels: Iterable[str] = ()) -> StateRule:
    """Return what a state means; ``labels`` are those that mean *on*."""
    rule = next(
        (rule for rule in STATE_RULES if pattern(rule.words).matches(tokens)), StateRule("-")
    )
    labelled = _class_of(labels)
    device_class = rule.device_class
    if (device_class is None and rule.priority is not RARE) or (
        device_class is not None and labelled in PRECISE.get(device_class, ())
    ):
        device_class = labelled
    if device_class is Class.POWER and labelled is Class.OPENING:
        device_class = None  # the contact of a relay is open if there is no power
    return StateRule(rule.words, device_class, rule.priority, rule.category)


def _class_of(labels: Iterable[str]) -> Class | None:
    on_words = {word for label in labels for word in words_of(label)}
    return next(
        (choice for words, choice in LABEL_CLASSES if not on_words.isdisjoint(words.split())), None
    )
