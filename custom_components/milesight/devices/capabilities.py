"""What a model with a firmware can do, by its thing specification."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
import re
from typing import Final, Self

from homeassistant.components.sensor.const import SensorDeviceClass

from ..api import DataType, ThingSpecification
from ..api.specification import BRACKETS
from ..mapping import Description, Priority, SensorDescription, describe, expected_entities

INDEX: Final = re.compile(r"\[(\d+)\]")
STEP: Final = re.compile(r"[.\[]")
CONTAINERS: Final = frozenset({DataType.STRUCT, DataType.ARRAY, DataType.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model with a firmware can do, shared by all its devices."""

    specification: ThingSpecification
    descriptions: tuple[Description, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    scalars: frozenset[str] = frozenset()
    enabled: Mapping[Priority, int] = field(default_factory=lambda: dict.fromkeys(Priority, 0))
    reports_battery: bool = False

    @classmethod
    def of(cls, specification: ThingSpecification) -> Self:
        """Return what a specification gives rise to.

        ``sizes`` is the greatest number of elements by the path of an array, ``scalars`` the paths
        below which there is nothing, ``enabled`` the number of entities to expect up to a priority.
        """
        descriptions = describe(specification)
        items = (item for root in specification.properties for item in root.walk())
        return cls(
            specification,
            descriptions,
            {item.path: item.max_size for item in items if item.max_size is not None},
            frozenset(
                leaf.path for leaf in specification.leaves() if leaf.data_type not in CONTAINERS
            ),
            {
                priority: sum(
                    expected_entities(found) for found in descriptions if found.priority <= priority
                )
                for priority in Priority
            },
            any(
                isinstance(found, SensorDescription)
                and found.device_class is SensorDeviceClass.BATTERY
                for found in descriptions
            ),
        )

    def is_scalar(self, path: str) -> bool:
        """Return whether there is a value at a path, and nothing below it."""
        return INDEX.sub(BRACKETS, path) in self.scalars

    def holder(self, path: str) -> str | None:
        """Return the path of the scalar below which a report nests more, if it does."""
        above = (path[: step.start()] for step in STEP.finditer(path))
        return next((found for found in above if self.is_scalar(found)), None)

    def admits(self, template: str, indices: Iterable[int]) -> bool:
        """Return whether elements at these indices are within the sizes of their arrays."""
        arrays = accumulate(
            template.split(BRACKETS)[:-1], lambda path, rest: path + BRACKETS + rest
        )
        return all(
            index < self.sizes.get(array, index + 1)
            for array, index in zip(arrays, indices, strict=True)
        )


NO_CAPABILITIES: Final = Capabilities(ThingSpecification())
