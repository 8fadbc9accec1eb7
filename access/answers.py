"""The one shape in which the API says what went wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import exceptions as django
from django.http.multipartparser import MultiPartParserError
from drf_standardized_errors.formatter import ExceptionFormatter, flatten_errors
from drf_standardized_errors.handler import ExceptionHandler as StandardHandler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework import exceptions as drf
from rest_framework.fields import get_error_detail
from rest_framework.response import Response

from wayflow.errors import WayflowError

from .errors import ApiError, BodyTooLarge
from .secrets import clean


class HostRefused(ApiError):
    """The answer does not tell which hosts there are."""

    def __init__(self) -> None:
        super().__init__(
            400,
            "WF_HOST_REFUSED",
            "The server does not answer under this host name.",
            hint="Its names are listed in WAYFLOW_ALLOWED_HOSTS.",
        )


def answerable(exception: Exception) -> drf.APIException | None:
    """``exception`` as an answer of the API; None when it is a fault of ours."""
    match exception:
        case drf.APIException():
            return exception
        case WayflowError():
            return ApiError.of(exception)
        case django.ValidationError():
            return drf.ValidationError(get_error_detail(exception))
        case django.RequestDataTooBig():
            return BodyTooLarge(settings.WAYFLOW["MAX_BODY_BYTES"])
        case django.DisallowedHost():
            return HostRefused()
        case (
            django.SuspiciousOperation() | django.BadRequest() | MultiPartParserError()
        ):
            return drf.ParseError(str(exception))
    standard = StandardHandler(exception, _NO_CONTEXT)
    converted = standard.convert_known_exceptions(exception)
    return converted if isinstance(converted, drf.APIException) else None


def payload_of(error: drf.APIException) -> dict[str, Any]:
    """``{error, type, errors: [{code, detail, attr, hint?}]}``.

    ``error`` is the first detail again, for the editor, which shows nothing else. An
    error of ours may tell ``more``. No secret of the server is told.
    """
    kind = ExceptionFormatter(error, _NO_CONTEXT, error).get_error_type()
    errors = [
        {"code": e.code, "detail": e.detail, "attr": e.attr}
        for e in flatten_errors(error.detail)
    ]
    if isinstance(error, ApiError):
        errors[0]["attr"] = error.attr
        if error.hint is not None:
            errors[0]["hint"] = error.hint
    payload = {"error": errors[0]["detail"], "type": kind, "errors": errors}
    if isinstance(error, ApiError):
        payload |= error.more
    made: dict[str, Any] = clean(payload)
    return made


def headers_of(error: drf.APIException) -> dict[str, str]:
    """The headers that go with the answer."""
    if isinstance(error, ApiError):
        return error.headers
    return StandardHandler(error, _NO_CONTEXT).get_headers(error)


class ExceptionHandler(StandardHandler):
    """Answers every exception of a REST view in our shape."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        return answerable(exc) or exc

    def format_exception(self, exc: drf.APIException) -> dict[str, Any]:
        return payload_of(exc)

    def get_headers(self, exc: drf.APIException) -> dict[str, str]:
        return headers_of(exc)


def exception_handler(
    exc: Exception, context: ExceptionHandlerContext
) -> Response | None:
    """What the framework calls for an exception of a REST view."""
    response: Response | None = ExceptionHandler(exc, context).run()
    return response


_NO_CONTEXT: Any = {"view": None, "args": (), "kwargs": {}, "request": None}
