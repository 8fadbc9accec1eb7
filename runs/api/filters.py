"""Which runs a list shows, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django_filters.filters import (
    CharFilter,
    Filter,
    MultipleChoiceFilter,
    UUIDFilter,
)
from django_filters.rest_framework.filterset import FilterSet
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from access.moments import MomentFilter
from access.pagination import CursorPagination
from access.queries import QueryRefused
from runs.models import STATUS_CHOICES, Run, Trigger
from wayflow.jsontext import json_text
from wayflow.status import RunStatus

from .reading import FieldRefused

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")

LONGEST_SECONDS: Final = 10 * 366 * 86_400
LARGEST_VERSION: Final = 2**31 - 1
LONGEST_NAME: Final = 150
LONGEST_TEXT: Final = 200

ORDERINGS: Final[Mapping[str, tuple[str, str]]] = {
    "newest": ("-created_at", "-pk"),
    "oldest": ("created_at", "pk"),
    "longest": ("-duration", "-pk"),
}
LONGEST: Final = "longest"


class _SplitWidget(forms.SelectMultiple):
    """Several words: the parameter repeated, or its words separated by commas."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given = super().value_from_datadict(data, files, name) or []
        return [word for words in given for word in str(words).split(",") if word]


class WordsFilter(MultipleChoiceFilter):
    """Any of some words that are known."""

    def __init__(self, field_name: str, **extra: Any) -> None:
        super().__init__(field_name, widget=_SplitWidget, distinct=False, **extra)

    def filter(self, qs: QuerySet[Run], value: list[str]) -> QuerySet[Run]:
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class SecondsFilter(Filter):
    """Compares a duration with a number of seconds."""

    field_class: type[forms.Field] = forms.FloatField

    def __init__(self, lookup: str) -> None:
        longest = LONGEST_SECONDS
        super().__init__("duration", lookup, min_value=0, max_value=longest)

    def filter(self, qs: QuerySet[Run], value: float | None) -> QuerySet[Run]:
        longer = None if value is None else timedelta(seconds=value)
        filtered: QuerySet[Run] = super().filter(qs, longer)
        return filtered


class VersionFilter(Filter):
    """The number of a version."""

    field_class: type[forms.Field] = forms.IntegerField

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name, min_value=1, max_value=LARGEST_VERSION)


_seconds: Any = extend_schema_field(
    {
        "description": "Seconds that an ended run took.",
        "type": "number",
        "minimum": 0,
        "maximum": LONGEST_SECONDS,
    }
)
_number: Any = extend_schema_field(
    {
        "description": "The number of a version of `workflow`.",
        "type": "integer",
        "minimum": 1,
        "maximum": LARGEST_VERSION,
    }
)


class RunFilter(FilterSet):
    """By what ran, how it went, who started it, and when."""

    workflow = UUIDFilter("workflow")
    version = _number(VersionFilter("version__number"))
    status = WordsFilter(
        "status", choices=STATUS_CHOICES, label="Any of these, also with commas."
    )
    trigger = WordsFilter(
        "trigger", choices=Trigger.choices, label="Any of these, also with commas."
    )
    owner = CharFilter("owner__username", label="A user name.", max_length=LONGEST_NAME)
    error = CharFilter(
        method="with_error",
        label="A text that occurs within the error, in any letter case.",
        max_length=LONGEST_TEXT,
    )
    origin = UUIDFilter("origin", label="The run that they repeat.")
    createdAfter = MomentFilter("created_at", "gte")
    createdBefore = MomentFilter("created_at", "lt")
    startedAfter = MomentFilter("started_at", "gte")
    startedBefore = MomentFilter("started_at", "lt")
    finishedAfter = MomentFilter("finished_at", "gte")
    finishedBefore = MomentFilter("finished_at", "lt")
    longerThan = _seconds(SecondsFilter("gt"))
    shorterThan = _seconds(SecondsFilter("lt"))

    def filter_queryset(self, queryset: QuerySet[Run]) -> QuerySet[Run]:
        given = self.form.cleaned_data
        if given["version"] is not None and given["workflow"] is None:
            raise QueryRefused("version", "needs a workflow beside it")
        filtered: QuerySet[Run] = super().filter_queryset(queryset)
        return filtered

    def with_error(
        self, queryset: QuerySet[Run], name: str, value: str
    ) -> QuerySet[Run]:
        failed = queryset.filter(status=RunStatus.ERROR)
        return failed.filter(error__icontains=json_text(value)[1:-1])


FILTERS: Final[Mapping[str, Filter]] = RunFilter.get_filters()


class EndedIfLongest(BaseFilterBackend):
    """With ``?ordering=longest`` only runs that started and ended are listed."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[M, Row], view: Any
    ) -> QuerySet[M, Row]:
        if _ordering(request) == LONGEST:
            return queryset.filter(duration__isnull=False)
        return queryset


class RunPagination(CursorPagination):
    """``?ordering=`` says what comes first: the newest, the oldest or the longest."""

    def get_ordering(
        self, request: Any, queryset: QuerySet[Run], view: Any
    ) -> tuple[str, ...]:
        return ORDERINGS[_ordering(request)]


def chosen_by(given: Mapping[str, Any], runs: QuerySet[Run]) -> QuerySet[Run]:
    """Those of ``runs`` that the filters in a body choose: words or lists of words.

    Raises FieldRefused, QueryRefused and ValidationError.
    """
    query = QueryDict(mutable=True)
    for name, value in given.items():
        if name not in FILTERS:
            raise FieldRefused(f"filter.{name}", "is unknown")
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(v, str | int | float) for v in values):
            raise FieldRefused(f"filter.{name}", "must be a text, number or list")
        query.setlist(name, [str(v) for v in values])
    filters = RunFilter(query, queryset=runs)
    if not filters.is_valid():
        wrong = translate_validation(filters.errors)
        raise ValidationError({"filter": wrong.detail})
    chosen: QuerySet[Run] = filters.qs
    return chosen


def _ordering(request: Request) -> str:
    ordering = request.query_params.get("ordering", "newest")
    if ordering not in ORDERINGS:
        raise QueryRefused("ordering", f"must be {', '.join(ORDERINGS)}")
    return ordering
