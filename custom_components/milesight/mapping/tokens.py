"""The words of an id in any spelling, and the numbers that count siblings."""

from dataclasses import dataclass
from functools import lru_cache
import re

from ..api.paths import ANY_INDEX
from .spelling import corrected, with_channel_4

MAX_LENGTH = 500
MIN_PLURAL_LENGTH = 4


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


# Names of several words that are one, as the rules know them.
COMPOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(name, re.IGNORECASE), f"_{word}_")
    for name, word in (
        (r"(?<![a-z])pm[\s_.-]?2[_.p-]5", "pm25"),
        (r"(?<![a-z])pm[\s_.-]?(\d)[_.p-]0(?!\d)", r"pm\1"),
        (r"carbon[\s_-]?dioxide", "co2"),
        (r"carbon[\s_-]?monoxide", "co"),
        (r"hydrogen[\s_-]?sul(?:f|ph)ide", "h2s"),
        (r"nitrogen[\s_-]?dioxide", "no2"),
        (r"sul(?:f|ph)ur[\s_-]?dioxide", "so2"),
        (r"set[\s_.-]?point", "setpoint"),
        (r"wind[\s_-]?(speed|direction)", r"wind_\1"),
        (r"system[\s_-]?status", "system_status"),
        (r"fan[\s_-]?(speed|mode)", r"fan_\1"),
        (r"(?<![a-z])(child|children|button|key)[\s_-]?locks?(?![a-z])", r"\1_lock"),
    )
)
# Where a word begins in camel case, and words whose capitals begin none.
CAMEL = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z]{2})(?=[A-Z]{2})|(?<=[A-Z]{2})(?=[A-Z][a-z]{2})"
    r"|(?<=[a-z]{2})(?=[A-Z](?![A-Za-z]))"
)
CAPITALS = re.compile(
    r"LoRa(?:WAN)?|WiFi|QRCode|D2[dD]|[kKM]Wh|mAh|L[ACZ](?:eq|EQ|[FIS])(?:max|min|MAX|MIN)?"
)
WORD = re.compile(r"[^\W_]+")
PLURALS = (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"), ("s", ""))
SINGULAR = ("ss", "us", "is", "as", "os")
NUMBERED = re.compile(r"([^\W\d_]+)(\d{1,4})")

# Words that are neither plural nor numbered, although they look so.
ATOMS = vocabulary("""
    ch2o ch4 co co2 d2d dtls h2s hcho i2c lens mains n2o nh3 no no2 o2 o3 pm1 pm10 pm25 pm4 pt100
    rs485 series so2 times
    """)

ALIASES: dict[str, tuple[str, ...]] = {
    "alarming": ("alarm",),
    "ammonia": ("nh3",),
    "analogue": ("analog",),
    "average": ("avg",),
    "barometer": ("barometric",),
    "bat": ("battery",),
    "batt": ("battery",),
    "beeper": ("buzzer",),
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
    "ctrl": ("control",),
    "children": ("child",),
    "curr": ("current",),
    "desired": ("target",),
    "disp": ("display",),
    "enabled": ("enable",),
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
    "methane": ("ch4",),
    "maximum": ("max",),
    "minimum": ("min",),
    "occupied": ("occupancy",),
    "oxygen": ("o2",),
    "ozone": ("o3",),
    "periodic": ("period",),
    "person": ("people",),
    "protect": ("protection",),
    "reporting": ("report",),
    "reserve": ("reserved",),
    "retransmit": ("retransmission",),
    "retrival": ("retrieval",),
    "rh": ("humidity",),
    "saltation": ("mutation",),
    "setpoint": ("target",),
    "state": ("status",),
    "sumkwh": ("total", "energy"),
    "temp": ("temperature",),
    "tempeture": ("temperature",),
    "thresh": ("threshold",),
    "voc": ("tvoc",),
    "volt": ("voltage",),
}

SCALES = frozenset({"celsius", "fahrenheit"})
CHANNEL = "channel"

# Words of the unit of an interval.
TIMES = ("time", "second", "minute")
# Tokens that say that a value is part of a setting or an answer, and nothing about its meaning.
NOISE = vocabulary("""
    attribute config configuration data info item measurement of parameter payload property setting
    telemetry value
    """)


@dataclass(frozen=True, slots=True)
class PathTokens:
    """The words of a dotted path.

    ``all`` are those of every step, ``last`` those of the last step in their order; ``phrase`` is
    what the path says without noise, scale and numbers, in order and without repetition.
    """

    all: frozenset[str]
    last: tuple[str, ...]
    phrase: tuple[str, ...]
    numbers: tuple[int, ...]

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
def tokenize(text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the words of an id or a name, in their usual spelling, and its numbers."""
    words: list[str] = []
    numbers: list[int] = []
    text = with_channel_4(text[:MAX_LENGTH])
    for name, word in COMPOUNDS:
        text = name.sub(word, text)
    text = CAPITALS.sub(lambda match: f"_{match[0].lower()}_", text)
    for token in WORD.findall(CAMEL.sub("_", text)):
        _read(token.lower(), words, numbers)
    return tuple(words), tuple(numbers)


def _read(token: str, words: list[str], numbers: list[int]) -> None:
    if token.isdecimal():
        numbers.append(int(token))
        return
    if token not in ATOMS:
        if numbered := NUMBERED.fullmatch(token):
            token = numbered[1]
            numbers.append(int(numbered[2]))
        token = corrected(_singular(token))
    words.extend(ALIASES.get(token, (token,)))


def _singular(word: str) -> str:
    """Return "alarm" for "alarms", and a word that is none of many as it is."""
    if len(word) < MIN_PLURAL_LENGTH or word in ATOMS or word.endswith(SINGULAR):
        return word
    for plural, ending in PLURALS:
        if word.endswith(plural):
            return word.removesuffix(plural) + ending
    return word


def tokenize_path(path: str) -> PathTokens:
    """Return the words of a path such as ``relay[].temperature_chn1``."""
    words: list[str] = []
    numbers: list[int] = []
    last: tuple[str, ...] = ()
    for step in with_channel_4(path[-MAX_LENGTH:].replace(ANY_INDEX, "")).split("."):
        last, counted = tokenize(step)
        words.extend(last)
        numbers.extend(counted)
    phrase = dict.fromkeys(word for word in words if word not in NOISE and word not in SCALES)
    if "interval" in phrase:
        for word in TIMES:
            phrase.pop(word, None)
    return PathTokens(
        all=frozenset(words),
        last=last,
        phrase=tuple(phrase),
        numbers=tuple(numbers),
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """The words that a rule asks for: ``"battery voltage|volt -alarm"``.

    All of the words, one of ``a|b``, none of those after a minus. With ``+a|b`` the phrase may say
    no other words but these and the required ones; ``=`` in front allows only the required ones.
    ``=`` before a later word asks that the last step says that word alone.
    """

    required: tuple[frozenset[str], ...]
    excluded: frozenset[str]
    allowed: frozenset[str] | None
    exact: bool
    alone: str | None

    def matches(self, tokens: PathTokens) -> bool:
        """Return whether a path says what this pattern asks for."""
        return (
            all(not tokens.all.isdisjoint(choice) for choice in self.required)
            and tokens.all.isdisjoint(self.excluded)
            and (self.allowed is None or self.allowed.issuperset(tokens.phrase))
            and (not self.exact or len(tokens.phrase) <= len(self.required))
            and (self.alone is None or SCALES.union({self.alone}).issuperset(tokens.last))
        )


@lru_cache(maxsize=1024)
def pattern(text: str) -> Pattern:
    """Return the pattern that a text describes."""
    terms = text.removeprefix("=").split()
    required = tuple(frozenset(term.split("|")) for term in terms if term[0] not in "-=+")
    allowed = frozenset(
        word for term in terms if term.startswith("+") for word in term[1:].split("|")
    )
    return Pattern(
        required=required,
        excluded=frozenset(
            word for term in terms if term.startswith("-") for word in term[1:].split("|")
        ),
        allowed=allowed.union(*required) if allowed else None,
        exact=text.startswith("="),
        alone=next((term[1:] for term in terms if term.startswith("=")), None),
    )
