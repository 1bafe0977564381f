"""The one error that the simulated Open API answers with."""


class ApiError(Exception):
    """A refused call: HTTP status, slug (`errCode`), message, and for 429 a delay in seconds."""

    def __init__(
        self, status: int, code: str, message: str, retry_after: int | None = None
    ) -> None:
        """Remember what the envelope will say."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after
