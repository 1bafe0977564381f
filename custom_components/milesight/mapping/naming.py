"""Names: translated for what is well known, else the specification's own words, tidied."""

from collections.abc import Iterable
from dataclasses import replace
import re

from homeassistant.const import Platform

from ..api.paths import ANY_INDEX
from .descriptions import Description, NumberDescription, Priority, SensorDescription
from .properties import Property
from .spelling import with_channel_4
from .tokens import NOISE, TIMES, WORD, tokenize, vocabulary
from .translations import TRANSLATED_UNITS
from .wording import INVISIBLE, SPACE, tidy, uncapitalised

LONG = 4
UNNAMED = "Value"

ASIDE = re.compile(
    r"^(?P<head>[^()\uff08\uff09]+?)\s*[(\uff08](?P<aside>[^()\uff08\uff09]*)[)\uff09]?\s*$",
    re.DOTALL,
)
CHANNEL_ASIDE = re.compile(
    r"\s*[(\uff08]\s*(?:channel|chn|ch(?!4\b))\s*(\d+)\s*(?:[)\uff09]\s*|$)", re.IGNORECASE
)
STEPS = re.compile(r"[_.\s]+")

# Words at the end of a structure's name that only say that it is one.
TAIL = re.compile(
    r"(?:\s+(?:settings?|settingd|config(?:uration)?|parameters?|info(?:rmation)?|rule|status))+$",
    re.IGNORECASE,
)
CONTROLS = frozenset(
    {Platform.CLIMATE, Platform.COVER, Platform.LIGHT, Platform.SWITCH, Platform.VALVE}
)
# What a device has beside its purpose, even if it is all that can be switched.
OUTPUTS = vocabulary("gpio output do dout")
FILLER = re.compile(r"\b(?:status|state|control|information|info|result)\b", re.IGNORECASE)
ASPECT = re.compile(
    r"\s+(?:brightness|dimming|level|position|control|command|state|status|red|r)$", re.IGNORECASE
)
SILENT = frozenset({"status", "value", "state"})


def humanise(identifier: str) -> str:
    """Return an id as words: ``report_interval`` is "Report interval"."""
    return tidy(STEPS.sub(" ", identifier.replace(ANY_INDEX, " "))) or UNNAMED


def subject(name: str) -> str:
    """Return a name without "brightness", "position", "command" or the like at its end."""
    return ASPECT.sub("", name) or name


def property_name(prop: Property) -> str:
    """Return the name of a property, after that of its structure where it needs it."""
    item = prop.item
    name = with_channel_4(item.name[:500].replace(ANY_INDEX, " "))
    name = SPACE.sub(" ", INVISIBLE.sub(" ", name)).strip()
    parents = [parent for parent in prop.parents if not parent.path.endswith(ANY_INDEX)]
    group = parents[-1].name if parents else ""
    if not name:
        name = humanise(item.key.replace(ANY_INDEX, ""))
    elif channel := CHANNEL_ASIDE.search(name):
        rest = f"{name[: channel.start()]} {name[channel.end() :]}"
        return tidy(f"Channel {channel[1]} {uncapitalised(rest.strip())}")
    elif match := ASIDE.match(name):
        head, aside = match["head"], match["aside"].strip()
        if not parents:
            own = "" if aside.lower() in SILENT else uncapitalised(aside)
            return tidy(head if _within(own, head) else f"{head} {own}")
        name, group = _which_is_group(prop, head, aside)
    if parents and not group:
        group = humanise(parents[-1].key)
    if not WORD.search(name):
        name = humanise(item.key)
    text = _joined(group, name)
    if prop.path.count(ANY_INDEX):
        text = _numbered(prop, text)
    return _with_enabled(prop, tidy(text))


def _with_enabled(prop: Property, name: str) -> str:
    """Return the name of a flag that shows, but does not set, that something is enabled."""
    shows = "enable" in prop.tokens and not prop.item.writable
    return f"{name} enabled" if shows and not name.endswith("enabled") else name


def _numbered(prop: Property, text: str) -> str:
    """Return a name with ``[]`` after the name of each array, to distinguish its elements."""
    count = prop.path.count(ANY_INDEX)
    arrays = [step for step in prop.parents if prop.path.startswith(f"{step.path}[]")]
    holding = arrays[-1] if arrays else prop.item
    array = TAIL.sub("", holding.name or humanise(holding.key))
    head = tidy(array) or "Item"
    rest = text.removeprefix(array).strip() if array and text.startswith(array) else text
    if _within(rest, head) or _says_nothing(tokenize(rest)[0]):
        rest = ""
    return f"{head} {' '.join(['[]'] * count)} {rest}".rstrip()


def _which_is_group(prop: Property, head: str, aside: str) -> tuple[str, str]:
    """Return name and group of "Enable(Freeze protection)" or "Alarm config (Enable)"."""
    above = {word for parent in prop.parents for word in tokenize(parent.path)[0]}
    own = set(prop.tokens.last)
    first, second = set(tokenize(head)[0]), set(tokenize(aside)[0])
    as_group = len(second & above) + len(first & own)
    as_head = len(first & above) + len(second & own)
    return (head, aside) if as_group >= as_head else (aside, head)


def _says_nothing(words: tuple[str, ...]) -> bool:
    """Return whether words say nothing of their subject: "minutes of time"."""
    return NOISE.union(TIMES if "time" in words else ()).issuperset(words)


def _joined(group: str, name: str) -> str:
    group = TAIL.sub("", SPACE.sub(" ", group).strip())
    if not group or group.count(" ") > LONG or _within(FILLER.sub(" ", group), name):
        return name
    own, above = tokenize(name), tokenize(group)
    if _says_nothing(own[0]) and not own[1]:
        return group
    if own[0] and above[0][-len(own[0]) :] == own[0] and set(own[1]) <= set(above[1]):
        return group
    tail, head = group.rpartition(" ")[2].lower(), name.partition(" ")[0].lower()
    return f"{group} {uncapitalised(name.partition(' ')[2] if tail == head else name)}".strip()


def _within(name: str, other: str) -> bool:
    """Return whether a name says nothing that the other does not say."""
    words, numbers = tokenize(name)
    others, other_numbers = tokenize(other)
    return set(words) <= set(others) and set(numbers) <= set(other_numbers)


def distinctly_named(descriptions: Iterable[Description]) -> list[Description]:
    """Return the descriptions with distinct names, the only control without one."""
    named = list(descriptions)
    for alike in _alike(named):
        by_unit = len({_unit(named[index]) for index in alike}) == len(alike)
        for index in alike:
            named[index] = _distinguished(named[index], by_unit=by_unit)
    for alike in _alike(named):
        for index in alike:
            named[index] = _distinguished(named[index], by_unit=False)
    controls = [
        index
        for index, description in enumerate(named)
        if description.platform in CONTROLS
        and description.priority is Priority.PRIMARY
        and description.category is None
        and not description.is_template
    ]
    if len(controls) == 1 and OUTPUTS.isdisjoint(tokenize(named[controls[0]].path)[0]):
        named[controls[0]] = replace(
            named[controls[0]], name=None, translation_key=None, placeholders={}
        )
    return named


def _alike(descriptions: Iterable[Description]) -> list[list[int]]:
    """Return which descriptions have the same name, by their indices."""
    by_name: dict[tuple[object, ...], list[int]] = {}
    for index, description in enumerate(descriptions):
        by_name.setdefault(_shown_name(description), []).append(index)
    return [alike for alike in by_name.values() if len(alike) > 1]


def _shown_name(description: Description) -> tuple[object, ...]:
    if description.translation_key is not None:
        placeholders = tuple(sorted(description.placeholders.items()))
        return description.platform, description.translation_key, placeholders
    return description.platform, (description.name or "").casefold()


def _unit(description: Description) -> str | None:
    if isinstance(description, SensorDescription | NumberDescription):
        return description.unit
    return None


def _distinguished(description: Description, *, by_unit: bool) -> Description:
    """Return a description named by its unit or its path, since others have the same name."""
    if description.platform is Platform.CLIMATE:
        return description
    unit = _unit(description)
    key = description.translation_key
    if by_unit and unit and key in TRANSLATED_UNITS and not description.placeholders:
        return replace(description, translation_key=f"{key}_unit", placeholders={"unit": unit})
    name = tidy(STEPS.sub(" ", description.path))
    if by_unit and description.name:
        name = f"{description.name} ({unit})" if unit else description.name
    return replace(description, name=name or UNNAMED, translation_key=None, placeholders={})
