"""Spelling of the words of a specification in a name.

Names are in sentence case, without ids, abbreviations, repetition and words that only say that
something is a setting. ``[]`` stands for the number of an element and is kept.
"""

import re

from ..api.paths import ANY_INDEX
from .spelling import corrected_text, with_channel_4
from .tokens import CAPITALS, vocabulary

MAX_NAME = 80

INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff{}]|\[(?!\])|(?<!\[)\]")
SPACE = re.compile(r"\s+")
GLUED = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z]{2})")
NUMBER = re.compile(r"(?<=[A-Za-z]{4})(?=\d{1,3}\b)")
TITLE = re.compile(
    r"^[A-Z]+[a-z]+(?:-[A-Z]?[a-z]+)*$|^[a-z]+[A-Z][A-Za-z]*$|^[A-Z][a-z][A-Z][a-z]+$"
)
UNIT = re.compile(r"\s*\(([^()\s]{1,8})\)$")
PLACE_FIRST = re.compile(r"^(channel (?:\d+|\[\])|phase [a-c]) (.*\D.*)$", re.IGNORECASE)

# What is replaced before the words are looked at, in this order.
REPLACEMENTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(sought, re.IGNORECASE), replacement)
    for sought, replacement in (
        (r"_", " "),
        (r"\bPM\s?2[ .]?5\b", "PM2.5"),
        (r"\bPM\s?(1|4|10)(?:[ .]0)?\b", r"PM\1"),
        (r"\bO ?/ ?B\b", "O\u2215B"),
        (r"\bon ?/ ?off\b", "on\u2215off"),
        (r"\b(hour) ?min\b", "time"),
        (r"\b(start|end) mon\b", r"\1 month"),
        (r"\bem heat", "emergency heat"),
        (r"\bsub-command\b", "subcommand"),
        (r"\b(?:week day|day of (?:the )?week)\b", "weekday"),
        (r"\bsum ?kwh\b", "total energy"),
        (r"\b(max|min)(?:imum)? threshold\b", r"threshold \1"),
        (r"\b(over|under)[ -](current|load|voltage|range|heat)\b", r"\1\2"),
        (r"(?<=\w) ?[&+] ?(?=\w)", " and "),
        (r" \+(?= |$)", " up"),
        (r" -(?= |$)", " down"),
        (r"(?<=\w) ?/ ?(?=\w)", " or "),
        (r"\s*[,\u3001\uff0c]\s*", ", "),
        (r"(?<=\d)\s*~\s*(?=\d)", "\u2013"),
        (r"[:;|<>=~*/]", " "),
    )
)
EXPANSIONS = {
    "attr": "",
    "avg": "average",
    "bat": "battery",
    "batt": "battery",
    "btn": "button",
    "calib": "calibration",
    "ch": "channel",
    "chan": "channel",
    "chn": "channel",
    "circul": "circulate",
    "cmd": "command",
    "conv": "conversion",
    "ctrl": "control",
    "curr": "current",
    "del": "delete",
    "disp": "display",
    "freq": "frequency",
    "fri": "Friday",
    "func": "function",
    "hum": "humidity",
    "humi": "humidity",
    "init": "initial",
    "max": "maximum",
    "min": "minimum",
    "mon": "Monday",
    "msg": "message",
    "msgid": "message ID",
    "num": "number",
    "param": "",
    "qrcode": "QR code",
    "sat": "Saturday",
    "subcmd": "subcommand",
    "sun": "Sunday",
    "temp": "temperature",
    "temp.": "temperature",
    "thu": "Thursday",
    "thur": "Thursday",
    "thurs": "Thursday",
    "tue": "Tuesday",
    "tues": "Tuesday",
    "wed": "Wednesday",
}
NUMBERED = re.compile(r"(chn|chan|ch(?!4$)|channel)(\d+)", re.IGNORECASE)
# How names of the field are spelled, by their lower case.
FIELD = {
    word.lower(): word
    for word in """
    ABC ADC ADR ADV AI APN AQI BLE CH\u2084 CO CO\u2082 CPU D2D DI DNS DO DST DTLS EC ECO EUI GNSS
    GPIO GPS HCHO H\u2082S IAQ ICCID ID IMEI IMSI IP IR LAN LCD LED LoRa LoRaWAN MAC MQTT NFC
    NH\u2083 NO\u2082 NTC NTP N\u2082O O\u2082 O\u2083 OB OEM OTA PID PIR PM PM1 PM10 PM2.5 PM4 PN
    PT100 PWM QR RSSI RS232 RS485 SDI SIM SN SNR SO\u2082 SOS SSID TVOC UPS USB UTC UV VOC WAN Wi-Fi
    Bluetooth Celsius Fahrenheit Milesight Modbus Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday O\u2215B on\u2215off
    """.split()  # noqa: SIM905
} | {
    "ch4": "CH\u2084",
    "co2": "CO\u2082",
    "h2s": "H\u2082S",
    "n2o": "N\u2082O",
    "nh3": "NH\u2083",
    "no2": "NO\u2082",
    "o2": "O\u2082",
    "o3": "O\u2083",
    "so2": "SO\u2082",
    "wifi": "Wi-Fi",
}
# Words that say only that something can be set, and nothing of what it is.
FILLERS = vocabulary(
    "config configuration info information parameter parameters setting settings settingd"
)
LAST_FILLERS = FILLERS | vocabulary("value values item items attribute")
ENABLING = vocabulary("enable enabled")
REPEATABLE = vocabulary("to of a b c d in out and or the on off")


def tidy(text: str) -> str:
    """Return a name as it is shown, nothing if there is nothing to show."""
    text = INVISIBLE.sub(" ", with_channel_4(text)).replace(ANY_INDEX, f" {ANY_INDEX} ")
    text = SPACE.sub(" ", text).strip(" .,;:-_/")
    unit = UNIT.search(text)
    text = UNIT.sub("", text).replace("(", " ").replace(")", " ")
    for sought, replacement in REPLACEMENTS:
        text = sought.sub(replacement, text)
    text = NUMBER.sub(" ", GLUED.sub(" ", corrected_text(text)))
    words = _without_fillers([word for part in text.split() for word in _expanded(part)])
    words = _without_repetition(words)
    if len(words) > 1 and words[-1] == "a":
        words[-1] = "A"
    text = " ".join(words)
    text = PLACE_FIRST.sub(lambda match: f"{match[2]} {uncapitalised(match[1])}", text)
    text = _short(_capitalised(text.strip(" .,;:-")))
    return f"{text} ({unit[1]})" if unit and text else text


def uncapitalised(text: str) -> str:
    """Return a text as it stands within a name."""
    first, space, rest = text.partition(" ")
    return f"{_cased(first)}{space}{rest}"


def _expanded(word: str) -> list[str]:
    """Return a word as it is written within a name; some stand for several, or for none."""
    comma = "," if word.endswith(",") else ""
    plain = word.rstrip(",.")
    if numbered := NUMBERED.fullmatch(plain):
        return ["channel", numbered[2] + comma]
    expanded = EXPANSIONS.get(plain.lower())
    if expanded is not None and not (plain.isupper() and len(plain) > 1):
        return (
            expanded.split()
            if not comma
            else [*expanded.split()[:-1], expanded.split()[-1] + comma]
        )
    return [_cased(plain) + comma] if plain else []


def _cased(word: str) -> str:
    spelled = FIELD.get(word.lower())
    if spelled is not None:
        return spelled.replace("\u2215", "/")
    if CAPITALS.fullmatch(word):
        return word
    if len(word) == 1 and word.isalpha() and word != "a":
        return word.upper()
    return word.lower() if TITLE.match(word) else word


def _without_fillers(words: list[str]) -> list[str]:
    kept = [
        word
        for word in words
        if word.rstrip(",").lower() not in FILLERS | ENABLING or len(words) == 1
    ] or words[:1]
    while len(kept) > 1 and kept[-1].lower() in LAST_FILLERS:
        kept.pop()
    return kept


def _without_repetition(words: list[str]) -> list[str]:
    seen: set[str] = set()
    kept: list[str] = []
    for word in words:
        plain = word.rstrip(",").lower()
        stem = plain.removesuffix("s")
        if plain.isdecimal() or plain in REPEATABLE or word == ANY_INDEX or stem not in seen:
            kept.append(word)
        seen.add(stem)
    return kept


def _capitalised(text: str) -> str:
    first = text.partition(" ")[0]
    if first.lower() in FIELD and first.lower() != "on\u2215off":
        return text
    return text[:1].upper() + text[1:] if first[1:].islower() or len(first) == 1 else text


def _short(text: str) -> str:
    if len(text) <= MAX_NAME:
        return text
    return text[:MAX_NAME].rpartition(" ")[0] or text[:MAX_NAME]
