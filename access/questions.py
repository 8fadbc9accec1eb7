"""What a page may be asked for: no NUL, which PostgreSQL has in no text."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin


class QuestionsWithoutNul(MiddlewareMixin):
    """Refuses others before the database does, which is no answer.

    The API names the parameter that holds it, and needs no help.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Raises BadRequest."""
        if request.path.startswith("/api/"):
            return
        if "%00" in request.META["QUERY_STRING"]:
            raise BadRequest("A NUL character in the question.")
