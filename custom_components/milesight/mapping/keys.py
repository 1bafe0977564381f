"""Keys of entities: each belongs to one entity of a device."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from homeassistant.const import Platform

from .descriptions import Description

# The keys of the entities that do not depend on the specification.
RESERVED: Final[Mapping[str, Platform]] = {
    "agentcraft": Platform.SENSOR,
    "agentcraft_renew": Platform.BUTTON,
    "connectivity": Platform.BINARY_SENSOR,
    "last_report": Platform.SENSOR,
}


def distinctly_keyed(
    properties: Iterable[Description], others: Iterable[Description]
) -> list[Description]:
    """Return the entities of properties, with keys that other entities do not have.

    A property whose id is the key of a composite, a button, an event or an entity that does not
    depend on the specification has its platform in front of its key, as composites have.
    """
    taken = {description.key for description in others}
    return [
        replace(description, key=f"{description.platform}_{description.key}")
        if description.key in taken or RESERVED.get(description.key) is description.platform
        else description
        for description in properties
    ]
