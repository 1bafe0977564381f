"""Meaning of numbers: an ordered table from words to class, state class, category and priority.

The first rule whose words and unit fit decides. To teach the integration a new quantity, add a
row here; to teach it a spelling, see ``tokens.ALIASES`` and ``units.SPELLINGS``.
"""

from dataclasses import dataclass

from homeassistant.components.sensor.const import (
    SensorDeviceClass as Class,
    SensorStateClass as State,
)
from homeassistant.const import (
    DEGREE,
    PERCENTAGE,
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
    UnitOfTemperature,
    UnitOfTime,
)

from .descriptions import Priority
from .tokens import PathTokens, pattern, vocabulary
from .units import TEMPERATURES, UNIT_CLASSES, fits, state_class_for

MEASURED, TOTAL, ANGLE = State.MEASUREMENT, State.TOTAL_INCREASING, State.MEASUREMENT_ANGLE
PRIMARY, SECONDARY, RARE = Priority.PRIMARY, Priority.SECONDARY, Priority.RARE
DIAGNOSTIC = EntityCategory.DIAGNOSTIC


@dataclass(frozen=True, slots=True)
class NumberRule:
    """A rule, and the meaning that it gives.

    ``classes`` are candidates: the first that admits the unit is taken. A rule with classes fits
    only where one does, unless ``loose``. ``assumed`` is the unit where the specification is
    silent; it takes part in the choice of the class.
    """

    words: str
    classes: tuple[Class, ...] = ()
    state: State | None = MEASURED
    priority: Priority = SECONDARY
    category: EntityCategory | None = None
    assumed: str | None = None
    units: frozenset[str] | None = None
    loose: bool = True


@dataclass(frozen=True, slots=True)
class NumberMeaning:
    """Meaning of a number."""

    device_class: Class | None
    state_class: State | None
    unit: str | None
    priority: Priority
    category: EntityCategory | None


def strict(
    words: str,
    *classes: Class,
    state: State | None = MEASURED,
    priority: Priority = SECONDARY,
    category: EntityCategory | None = None,
    assumed: str | None = None,
    units: frozenset[str] | None = None,
) -> NumberRule:
    """Return a rule that holds only where the unit admits one of its classes."""
    return NumberRule(words, classes, state, priority, category, assumed, units, loose=False)


ADJUSTMENTS = (
    "calibration|offset|compensation|tolerance|hysteresis|deadband|deadzone|dead|delta|difference"
    "|mutation|variation|bias|drift|rate|correction|differential|speed"
)
DIFFERENCES = TEMPERATURES | {UnitOfTemperature.KELVIN.value}
TOTALS = "total|accumulated|cumulative"
# What is counted per period is no total; "kilowatt hour" and "total hours" name no period.
PERIODS = (
    pattern("period|interval|hourly|daily|weekly|monthly|yearly|annual"),
    pattern(f"hour|day|week|month|year -{TOTALS}|today|watt|kilowatt|ampere"),
)
SET = vocabulary(
    "setting interval config configuration threshold calibration tolerance hysteresis deadband"
    " resolution range limit parameter rule"
)
WANTED = frozenset({"lafmax", "dwell"})
EXTREMES = vocabulary("min max avg peak lowest highest last")

NUMBER_RULES: tuple[NumberRule, ...] = (
    # Not measured at all.
    NumberRule("alarm|alert -threshold|count|time|interval|number", priority=RARE),
    NumberRule(
        "reserved|command|cmd|subcmd|mask|msgid|message|sequence|frame|raw|crc",
        state=None,
        priority=RARE,
        category=DIAGNOSTIC,
    ),
    NumberRule(
        "id|version|number|port|protocol|address|baud|d2d -people|region|line|pulse|counter",
        state=None,
        priority=RARE,
        category=DIAGNOSTIC,
        units=frozenset(),
    ),
    NumberRule("timestamp|epoch", state=None, priority=RARE, category=DIAGNOSTIC),
    NumberRule(
        "type|mode|code|error|fault|status",
        state=None,
        category=DIAGNOSTIC,
        units=frozenset(),
    ),
    # The radio and the device itself.
    strict(
        "rssi|rsrp",
        Class.SIGNAL_STRENGTH,
        priority=RARE,
        category=DIAGNOSTIC,
        assumed=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    ),
    strict(
        "snr|rsrq|signal|csq|sinr",
        Class.SIGNAL_STRENGTH,
        priority=RARE,
        category=DIAGNOSTIC,
    ),
    NumberRule("rssi|snr|rsrp|rsrq|csq|signal|sinr", priority=RARE, category=DIAGNOSTIC),
    strict("battery", Class.VOLTAGE, Class.CURRENT, Class.TEMPERATURE, category=DIAGNOSTIC),
    strict(
        "battery -alarm|threshold|low|high|status|type|count|cycle|health|temperature",
        Class.BATTERY,
        priority=PRIMARY,
        category=DIAGNOSTIC,
        assumed=PERCENTAGE,
    ),
    strict("supply|external|bus voltage", Class.VOLTAGE, category=DIAGNOSTIC),
    strict("life|lifetime|remain|remaining|uptime|runtime", Class.DURATION, category=DIAGNOSTIC),
    strict("weight|load|mass", Class.WEIGHT, priority=PRIMARY),
    # Differences of temperatures are no temperatures, whatever they are used for.
    strict(ADJUSTMENTS, Class.TEMPERATURE_DELTA, units=DIFFERENCES),
    NumberRule(
        "calibration|offset|compensation|correction|bias|mutation|drift|coefficient|conv|ratio"
        "|scale|factor|weight|weighting -power",
        priority=RARE,
        category=DIAGNOSTIC,
    ),
    NumberRule("temperature color|colour"),  # which Home Assistant would show in °C
    # Air, soil and climate.
    strict("temperature target|set", Class.TEMPERATURE),
    strict("temperature|pt100|ntc|probe|dewpoint|dew", Class.TEMPERATURE, priority=PRIMARY),
    strict("moisture|soil -temperature|conductivity", Class.MOISTURE, priority=PRIMARY),
    strict("humidity target|set", Class.HUMIDITY),
    strict("humidity", Class.HUMIDITY, priority=PRIMARY),
    strict("conductivity|ec|electricity", Class.CONDUCTIVITY, priority=PRIMARY),
    NumberRule("conductivity", priority=PRIMARY),
    NumberRule("=electricity", priority=PRIMARY),
    NumberRule("ph", (Class.PH,), priority=PRIMARY),
    strict("co2", Class.CO2, priority=PRIMARY),
    strict("=concentration", Class.CO2, priority=PRIMARY),  # how some models name CO2
    NumberRule("co2", priority=PRIMARY),
    strict("co", Class.CO, priority=PRIMARY),
    strict("o3", Class.OZONE, priority=PRIMARY),
    strict("no2", Class.NITROGEN_DIOXIDE, priority=PRIMARY),
    strict("so2", Class.SULPHUR_DIOXIDE, priority=PRIMARY),
    strict("pm1", Class.PM1, priority=PRIMARY),
    strict("pm25", Class.PM25, priority=PRIMARY),
    strict("pm10", Class.PM10, priority=PRIMARY),
    strict(
        "tvoc",
        Class.VOLATILE_ORGANIC_COMPOUNDS,
        Class.VOLATILE_ORGANIC_COMPOUNDS_PARTS,
        priority=PRIMARY,
    ),
    strict(
        "tank|remain|remaining|stored|storage|container|level|fill",
        Class.VOLUME_STORAGE,
        Class.ENERGY_STORAGE,
        priority=PRIMARY,
    ),
    strict("gas", Class.GAS, state=TOTAL, priority=PRIMARY),
    strict(
        f"{TOTALS}|sum|consumption -water|flow|meter|irrigation",
        Class.VOLUME,
        state=TOTAL,
        priority=PRIMARY,
    ),
    strict("aqi|iaq", Class.AQI, priority=PRIMARY),
    NumberRule(
        "tvoc|hcho|o3|co|no2|so2|nh3|h2s|ch4|o2|n2o|gas|smoke|vape|vaping|pm1|pm25|pm4"
        "|pm10|iaq|aqi",
        priority=PRIMARY,
    ),
    strict("barometric|atmospheric|air pressure", Class.ATMOSPHERIC_PRESSURE, priority=PRIMARY),
    strict(
        "pressure", Class.ATMOSPHERIC_PRESSURE, priority=PRIMARY, units=frozenset({"hPa", "mbar"})
    ),
    NumberRule("pressure", (Class.PRESSURE,), priority=PRIMARY),
    strict("illuminance|light|brightness|daylight", Class.ILLUMINANCE, priority=PRIMARY),
    NumberRule("light level|intensity|index", priority=PRIMARY),
    NumberRule("infrared|visible|illuminance|spectrum"),
    strict("radiation|irradiance|solar", Class.IRRADIANCE, priority=PRIMARY),
    strict("laeq|lafmax|laf|sound|noise|leq", Class.SOUND_PRESSURE, priority=PRIMARY),
    strict("las|lai", Class.SOUND_PRESSURE),
    strict("-", Class.SOUND_PRESSURE, priority=RARE),
    strict("wind direction", Class.WIND_DIRECTION, state=ANGLE, priority=PRIMARY, assumed=DEGREE),
    strict("wind speed|gust", Class.WIND_SPEED, priority=PRIMARY),
    strict("wind", Class.WIND_SPEED, priority=PRIMARY),
    strict(
        "rain|rainfall|precipitation intensity|rate",
        Class.PRECIPITATION_INTENSITY,
        priority=PRIMARY,
    ),
    strict(
        f"rain|rainfall|precipitation {TOTALS}|today",
        Class.PRECIPITATION,
        state=TOTAL,
        priority=PRIMARY,
    ),
    strict(
        "rain|rainfall|precipitation",
        Class.PRECIPITATION_INTENSITY,
        Class.PRECIPITATION,
        priority=PRIMARY,
    ),
    NumberRule("rain|rainfall counter|count", state=TOTAL, priority=RARE),
    # Electricity.
    NumberRule("power factor", (Class.POWER_FACTOR,)),
    strict("imbalance|unbalance|thd|thdi|thdv|harmonic", priority=SECONDARY),
    strict("-", Class.REACTIVE_ENERGY, state=TOTAL),
    strict("-", Class.ENERGY, state=TOTAL, priority=PRIMARY),
    NumberRule("apparent|reactive energy", state=TOTAL),
    NumberRule("energy|consumption -water|gas|flow", state=TOTAL, priority=PRIMARY),
    strict("-reactive|apparent", Class.POWER, priority=PRIMARY),
    strict("-", Class.APPARENT_POWER, Class.REACTIVE_POWER),
    strict(f"{TOTALS}|sum current|ah", Class.CURRENT, priority=PRIMARY),
    NumberRule(f"{TOTALS}|sum current|ah", state=TOTAL),
    strict("current", Class.CURRENT, priority=PRIMARY),
    strict("-", Class.VOLTAGE),
    # People.
    NumberRule(f"child {TOTALS} -lock", state=TOTAL, priority=RARE),
    NumberRule("child -lock", priority=RARE),
    NumberRule("dwell|stay", (Class.DURATION,), assumed=UnitOfTime.SECONDS),
    NumberRule(
        "period|interval|hour|hourly|today|daily|day|minute in|out|count|people|enter|exit|line"
    ),
    NumberRule(
        f"{TOTALS} in|out|enter|exit|entered|exited|entry|passing",
        state=TOTAL,
        priority=PRIMARY,
    ),
    NumberRule(
        "people|region|area|zone|queue|line count|all|total|number|people", priority=PRIMARY
    ),
    NumberRule("=region|line|zone|area", priority=PRIMARY),
    # Water, levels, pulses and flows.
    strict(
        "water|flow|meter|irrigation",
        Class.WATER,
        Class.VOLUME,
        state=TOTAL,
        priority=PRIMARY,
    ),
    strict("-", Class.VOLUME_FLOW_RATE, priority=PRIMARY),
    NumberRule("=water", state=TOTAL, priority=PRIMARY),
    NumberRule("valve pulse -width|filter|config", state=TOTAL),
    NumberRule(
        "pulse|counter|accumulated|cumulative|odometer -time|width|filter|config",
        state=TOTAL,
        priority=PRIMARY,
    ),
    strict("distance|level|depth|height|snow|liquid", Class.DISTANCE, priority=PRIMARY),
    NumberRule(
        "remaining|fill|level|fullness|ullage|liquid",
        priority=PRIMARY,
        units=frozenset({PERCENTAGE}),
    ),
    NumberRule(
        "valve opening|position|degree|open -duration|time|energy|set",
        priority=PRIMARY,
        units=frozenset({PERCENTAGE}),
    ),
    NumberRule("valve status", priority=PRIMARY, units=frozenset({PERCENTAGE})),
    NumberRule("motor", priority=RARE, category=DIAGNOSTIC),
    strict("use|on|run|open|working total|today", Class.DURATION, state=TOTAL),
    NumberRule("respiratory|respiration|breath|heart rate", priority=PRIMARY),
    # Whatever is wired to an input.
    NumberRule("analog|adc|adv|modbus|sdi|ain|input -type|enable", priority=PRIMARY),
    NumberRule("angle|tilt|inclination|roll|pitch|yaw", priority=PRIMARY),
    NumberRule("acceleration|vibration|velocity|displacement|activity", priority=PRIMARY),
    NumberRule("total -time", state=TOTAL, units=frozenset()),
)


BY_UNIT = NumberRule("-")


def number_rule(tokens: PathTokens, unit: str | None, *, ratio: bool = True) -> NumberRule:
    """Return the first rule that fits; ``BY_UNIT`` if there is none.

    ``ratio`` says whether it can be one: a number of at most 1, and not a whole one.
    """
    return next(
        (
            rule
            for rule in NUMBER_RULES
            if pattern(rule.words).matches(tokens)
            and (rule.units is None or (unit or "") in (rule.units or {""}))
            and (rule.loose or not rule.classes or _class_of(rule, unit, ratio=ratio))
        ),
        BY_UNIT,
    )


def number_meaning(tokens: PathTokens, unit: str | None, *, ratio: bool) -> NumberMeaning:
    """Return what a number that is read means; one that no rule knows goes by its unit."""
    rule = number_rule(tokens, unit, ratio=ratio)
    device_class = _class_of(rule, unit, ratio=ratio)
    if device_class is not None:
        unit = _assumed(rule, unit, ratio=ratio)
    priority = rule.priority
    if tokens.any(SET) or (tokens.any(EXTREMES) and not tokens.any(WANTED)):
        priority = RARE
    device_class = device_class or UNIT_CLASSES.get(unit or "")
    state_class = rule.state
    if unit == PERCENTAGE or any(period.matches(tokens) for period in PERIODS):
        state_class = _not_total(state_class, device_class)
    return NumberMeaning(device_class, state_class, unit, priority, rule.category)


def _not_total(state_class: State | None, device_class: Class | None) -> State | None:
    """Return a state class for what is no total, ``None`` if the device class has only totals."""
    if state_class is None or state_class is ANGLE:
        return state_class
    return MEASURED if state_class_for(device_class, MEASURED) is MEASURED else None


def _class_of(rule: NumberRule, unit: str | None, *, ratio: bool) -> Class | None:
    """Return the first class of a rule that admits the unit."""
    assumed = _assumed(rule, unit, ratio=ratio)
    return next((choice for choice in rule.classes if fits(choice, assumed)), None)


def _assumed(rule: NumberRule, unit: str | None, *, ratio: bool) -> str | None:
    """Return the unit, or the one that is meant where the specification has none."""
    if unit is None and Class.POWER_FACTOR in rule.classes and not ratio:
        return PERCENTAGE
    return unit or rule.assumed
