"""What flags and enumerations that are read mean: device class, category and grade.

The first rule whose words fit decides; where it names no class, the label that means *on* may.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from homeassistant.components.binary_sensor import BinarySensorDeviceClass as Class
from homeassistant.const import EntityCategory

from .description import Grade
from .labels import words_of
from .words import Words, pattern

PRIMARY, SECONDARY, RARE = Grade.PRIMARY, Grade.SECONDARY, Grade.RARE
DIAGNOSTIC = EntityCategory.DIAGNOSTIC


@dataclass(frozen=True, slots=True)
class State:
    """A rule: words, and what a state that they name is."""

    words: str
    device_class: Class | None = None
    grade: Grade = SECONDARY
    category: EntityCategory | None = None


WORLD = "door|window|magnet|contact|leak|pir|motion|occupancy|smoke"

STATES: tuple[State, ...] = (
    # Of use to the manufacturer.
    State(
        "reserved|command|cmd|subcmd|mask|upgrade|ota|version|id|subtype", None, RARE, DIAGNOSTIC
    ),
    State("lorawan|lora|confirm|adr|d2d|ble|bluetooth|multicast", None, RARE, DIAGNOSTIC),
    State("=device status", None, RARE, DIAGNOSTIC),
    State("reset|reboot|restart", None, RARE, DIAGNOSTIC),
    State("enable|support|supported|config|setting", None, RARE, DIAGNOSTIC),
    State(
        "result|response|task|plan|cmd|schedule|calibration|change|changed|airplane",
        None,
        RARE,
        DIAGNOSTIC,
    ),
    State("type|unit|source -alarm|event", None, RARE, DIAGNOSTIC),
    State("report package|reason", None, RARE, DIAGNOSTIC),
    State(
        "sim|mqtt|dtls|register|registration|cellular|modem", Class.CONNECTIVITY, RARE, DIAGNOSTIC
    ),
    # What speaks of the sensor itself.
    State("sensor status|error|fault|failure -" + WORLD, Class.PROBLEM, SECONDARY, DIAGNOSTIC),
    State("error|fault|failure|malfunction", Class.PROBLEM, SECONDARY, DIAGNOSTIC),
    State("tamper|dismantle|disassembly|uninstall", Class.TAMPER, SECONDARY, DIAGNOSTIC),
    State("battery charging|charge", Class.BATTERY_CHARGING, SECONDARY, DIAGNOSTIC),
    State("battery", Class.BATTERY, SECONDARY, DIAGNOSTIC),
    State("charging|charge", Class.BATTERY_CHARGING, SECONDARY, DIAGNOSTIC),
    State(
        "connect|connected|connection|connectivity|online|network|server|wifi|ethernet|link",
        Class.CONNECTIVITY,
        SECONDARY,
        DIAGNOSTIC,
    ),
    State(
        "power status|supply|source|external|outage|mains|ac|dc|usb",
        Class.POWER,
        SECONDARY,
        DIAGNOSTIC,
    ),
    # The world.
    State("lock -child|button|key|indicator|alarm|abnormal", Class.LOCK, PRIMARY),
    State("smoke|fire", Class.SMOKE, PRIMARY),
    State("co alarm|status|detected", Class.CO, PRIMARY),
    State("gas", Class.GAS, PRIMARY),
    State("leak|flood|wet", Class.MOISTURE, PRIMARY),
    State("window", Class.WINDOW, PRIMARY),
    State("garage", Class.GARAGE_DOOR, PRIMARY),
    State("door", Class.DOOR, PRIMARY),
    State("magnet|contact|reed|hall", Class.OPENING, PRIMARY),
    State("occupancy|presence|vacancy|vacant|bed", Class.OCCUPANCY, PRIMARY),
    State("pir|motion|movement|moving", Class.MOTION, PRIMARY),
    State("occlusion|blocked|obstruction", Class.PROBLEM, SECONDARY, DIAGNOSTIC),
    State("region|area|zone|people -alarm", Class.OCCUPANCY, PRIMARY),
    State("fall|sos|emergency", Class.SAFETY, PRIMARY),
    State("vibration|shock", Class.VIBRATION, PRIMARY),
    State("freeze|freezing|frost", Class.COLD),
    State("overheat|overtemperature", Class.HEAT),
    State(
        "alarm|alert|warning|threshold|mutation|exceed|overcurrent|overload|overvoltage|outage"
        "|abnormal|protection|stall|low|high -input|output|gpio|status",
        Class.PROBLEM,
    ),
    State("sound|noise", Class.SOUND, PRIMARY),
    State("light|daylight|illuminance|brightness -led|indicator", Class.LIGHT, PRIMARY),
    State("tilt|position|inclination", Class.PROBLEM, SECONDARY),
    State("=relay status fan|high|low|mid|medium|valve", Class.POWER),
    State("relay status valve", Class.OPENING),
    State("valve direction"),
    State("valve", Class.OPENING, PRIMARY),
    State("relay|socket|switch|outlet|output|plug", Class.POWER, PRIMARY),
    State("button", Class.POWER, SECONDARY),
    State(
        "buzzer|siren|horn|motor|pump|heater|heat|cool|fan|compressor -mode|target|alarm",
        Class.RUNNING,
    ),
    State("analog alarm", Class.PROBLEM),
    State("gpio|input|di|din|digital|dry", None, PRIMARY),
    State(
        "detection|target|respiratory|respiration|geofence|work|working|mode|fan|status",
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
    Class.POWER: frozenset({Class.OPENING}),
}


def state_meaning(words: Words, labels: Iterable[str] = ()) -> State:
    """Return what a state means; ``labels`` are those that mean *on*."""
    rule = next((rule for rule in STATES if pattern(rule.words).matches(words)), State("-"))
    said = _class_of(labels)
    device_class = rule.device_class
    if (device_class is None and rule.grade is not RARE) or (
        device_class is not None and said in PRECISE.get(device_class, ())
    ):
        device_class = said
    return State(rule.words, device_class, rule.grade, rule.category)


def _class_of(labels: Iterable[str]) -> Class | None:
    said = {word for label in labels for word in words_of(label)}
    return next(
        (found for words, found in LABEL_CLASSES if not said.isdisjoint(words.split())), None
    )
