"""A measure for names that read like ids, jargon or slips of the pen."""

from collections.abc import Iterator
import re

from custom_components.milesight.mapping.spelling import corrected
from custom_components.milesight.mapping.tokens import vocabulary

MAX_LENGTH = 50
MAX_WORDS = 7
WORD = re.compile(r"[^\W_]+")
ID = re.compile(r"_|[a-z][A-Z]|\[|\]|[a-z]{2}\d|\b[A-Z]?[a-z]+\d")
SIGNS = re.compile(r"[;:&~|*+=<>{}]|,(?! )|\s,|\w/\w{2,}|\w{2,}/\w|\(\)|--")
READABLE = re.compile(r"\b(?:on/off|O/B)\b", re.IGNORECASE)
UNIT = re.compile(r" \((?:\S{1,6})\)$")
CHANNEL_FIRST = re.compile(r"^channel \d+ \D", re.IGNORECASE)
NUMBER_OR_PLACE = re.compile(r"\d+|[ivx]+|[A-Z]")
# How names of the field are spelled, by their lower case.
FIELD = {
    word.lower(): word
    for word in vocabulary("""
    ADC ADR ADV BLE CO₂ CPU D2D DST GPIO HCHO H₂S IAQ ICCID ID IP LED LoRa LoRaWAN Modbus
    MQTT NFC NH₃ NO₂ NTC O₃ OEM PIR PM1 PM2.5 PM10 PT100 QR RSSI SIM SN SO₂ TVOC
    UPS USB UTC UV WAN Bluetooth Milesight Monday Tuesday Wednesday Thursday Friday Saturday Sunday
    """)
} | {"co2": "CO₂", "o3": "O₃", "nh3": "NH₃", "h2s": "H₂S", "wifi": "Wi-Fi"}
JARGON = vocabulary(
    """
    avg bat btn calib cfg chn chan cmd colloction conv config ctrl curr del disp freq fri hum humi
    info init max min mon msg msgid num param qrcode rsv sat subcmd sub sumkwh sun temp thu thur
    thurs tue tues wed celsius fahrenheit settings settingd parameter parameters configuration
    reserve
    """
)
LAST = frozenset({"enable", "disable", "setting", "item", "value"})
REPEATABLE = frozenset({"to", "of", "a", "b", "c", "d", "in", "out", "and", "the"})


def ugliness(name: str) -> list[str]:
    """Return what is ugly about a name as Home Assistant shows it, nothing if it is fine."""
    return list(_reasons(name))


def _reasons(name: str) -> Iterator[str]:
    text = UNIT.sub("", name)
    words = WORD.findall(text)
    lower = [word.lower() for word in words]
    if len(text) > MAX_LENGTH or len(words) > MAX_WORDS:
        yield "long"
    if any(ID.search(word) and word not in FIELD.values() for word in text.split()):
        yield "id"
    if SIGNS.search(READABLE.sub("", text)) or "(" in text:
        yield "signs"
    content = [word for word in lower if not word.isdecimal() and word not in REPEATABLE]
    if len({word.removesuffix("s") for word in content}) < len(content):
        yield "repetition"
    if JARGON.intersection(lower):
        yield "jargon"
    if len(words) > 1 and lower[-1] in LAST:
        yield "last word"
    if CHANNEL_FIRST.match(text):
        yield "channel first"
    if any(corrected(word) != word for word in lower):
        yield "slip"
    yield from _case(text)


def _case(text: str) -> Iterator[str]:
    if text[:1].islower():
        yield "case"
    for index, word in enumerate(text.split()):
        plain = word.strip(",()")
        spelled = FIELD.get(plain.lower())
        if spelled is not None:
            if plain != spelled:
                yield "spelling of the field"
        elif (index and re.match(r"[A-Z][a-z]", plain)) or re.fullmatch(r"[b-z]", plain):
            yield "case"
