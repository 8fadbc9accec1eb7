"""What all that is done with one workflow over REST has in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import viewsets
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from access.openapi import component, shape
from workflows import services
from workflows.models import Workflow, WorkflowQuerySet, WorkflowVersion

from .preconditions import with_current
from .serializers import WorkflowDetailSerializer

if TYPE_CHECKING:
    from django.contrib.auth.models import User

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that was read; 412 when the workflow changed since.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that was read; 304 as long as it is the last.",
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description="The present state, for `If-Match`.",
    response=[200, 201, 304, 412],
)
NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH)

STALE_BODY = {"allOf": [component("Error"), shape(current=component("WorkflowDetail"))]}
STALE = OpenApiResponse(
    STALE_BODY, "The workflow has changed since: `current` is what it is now."
)


class WorkflowResource(viewsets.GenericViewSet[Workflow]):
    """The workflows that the caller may see."""

    queryset = Workflow.objects.none()
    lookup_value_regex = "[^/]+"

    def get_queryset(self) -> WorkflowQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Workflow.objects.none()
        return Workflow.objects.visible_to(self.user).in_list()

    def get_object(self) -> Workflow:
        """The workflow in the path. Raises Http404."""
        found: Workflow = get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        return found

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, services.PreconditionFailed):
            exc = with_current(exc, self.user)
        return super().handle_exception(exc)

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    def version_in_path(self, number: str) -> WorkflowVersion:
        """Raises Http404 and VersionNotFound."""
        return services.find_version(self.get_object(), number_of(number))

    def detail_of(self, workflow_id: UUID | str, status: int = 200) -> Response:
        """The workflow as it is now, with its graph. Raises Http404."""
        workflow = get_object_or_404(self.get_queryset().in_detail(), pk=workflow_id)
        return Response(
            WorkflowDetailSerializer(workflow).data,
            status=status,
            headers={"ETag": workflow.etag},
        )


def if_match(request: Request) -> str | None:
    """The header by that name."""
    return request.headers.get("If-Match")


def number_of(text: str) -> int:
    """The number of a version in a path. Raises VersionNotFound for what is none."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise services.VersionNotFound(text[:100])
    return int(text)


def read(serializer: Any) -> dict[str, Any]:
    """What was sent, if it is in order. Raises ValidationError."""
    serializer.is_valid(raise_exception=True)
    given: dict[str, Any] = serializer.validated_data
    return given
