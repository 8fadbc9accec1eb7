"""The JSON body of a request, read within limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.parsers import BaseParser

from wayflow.jsontext import parse

from .errors import ApiError, BodyTooLarge


class BodyNotJson(ApiError):
    def __init__(self, reason: str) -> None:
        super().__init__(400, "WF_BODY_NOT_JSON", f"The body is not JSON: {reason}")


class BodyNotAnObject(ApiError):
    def __init__(self) -> None:
        super().__init__(
            400, "WF_BODY_NOT_AN_OBJECT", "The body must be a JSON object."
        )


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The body as an object, ``{}`` when there is none.

    Raises BodyTooLarge, BodyNotJson and BodyNotAnObject.
    """
    body = _read(request, request.headers.get("Content-Length"))
    value = _parsed(body) if body else {}
    if not isinstance(value, dict):
        raise BodyNotAnObject
    return value


class JsonParser(BaseParser):
    """Reads the bodies of REST views as ``read_object`` does; any type of value."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return _parsed(_read(stream, None))


def _read(stream: HttpRequest | IO[bytes], announced: str | None) -> bytes:
    limit = settings.WAYFLOW["MAX_BODY_BYTES"]
    if announced and announced.isdigit() and int(announced) > limit:
        raise BodyTooLarge(limit)
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise BodyTooLarge(limit)
    return body


def _parsed(body: bytes) -> Any:
    try:
        return parse(body)
    except ValueError as error:
        raise BodyNotJson(str(error)) from error
