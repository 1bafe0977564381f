"""Arrays to write, with all their elements.

"Update device properties incrementally" does not say what becomes of elements that are left out.
The platform is taken to replace an array as a whole.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from homeassistant.exceptions import ServiceValidationError

from ..api import DataType, Item
from ..api.parsing import Json
from ..api.paths import INDEX, nest
from ..const import DOMAIN
from ..devices.device import MilesightDevice
from ..mapping import ButtonDescription


def nest_properties(
    device: MilesightDevice, values: Mapping[str, Json], lists: Collection[str] = ()
) -> dict[str, Json]:
    """Return nested properties to write, with the other elements of the arrays that they change.

    ``lists`` are the paths of arrays that are given as a whole. Elements that are not given have
    the value that was accepted last, or else the reported one. Raises ``ServiceValidationError``
    for an array whose values are not all known.
    """
    arrays = {_outermost_array(path) for path in values if "[" in path}.difference(lists)
    if not arrays:
        return nest(values)
    accepted = {write.path: write.value for write in device.accepted_writes()}
    items = {
        item.path: item
        for root in device.capabilities.specification.properties
        for item in root.walk()
    }
    completion = _Completion(
        given=values,
        lists=lists,
        known=_outside(lists, device.values | accepted),
        times=device.times,
        triggers=frozenset(
            description.path
            for description in device.capabilities.descriptions
            if isinstance(description, ButtonDescription)
        ),
    )
    others = {path: value for path, value in values.items() if _outermost_array(path) not in arrays}
    return nest(others | {array: completion.value(items.get(array), array) for array in arrays})


def _outermost_array(path: str) -> str:
    return path.partition("[")[0]


def _outside(lists: Iterable[str], values: Mapping[str, Json]) -> dict[str, Json]:
    """Return the values that are in none of these lists."""
    prefixes = tuple(f"{path}[" for path in lists)
    return {path: value for path, value in values.items() if not path.startswith(prefixes)}


def _incomplete(path: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="incomplete_list",
        translation_placeholders={"path": path},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Completion:
    """Completes given values with known ones; both are ``path -> value``.

    ``times`` are those of the reports of the known values, ``triggers`` the templates of properties
    whose value is never repeated, because writing it does something.
    """

    given: Mapping[str, Json]
    lists: Collection[str]
    known: Mapping[str, Json]
    times: Mapping[str, int]
    triggers: frozenset[str]

    def value(self, item: Item | None, path: str) -> Json:
        """Return the value to write at a path; raises ``ServiceValidationError``."""
        if path in self.given:
            return self.given[path]
        if item is None:
            raise _incomplete(path)
        if item.data_type is DataType.ARRAY and item.children:
            return [
                self.value(item.children[0], f"{path}[{index}]")
                for index in range(self._size(path))
            ]
        if item.children:
            members = {f"{path}.{child.key}": child for child in item.children}
            return {
                child.key: self.value(child, member)
                for member, child in members.items()
                if self._is_setting(child) or self._is_given(member)
            }
        value = self.known.get(path)
        if value is None or isinstance(value, dict) or not self._is_setting(item):
            raise _incomplete(path)
        return value

    def _size(self, path: str) -> int:
        """Return the size of an array.

        A report has all elements of an array. If the last one known is older than others, the array
        may have become shorter, and its size is not known.
        """
        given = [index for index, _ in _elements(self.given, path)]
        if path in self.lists:
            return max(given) + 1
        latest: dict[int, int] = {}
        for index, inner in _elements(self.known, path):
            latest[index] = max(self.times.get(inner, 0), latest.get(index, 0))
        if not latest or latest[max(latest)] < max(latest.values()):
            raise _incomplete(path)
        return max([*latest, *given]) + 1

    def _is_setting(self, item: Item) -> bool:
        return any(leaf.writable and leaf.path not in self.triggers for leaf in item.leaves())

    def _is_given(self, path: str) -> bool:
        return any(
            given == path or given.startswith((f"{path}.", f"{path}[")) for given in self.given
        )


def _elements(paths: Iterable[str], array: str) -> Iterable[tuple[int, str]]:
    """Return the index in an array and the path of all that is inside it."""
    for path in paths:
        if path.startswith(array) and (index := INDEX.match(path, len(array))):
            yield int(index[1]), path
