"""What an entity will be: the outcome of the rules, before Home Assistant sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from homeassistant.const import EntityCategory, Platform

from ..api import Item, Service

BRACKETS = "[]"


class Grade(IntEnum):
    """How much an entity matters to the owner of the device.

    Primary is what the device is for; secondary is useful to many; rare is for installers, noisy,
    dangerous or unknown, and is disabled until somebody asks for it.
    """

    PRIMARY = 1
    SECONDARY = 2
    RARE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A service that sets what no property can: ``input`` is where the value goes."""

    service: Service
    input: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One entity that a thing specification gives rise to.

    ``key`` ends the unique id (``<sn>_<key>``) and never depends on order, language or names.
    ``path`` is where its value stands in reports, with ``[]`` where an array's index goes; key,
    name and placeholders of such a template are completed by ``element``. ``name`` is the
    specification's own wording, used where no ``translation_key`` is given; without either, the
    entity has the device's name. ``states`` maps an enumeration's keys, or a flag's ``true`` and
    ``false``, to the states or options shown; ``on`` holds the keys that mean *on*.

    ``minimum``, ``maximum`` and ``step`` bound what a number or a set-point takes; ``secret`` marks
    a text that is not for everybody's eyes. ``roles`` names the other items that a composite (a
    climate, a tracker) reads and writes, ``options`` what the keys of such an item mean in Home
    Assistant's words, and ``calls`` the services that stand in where no property can be written.
    """

    platform: Platform
    key: str
    path: str
    item: Item | None = None
    name: str | None = None
    translation_key: str | None = None
    placeholders: Mapping[str, str] = field(default_factory=dict)
    device_class: str | None = None
    state_class: str | None = None
    unit: str | None = None
    precision: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    on: frozenset[str] = frozenset()
    secret: bool = False
    category: EntityCategory | None = None
    grade: Grade = Grade.SECONDARY
    roles: Mapping[str, Item] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)

    @property
    def is_template(self) -> bool:
        """Return whether this stands for the elements of an array, and for none of its own."""
        return BRACKETS in self.path

    def element(self, *indices: int) -> Description:
        """Return one element's description: ``relay[].state`` with 0 is ``relay[0].state``.

        Takes one index for each ``[]`` of the path, from the left; people count from 1.
        """
        found = self
        for index in indices:
            found = found._at(index)
        return found

    def _at(self, index: int) -> Description:
        def at(path: str) -> str:
            return path.replace(BRACKETS, f"[{index}]", 1)

        def spoken(text: str) -> str:
            return text.replace(BRACKETS, str(index + 1), 1)

        return replace(
            self,
            key=at(self.key),
            path=at(self.path),
            item=self.item and replace(self.item, path=at(self.item.path)),
            name=self.name and spoken(self.name),
            placeholders={name: spoken(value) for name, value in self.placeholders.items()},
            roles={role: replace(item, path=at(item.path)) for role, item in self.roles.items()},
        )


@dataclass(frozen=True, slots=True)
class Composite:
    """An entity of several properties.

    ``absorbed`` are the paths that it stands for, and that make no entity of their own; what is
    read at the ``echoed`` ones it shows as well, so that their own entities are rare.
    """

    description: Description
    absorbed: frozenset[str]
    echoed: frozenset[str] = frozenset()
