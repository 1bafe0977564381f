"""Units: from the platform's many spellings to Home Assistant's, and what they measure."""

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
import re
from unicodedata import normalize

from homeassistant.components.sensor.const import (
    AMBIGUOUS_UNITS,
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
    SensorDeviceClass as Class,
    SensorStateClass,
)
from homeassistant.const import (
    DEGREE,
    LIGHT_LUX,
    PERCENTAGE,
    REVOLUTIONS_PER_MINUTE,
    SIGNAL_STRENGTH_DECIBELS,
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    UnitOfApparentPower,
    UnitOfConductivity,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfIrradiance,
    UnitOfLength,
    UnitOfMass,
    UnitOfPower,
    UnitOfPrecipitationDepth,
    UnitOfPressure,
    UnitOfReactiveEnergy,
    UnitOfReactivePower,
    UnitOfSoundPressure,
    UnitOfSpeed,
    UnitOfTemperature,
    UnitOfTime,
    UnitOfVolume,
    UnitOfVolumeFlowRate,
    UnitOfVolumetricFlux,
)

MAX_LENGTH = 32
NONE = frozenset({"", "-", "--", "/", "n/a", "na", "none", "null", "no", "ph", "\\"})

SIGNS = str.maketrans({"μ": "u", "^": None, " ": None, "·": "*"})

SEVERAL = re.compile(r"[a-z]{2,}s")

# Words and signs for a unit, in lower case and without spaces.
SPELLINGS: dict[str, str] = {
    "%rh": PERCENTAGE,
    "%r.h.": PERCENTAGE,
    "%r.h": PERCENTAGE,
    "rh%": PERCENTAGE,
    "rh": PERCENTAGE,
    "%vwc": PERCENTAGE,
    "percent": PERCENTAGE,
    "percentage": PERCENTAGE,
    "c": UnitOfTemperature.CELSIUS,
    "degc": UnitOfTemperature.CELSIUS,
    "celsius": UnitOfTemperature.CELSIUS,
    "f": UnitOfTemperature.FAHRENHEIT,
    "degf": UnitOfTemperature.FAHRENHEIT,
    "fahrenheit": UnitOfTemperature.FAHRENHEIT,
    "kelvin": UnitOfTemperature.KELVIN,
    "lux": LIGHT_LUX,
    "deg": DEGREE,
    "degree": DEGREE,
    "msec": UnitOfTime.MILLISECONDS,
    "millisecond": UnitOfTime.MILLISECONDS,
    "sec": UnitOfTime.SECONDS,
    "second": UnitOfTime.SECONDS,
    "minute": UnitOfTime.MINUTES,
    "hr": UnitOfTime.HOURS,
    "hour": UnitOfTime.HOURS,
    "day": UnitOfTime.DAYS,
    "volt": UnitOfElectricPotential.VOLT,
    "amp": UnitOfElectricCurrent.AMPERE,
    "ampere": UnitOfElectricCurrent.AMPERE,
    "watt": UnitOfPower.WATT,
    "kilowatt": UnitOfPower.KILO_WATT,
    "kw*h": UnitOfEnergy.KILO_WATT_HOUR,
    "kw.h": UnitOfEnergy.KILO_WATT_HOUR,
    "w*h": UnitOfEnergy.WATT_HOUR,
    "w.h": UnitOfEnergy.WATT_HOUR,
    "mwh": UnitOfEnergy.MEGA_WATT_HOUR,
    "mhz": UnitOfFrequency.MEGAHERTZ,
    "mpa": "MPa",
    "hertz": UnitOfFrequency.HERTZ,
    "decibel": SIGNAL_STRENGTH_DECIBELS,
    "db(a)": UnitOfSoundPressure.WEIGHTED_DECIBEL_A,
    "meter": UnitOfLength.METERS,
    "metre": UnitOfLength.METERS,
    "millimeter": UnitOfLength.MILLIMETERS,
    "centimeter": UnitOfLength.CENTIMETERS,
    "inch": UnitOfLength.INCHES,
    "foot": UnitOfLength.FEET,
    "feet": UnitOfLength.FEET,
    "mm/hr": UnitOfVolumetricFlux.MILLIMETERS_PER_HOUR,
    "liter": UnitOfVolume.LITERS,
    "litre": UnitOfVolume.LITERS,
    "gallon": UnitOfVolume.GALLONS,
    "gpm": UnitOfVolumeFlowRate.GALLONS_PER_MINUTE,
    "lpm": UnitOfVolumeFlowRate.LITERS_PER_MINUTE,
    "r/min": REVOLUTIONS_PER_MINUTE,
}

# Units that Home Assistant has no class for, or where the case decides: milli is not mega.
OTHERS = ("kVAh", "VAh", "kVA", "Ah", "mAh", "rpm")
CASED = frozenset({"mW", "MW", "mV", "MV", "mWh", "MWh", "mHz", "MHz", "mPa", "MPa"}) | frozenset(
    {"mvar", "Mvar", "MVar", "MVAr", "MVAR", "mVA", "MVA"}
)


def _plain(unit: str) -> str:
    return normalize("NFKC", unit.replace("º", DEGREE)).translate(SIGNS).lower()


def _admitted() -> Iterator[str]:
    """Yield the units that Home Assistant admits for a class of sensors."""
    for units in DEVICE_CLASS_UNITS.values():
        for choice in units:
            if isinstance(choice, type):
                yield from (member.value for member in choice)
            elif choice is not None:
                yield str(choice)


ADMITTED: dict[str, str] = {_plain(unit): unit for unit in sorted({*_admitted(), *OTHERS})}

_TIME = [unit.value for unit in UnitOfTime if unit.value in ("μs", "ms", "s", "min", "h", "d")]

TEMPERATURES = frozenset({UnitOfTemperature.CELSIUS.value, UnitOfTemperature.FAHRENHEIT.value})

# What a unit measures when nothing else is known. One unit may be of several classes; the first
# is the one that holds without a word that says otherwise.
UNIT_CLASSES: dict[str, Class] = {
    **dict.fromkeys(_TIME, Class.DURATION),
    **dict.fromkeys(TEMPERATURES, Class.TEMPERATURE),  # kelvin may be a color or a difference
    **{unit.value: Class.VOLTAGE for unit in UnitOfElectricPotential},
    **{unit.value: Class.CURRENT for unit in UnitOfElectricCurrent},
    **{unit.value: Class.POWER for unit in UnitOfPower if "BTU" not in unit.value},
    **{unit.value: Class.APPARENT_POWER for unit in UnitOfApparentPower},
    **{unit.value: Class.REACTIVE_POWER for unit in UnitOfReactivePower},
    **{unit.value: Class.REACTIVE_ENERGY for unit in UnitOfReactiveEnergy},
    **{unit.value: Class.ENERGY for unit in UnitOfEnergy},
    **{unit.value: Class.FREQUENCY for unit in UnitOfFrequency},
    **{unit.value: Class.PRESSURE for unit in UnitOfPressure},
    **{unit.value: Class.CONDUCTIVITY for unit in UnitOfConductivity},
    **{unit.value: Class.DISTANCE for unit in UnitOfLength},
    # Grams may as well be multiples of gravity.
    **{unit.value: Class.WEIGHT for unit in UnitOfMass if unit is not UnitOfMass.GRAMS},
    **{unit.value: Class.SPEED for unit in UnitOfSpeed},
    **{unit.value: Class.VOLUME_STORAGE for unit in UnitOfVolume},
    **{unit.value: Class.VOLUME_FLOW_RATE for unit in UnitOfVolumeFlowRate},
    UnitOfPressure.HPA.value: Class.ATMOSPHERIC_PRESSURE,
    UnitOfPressure.MBAR.value: Class.ATMOSPHERIC_PRESSURE,
    UnitOfPrecipitationDepth.MILLIMETERS.value: Class.DISTANCE,
    UnitOfVolumetricFlux.MILLIMETERS_PER_HOUR.value: Class.PRECIPITATION_INTENSITY,
    UnitOfIrradiance.WATTS_PER_SQUARE_METER.value: Class.IRRADIANCE,
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT: Class.SIGNAL_STRENGTH,
    UnitOfSoundPressure.WEIGHTED_DECIBEL_A.value: Class.SOUND_PRESSURE,
    LIGHT_LUX: Class.ILLUMINANCE,
}


@lru_cache(maxsize=1024)
def fold(unit: str | None) -> str | None:
    """Return a unit as Home Assistant spells it; one that it does not know stays as it is."""
    if unit is None:
        return None
    unit = " ".join(unit.split())[:MAX_LENGTH].strip()
    unit = str(AMBIGUOUS_UNITS.get(unit, unit))
    if unit in CASED:
        return unit
    plain = _plain(unit)
    if plain in NONE:
        return None
    for spelling in (plain, plain[:-1] if SEVERAL.fullmatch(plain) else plain):
        admitted = SPELLINGS.get(spelling) or ADMITTED.get(spelling)
        if admitted is not None:
            return str(admitted)
    return unit


def fits(device_class: Class | None, unit: str | None) -> bool:
    """Return whether Home Assistant admits this unit for a class of sensors or numbers."""
    if device_class is None or device_class not in DEVICE_CLASS_UNITS:
        return device_class is None
    return any(_admits(choice, unit) for choice in DEVICE_CLASS_UNITS[device_class])


def _admits(choice: type[StrEnum] | str | None, unit: str | None) -> bool:
    if isinstance(choice, type):
        return unit is not None and unit in choice
    return choice is None and unit is None if choice is None else unit == str(choice)


def state_class_for(
    device_class: Class | None, wanted: SensorStateClass | None
) -> SensorStateClass | None:
    """Return the wanted state class, or the nearest that the device class admits."""
    if wanted is None or device_class is None:
        return wanted
    admitted = DEVICE_CLASS_STATE_CLASSES.get(device_class, set())
    if wanted in admitted:
        return wanted
    order = (
        SensorStateClass.MEASUREMENT,
        SensorStateClass.TOTAL_INCREASING,
        SensorStateClass.TOTAL,
    )
    return next((choice for choice in order if choice in admitted), None)
