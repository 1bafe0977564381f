"""Labels of flags and enumerations: what they mean, and how they are shown."""

from collections.abc import Mapping
from enum import Enum
import re

from ..api import DataType, Item
from .words import WORD, split, vocabulary

MAX_LABEL = 100
ASIDE = re.compile(r"[(\uff08].*$", re.DOTALL)
SPACE = re.compile(r"\s+")


class Meaning(Enum):
    """What a label says."""

    ON = 1
    OFF = 2
    OUTCOME = 3


ON = vocabulary("""
    on yes enable enabled true open opened opening alarm alarmed alarming abnormal leak leakage
    leaking leaked wet trigger triggered triggering occupied presence present tilt tilted high
    pressed press uninstalled removed tampered bright light show shown visible active activated
    detected motion moving error fault faulty running lock locked connect connected
    online smoke fall charging overload range overrange
    """)
OFF = vocabulary("""
    off no not disable disabled false close closed closing normal normally release released
    releasing dismissed idle vacant unoccupied low unpressed installed dim dark hide hidden
    invisible inactive deactivated undetected dry none stopped stop unlock unlocked disconnect
    disconnected offline absent clear cleared ok good absence recovered
    """)
OUTCOMES = vocabulary("success successful succeeded failed failure fail timeout")

# What remains of a phrase such as "threshold alarm release": the later word decides.
RELEASES = vocabulary("release released releasing dismissed deactivation recovered cleared")
NEGATIONS = vocabulary("not no without un non")

KNOWN_WORDS = (
    ON | OFF | RELEASES | NEGATIONS | vocabulary("threshold is currently commanded to state")
)
PRESS_WORDS = vocabulary("press pressed click clicked hold held tap")


def words_of(label: str) -> tuple[str, ...]:
    """Return the words of a label without what stands in brackets."""
    text = ASIDE.sub("", label).lower().replace("_", " ") or label.lower()
    return tuple(WORD.findall(text))


def meaning_of(words: tuple[str, ...]) -> Meaning | None:
    """Return what the words of a label mean."""
    found = frozenset(words)
    if found & OUTCOMES:
        return Meaning.OUTCOME
    if found & RELEASES:
        return Meaning.OFF
    if found & NEGATIONS and len(found) > 1 and found & (ON | OFF) - NEGATIONS:
        return Meaning.OFF if found & ON else Meaning.ON
    if found & ON and not found & OFF:
        return Meaning.ON
    if found & OFF and not found & ON:
        return Meaning.OFF
    return None


def on_keys(item: Item) -> frozenset[str] | None:
    """Return the keys that mean *on*; ``None`` if the item is not of two states.

    A flag is, unless its labels tell how something ended; an enumeration is only if it has two
    labels and they say so.
    """
    if item.data_type is DataType.BOOL:
        return _on_of_flag(flag_labels(item))
    if len(item.mappings) != len(Meaning) - 1:
        return None
    meanings = meanings_of(item.mappings)
    if set(meanings.values()) != {Meaning.ON, Meaning.OFF} or not _plain(item):
        return None
    return frozenset(key for key, meaning in meanings.items() if meaning is Meaning.ON)


def _plain(item: Item) -> bool:
    """Return whether labels say on and off and nothing else: not "high speed" and "low power"."""
    words = [frozenset(words_of(label)) for label in item.mappings.values()]
    told = frozenset().union(*words) - frozenset.intersection(*words)
    return told <= KNOWN_WORDS | frozenset(split(item.path)[0])


def _on_of_flag(labels: Mapping[str, str]) -> frozenset[str] | None:
    meanings = meanings_of(labels)
    found = list(meanings.values())
    if len(found) > 1 and (
        Meaning.OUTCOME in found or (found[0] is found[1] and found[0] is Meaning.ON)
    ):
        return None
    on = {key for key, meaning in meanings.items() if meaning is Meaning.ON}
    off = {key for key, meaning in meanings.items() if meaning is Meaning.OFF}
    if len(on) == 1:
        return frozenset(on)
    if len(off) == 1:
        return frozenset({"true", "false"} - off)
    return frozenset({"true"})


def meanings_of(labels: Mapping[str, str]) -> dict[str, Meaning | None]:
    """Return what each label means, looking past the words that all labels share."""
    split = {key: words_of(label) for key, label in labels.items()}
    shared = frozenset.intersection(*map(frozenset, split.values())) if len(split) > 1 else set()
    found: dict[str, Meaning | None] = {}
    for key, words in split.items():
        own = tuple(word for word in words if word not in shared)
        found[key] = meaning_of(own or words)
    return found


def flag_labels(item: Item) -> dict[str, str]:
    """Return the labels of a flag by ``true`` and ``false``, whatever its keys are."""
    labels: dict[str, str] = {}
    for key, label in item.mappings.items():
        if (word := key.strip().lower()) in ("true", "1"):
            labels.setdefault("true", label)
        elif word in ("false", "0"):
            labels.setdefault("false", label)
    return labels


def is_press(labels: Mapping[str, str]) -> bool:
    """Return whether the labels name ways to press a button."""
    return any(PRESS_WORDS.intersection(words_of(label)) for label in labels.values())


def slug(label: str) -> str:
    """Return a label as the key of a translation."""
    return "_".join(WORD.findall(label.lower().replace("_", " ")))


def shown(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the states of an enumeration: its labels, tidied and told apart."""
    states: dict[str, str] = {}
    taken: set[str] = set()
    for key, label in labels.items():
        state = SPACE.sub(" ", label).strip(" ;:,")[:MAX_LABEL].strip() or key[:MAX_LABEL] or "-"
        count = 1
        while state in taken:
            count += 1
            suffix = f" ({key[:20] if count == 2 else count})"  # noqa: PLR2004
            state = state[:MAX_LABEL] + suffix
        taken.add(state)
        states[key] = state
    return states


def worded(item: Item, on: str, off: str) -> dict[str, str]:
    """Return one of two words for each key of an item of two states, nothing for any other."""
    keys = on_keys(item)
    if keys is None:
        return {}
    every = ("false", "true") if item.data_type is DataType.BOOL else tuple(item.mappings)
    return {key: on if key in keys else off for key in every}
