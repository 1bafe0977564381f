"""Slips of the pen in specifications: ``occuppied`` is read and shown as ``occupied``.

Only long words are corrected, and only to a word of the list below. The list also holds the words
that are close to one of the others and must stay.
"""

from difflib import get_close_matches
from functools import lru_cache
import re

MIN_LENGTH = 6
SIMILARITY = 0.88
# Channel 4 is no methane where a text also says what is measured or switched by channel.
CHANNEL_4 = re.compile(r"(?:(?<![A-Za-z])ch|(?<=[a-z])(?-i:Ch))4(?!\d)", re.IGNORECASE)
BY_CHANNEL = re.compile(
    r"curr|volt|power|energy|kwh|temp|humi|relay|switch|socket|pulse|counter|analog", re.IGNORECASE
)
LETTERS = re.compile(r"[A-Za-z]{6,}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SPELLED = _words("""
    abnormal absolute acceleration activated activation active address algorithm ambient
    apparent automatic barometric battery bluetooth brightness button buzzer calibration
    capacity cellular channel collection concentration condition conductivity configuration
    confirmation connected connection consumption continuous control controller convection
    cumulative current daylight deactivate deactivated deactivation decibel default delay
    detected detection device diagnostic difference digital direction disable disabled
    disconnected distance duration dwelling electric electrical electricity electronic
    emergency enable enabled energy environment environmental ethernet exceed exceeded external
    failure formaldehyde frequency geofence heating historical history humidity illuminance
    imbalance inactive indicator infrared installation installed integrated intelligent
    intensity interval latitude leakage longitude lorawan magnetic manual maximum measurement
    minimum moisture monitoring mutation normal occlusion occupancy occupied offset outlet
    overcurrent overload periodic position positioning powder power pressure protection query
    reactive received reception reconnect recovery region register registration release
    released remaining reporting reserved resolution response restart retaining retransmission
    retrieval reversing reverting schedule sensor settings single status strategy supply switch
    synchronization synchronize tamper target temperature terminal thermostat threshold
    tolerance transmission trigger triggered unblock uninstalled unlock unoccupied vacant valve
    vaping vibration voltage waning warning wireless
    """)
# Endings that make another word of the same root, and no slip.
ENDINGS = _words("""
    a able al ally ant d e ed er es fy ies ing ion ity ive ly ment ng on or r s ties ty y
    """)


@lru_cache(maxsize=4096)
def corrected(word: str) -> str:
    """Return a word in lower case as it is properly spelled, or as it is if it is not known."""
    if len(word) < MIN_LENGTH or word in SPELLED or not word.isalpha():
        return word
    close = get_close_matches(word, SPELLED, n=1, cutoff=SIMILARITY)
    return close[0] if close and _is_slip(word, close[0]) else word


def _is_slip(word: str, spelled: str) -> bool:
    """Return whether two words differ within, and not only in their endings."""
    pairs = enumerate(zip(word, spelled, strict=False))
    stem = next(
        (index for index, (one, other) in pairs if one != other), min(len(word), len(spelled))
    )
    endings = {word[stem:] or "s", spelled[stem:] or "s"}
    return stem > 0 and not endings <= ENDINGS


def with_channel_4(text: str) -> str:
    """Return an id or a name with "channel 4" for "ch4", unless it names the gas."""
    return CHANNEL_4.sub(" channel 4 ", text) if BY_CHANNEL.search(text) else text


def corrected_text(text: str) -> str:
    """Return a text with its words properly spelled, in the case that they have."""

    def replaced(match: re.Match[str]) -> str:
        word = match[0]
        spelled = corrected(word.lower())
        if spelled == word.lower() or not (word.islower() or word.istitle()):
            return word
        return spelled.capitalize() if word.istitle() else spelled

    return LETTERS.sub(replaced, text)
