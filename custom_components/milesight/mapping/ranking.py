"""Choice of the entities enabled by default: about a dozen, by their use to the owner.

Always shown are the battery, the reporting interval and the reboot button. The others come in
groups that are shown together or not at all: the channels, phases and lines of one quantity, each
with its alarm. Of equal use, small groups come before large ones, so that totals come before
channels. A group counts as ``MAX_WEIGHT`` at most, so that many channels leave room for what
else the device measures. It is shown if it fits into the dozen, which siblings may exceed by
``SLACK`` unless they are settings, and if it has ``MAX_SIBLINGS`` members at most. What the device
is for may have up to ``MAX_CHANNELS``, and is shown without its alarms if there are too many.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from homeassistant.components.button import ButtonDeviceClass
from homeassistant.components.sensor.const import SensorDeviceClass
from homeassistant.const import EntityCategory, Platform

from .descriptions import (
    ButtonDescription,
    CompositeDescription,
    Description,
    NumberDescription,
    Priority,
    SensorDescription,
    SwitchDescription,
)
from .tokens import PathTokens, pattern, tokenize_path, vocabulary

DOZEN = 12
MAX_WEIGHT = 6
MAX_SIBLINGS = 12
MAX_CHANNELS = 32
SLACK = 3  # by which siblings may exceed the dozen
ELEMENTS = 2  # of an array, as many as most devices fill

# Words that tell siblings apart, and words that an alarm has beside those of its value.
SIBLINGS = vocabulary("a b c d in out left right x y z l1 l2 l3 entry exit entered exited")
ALARM = vocabulary("alarm alert warning")
ALARM_DETAILS = ALARM | vocabulary("threshold over under range type release event abnormal")
REPORT_INTERVAL = frozenset({"report", "interval"})
LOCK = pattern("lock")
TAMPER = pattern("tamper|dismantle|disassembly|uninstall")
SILENCE = pattern("stop|mute|silence|dismiss|release buzzer|alarm|siren")
QUERY = pattern("query|refresh|report")

# What devices are bought for, the most special first: a gas detector also measures temperature.
CONTROL = 1
USES = (
    pattern("vape|vaping|smoke|gas|ch4|h2s|nh3|co|leak|flood|fall|sos"),
    pattern("button|key|press|click"),
    pattern("people|passenger|visitor|queue|occupancy|presence|vacancy|bed|toilet"),
    pattern("line|region|zone|area"),
    pattern("door|magnet|contact|vibration"),
    pattern("liquid|level|distance|depth|remaining|fill|ullage|bin -light"),
    pattern("water|rain|rainfall|wind"),
    pattern("soil|moisture|conductivity|electricity|ph|ec"),
    pattern("laeq|laf|lafmax|sound|noise"),
    pattern("co2"),
    pattern("hcho|tvoc|o3|no2|so2|iaq|aqi|pm25"),
    pattern("pm1|pm4|pm10"),
    pattern("pir|motion|window"),
    pattern("gpio|input|pulse|counter|modbus|analog|adc|adv|pt100|sdi"),
    pattern("power|energy -factor|apparent|reactive|external|supply|source|battery"),
    pattern("current|energy|consumption"),
    pattern("voltage"),
    pattern("angle|tilt|acceleration|pressure -barometric"),
    pattern("temperature"),
    pattern("humidity"),
    pattern("light|illuminance"),
)
LAST_USE = len(USES) + 1


class Tier(IntEnum):
    """Order of entities."""

    PURPOSE = 0
    TAMPER = 1
    PRIMARY = 2
    SECONDARY = 3
    DIAGNOSTIC = 4
    CONFIG = 5
    QUERY = 6
    LOCK = 7


@dataclass(slots=True)
class Group:
    """Entities that are shown together or not at all."""

    members: list[Description] = field(default_factory=list)
    rank: tuple[int, ...] = ()

    @property
    def order(self) -> tuple[int, ...]:
        """Return the place among the groups: by the rank of the members, small groups first."""
        tier, use, *rest = self.rank
        is_large = sum(map(expected_entities, self.members)) > MAX_WEIGHT
        return (tier, use, is_large, *rest)

    @property
    def values(self) -> list[Description]:
        """Return the members that are no alarms, or all if there are only alarms."""
        values = [member for member in self.members if not tokens_of(member).any(ALARM)]
        return values or self.members


def ranked(descriptions: Iterable[Description]) -> list[Description]:
    """Return the descriptions, those rare that are not shown by default."""
    descriptions = list(descriptions)
    candidates = [
        description for description in descriptions if description.priority is not Priority.RARE
    ]
    essential = _essential(candidates)
    others = [
        description
        for description in candidates
        if description.key not in essential and not _is_report_interval(description)
    ]
    shown = set(essential)
    count = sum(
        expected_entities(description) for description in candidates if description.key in essential
    )
    for group in _groups(others):
        for members in (group.members, group.values):
            size = sum(map(expected_entities, members))
            weight = min(size, MAX_WEIGHT)
            if size <= _max_size(group, count) and count + weight <= DOZEN + _slack(group):
                shown |= {member.key for member in members}
                count += weight
                break
    return [
        description
        if description.key in shown or description.priority is Priority.RARE
        else replace(description, priority=Priority.RARE)
        for description in descriptions
    ]


def expected_entities(description: Description) -> int:
    """Return how many entities a description leads to on most devices."""
    return ELEMENTS if description.is_template else 1


def tokens_of(description: Description) -> PathTokens:
    """Return what the path of a description says."""
    return tokenize_path(description.path)


def _slack(group: Group) -> int:
    """Return by how much a group may exceed the dozen: siblings may, settings and locks do not."""
    return SLACK if len(group.members) > 1 and group.rank[0] < Tier.CONFIG else 0


def _max_size(group: Group, count: int) -> int:
    """Return how many members a group may have to be shown after ``count`` others."""
    if count >= DOZEN:
        return 0
    is_purpose = group.rank[0] == Tier.PURPOSE
    return MAX_CHANNELS if is_purpose else MAX_SIBLINGS


def _essential(candidates: Iterable[Description]) -> set[str]:
    """Return the keys of what every device shows."""
    by_key = sorted(
        candidates, key=lambda description: (len(tokens_of(description).phrase), description.key)
    )
    intervals = [description for description in by_key if _is_report_interval(description)]
    buttons = [
        description
        for description in by_key
        if isinstance(description, ButtonDescription)
        and description.device_class is ButtonDeviceClass.RESTART
    ]
    same = [
        description
        for description in intervals
        if tokens_of(description).key == tokens_of(intervals[0]).key
    ]
    batteries = [description for description in by_key if _is_battery(description)]
    return {description.key for description in (*batteries[:2], *same[:2], *buttons[:1])}


def _is_report_interval(description: Description) -> bool:
    return (
        isinstance(description, NumberDescription) and tokens_of(description).all >= REPORT_INTERVAL
    )


def _is_battery(description: Description) -> bool:
    is_primary = description.priority is Priority.PRIMARY
    return is_primary and _has_class(description, SensorDeviceClass.BATTERY)


def _has_class(description: Description, device_class: SensorDeviceClass) -> bool:
    return isinstance(description, SensorDescription) and description.device_class is device_class


def _groups(descriptions: Iterable[Description]) -> list[Group]:
    """Return the groups of siblings, those of most use first."""
    descriptions = list(descriptions)
    purpose = min(
        (
            _use(description)
            for description in descriptions
            if description.priority is Priority.PRIMARY
        ),
        default=0,
    )
    groups: dict[tuple[object, ...], Group] = {}
    for description in sorted(descriptions, key=lambda description: description.key):
        group = groups.setdefault(_subject(description), Group())
        rank = _rank(description, purpose)
        group.rank = min(group.rank or rank, rank)
        group.members.append(description)
    return [
        groups[subject]
        for subject in sorted(groups, key=lambda subject: (groups[subject].order, str(subject)))
    ]


def _subject(description: Description) -> tuple[object, ...]:
    """Return what siblings, and a value and its alarm, have in common."""
    tokens = tokens_of(description)
    if _is_lock(description, tokens):
        return (EntityCategory.CONFIG, ("lock",), False)
    words = frozenset(tokens.phrase) - SIBLINGS - {"status"}
    if tokens.any(ALARM):
        words = words - ALARM_DETAILS or words
    return description.category, tuple(sorted(words)), _use(description) == CONTROL


def _use(description: Description) -> int:
    """Return the place among what devices are bought for, the most special first."""
    tokens = tokens_of(description)
    if isinstance(description, CompositeDescription) or (
        isinstance(description, SwitchDescription) and description.category is None
    ):
        return CONTROL
    if _has_class(description, SensorDeviceClass.ATMOSPHERIC_PRESSURE):
        return LAST_USE
    place = next((place for place, use in enumerate(USES) if use.matches(tokens)), len(USES))
    return place + (place >= CONTROL)


def _rank(description: Description, purpose: int) -> tuple[int, ...]:
    tokens = tokens_of(description)
    use = _use(description)
    return (
        _tier(description, tokens, use == purpose),
        use,
        tokens.any(ALARM),
        description.platform is not Platform.BINARY_SENSOR,
        len(tokens.phrase),
    )


def _is_lock(description: Description, tokens: PathTokens) -> bool:
    return LOCK.matches(tokens) and description.category is EntityCategory.CONFIG


def _tier(description: Description, tokens: PathTokens, is_purpose: bool) -> Tier:
    if _is_lock(description, tokens):
        return Tier.LOCK
    if description.priority is Priority.PRIMARY:
        return Tier.PURPOSE if is_purpose else Tier.PRIMARY
    if description.category is not EntityCategory.CONFIG and (
        TAMPER.matches(tokens)
        or (description.platform is Platform.BUTTON and SILENCE.matches(tokens))
    ):
        return Tier.TAMPER
    if description.platform is Platform.BUTTON and QUERY.matches(tokens):
        return Tier.QUERY
    if description.category is EntityCategory.CONFIG:
        return Tier.CONFIG
    return Tier.DIAGNOSTIC if description.category else Tier.SECONDARY
