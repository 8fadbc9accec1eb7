"""What may stand in the query string of a list: nothing unknown, nothing endless."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.filters import BaseFilterBackend, OrderingFilter, SearchFilter
from rest_framework.request import Request

from .errors import ApiError

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")

LONGEST_SEARCH = 200
"""Characters; databases limit both a pattern and the number of conditions."""


class QueryRefused(ApiError):
    """A parameter of the query string is unknown or makes no sense."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(
            400,
            "WF_QUERY_REFUSED",
            f'The parameter "{name[:100]}" {problem}.',
            hint="The parameters that a list takes are described at /api/schema.",
            attr=name[:100],
        )


class KnownParameters(BaseFilterBackend):
    """Refuses unknown parameters: a filter with a typing error would be no filter.

    Known are those of the view's other filter backends, of its pagination and of its
    ``more_parameters``. Raises QueryRefused.
    """

    def filter_queryset(
        self, request: Request, queryset: QuerySet[M, Row], view: Any
    ) -> QuerySet[M, Row]:
        known = _known_to(view)
        for name in request.query_params:
            if name not in known:
                raise QueryRefused(name, "is unknown")
        return queryset


class BoundedSearch(SearchFilter):
    """``?search=`` of a length that every database takes. Raises QueryRefused."""

    search_description = "Words that must all occur, in any letter case."

    def get_search_terms(self, request: Request) -> Any:
        given = request.query_params.get(self.search_param, "")
        if len(given) > LONGEST_SEARCH:
            longest = f"may have {LONGEST_SEARCH} characters"
            raise QueryRefused(self.search_param, longest)
        return super().get_search_terms(request)


def _known_to(view: Any) -> set[str]:
    pagination, filters = view.paginator, getattr(view, "filterset_class", None)
    known = {
        pagination.cursor_query_param,
        pagination.page_size_query_param,
        *(filters.base_filters if filters else ()),
        *getattr(view, "more_parameters", ()),
    }
    for backend in view.filter_backends:
        if issubclass(backend, SearchFilter):
            known.add(backend.search_param)
        elif issubclass(backend, OrderingFilter):
            known.add(backend.ordering_param)
    return known
