"""Errors of the Open API, from the wire up."""


class MilesightError(Exception):
    """Base of everything this package raises."""


class CannotConnectError(MilesightError):
    """The platform was not reached, or the answer did not arrive whole."""


class BadResponseError(MilesightError):
    """Something answered that does not speak as the platform does."""


class ApiError(MilesightError):
    """The platform refused a request.

    ``code`` is the platform's slug (``errCode``), ``message`` its words (``errMsg``, else the
    slug) and ``request_id`` what its support asks for. Source: "Response" of the API overview.
    """

    def __init__(
        self, status: int, code: str = "", message: str = "", request_id: str = ""
    ) -> None:
        """Keep what the envelope of a failure tells."""
        super().__init__(message or code or f"HTTP {status}")
        self.status = status
        self.code = code
        self.message = message or code
        self.request_id = request_id


class AuthenticationError(ApiError):
    """The client id or secret is not accepted, or the Application is disabled."""


class RateLimitError(ApiError):
    """Too many requests; ``retry_after`` is the delay in seconds, if the platform gave one."""

    def __init__(
        self,
        status: int,
        code: str = "",
        message: str = "",
        request_id: str = "",
        *,
        retry_after: float | None = None,
    ) -> None:
        """Keep the envelope and the delay."""
        super().__init__(status, code, message, request_id)
        self.retry_after = retry_after


class InvalidValueError(MilesightError):
    """A value does not fit the thing specification; nothing was sent.

    ``kind`` names what was expected (``number``, ``option``, ``flag``, ``text``, ``date``,
    ``time``, ``structure``, ``object`` or ``list``) or what is wrong (``unknown``, ``missing``,
    ``twice``, ``read_only``), ``path`` the property or input, and ``allowed`` what would have
    been accepted: ``{"minimum": "5", "maximum": "35"}`` or ``{"options": "heat, cool"}``.
    """

    def __init__(self, kind: str, path: str, **allowed: str) -> None:
        """Keep what a translated message needs."""
        super().__init__(f"{path}: not a valid {kind}")
        self.kind = kind
        self.path = path
        self.allowed = allowed
