"""Search for personal data in device diagnostics."""

from collections.abc import Iterator, Mapping
import re
from typing import Any, Final

from custom_components.milesight.api import dump_specification, parse_specification
from custom_components.milesight.devices.redaction import (
    REDACTED,
    redact_specification,
    redact_values,
)
from custom_components.milesight.mapping.tokens import vocabulary

type Path = tuple[str, ...]

# What no text may hold, whatever it is called.
PATTERNS: Final = {
    name: re.compile(pattern, re.IGNORECASE if lower else 0)
    for name, lower, pattern in (
        ("serial number or EUI", True, r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{10,}\b"),
        ("long number", False, r"[0-9]{11,}"),
        ("MAC address", True, r"\b(?:[0-9a-f]{2}[:-]){5,7}[0-9a-f]{2}\b"),
        ("UUID", True, r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"),
        ("id of Home Assistant", False, r"\b[0-9A-HJKMNP-TV-Z]{26}\b"),
        ("token", False, r"(?=\S*[0-9])(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9_+/.~-]{24,}"),
        ("e-mail address", True, r"[^@\s]+@[^@\s]+\.[a-z]{2,}"),
        ("phone number", False, r"\+[0-9][0-9 ()/-]{7,}"),
        ("position", False, r"-?\b[0-9]{1,3}\.[0-9]{4,}\b"),
        ("IPv6 address", True, r"\b(?:[0-9a-f]{1,4}:){3,}"),
        ("home folder", False, r"(?:/home/|/Users/|\\Users\\)\w"),
        ("address with more than a path", False, r"https?://[^\s/]*[@:]|https?://\S*\?"),
    )
}
IP_ADDRESS: Final = re.compile(r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b")
# Any text under one of these words is personal, and any number under one of the others.
NAMES: Final = vocabulary("""
    address description email eui iccid imei imsi label labels mac owner password phone
    placeholders project secret serial sn ssid tag tags title token username
    """)
POSITIONS: Final = vocabulary("altitude latitude longitude lat lng lon")
# These parts tell of software and of the product.
PUBLIC: Final = ("custom_components", "integration_manifest", "specification", "entities")
MAX_NUMBER: Final = 10**13
DEVICE_TEXTS: Final = (
    "model", "type", "hardware_version", "firmware_version", "connect_status", "shown_priority",
)  # fmt: skip
_WORD: Final = re.compile(r"[a-z]+")


def personal_data(document: Mapping[str, Any]) -> list[str]:
    """Return where a file holds something personal, and what it seems to be."""
    return [*_in_device(document), *_anywhere(document)]


def _in_device(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the diagnostics of this integration would have redacted."""
    device, raw = document["data"]["device"], document["data"]["specification"]
    for key, value in device.items():
        if isinstance(value, str) and key not in DEVICE_TEXTS:
            yield f"data.device.{key}: an unexpected text"
    specification = parse_specification(raw)
    redacted, _ = redact_values(specification, device["values"])
    for path, value in device["values"].items():
        if value not in ([], None) and redacted.get(path) != value:
            yield f"data.device.values.{path}: should be withheld"
    if dump_specification(redact_specification(specification)) != dump_specification(specification):
        yield "data.specification: a description or default value"


def _anywhere(value: Any, path: Path = ()) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _anywhere(inner, (*path, str(key)))
            yield from _in_text(str(key), (*path, "(key)"))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _anywhere(inner, (*path, str(index)))
    elif isinstance(value, str) and value != REDACTED:
        yield from _in_text(value, path)
        if value and not set(path) & set(PUBLIC) and (_words(path) & NAMES or path[-1] == "name"):
            yield f"{'.'.join(path)}: a text of a personal kind"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= MAX_NUMBER:
            yield f"{'.'.join(path)}: a number as long as an id"
        if not set(path) & set(PUBLIC) and _words(path) & POSITIONS and "ages" not in path:
            yield f"{'.'.join(path)}: a position"


def _in_text(text: str, path: Path) -> Iterator[str]:
    found = [name for name, pattern in PATTERNS.items() if pattern.search(text)]
    if "version" not in _words(path) and IP_ADDRESS.search(text):
        found.append("IP address")
    for name in found:
        yield f"{'.'.join(path)}: looks like a {name}"


def _words(path: Path) -> set[str]:
    return {word for step in path for word in _WORD.findall(step.lower())}
