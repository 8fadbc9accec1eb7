"""Workflows over REST: list, create, read, change, delete, validate."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django_filters.rest_framework.backends import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.queries import BoundedSearch, KnownParameters
from access.writing import write_atomic
from wayflow.graph import Graph
from wayflow.validation import validate_graph
from workflows import services
from workflows.catalog import registry, tools_of

from .copying import CopyActions
from .filters import StableOrdering, WorkflowFilter
from .preconditions import is_known
from .resource import (
    ETAG,
    IF_MATCH,
    IF_NONE_MATCH,
    STALE,
    WorkflowResource,
    if_match,
    read,
)
from .serializers import (
    ValidateInput,
    ValidateSavedInput,
    ValidationSerializer,
    WorkflowChange,
    WorkflowDetailSerializer,
    WorkflowInput,
    WorkflowSerializer,
)
from .sharing import ShareActions
from .versioning import VersionActions

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def found_in(graph: Graph, user: User) -> Response:
    """What validation finds in ``graph``, with the tools that ``user`` may use."""
    issues = validate_graph(graph, tools=tools_of(graph, user), registry=registry())
    return Response(
        {
            "issues": [issue.data() for issue in issues],
            "droppedEdges": [
                {"id": edge.id, "reason": edge.reason} for edge in graph.dropped
            ],
        }
    )


class WorkflowViewSet(
    VersionActions,
    CopyActions,
    ShareActions,
    mixins.ListModelMixin,
    WorkflowResource,
):
    """The workflows that the caller may see."""

    serializer_class = WorkflowSerializer
    filter_backends = (
        KnownParameters,
        DjangoFilterBackend,
        BoundedSearch,
        StableOrdering,
    )
    filterset_class = WorkflowFilter
    search_fields = ("name", "description")
    ordering_fields = ("name", "created_at", "updated_at")

    def list(self, request: Request) -> Response:
        """The workflows that the caller may see, the newest first."""
        return super().list(request)

    @extend_schema(
        request=WorkflowInput,
        responses={201: WorkflowDetailSerializer},
        parameters=[ETAG],
    )
    def create(self, request: Request) -> Response:
        """Save a graph as a new workflow of the caller's own."""
        given = read(WorkflowInput(data=request.data))
        graph, viewport = given.pop("graph")
        workflow = services.create_workflow(
            graph=graph, viewport=viewport, owner=self.user, **given
        )
        return self.created(workflow)

    @extend_schema(
        responses={200: WorkflowDetailSerializer, 304: None},
        parameters=[IF_NONE_MATCH, ETAG],
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        """A workflow with its newest graph."""
        response = self.detail_of(pk)
        etag = response["ETag"]
        if is_known(request, etag):
            return Response(status=304, headers={"ETag": etag})
        return response

    @extend_schema(
        request=WorkflowChange,
        responses={200: WorkflowDetailSerializer, 412: STALE},
        parameters=[IF_MATCH, ETAG],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is sent of a workflow; another graph makes a version."""
        workflow_id = self.get_object().pk
        given = read(WorkflowChange(data=request.data))
        snapshot = given.pop("graph", None)
        expected = if_match(request)
        with write_atomic():
            if snapshot is not None:
                graph, viewport = snapshot
                services.save_graph(
                    workflow_id=workflow_id,
                    graph=graph,
                    viewport=viewport,
                    by=self.user,
                    if_match=expected,
                )
                expected = None
            # After the graph, so that a name in the request wins over one in the graph.
            services.update_details(
                workflow_id=workflow_id, by=self.user, if_match=expected, **given
            )
        return self.detail_of(workflow_id)

    @extend_schema(responses={204: None, 412: STALE}, parameters=[IF_MATCH])
    def destroy(self, request: Request, pk: str) -> Response:
        """Put a workflow out of sight; its versions and runs stay."""
        services.delete_workflow(
            workflow_id=self.get_object().pk, by=self.user, if_match=if_match(request)
        )
        return Response(status=204)

    @extend_schema(request=ValidateSavedInput, responses=ValidationSerializer)
    @action(detail=True, methods=["post"])
    def validate(self, request: Request, pk: str) -> Response:
        """What is wrong with the newest version, or with a graph instead of it."""
        workflow = self.get_object()
        given = read(ValidateSavedInput(data=request.data))
        if "graph" in given:
            return found_in(given["graph"][0], self.user)
        return found_in(workflow.newest_version().document.graph(), self.user)


class ValidateView(APIView):
    """What is wrong with a graph that need not be saved."""

    @extend_schema(request=ValidateInput, responses=ValidationSerializer)
    def post(self, request: Request) -> Response:
        given = read(ValidateInput(data=request.data))
        return found_in(given["graph"][0], cast("User", request.user))
