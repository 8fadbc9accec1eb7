"""How the API's lists are cut into pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet
from django.utils.timezone import is_aware
from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")


class CursorPagination(pagination.CursorPagination):
    """Newest first; ``?limit=`` up to 200, and ``next``/``previous`` to go on.

    A cursor that no list of ours gave out, such as one of another ordering, raises
    NotFound.
    """

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = ("-created_at", "-pk")
    # Equals are counted from the first of them on: so many may have one name.
    offset_cutoff = 1_000_000

    def paginate_queryset(
        self,
        queryset: QuerySet[M, Row] | Sequence[Row],
        request: Request,
        view: Any = None,
    ) -> list[Row] | None:
        assert isinstance(queryset, QuerySet)
        self._model = queryset.model
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Request) -> Any:
        cursor = super().decode_cursor(request)
        if cursor is None or cursor.position is None:
            return cursor
        field = self._model._meta.get_field(self.ordering[0].lstrip("-"))
        assert isinstance(field, Field)
        try:
            position = _position(field, str(cursor.position))
        except (ValidationError, ValueError, OverflowError):
            raise NotFound(self.invalid_cursor_message) from None
        return cursor._replace(position=position)

    def _get_position_from_instance(self, instance: Any, ordering: Any) -> Any:
        # Compared with what ``decode_cursor`` gives, and spelled only in the end.
        return getattr(instance, ordering[0].lstrip("-"))


def _position(field: Field[Any, Any], given: str) -> Any:
    """Raises ValidationError, ValueError and OverflowError."""
    value = field.to_python(given)
    if isinstance(value, datetime) and (not is_aware(value) or value.year in (1, 9999)):
        # Such a one has no counterpart in another time zone.
        raise ValueError(given)
    if isinstance(value, str) and "\0" in value:
        raise ValueError(given)
    return value
