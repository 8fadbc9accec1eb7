"""Runs over REST: the list and the details."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django_filters.filters import ChoiceFilter, IsoDateTimeFilter, UUIDFilter
from django_filters.rest_framework.backends import DjangoFilterBackend
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.filters import SearchFilter
from rest_framework.request import Request
from rest_framework.response import Response

from runs.models import STATUS_CHOICES, Run, RunQuerySet, Trigger
from runs.services import RunNotFound

from .reading import uuid_or_none
from .serializers import RunDetailSerializer, RunSerializer

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class RunFilter(FilterSet):
    """By workflow, status, trigger and the time of their start."""

    workflow = UUIDFilter("workflow")  # type: ignore[no-untyped-call]
    status = ChoiceFilter(choices=STATUS_CHOICES)  # type: ignore[no-untyped-call]
    trigger = ChoiceFilter(choices=Trigger.choices)  # type: ignore[no-untyped-call]
    startedAfter = IsoDateTimeFilter("started_at", "gte")  # type: ignore[no-untyped-call]
    startedBefore = IsoDateTimeFilter("started_at", "lt")  # type: ignore[no-untyped-call]


class RunViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Run]):
    """The runs that the caller may see, the newest first."""

    serializer_class = RunSerializer
    queryset = Run.objects.none()
    filter_backends = (DjangoFilterBackend, SearchFilter)
    filterset_class = RunFilter
    search_fields = ("workflow__name", "error")
    lookup_value_regex = "[^/]+"

    def get_queryset(self) -> RunQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Run.objects.none()
        visible = Run.objects.visible_to(cast("User", self.request.user))
        return visible.select_related("workflow", "version", "owner", "document").defer(
            "document__content", "inputs", "result", "error"
        )

    @extend_schema(responses=RunDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A run with its inputs, its outcome and what each node did."""
        run_id = uuid_or_none(pk)
        if run_id is None:
            raise RunNotFound
        visible = Run.objects.visible_to(cast("User", request.user))
        rows = visible.select_related("workflow", "version", "owner", "document")
        run = rows.defer("document__content").filter(pk=run_id).first()
        if run is None:
            raise RunNotFound
        return Response(RunDetailSerializer(run).data)
