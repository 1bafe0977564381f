"""Exceptions of the Open API client."""

from enum import StrEnum


class MilesightError(Exception):
    """Base class of all exceptions of this package."""


class CannotConnectError(MilesightError):
    """The platform could not be reached, or its answer did not arrive completely."""


class BadResponseError(MilesightError):
    """The server answered with something that is not an answer of the platform."""


class UnauthorizedError(BadResponseError):
    """The server answered with HTTP 401 and nothing that the platform would say."""


class ApiError(MilesightError):
    """The platform refused a request.

    ``code`` is the slug of the error (``errCode``), ``message`` its text (``errMsg``) or else the
    slug, and ``request_id`` the id that support asks for. Source: "Response" of the API overview.
    """

    def __init__(
        self, status: int, code: str = "", message: str = "", request_id: str = ""
    ) -> None:
        """Initialize with the envelope of a failure."""
        super().__init__(message or code or f"HTTP {status}")
        self.status = status
        self.code = code
        self.message = message or code
        self.request_id = request_id


class AuthenticationError(ApiError):
    """The client id or secret is not accepted, or the Application is disabled."""


class RateLimitError(ApiError):
    """Too many requests; ``retry_after`` is the delay in seconds, if the platform names one."""

    def __init__(
        self,
        status: int,
        code: str = "",
        message: str = "",
        request_id: str = "",
        *,
        retry_after: float | None = None,
    ) -> None:
        """Initialize with the envelope of a failure and the delay."""
        super().__init__(status, code, message, request_id)
        self.retry_after = retry_after


class InvalidReason(StrEnum):
    """Reason why a value does not fit the thing specification."""

    NUMBER = "invalid_number"
    OPTION = "invalid_option"
    FLAG = "invalid_flag"
    TEXT = "invalid_text"
    DATE = "invalid_date"
    TIME = "invalid_time"
    STRUCTURE = "invalid_structure"
    OBJECT = "invalid_object"
    LIST = "invalid_list"
    JSON = "invalid_json"
    UNKNOWN_PATH = "unknown_path"
    MISSING_INPUT = "missing_input"
    DUPLICATE_PATH = "duplicate_path"
    READ_ONLY = "read_only_property"


class InvalidValueError(MilesightError):
    """A value does not fit the thing specification; nothing was sent.

    ``path`` names the property or input, and ``allowed`` what is accepted, as a translated message
    needs it: ``{"minimum": "5", "maximum": "35"}`` or ``{"options": "heat, cool"}``.
    """

    def __init__(self, reason: InvalidReason, path: str, **allowed: str) -> None:
        """Initialize with what a translated message needs."""
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path
        self.allowed = allowed
