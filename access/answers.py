"""The one shape in which the API says what went wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import exceptions as django
from drf_standardized_errors.formatter import ExceptionFormatter, flatten_errors
from drf_standardized_errors.handler import ExceptionHandler as StandardHandler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework import exceptions as drf
from rest_framework.fields import get_error_detail
from rest_framework.response import Response

from wayflow.errors import WayflowError

from .errors import ApiError, BodyTooLarge


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
        case django.SuspiciousOperation():
            return drf.ParseError(str(exception))
    standard = StandardHandler(exception, _NO_CONTEXT)
    converted = standard.convert_known_exceptions(exception)
    return converted if isinstance(converted, drf.APIException) else None


def payload_of(error: drf.APIException) -> dict[str, Any]:
    """``{error, type, errors: [{code, detail, attr, hint?}]}``.

    ``error`` is the first detail again, for the editor, which shows nothing else.
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
    return {"error": errors[0]["detail"], "type": kind, "errors": errors}


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
