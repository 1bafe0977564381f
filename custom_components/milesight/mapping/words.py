"""What an id says: its words, whatever the spelling, and the numbers that count siblings."""

from dataclasses import dataclass
from functools import lru_cache
import re

MAX_LENGTH = 500


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


FINE_DUST = re.compile(r"(pm)[\s_.]?(\d)[_.](\d)", re.IGNORECASE)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]{2})")
WORD = re.compile(r"[^\W_]+")
NUMBERED = re.compile(r"([^\W\d_]+)(\d{1,4})")

ATOMS = vocabulary(
    "ch2o ch4 co co2 d2d h2s hcho n2o nh3 no no2 o2 o3 pm1 pm10 pm25 pm4 pt100 so2 rs485 i2c"
)

ALIASES: dict[str, tuple[str, ...]] = {
    "alarming": ("alarm",),
    "analogue": ("analog",),
    "average": ("avg",),
    "bat": ("battery",),
    "batt": ("battery",),
    "btn": ("button",),
    "calib": ("calibration",),
    "calibrate": ("calibration",),
    "ch": ("channel",),
    "ch2o": ("hcho",),
    "chan": ("channel",),
    "chn": ("channel",),
    "collect": ("collection",),
    "collecting": ("collection",),
    "consumed": ("consumption",),
    "cooling": ("cool",),
    "counts": ("count",),
    "ctrl": ("control",),
    "curr": ("current",),
    "disp": ("display",),
    "errors": ("error",),
    "formaldehyde": ("hcho",),
    "heating": ("heat",),
    "hum": ("humidity",),
    "humi": ("humidity",),
    "illumin": ("illuminance",),
    "illumination": ("illuminance",),
    "kwh": ("energy",),
    "lat": ("latitude",),
    "leakage": ("leak",),
    "leaking": ("leak",),
    "lng": ("longitude",),
    "lon": ("longitude",),
    "lux": ("illuminance",),
    "magnetic": ("magnet",),
    "maximum": ("max",),
    "minimum": ("min",),
    "occupied": ("occupancy",),
    "persons": ("people",),
    "person": ("people",),
    "protect": ("protection",),
    "reporting": ("report",),
    "reserve": ("reserved",),
    "retransmit": ("retransmission",),
    "retrival": ("retrieval",),
    "saltation": ("mutation",),
    "setpoint": ("target",),
    "settings": ("setting",),
    "sumkwh": ("total", "energy"),
    "temp": ("temperature",),
    "temperatures": ("temperature",),
    "thresh": ("threshold",),
    "voc": ("tvoc",),
    "volt": ("voltage",),
}

SCALES = frozenset({"celsius", "fahrenheit"})
CHANNEL = "channel"

# Words that say that a value is part of a setting or an answer, and nothing about its meaning.
NOISE = vocabulary(
    "config configuration data info item items of parameter parameters seconds minutes setting "
    "value"
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a dotted path.

    ``all`` are those of every step, ``last`` those of the last step in their order; ``phrase`` is
    what the path says without noise, scale and numbers, in order and without repetition.
    """

    all: frozenset[str]
    last: tuple[str, ...]
    phrase: tuple[str, ...]
    numbers: tuple[int, ...]
    scale: str | None

    def __contains__(self, word: object) -> bool:
        """Return whether the path says this word."""
        return word in self.all

    def any(self, words: frozenset[str]) -> bool:
        """Return whether the path says one of these words."""
        return not self.all.isdisjoint(words)

    @property
    def key(self) -> str:
        """Return the phrase as one identifier."""
        return "_".join(self.phrase)


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the words of an id or a name, in their usual spelling, and its numbers."""
    words: list[str] = []
    numbers: list[int] = []
    text = FINE_DUST.sub(_fine_dust, text[:MAX_LENGTH])
    for token in WORD.findall(CAMEL.sub("_", text)):
        _read(token.lower(), words, numbers)
    return tuple(words), tuple(numbers)


def _fine_dust(found: re.Match[str]) -> str:
    """Return "pm25" for "pm2_5" and "pm1" for "pm1.0"."""
    return f"{found[1]}{found[2]}{found[3].strip('0')}"


def _read(token: str, words: list[str], numbers: list[int]) -> None:
    if token.isdecimal():
        numbers.append(int(token))
        return
    if token not in ATOMS and (found := NUMBERED.fullmatch(token)):
        token = found[1]
        numbers.append(int(found[2]))
    words.extend(ALIASES.get(token, (token,)))


def read(path: str) -> Words:
    """Return the words of a path such as ``relay[].temperature_chn1``."""
    words: list[str] = []
    numbers: list[int] = []
    last: tuple[str, ...] = ()
    for step in path[-MAX_LENGTH:].replace("[]", "").split("."):
        last, counted = split(step)
        words.extend(last)
        numbers.extend(counted)
    every = frozenset(words)
    phrase = dict.fromkeys(word for word in words if word not in NOISE and word not in SCALES)
    if "interval" in phrase:
        phrase.pop("time", None)
    return Words(
        all=every,
        last=last,
        phrase=tuple(phrase),
        numbers=tuple(numbers),
        scale=next((scale for scale in sorted(SCALES) if scale in every), None),
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which words a rule asks for: ``"battery voltage|volt -alarm"``.

    All of the words, of ``a|b`` either, none of those after a minus; ``=`` in front asks that the
    phrase has no other words, before a later word that the last step says that word alone.
    """

    needed: tuple[frozenset[str], ...]
    refused: frozenset[str]
    exact: bool
    alone: str | None

    def matches(self, words: Words) -> bool:
        """Return whether a path says what this pattern asks for."""
        return (
            all(not words.all.isdisjoint(choice) for choice in self.needed)
            and words.all.isdisjoint(self.refused)
            and (not self.exact or len(words.phrase) <= len(self.needed))
            and (self.alone is None or SCALES.union({self.alone}).issuperset(words.last))
        )


@lru_cache(maxsize=1024)
def pattern(text: str) -> Pattern:
    """Return the pattern that a text describes."""
    terms = text.removeprefix("=").split()
    return Pattern(
        needed=tuple(frozenset(term.split("|")) for term in terms if term[0] not in "-="),
        refused=frozenset(
            word for term in terms if term.startswith("-") for word in term[1:].split("|")
        ),
        exact=text.startswith("="),
        alone=next((term[1:] for term in terms if term.startswith("=")), None),
    )
