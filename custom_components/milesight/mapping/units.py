"""Units: from the platform's many spellings to Home Assistant's, and what they measure."""

from enum import StrEnum
from functools import lru_cache

from homeassistant.components.sensor.const import (
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
    UnitOfDensity,
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
    UnitOfRatio,
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
NONE = frozenset({"", "-", "--", "/", "n/a", "na", "none", "null", "no", "\\"})

# Spellings, in lower case and without spaces, that differ from Home Assistant's own.
SPELLINGS: dict[str, str] = {
    "%rh": PERCENTAGE,
    "%r.h.": PERCENTAGE,
    "%r.h": PERCENTAGE,
    "rh%": PERCENTAGE,
    "rh": PERCENTAGE,
    "%vwc": PERCENTAGE,
    "\uff05": PERCENTAGE,
    "percent": PERCENTAGE,
    "percentage": PERCENTAGE,
    "℃": UnitOfTemperature.CELSIUS,
    "°c": UnitOfTemperature.CELSIUS,
    "ºc": UnitOfTemperature.CELSIUS,
    "degc": UnitOfTemperature.CELSIUS,
    "celsius": UnitOfTemperature.CELSIUS,
    "℉": UnitOfTemperature.FAHRENHEIT,
    "°f": UnitOfTemperature.FAHRENHEIT,
    "ºf": UnitOfTemperature.FAHRENHEIT,
    "degf": UnitOfTemperature.FAHRENHEIT,
    "fahrenheit": UnitOfTemperature.FAHRENHEIT,
    "k": UnitOfTemperature.KELVIN,
    "lux": LIGHT_LUX,
    "lx": LIGHT_LUX,
    "º": DEGREE,
    "°": DEGREE,
    "deg": DEGREE,
    "degree": DEGREE,
    "degrees": DEGREE,
    "ppm": UnitOfRatio.PARTS_PER_MILLION,
    "ppb": UnitOfRatio.PARTS_PER_BILLION,
    "ug/m3": UnitOfDensity.MICROGRAMS_PER_CUBIC_METER,
    "mg/m3": UnitOfDensity.MILLIGRAMS_PER_CUBIC_METER,
    "g/m3": UnitOfDensity.GRAMS_PER_CUBIC_METER,
    "us/cm": UnitOfConductivity.MICROSIEMENS_PER_CM,
    "ms/cm": UnitOfConductivity.MILLISIEMENS_PER_CM,
    "s/cm": UnitOfConductivity.SIEMENS_PER_CM,
    "us": UnitOfTime.MICROSECONDS,
    "ms": UnitOfTime.MILLISECONDS,
    "msec": UnitOfTime.MILLISECONDS,
    "millisecond": UnitOfTime.MILLISECONDS,
    "milliseconds": UnitOfTime.MILLISECONDS,
    "s": UnitOfTime.SECONDS,
    "sec": UnitOfTime.SECONDS,
    "secs": UnitOfTime.SECONDS,
    "second": UnitOfTime.SECONDS,
    "seconds": UnitOfTime.SECONDS,
    "min": UnitOfTime.MINUTES,
    "mins": UnitOfTime.MINUTES,
    "minute": UnitOfTime.MINUTES,
    "minutes": UnitOfTime.MINUTES,
    "h": UnitOfTime.HOURS,
    "hr": UnitOfTime.HOURS,
    "hrs": UnitOfTime.HOURS,
    "hour": UnitOfTime.HOURS,
    "hours": UnitOfTime.HOURS,
    "d": UnitOfTime.DAYS,
    "day": UnitOfTime.DAYS,
    "days": UnitOfTime.DAYS,
    "v": UnitOfElectricPotential.VOLT,
    "volt": UnitOfElectricPotential.VOLT,
    "kv": UnitOfElectricPotential.KILOVOLT,
    "uv": UnitOfElectricPotential.MICROVOLT,
    "a": UnitOfElectricCurrent.AMPERE,
    "amp": UnitOfElectricCurrent.AMPERE,
    "ma": UnitOfElectricCurrent.MILLIAMPERE,
    "ua": "μA",
    "w": UnitOfPower.WATT,
    "watt": UnitOfPower.WATT,
    "kw": UnitOfPower.KILO_WATT,
    "va": UnitOfApparentPower.VOLT_AMPERE,
    "kva": "kVA",
    "var": UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
    "kvar": UnitOfReactivePower.KILO_VOLT_AMPERE_REACTIVE,
    "varh": UnitOfReactiveEnergy.VOLT_AMPERE_REACTIVE_HOUR,
    "kvarh": UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR,
    "vah": "VAh",
    "kvah": "kVAh",
    "ah": "Ah",
    "mah": "mAh",
    "wh": UnitOfEnergy.WATT_HOUR,
    "kwh": UnitOfEnergy.KILO_WATT_HOUR,
    "kw·h": UnitOfEnergy.KILO_WATT_HOUR,
    "kw.h": UnitOfEnergy.KILO_WATT_HOUR,
    "kw*h": UnitOfEnergy.KILO_WATT_HOUR,
    "w·h": UnitOfEnergy.WATT_HOUR,
    "hz": UnitOfFrequency.HERTZ,
    "khz": UnitOfFrequency.KILOHERTZ,
    "pa": UnitOfPressure.PA,
    "hpa": UnitOfPressure.HPA,
    "kpa": UnitOfPressure.KPA,
    "bar": UnitOfPressure.BAR,
    "mbar": UnitOfPressure.MBAR,
    "psi": UnitOfPressure.PSI,
    "mmhg": UnitOfPressure.MMHG,
    "db": SIGNAL_STRENGTH_DECIBELS,
    "dba": UnitOfSoundPressure.WEIGHTED_DECIBEL_A,
    "db(a)": UnitOfSoundPressure.WEIGHTED_DECIBEL_A,
    "dbm": SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    "mm": UnitOfLength.MILLIMETERS,
    "cm": UnitOfLength.CENTIMETERS,
    "m": UnitOfLength.METERS,
    "meter": UnitOfLength.METERS,
    "meters": UnitOfLength.METERS,
    "km": UnitOfLength.KILOMETERS,
    "inch": UnitOfLength.INCHES,
    "m/s": UnitOfSpeed.METERS_PER_SECOND,
    "km/h": UnitOfSpeed.KILOMETERS_PER_HOUR,
    "mm/h": UnitOfVolumetricFlux.MILLIMETERS_PER_HOUR,
    "l": UnitOfVolume.LITERS,
    "liter": UnitOfVolume.LITERS,
    "litre": UnitOfVolume.LITERS,
    "ml": UnitOfVolume.MILLILITERS,
    "m3": UnitOfVolume.CUBIC_METERS,
    "gal": UnitOfVolume.GALLONS,
    "l/min": UnitOfVolumeFlowRate.LITERS_PER_MINUTE,
    "l/h": UnitOfVolumeFlowRate.LITERS_PER_HOUR,
    "l/s": UnitOfVolumeFlowRate.LITERS_PER_SECOND,
    "m3/h": UnitOfVolumeFlowRate.CUBIC_METERS_PER_HOUR,
    "g": UnitOfMass.GRAMS,
    "kg": UnitOfMass.KILOGRAMS,
    "w/m2": UnitOfIrradiance.WATTS_PER_SQUARE_METER,
    "rpm": REVOLUTIONS_PER_MINUTE,
    "r/min": REVOLUTIONS_PER_MINUTE,
}

# Where the case decides: milli is not mega.
CASED: dict[str, str] = {
    "mW": "mW",
    "MW": "MW",
    "mV": "mV",
    "MV": "MV",
    "mPa": "mPa",
    "MPa": "MPa",
    "Mpa": "MPa",
    "mpa": "MPa",
    "MWh": "MWh",
    "mWh": "mWh",
    "MHz": "MHz",
    "mHz": "mHz",
    "mS/cm": UnitOfConductivity.MILLISIEMENS_PER_CM,
}

SIGNS = str.maketrans({"µ": "u", "μ": "u", "³": "3", "²": "2", " ": None, "\u00a0": None})

_TIME = [unit.value for unit in UnitOfTime if unit.value in ("μs", "ms", "s", "min", "h", "d")]

# What a unit measures when nothing else is known. One unit may be of several classes; the first
# is the one that holds without a word that says otherwise.
UNIT_CLASSES: dict[str, Class] = {
    **dict.fromkeys(_TIME, Class.DURATION),
    **{unit.value: Class.TEMPERATURE for unit in UnitOfTemperature},
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
    **{unit.value: Class.WEIGHT for unit in UnitOfMass},
    **{unit.value: Class.SPEED for unit in UnitOfSpeed},
    **{unit.value: Class.VOLUME for unit in UnitOfVolume},
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

TEMPERATURES = frozenset({UnitOfTemperature.CELSIUS.value, UnitOfTemperature.FAHRENHEIT.value})


@lru_cache(maxsize=1024)
def fold(unit: str | None) -> str | None:
    """Return a unit as Home Assistant spells it; one that it does not know stays as it is."""
    if unit is None:
        return None
    unit = " ".join(unit.split())[:MAX_LENGTH].strip()
    if (known := CASED.get(unit)) is not None:
        return str(known)
    plain = unit.translate(SIGNS).lower()
    if plain in NONE:
        return None
    found = SPELLINGS.get(plain)
    return str(found) if found is not None else unit


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
