"""What caches may keep of the API's answers: each is for its caller alone."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

Answer = TypeVar("Answer", bound=HttpResponseBase)

ALONE = "private, no-cache"
"""For the caller's own cache, which has to ask each time whether it is still so."""


class PrivateAnswers(MiddlewareMixin):
    """Says so of every answer below ``/api/`` that says nothing stricter itself."""

    def process_response(self, request: HttpRequest, response: Answer) -> Answer:
        if request.path.startswith("/api/"):
            response.setdefault("Cache-Control", ALONE)
        return response
