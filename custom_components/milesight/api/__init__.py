"""Client of the Open API of the Milesight Development Platform, independent of Home Assistant."""

from .client import MilesightClient
from .exceptions import (
    ApiError,
    AuthenticationError,
    BadResponseError,
    CannotConnectError,
    InvalidReason,
    InvalidValueError,
    MilesightError,
    RateLimitError,
)
from .models import (
    AcceptedCommand,
    AddedDevice,
    ConnectStatus,
    Device,
    DeviceDetails,
    DevicePage,
    HistoryPage,
    Reading,
    TaskType,
)
from .specification import (
    DataType,
    Item,
    ThingEvent,
    ThingService,
    ThingSpecification,
    dump_specification,
    parse_specification,
)

__all__ = [
    "AcceptedCommand",
    "AddedDevice",
    "ApiError",
    "AuthenticationError",
    "BadResponseError",
    "CannotConnectError",
    "ConnectStatus",
    "DataType",
    "Device",
    "DeviceDetails",
    "DevicePage",
    "HistoryPage",
    "InvalidReason",
    "InvalidValueError",
    "Item",
    "MilesightClient",
    "MilesightError",
    "RateLimitError",
    "Reading",
    "TaskType",
    "ThingEvent",
    "ThingService",
    "ThingSpecification",
    "dump_specification",
    "parse_specification",
]
