"""What the API refuses, with a status, a stable code, a message and a hint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import APIException

from wayflow.errors import WayflowError


class ApiError(APIException):
    """An answer other than success: a status, a stable code, a message and a hint.

    ``attr`` names the field of the body that is wrong. ``more`` is what the answer's
    body tells besides.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
        attr: str | None = None,
    ) -> None:
        super().__init__(message, code)
        self.status_code = status
        self.code = code
        self.message = message
        self.hint = hint
        self.headers = dict(headers or {})
        self.attr = attr
        self.more: dict[str, Any] = {}

    @classmethod
    def of(cls, error: WayflowError, status: int = 400) -> ApiError:
        """The error of the engine as an answer of the API."""
        return cls(status, error.code, error.message, hint=error.hint)


class BodyTooLarge(ApiError):
    def __init__(self, limit: int) -> None:
        super().__init__(
            413,
            "WF_BODY_TOO_LARGE",
            f"The body is larger than {limit} bytes.",
            hint="Send less at once, or ask for a higher WAYFLOW_MAX_BODY_BYTES.",
        )
