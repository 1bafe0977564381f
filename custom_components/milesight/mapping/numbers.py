"""What numbers mean: an ordered table from words to class, state class, category and grade.

The first rule whose words and unit fit decides. To teach the integration a new quantity, add a
row here; to teach it a spelling, see ``words.ALIASES`` and ``units.SPELLINGS``.
"""

from dataclasses import dataclass

from homeassistant.components.sensor.const import (
    SensorDeviceClass as Class,
    SensorStateClass as State,
)
from homeassistant.const import DEGREE, PERCENTAGE, EntityCategory, UnitOfTemperature

from .description import Grade
from .units import TEMPERATURES, UNIT_CLASSES, fits
from .words import Words, pattern, vocabulary

MEASURED, TOTAL, ANGLE = State.MEASUREMENT, State.TOTAL_INCREASING, State.MEASUREMENT_ANGLE
PRIMARY, SECONDARY, RARE = Grade.PRIMARY, Grade.SECONDARY, Grade.RARE
DIAGNOSTIC = EntityCategory.DIAGNOSTIC


@dataclass(frozen=True, slots=True)
class Number:
    """A rule, and the meaning that it gives.

    ``classes`` are candidates: the first that admits the unit is taken. A rule with classes fits
    only where one does, unless ``loose``. ``assumed`` is the unit where the specification is
    silent; it takes part in the choice of the class.
    """

    words: str
    classes: tuple[Class, ...] = ()
    state: State | None = MEASURED
    grade: Grade = SECONDARY
    category: EntityCategory | None = None
    assumed: str | None = None
    units: frozenset[str] | None = None
    loose: bool = True


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a number turned out to be."""

    device_class: Class | None
    state_class: State | None
    unit: str | None
    grade: Grade
    category: EntityCategory | None


def strict(
    words: str,
    *classes: Class,
    state: State | None = MEASURED,
    grade: Grade = SECONDARY,
    category: EntityCategory | None = None,
    assumed: str | None = None,
    units: frozenset[str] | None = None,
) -> Number:
    """Return a rule that holds only where the unit admits one of its classes."""
    return Number(words, classes, state, grade, category, assumed, units, loose=False)


ADJUSTMENTS = (
    "calibration|offset|compensation|tolerance|hysteresis|deadband|deadzone|dead|delta|difference"
    "|mutation|variation|bias|drift|rate|correction|differential|speed"
)
DIFFERENCES = TEMPERATURES | {UnitOfTemperature.KELVIN.value}
TOTALS = "total|accumulated|cumulative"
SET = vocabulary(
    "setting interval config configuration threshold calibration tolerance hysteresis deadband"
    " resolution range limit parameter rule"
)
WANTED = frozenset({"lafmax", "dwell"})
EXTREMES = vocabulary("min max avg peak lowest highest last")

NUMBERS: tuple[Number, ...] = (
    # Not measured at all.
    Number(
        "reserved|command|cmd|subcmd|mask|msgid|message|sequence|frame|raw|crc",
        state=None,
        grade=RARE,
        category=DIAGNOSTIC,
    ),
    Number(
        "id|version|number|port|protocol|address|baud|d2d -people|region|line",
        state=None,
        grade=RARE,
        category=DIAGNOSTIC,
    ),
    Number("timestamp|epoch", state=None, grade=RARE, category=DIAGNOSTIC),
    Number(
        "type|mode|code|error|fault|status",
        state=None,
        category=DIAGNOSTIC,
        units=frozenset(),
    ),
    # The radio and the device itself.
    strict(
        "rssi|snr|rsrp|rsrq|signal|csq|sinr", Class.SIGNAL_STRENGTH, grade=RARE, category=DIAGNOSTIC
    ),
    Number("rssi|snr|rsrp|rsrq|csq|signal|sinr", grade=RARE, category=DIAGNOSTIC),
    strict("battery", Class.VOLTAGE, Class.CURRENT, Class.TEMPERATURE, category=DIAGNOSTIC),
    strict(
        "battery -alarm|threshold|low|high|status|type|count|cycle|health",
        Class.BATTERY,
        grade=PRIMARY,
        category=DIAGNOSTIC,
        assumed=PERCENTAGE,
    ),
    strict("supply|external|bus voltage", Class.VOLTAGE, category=DIAGNOSTIC),
    strict("life|lifetime|remain|remaining|uptime|runtime", Class.DURATION, category=DIAGNOSTIC),
    strict("weight|load|mass", Class.WEIGHT, grade=PRIMARY),
    # Differences of temperatures are no temperatures, whatever they are used for.
    strict("temperature alarm =temperature", Class.TEMPERATURE, units=TEMPERATURES),
    strict(ADJUSTMENTS, Class.TEMPERATURE_DELTA, units=DIFFERENCES),
    Number(
        "calibration|offset|compensation|correction|bias|mutation|drift|coefficient|conv|ratio"
        "|scale|factor|weight|weighting -power",
        grade=RARE,
        category=DIAGNOSTIC,
    ),
    # Air, soil and climate.
    strict("temperature target|set", Class.TEMPERATURE),
    strict("temperature|pt100|ntc|probe|dewpoint|dew", Class.TEMPERATURE, grade=PRIMARY),
    strict("moisture|soil -temperature|conductivity", Class.MOISTURE, grade=PRIMARY),
    strict("humidity target|set", Class.HUMIDITY),
    strict("humidity -absolute", Class.HUMIDITY, grade=PRIMARY),
    strict("absolute humidity", Class.ABSOLUTE_HUMIDITY, grade=PRIMARY),
    strict("conductivity|ec|electricity", Class.CONDUCTIVITY, grade=PRIMARY),
    Number("conductivity", grade=PRIMARY),
    Number("=electricity", grade=PRIMARY),
    Number("ph", (Class.PH,), grade=PRIMARY),
    strict("co2", Class.CO2, grade=PRIMARY),
    Number("co2", grade=PRIMARY),
    strict("co", Class.CO, grade=PRIMARY),
    strict("o3", Class.OZONE, grade=PRIMARY),
    strict("no2", Class.NITROGEN_DIOXIDE, grade=PRIMARY),
    strict("so2", Class.SULPHUR_DIOXIDE, grade=PRIMARY),
    strict("radon", Class.RADON, grade=PRIMARY),
    strict("pm1", Class.PM1, grade=PRIMARY),
    strict("pm25", Class.PM25, grade=PRIMARY),
    strict("pm4", Class.PM4, grade=PRIMARY),
    strict("pm10", Class.PM10, grade=PRIMARY),
    strict(
        "tvoc",
        Class.VOLATILE_ORGANIC_COMPOUNDS,
        Class.VOLATILE_ORGANIC_COMPOUNDS_PARTS,
        grade=PRIMARY,
    ),
    strict("gas", Class.GAS, state=TOTAL, grade=PRIMARY),
    strict("aqi|iaq", Class.AQI, grade=PRIMARY),
    Number(
        "tvoc|hcho|o3|co|no2|so2|nh3|h2s|ch4|o2|n2o|gas|smoke|vape|vaping|pm1|pm25|pm4"
        "|pm10|iaq|aqi",
        grade=PRIMARY,
    ),
    strict("barometric|atmospheric|air pressure", Class.ATMOSPHERIC_PRESSURE, grade=PRIMARY),
    strict("pressure", Class.ATMOSPHERIC_PRESSURE, grade=PRIMARY, units=frozenset({"hPa", "mbar"})),
    Number("pressure", (Class.PRESSURE,), grade=PRIMARY),
    strict("illuminance|light|brightness|daylight", Class.ILLUMINANCE, grade=PRIMARY),
    Number("light level|intensity|index", grade=PRIMARY),
    Number("infrared|visible|illuminance|spectrum"),
    strict("radiation|irradiance|solar", Class.IRRADIANCE, grade=PRIMARY),
    strict("laeq|lafmax|laf|sound|noise|leq", Class.SOUND_PRESSURE, grade=PRIMARY),
    strict("las|lai", Class.SOUND_PRESSURE),
    strict("-", Class.SOUND_PRESSURE, grade=RARE),
    strict("wind direction", Class.WIND_DIRECTION, state=ANGLE, grade=PRIMARY, assumed=DEGREE),
    strict("wind speed|gust", Class.WIND_SPEED, grade=PRIMARY),
    strict("wind", Class.WIND_SPEED, grade=PRIMARY),
    strict(
        "rain|rainfall|precipitation intensity|rate", Class.PRECIPITATION_INTENSITY, grade=PRIMARY
    ),
    strict(
        f"rain|rainfall|precipitation {TOTALS}|daily|today",
        Class.PRECIPITATION,
        state=TOTAL,
        grade=PRIMARY,
    ),
    strict(
        "rain|rainfall|precipitation",
        Class.PRECIPITATION_INTENSITY,
        Class.PRECIPITATION,
        grade=PRIMARY,
    ),
    Number("rain|rainfall counter|count", state=TOTAL, grade=RARE),
    # Electricity.
    Number("power factor", (Class.POWER_FACTOR,)),
    strict("imbalance|unbalance|imbalcance|thd|thdi|thdv|harmonic", grade=SECONDARY),
    strict("-", Class.REACTIVE_ENERGY, state=TOTAL),
    strict("-", Class.ENERGY, state=TOTAL, grade=PRIMARY),
    Number("apparent|reactive energy", state=TOTAL),
    Number("energy|consumption -water|gas|flow", state=TOTAL, grade=PRIMARY),
    strict("-reactive|apparent", Class.POWER, grade=PRIMARY),
    strict("-", Class.APPARENT_POWER, Class.REACTIVE_POWER),
    strict(f"{TOTALS}|sum current|ah", Class.CURRENT, grade=PRIMARY),
    Number(f"{TOTALS}|sum current|ah", state=TOTAL),
    strict("current", Class.CURRENT, grade=PRIMARY),
    strict("-", Class.VOLTAGE),
    # People.
    Number(f"child {TOTALS} -lock", state=TOTAL, grade=RARE),
    Number("child -lock", grade=RARE),
    Number("dwell|stay", (Class.DURATION,), grade=SECONDARY),
    Number("period|interval|hourly|today|daily in|out|count|people|enter|exit|line"),
    Number(
        f"{TOTALS} in|out|enter|exit|entered|exited|entry|passing",
        state=TOTAL,
        grade=PRIMARY,
    ),
    Number("people|region|area|zone|queue|line count|all|total|number|people", grade=PRIMARY),
    Number("=region|line|zone|area", grade=PRIMARY),
    Number("people|passenger|visitor", grade=PRIMARY),
    # Water, levels, pulses and flows.
    strict("tank|remain|remaining|stored|storage|container", Class.VOLUME_STORAGE, grade=PRIMARY),
    strict(
        "water|flow|meter|consumption|irrigation",
        Class.WATER,
        Class.VOLUME,
        state=TOTAL,
        grade=PRIMARY,
    ),
    strict("-", Class.VOLUME_FLOW_RATE, grade=PRIMARY),
    Number("=water|gas", state=TOTAL, grade=PRIMARY),
    Number("valve pulse -width|filter|config", state=TOTAL),
    Number(
        "pulse|counter|accumulated|cumulative|odometer -time|width|filter|config",
        state=TOTAL,
        grade=PRIMARY,
    ),
    strict("distance|level|depth|height|snow", Class.DISTANCE, grade=PRIMARY),
    Number("remaining|fill|level|fullness|ullage", grade=PRIMARY, units=frozenset({PERCENTAGE})),
    Number(
        "valve opening|position|degree|open -duration|time|energy|set",
        grade=PRIMARY,
        units=frozenset({PERCENTAGE}),
    ),
    Number("valve status", grade=PRIMARY, units=frozenset({PERCENTAGE})),
    Number("motor", grade=RARE, category=DIAGNOSTIC),
    strict(f"use|on|run|open|working {TOTALS}|today", Class.DURATION, state=TOTAL),
    Number("respiratory|respiration|breath|heart|pulse rate", grade=PRIMARY),
    # Whatever is wired to an input.
    Number("analog|adc|adv|modbus|sdi|ain|input -type|enable", grade=PRIMARY),
    Number("angle|tilt|inclination|roll|pitch|yaw", grade=PRIMARY),
    Number("acceleration|vibration|velocity|displacement|activity", grade=PRIMARY),
    Number("total -time", state=TOTAL, units=frozenset()),
)


def number_meaning(words: Words, unit: str | None, *, ratio: bool) -> Meaning:
    """Return what a number that is read means; one that no rule knows goes by its unit.

    ``ratio`` says whether it can be one: a number of at most 1, and not a whole one.
    """
    for rule in NUMBERS:
        if not pattern(rule.words).matches(words):
            continue
        if rule.units is not None and (unit or "") not in (rule.units or {""}):
            continue
        assumed = unit or rule.assumed
        if Class.POWER_FACTOR in rule.classes and not ratio and unit is None:
            assumed = PERCENTAGE
        found = next((choice for choice in rule.classes if fits(choice, assumed)), None)
        if found is None and not rule.loose and rule.classes:
            continue
        if found is None:
            assumed, found = unit, UNIT_CLASSES.get(unit or "")
        return _meaning(rule, found, assumed, words)
    return _meaning(Number("-"), UNIT_CLASSES.get(unit or ""), unit, words)


def _meaning(rule: Number, found: Class | None, unit: str | None, words: Words) -> Meaning:
    grade = rule.grade
    if words.any(SET) or (words.any(EXTREMES) and not words.any(WANTED)):
        grade = RARE
    return Meaning(found, rule.state, unit, grade, rule.category)
