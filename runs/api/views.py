"""Runs over REST: the list and the details."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django_filters.rest_framework.backends import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from access.queries import BoundedSearch, KnownParameters
from runs.models import Run, RunQuerySet
from runs.services import RunNotFound

from .filters import ORDERINGS, EndedIfLongest, RunFilter, RunPagination
from .reading import uuid_or_none
from .serializers import RunDetailSerializer, RunSerializer

if TYPE_CHECKING:
    from django.contrib.auth.models import User


ORDERING = OpenApiParameter(
    "ordering",
    description="What comes first; `longest` has only runs that started and ended.",
    enum=list(ORDERINGS),
    default="newest",
)


class RunViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Run]):
    """The runs that the caller may see."""

    serializer_class = RunSerializer
    queryset = Run.objects.none()
    pagination_class = RunPagination
    filter_backends = (
        KnownParameters,
        DjangoFilterBackend,
        BoundedSearch,
        EndedIfLongest,
    )
    filterset_class = RunFilter
    more_parameters = (ORDERING.name,)
    search_fields = ("workflow__name", "error")
    lookup_value_regex = "[^/]+"

    def get_queryset(self) -> RunQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Run.objects.none()
        visible = Run.objects.visible_to(cast("User", self.request.user))
        return visible.select_related("workflow", "version", "owner", "document").defer(
            "document__content", "inputs", "result", "error"
        )

    @extend_schema(parameters=[ORDERING])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The runs that the caller may see, in pages, the newest first.

        `search` looks for words in the workflow's name and in the error.
        """
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=RunDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A run with its inputs, its outcome, its repeats and what each node did.

        The whole output of a node that is too long here has an address of its own.
        """
        run_id = uuid_or_none(pk)
        if run_id is None:
            raise RunNotFound
        user = cast("User", request.user)
        visible = Run.objects.visible_to(user)
        rows = visible.select_related(
            "workflow", "version", "owner", "token", "document", "cancel_requested_by"
        )
        run = rows.defer("document__content").filter(pk=run_id).first()
        if run is None:
            raise RunNotFound
        return Response(RunDetailSerializer(run, context={"user": user}).data)
