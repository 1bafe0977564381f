"""Properties that set up an installation: no composite writes them, and none is enabled.

Whoever changes one by accident can damage equipment, or make measurements wrong.
"""

from ..api import Item
from .labels import words_of
from .properties import Property
from .tokens import PathTokens, tokenize, vocabulary

INSTALLATION = vocabulary("""
    algorithm calibration install installation interface ob pipe polarity reversing schedule plan
    strategy terminal unit wire wiring
    """)
# What the options of such a property say, whatever it is called.
INSTALLATION_OPTIONS = vocabulary("pipe terminal wire wires wiring")
# What no composite writes, beside the installation: the entity of the property itself may.
UNCONTROLLED = vocabulary("alarm limit lock relay threshold tolerance")
RELAYS = vocabulary("relay output valve compressor stage auxiliary")
CLIMATE = vocabulary("thermostat hvac")


def sets_up_installation(prop: Property) -> bool:
    """Return whether writing a property changes how a device is installed."""
    return prop.item.writable and (
        prop.tokens.any(INSTALLATION)
        or _is_reversing_valve(prop.tokens)
        or not INSTALLATION.isdisjoint(tokenize(prop.item.name)[0])
        or _has_installation_options(prop.item)
    )


def may_be_controlled(prop: Property) -> bool:
    """Return whether a composite may use a property: any that is read, few that are written."""
    return not prop.item.writable or not (
        prop.tokens.any(UNCONTROLLED) or sets_up_installation(prop)
    )


def _is_reversing_valve(tokens: PathTokens) -> bool:
    """Return whether tokens say "O/B", the terminal of the reversing valve of a heat pump."""
    return {"o", "b"} <= tokens.all


def _has_installation_options(item: Item) -> bool:
    return any(
        not INSTALLATION_OPTIONS.isdisjoint(words_of(label)) for label in item.mappings.values()
    )


def is_relay_of_thermostat(prop: Property) -> bool:
    """Return whether a property of a thermostat is one of its relays, not a set-point of it."""
    return prop.item.writable and prop.tokens.any(RELAYS) and not prop.item.data_type.is_number


def controls_climate(properties: tuple[Property, ...]) -> bool:
    """Return whether a device controls the temperature of a room, as far as its ids say so."""
    return any(
        {"target", "temperature"} <= prop.tokens.all or prop.tokens.any(CLIMATE)
        for prop in properties
    )
