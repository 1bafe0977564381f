"""Capabilities of a model with a firmware, from its thing specification."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, Self

from homeassistant.components.sensor.const import SensorDeviceClass
from homeassistant.util.unit_conversion import DurationConverter

from ..api import Item, ThingSpecification
from ..api.paths import ANY_INDEX, parent_of, template_of
from ..mapping import Description, Priority, SensorDescription, describe, expected_entities
from ..mapping.corrections import Changes, corrected
from ..mapping.tokens import pattern, tokenize_path
from ..mapping.units import fold

REPORT_INTERVAL: Final = pattern("report interval -alarm")
NOTHING: Final[Mapping[str, Changes]] = {}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """A thing specification and what follows from it, shared by all devices that have it.

    ``array_sizes`` has the maximum number of elements by the path of an array, ``scalars`` the
    paths of values that nothing is nested in, ``entity_counts`` the number of entities of at least
    a priority, ``report_intervals`` the settings of how often the device reports. Capabilities are
    not known before the thing specification is read.
    """

    specification: ThingSpecification
    descriptions: tuple[Description, ...] = ()
    array_sizes: Mapping[str, int] = field(default_factory=dict)
    scalars: frozenset[str] = frozenset()
    entity_counts: Mapping[Priority, int] = field(
        default_factory=lambda: dict.fromkeys(Priority, 0)
    )
    reports_battery: bool = False
    report_intervals: tuple[Item, ...] = ()
    is_known: bool = True

    @classmethod
    def of(
        cls, specification: ThingSpecification, corrections: Mapping[str, Changes] = NOTHING
    ) -> Self:
        """Return the capabilities that a thing specification describes, with corrections by key."""
        descriptions = corrected(describe(specification), corrections)
        items = (item for root in specification.properties for item in root.walk())
        return cls(
            specification=specification,
            descriptions=descriptions,
            array_sizes={item.path: item.max_size for item in items if item.max_size is not None},
            scalars=frozenset(
                leaf.path for leaf in specification.leaves() if leaf.data_type.is_scalar
            ),
            entity_counts={
                priority: sum(
                    expected_entities(description)
                    for description in descriptions
                    if description.priority <= priority
                )
                for priority in Priority
            },
            reports_battery=any(
                isinstance(description, SensorDescription)
                and description.device_class is SensorDeviceClass.BATTERY
                for description in descriptions
            ),
            report_intervals=tuple(
                leaf
                for leaf in specification.leaves()
                if REPORT_INTERVAL.matches(tokenize_path(leaf.path))
                and fold(leaf.unit) in DurationConverter.VALID_UNITS
            ),
        )

    def is_scalar(self, path: str) -> bool:
        """Return whether the specification has a value at a path and nothing nested in it."""
        return template_of(path) in self.scalars

    def enclosing_scalar(self, path: str) -> str | None:
        """Return the path of the scalar that a report nests this path in, if it does."""
        while path := parent_of(path):
            if self.is_scalar(path):
                return path
        return None

    def allows_element(self, template: str, indices: Iterable[int]) -> bool:
        """Return whether indices are within the sizes of their arrays."""
        arrays = accumulate(
            template.split(ANY_INDEX)[:-1], lambda path, rest: path + ANY_INDEX + rest
        )
        return all(
            index < self.array_sizes.get(array, index + 1)
            for array, index in zip(arrays, indices, strict=True)
        )


NO_CAPABILITIES: Final = Capabilities(ThingSpecification(), is_known=False)
