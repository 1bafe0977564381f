"""Tests of the words of ids and units in any spelling."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import pytest

from custom_components.milesight import mapping
from custom_components.milesight.mapping.tokens import Pattern, pattern, tokenize, tokenize_path
from custom_components.milesight.mapping.translations import TABLES
from custom_components.milesight.mapping.units import fold

IDS = [
    ("temperatureChn1Alarm", ("temperature", "channel", "alarm"), (1,)),
    ("PIRStatus", ("pir", "status"), ()),
    ("co2AlarmConfig", ("co2", "alarm", "config"), ()),
    ("lineTotalIn", ("line", "total", "in"), ()),
    ("LoRaWANClass", ("lorawan", "class"), ()),
    ("LAFmax", ("lafmax",), ()),
    ("LAFMAX", ("lafmax",), ()),
    ("voltageA", ("voltage", "a"), ()),
    ("ReactivePowerB", ("reactive", "power", "b"), ()),
    ("heat_set_point", ("heat", "target"), ()),
    ("SetPoint2", ("target",), (2,)),
    ("pm2-5", ("pm25",), ()),
    ("PM1.0", ("pm1",), ()),
    ("carbonDioxide", ("co2",), ()),
    ("hydrogen_sulphide", ("h2s",), ()),
    ("windspeed", ("wind", "speed"), ()),
    ("batteries", ("battery",), ()),
    ("switches_2", ("switch",), (2,)),
    ("alarms", ("alarm",), ()),
    ("gas_status", ("gas", "status"), ()),
    ("mains_address", ("mains", "address"), ()),
    ("ch4_alarm", ("ch4", "alarm"), ()),
    ("ch4_sumkwh", ("channel", "total", "energy"), (4,)),
    ("currentCh4", ("current", "channel"), (4,)),
]


@pytest.mark.parametrize(("identifier", "words", "counted"), IDS)
def test_id_is_read_in_any_spelling(
    identifier: str, words: tuple[str, ...], counted: tuple[int, ...]
) -> None:
    assert tokenize(identifier) == (words, counted)


def asked() -> Iterator[Pattern]:
    """Yield every pattern of the rules, whichever module they stand in."""
    for described in iter_modules(mapping.__path__):
        module = import_module(f"{mapping.__name__}.{described.name}")
        for value in vars(module).values():
            for rule in value if isinstance(value, tuple) else (value,):
                if isinstance(rule, Pattern):
                    yield rule
                elif isinstance(words := getattr(rule, "words", None), str):
                    yield pattern(words)


def test_rules_ask_for_words_as_they_are_read() -> None:
    rules = list(asked())
    words = frozenset[str]().union(
        *(rule.excluded.union(*rule.required, rule.allowed or ()) for rule in rules)
    )

    assert len(rules) > 200
    assert [word for word in words if word and tokenize(word)[0] != (word,)] == []
    assert [
        phrase
        for table in TABLES.values()
        for phrase in table.keys
        if tokenize_path(phrase).key != phrase
    ] == []


UNITS = [
    ("℃", "°C"),
    ("° C", "°C"),
    ("C", "°C"),
    ("℉", "°F"),
    ("%RH", "%"),
    ("% r.h.", "%"),
    ("Lux", "lx"),
    ("LX", "lx"),
    ("ug/m3", "μg/m³"),
    ("µg/m^3", "μg/m³"),
    ("MG/M3", "mg/m³"),
    ("us/cm", "μS/cm"),
    ("\u00b5S/cm", "μS/cm"),
    ("\u00b5g/m3", "μg/m³"),
    ("\u00b5Sv/h", "μSv/h"),
    ("ºC", "°C"),
    ("ms/cm", "mS/cm"),
    ("MINS", "min"),
    ("Seconds", "s"),
    ("hrs", "h"),
    ("Amps", "A"),
    ("volts", "V"),
    ("KWH", "kWh"),
    ("kW·h", "kWh"),
    ("kVArh", "kvarh"),
    ("KVAH", "kVAh"),
    ("MVAr", "MVAr"),
    ("MVA", "MVA"),
    ("mVA", "mVA"),
    ("M3/H", "m³/h"),
    ("Mhz", "MHz"),
    ("mHz", "mHz"),
    ("MW", "MW"),
    ("mw", "mW"),
    ("MPA", "MPa"),
    ("dB(A)", "dBA"),
    ("pH", None),
    ("n/a", None),
    ("furlongs", "furlongs"),
    ("As", "As"),
]


@pytest.mark.parametrize(("spelled", "unit"), UNITS)
def test_unit_is_folded_to_home_assistants_spelling(spelled: str, unit: str | None) -> None:
    assert fold(spelled) == unit
