"""Labels of flags and enumerations: what they mean, and how they are shown."""

from collections.abc import Mapping
from enum import Enum
import re

from ..api import DataType, Item
from .spelling import corrected, corrected_text
from .tokens import WORD, tokenize, vocabulary

MAX_LABEL = 100
FLAGS = ("false", "true")
ASIDE = re.compile(r"[(\uff08].*$", re.DOTALL)
SPACE = re.compile(r"\s+")


class Meaning(Enum):
    """Meaning of a label."""

    ON = 1
    OFF = 2
    OUTCOME = 3


BOTH = (Meaning.OFF, Meaning.ON)

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
    disconnected offline absent clear cleared ok good absence recovered static still stationary
    motionless
    """)
OUTCOMES = vocabulary("success successful succeeded failed failure fail timeout")

# What remains of a phrase such as "threshold alarm release": the later word decides.
RELEASES = vocabulary("""
    release released releasing dismiss dismissed deactivation recovery recovered restored cleared
    ended
    """)
NEGATIONS = vocabulary("not no without un non")
# Words that decide, regardless of the others of a label: "disable the lock".
DECISIVE = (
    (OUTCOMES, Meaning.OUTCOME),
    (RELEASES | vocabulary("disable disabled"), Meaning.OFF),
    (vocabulary("enable enabled"), Meaning.ON),
)
# Beside a word that is neither, these say how much there is of it: "high speed", "low alarm".
LEVELS = vocabulary("low high")
LEVELLED = vocabulary("level signal state status input output gpio digital")

FILLERS = vocabulary("""
    threshold is currently commanded to state status turn turned switch switched power powered
    """)
MEANINGFUL = ON | OFF | RELEASES | NEGATIONS | FILLERS
# Labels that say only that it is as the id says, or not. The id may say the opposite of what it is
# about, unless it says both: "on off control".
AFFIRMATIONS = vocabulary("false no off on true yes")
NEGATIVE = vocabulary("close closed closing disable disabled inactive off shut stop stopped")
POSITIVE = vocabulary("active connect connected enable on online open opened opening start")
PRESS_WORDS = vocabulary("press pressed click clicked hold held tap")
# How a button is pressed, if it is said of a button.
PRESSES = PRESS_WORDS | vocabulary("single double triple short long")


def words_of(label: str) -> tuple[str, ...]:
    """Return the words of a label without those in brackets."""
    text = ASIDE.sub("", label).lower().replace("_", " ") or label.lower()
    return tuple(corrected(word) for word in WORD.findall(text))


def meaning_of(words: tuple[str, ...]) -> Meaning | None:
    """Return what the words of a label mean."""
    distinct = frozenset(words)
    for decisive, meaning in DECISIVE:
        if distinct & decisive:
            return meaning
    if distinct & NEGATIONS and len(distinct) > 1 and distinct & (ON | OFF) - NEGATIONS:
        return Meaning.OFF if distinct & ON else Meaning.ON
    if bool(distinct & ON) is bool(distinct & OFF):
        return None
    return Meaning.ON if distinct & ON else Meaning.OFF


def on_keys(item: Item) -> frozenset[str] | None:
    """Return the keys that mean *on*; ``None`` if the item is not of two states.

    A flag is, unless its labels tell how something ended; an enumeration is only if it has two
    labels and they say so.
    """
    if item.data_type is DataType.BOOL:
        return _on_of_flag(flag_labels(item))
    if len(item.mappings) != len(BOTH):
        return None
    meanings = meanings_of(item.mappings)
    if set(meanings.values()) != set(BOTH) or not _plain(item):
        return None
    return frozenset(key for key, meaning in meanings.items() if meaning is Meaning.ON)


def affirms_name(item: Item) -> bool:
    """Return whether the labels of an item say no more than that it is as its id says, or not."""
    return all(AFFIRMATIONS.issuperset(words_of(label)) for label in value_labels(item).values())


def _is_negative(words: frozenset[str]) -> bool:
    """Return whether an id may say the opposite: "valve closed", "not open"."""
    return bool(words & NEGATIONS or (words & NEGATIVE and not words & POSITIVE))


def _plain(item: Item) -> bool:
    """Return whether labels say on and off and nothing else: not "high speed" and "low power"."""
    words = [frozenset(words_of(label)) for label in item.mappings.values()]
    distinguishing = frozenset().union(*words) - frozenset.intersection(*words)
    return distinguishing <= MEANINGFUL | frozenset(tokenize(item.path)[0])


def _on_of_flag(labels: Mapping[str, str]) -> frozenset[str] | None:
    meanings = meanings_of(labels)
    values = list(meanings.values())
    if len(values) > 1 and (
        Meaning.OUTCOME in values or (values[0] is values[1] and values[0] is Meaning.ON)
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
    words = {key: words_of(label) for key, label in labels.items()}
    several = len(words) > 1
    shared = (
        frozenset[str].intersection(*map(frozenset, words.values())) if several else frozenset()
    )
    own = {
        key: tuple(word for word in of_label if word not in shared)
        for key, of_label in words.items()
    }
    meanings = {key: _meaning(own[key], of_label, shared) for key, of_label in words.items()}
    for key, rest in own.items():
        if rest and NEGATIONS.issuperset(rest) and () in own.values():  # "not joined" and "joined"
            is_off = meaning_of(words[key]) is not Meaning.ON
            meanings = dict.fromkeys(words, Meaning.ON if is_off else Meaning.OFF)
            meanings[key] = Meaning.OFF if is_off else Meaning.ON
    if set(own.values()) == {("normal",), ("low",)}:
        meanings = {
            key: Meaning.OFF if rest == ("normal",) else Meaning.ON for key, rest in own.items()
        }
    return meanings


def _meaning(
    own: tuple[str, ...], words: tuple[str, ...], shared: frozenset[str]
) -> Meaning | None:
    """Return what a label means by what it alone says, else by all that it says."""
    if own and LEVELS.issuperset(own) and not LEVELLED.issuperset(shared):
        return None
    return meaning_of(own or words) or meaning_of(words)


def flag_labels(item: Item) -> dict[str, str]:
    """Return the labels of a flag by ``true`` and ``false``."""
    labels: dict[str, str] = {}
    for key, label in item.mappings.items():
        if (word := key.strip().lower()) in ("true", "1"):
            labels.setdefault("true", label)
        elif word in ("false", "0"):
            labels.setdefault("false", label)
    return labels


def value_labels(item: Item) -> Mapping[str, str]:
    """Return the labels of a flag or an enumeration by key; a key stands for a missing label."""
    if item.data_type is not DataType.BOOL:
        return item.mappings
    labels = flag_labels(item)
    return {key: labels.get(key, key) for key in FLAGS}


def ways_to_press(labels: Mapping[str, str], words: frozenset[str]) -> int:
    """Return how many of the labels name a way to press a button, by these words."""
    return sum(not words.isdisjoint(words_of(label)) for label in labels.values())


def slug(label: str) -> str:
    """Return a label as the key of a translation."""
    return "_".join(WORD.findall(label.lower().replace("_", " ")))


def option_names(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the states of an enumeration: its labels, tidied and made distinct."""
    states: dict[str, str] = {}
    taken: set[str] = set()
    for key, label in labels.items():
        state = (
            SPACE.sub(" ", corrected_text(label)).strip(" ;:,")[:MAX_LABEL].strip()
            or key[:MAX_LABEL]
            or "-"
        )
        count = 1
        while state in taken:
            count += 1
            suffix = f" ({key[:20] if count == 2 else count})"  # noqa: PLR2004
            state = state[:MAX_LABEL] + suffix
        taken.add(state)
        states[key] = state
    return states


def binary_options(item: Item, on: str, off: str) -> dict[str, str]:
    """Return one of two words for each key of an item of two states, nothing for any other.

    Nothing either if the id may say the opposite: "valve closed", which is yes or no.
    """
    keys = on_keys(item)
    if keys is None or (affirms_name(item) and _is_negative(frozenset(tokenize(item.key)[0]))):
        return {}
    every = ("false", "true") if item.data_type is DataType.BOOL else tuple(item.mappings)
    return {key: on if key in keys else off for key in every}
