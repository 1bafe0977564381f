"""Remove everything personal from a recording; doing it twice changes nothing."""

from collections.abc import Mapping
import re
from typing import Final

from custom_components.milesight.api.parsing import Json
from custom_components.milesight.devices.redaction import PERSONAL_WORDS, REDACTED
from custom_components.milesight.mapping.tokens import tokenize_path, vocabulary

# Ids are replaced by numbers that count the devices, so that requests and answers still fit.
IDS: Final = {
    "deviceId": "device",
    "deviceIds": "device",
    "applicationId": "application",
    "taskId": "task",
    "sn": "sn",
    "snDevEUI": "sn",
    "devEUI": "eui",
    "imei": "imei",
    "mac": "mac",
    "wlanMac": "mac",
    "pageKey": "page",
    "nextPageKey": "page",
    "eventId": "event",
    "eventID": "event",
}
NUMBERED: Final = ("device", "application", "task")
# Texts that describe products and protocol.
TEXTS: Final = vocabulary("""
    accessMode autopStatus callType connectStatus dataType deviceType direction elementDataType
    errCode eventType eventVersion firmwareVersion grant_type hardwareVersion id key licenseStatus
    method model name order parentId path property propertyKey rpsStatus status tslID tslId type
    unit unitName value version
    """)
# Some of these are personal outside a specification.
SPECIFICATION_TEXTS: Final = frozenset(("id", "name", "value"))
TIMES: Final = frozenset(
    ("ts", "lastUpdateTime", "startTime", "endTime", "eventCreatedTime", "timestamp", "time")
)
MAX_NUMBER: Final = 10**11
MAX_TEXT: Final = 100
OPTION: Final = re.compile(r"-?[0-9]{1,3}")
DEVICE_IN_PATH: Final = re.compile(r"(?<=/devices/)(?!search)[^/]+")


class Redactor:
    """Replaces ids consistently, and withholds texts that are not known to be harmless."""

    def __init__(self) -> None:
        """Initialize without ids."""
        self._numbers: dict[tuple[str, str], int] = {}

    def exchange(self, exchange: Mapping[str, Json]) -> dict[str, Json]:
        """Return an exchange without anything personal."""
        path = DEVICE_IN_PATH.sub(
            lambda found: str(self._id("device", found[0])), str(exchange["path"])
        )
        in_specification = path.endswith("/thing-specification")
        return {
            "method": exchange["method"],
            "path": path,
            "query": self.value(exchange["query"]),
            "body": self.value(exchange["body"]),
            "status": exchange["status"],
            "headers": exchange["headers"],
            "answer": self.value(exchange["answer"], in_specification=in_specification),
        }

    def value(self, value: Json, path: str = "", *, in_specification: bool = False) -> Json:
        """Return a value without anything personal; ``path`` leads to it."""
        if isinstance(value, dict):
            named = value.get("key")  # of a pair of key and value
            return {
                name: self.value(
                    inner,
                    f"{path}.{named if name == 'value' and isinstance(named, str) else name}",
                    in_specification=in_specification,
                )
                for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self.value(inner, path, in_specification=in_specification) for inner in value]
        if value is None or isinstance(value, bool) or value == "":
            return value
        return self._scalar(value, path, in_specification=in_specification)

    def _scalar(self, value: str | float, path: str, *, in_specification: bool) -> Json:
        key = path.rpartition(".")[2]
        if key in IDS and not in_specification:
            number = self._id(IDS[key], str(value))
            return number if isinstance(value, int) else str(number)
        if isinstance(value, str):
            return value if _is_public(value, key, in_specification=in_specification) else REDACTED
        if key in TIMES:
            return value
        personal = not in_specification and tokenize_path(path).any(PERSONAL_WORDS)
        return 0 if personal or abs(value) >= MAX_NUMBER else value

    def _id(self, kind: str, value: str) -> str | int:
        """Return what stands for an id; ids are numbered as they appear, so that 1 stays 1."""
        number = self._numbers.setdefault(
            (kind, value), 1 + sum(known == kind for known, _ in self._numbers)
        )
        return number if kind in NUMBERED else f"{kind}-{number}"


def _is_public(value: str, key: str, *, in_specification: bool) -> bool:
    if value == REDACTED or OPTION.fullmatch(value):
        return True
    if len(value) > MAX_TEXT:
        return False
    return key in TEXTS and (in_specification or key not in SPECIFICATION_TEXTS)
