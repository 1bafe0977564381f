"""The Open API of the Milesight Development Platform: client, records, errors, specifications.

Nothing in here knows Home Assistant.
"""

from .client import MilesightClient
from .errors import (
    ApiError,
    AuthenticationError,
    BadResponseError,
    CannotConnectError,
    InvalidValueError,
    MilesightError,
    RateLimitError,
)
from .models import (
    Accepted,
    AddedDevice,
    ConnectStatus,
    Device,
    DeviceFacts,
    DevicePage,
    HistoryPage,
    Reading,
    TaskKind,
)
from .specification import (
    DataType,
    Event,
    Item,
    Service,
    ThingSpecification,
    dump_specification,
    parse_specification,
)

__all__ = [
    "Accepted",
    "AddedDevice",
    "ApiError",
    "AuthenticationError",
    "BadResponseError",
    "CannotConnectError",
    "ConnectStatus",
    "DataType",
    "Device",
    "DeviceFacts",
    "DevicePage",
    "Event",
    "HistoryPage",
    "InvalidValueError",
    "Item",
    "MilesightClient",
    "MilesightError",
    "RateLimitError",
    "Reading",
    "Service",
    "TaskKind",
    "ThingSpecification",
    "dump_specification",
    "parse_specification",
]
