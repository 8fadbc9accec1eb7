"""Which workflows a list shows, and in which order."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters.filters import CharFilter, TypedChoiceFilter
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema_field
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request

from access.moments import MomentFilter
from access.queries import QueryRefused
from workflows.models import WorkflowQuerySet, WorkflowVersion

LONGEST_NAME = 150


def _yes_or_no(method: str, description: str) -> TypedChoiceFilter:
    """``true`` or ``false``: anything else is a mistake, not a filter left out."""
    words: Any = TypedChoiceFilter(
        method=method,
        choices=[("true", "true"), ("false", "false")],
        coerce="true".__eq__,
    )
    described: TypedChoiceFilter = extend_schema_field(
        {"type": "boolean", "description": description}
    )(words)
    return described


class WorkflowFilter(FilterSet):
    """By owner, by what became of it, and by time."""

    owner = CharFilter(
        "owner__username", max_length=LONGEST_NAME, label="The user name of the owner."
    )
    published = _yes_or_no("by_published", "Whether a version is published.")
    tool = _yes_or_no("by_tool", "Whether models can call what runs as a tool.")
    shared = _yes_or_no("by_owner", "Whether it belongs to somebody else.")
    createdAfter = MomentFilter("created_at", "gte")
    createdBefore = MomentFilter("created_at", "lt")
    updatedAfter = MomentFilter("updated_at", "gte")
    updatedBefore = MomentFilter("updated_at", "lt")

    def by_published(
        self, workflows: WorkflowQuerySet, name: str, wanted: bool
    ) -> WorkflowQuerySet:
        return workflows.filter(published_version__isnull=not wanted)

    def by_tool(
        self, workflows: WorkflowQuerySet, name: str, wanted: bool
    ) -> WorkflowQuerySet:
        running = WorkflowVersion.objects.current().filter(document__is_tool=wanted)
        return workflows.filter(pk__in=running.values("workflow"))

    def by_owner(
        self, workflows: WorkflowQuerySet, name: str, wanted: bool
    ) -> WorkflowQuerySet:
        mine = workflows.filter(owner=self.request.user)
        return workflows.exclude(owner=self.request.user) if wanted else mine


class StableOrdering(OrderingFilter):
    """``?ordering=`` by fields that there are, and then by key.

    So that equals keep their places from page to page. Raises QueryRefused.
    """

    ordering_description = (
        "`name`, `created_at` or `updated_at`; a minus before it turns the order round."
    )

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        ordering = super().get_ordering(request, queryset, view)
        return ordering and (*ordering, "-pk")

    def remove_invalid_fields(
        self, queryset: QuerySet[Any], fields: Any, view: Any, request: Request
    ) -> Any:
        valid = super().remove_invalid_fields(queryset, fields, view, request)
        if len(valid) < len(fields):
            names = ", ".join(view.ordering_fields)
            problem = f"takes {names}, each with or without a minus before it"
            raise QueryRefused(self.ordering_param, problem)
        return valid
