"""Workflows over REST: list, read, change, versions, publish, validate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db import transaction
from django_filters.filters import CharFilter
from django_filters.rest_framework.backends import DjangoFilterBackend
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from wayflow.graph import Graph
from wayflow.validation import validate_graph
from workflows import services
from workflows.catalog import registry, tools_for
from workflows.models import Workflow, WorkflowQuerySet

from .serializers import (
    PublishInput,
    ValidateInput,
    ValidateSavedInput,
    ValidationSerializer,
    VersionDetailSerializer,
    VersionSerializer,
    WorkflowChange,
    WorkflowDetailSerializer,
    WorkflowInput,
    WorkflowSerializer,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that was read; 412 when the workflow changed since.",
)
NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH)


class WorkflowFilter(FilterSet):
    """``?owner=`` takes a user name."""

    owner = CharFilter("owner__username")  # type: ignore[no-untyped-call]


def found_in(graph: Graph, user: User) -> Response:
    """What validation finds in ``graph``, with the tools that ``user`` may use."""
    issues = validate_graph(graph, tools=tools_for(user), registry=registry())
    return Response(
        {
            "issues": [issue.data() for issue in issues],
            "droppedEdges": [
                {"id": edge.id, "reason": edge.reason} for edge in graph.dropped
            ],
        }
    )


class WorkflowViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Workflow]):
    """The workflows that the caller may see."""

    serializer_class = WorkflowSerializer
    queryset = Workflow.objects.none()
    filter_backends = (DjangoFilterBackend, SearchFilter, OrderingFilter)
    filterset_class = WorkflowFilter
    search_fields = ("name", "description")
    ordering_fields = ("name", "created_at", "updated_at")
    lookup_value_regex = "[^/]+"

    def get_queryset(self) -> WorkflowQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Workflow.objects.none()
        return (
            Workflow.objects.visible_to(self._user)
            .select_related("owner", "published_version")
            .with_latest_number()
        )

    @extend_schema(request=WorkflowInput, responses={201: WorkflowDetailSerializer})
    def create(self, request: Request) -> Response:
        given = _read(WorkflowInput(data=request.data))
        graph, viewport = given.pop("graph")
        workflow = services.create_workflow(
            graph=graph, viewport=viewport, owner=self._user, **given
        )
        response = self._detail(workflow.pk, status=201)
        response["Location"] = reverse("workflow-detail", args=[workflow.pk])
        return response

    @extend_schema(responses=WorkflowDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._detail(self.get_object().pk)

    @extend_schema(
        request=WorkflowChange,
        responses=WorkflowDetailSerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        workflow_id = self.get_object().pk
        given = _read(WorkflowChange(data=request.data))
        snapshot = given.pop("graph", None)
        with transaction.atomic():
            services.update_details(
                workflow_id=workflow_id,
                by=self._user,
                if_match=request.headers.get("If-Match"),
                **given,
            )
            if snapshot is not None:
                graph, viewport = snapshot
                services.save_graph(
                    workflow_id=workflow_id,
                    graph=graph,
                    viewport=viewport,
                    by=self._user,
                )
        return self._detail(workflow_id)

    @extend_schema(parameters=[IF_MATCH])
    def destroy(self, request: Request, pk: str) -> Response:
        services.delete_workflow(
            workflow_id=self.get_object().pk,
            by=self._user,
            if_match=request.headers.get("If-Match"),
        )
        return Response(status=204)

    @extend_schema(responses=VersionSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=())
    def versions(self, request: Request, pk: str) -> Response:
        """The versions of a workflow, newest first."""
        versions = self._versions(self.get_object()).without_content()
        page = self.paginate_queryset(cast(Any, versions))
        return self.get_paginated_response(VersionSerializer(page, many=True).data)

    @extend_schema(responses=VersionDetailSerializer, parameters=[NUMBER])
    @action(detail=True, url_path=r"versions/(?P<number>[^/]+)")
    def version(self, request: Request, pk: str, number: str) -> Response:
        """One version of a workflow, with its graph."""
        versions = self._versions(self.get_object())
        found = versions.filter(number=number) if number.isdecimal() else None
        version = found.first() if found is not None else None
        if version is None:
            raise services.VersionNotFound(number)
        return Response(VersionDetailSerializer(version).data)

    @extend_schema(request=PublishInput, responses=WorkflowSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Let a version run from now on."""
        workflow_id = self.get_object().pk
        given = _read(PublishInput(data=request.data))
        services.publish(
            workflow_id=workflow_id, number=given.get("version"), by=self._user
        )
        return Response(WorkflowSerializer(self.get_object()).data)

    @extend_schema(request=ValidateSavedInput, responses=ValidationSerializer)
    @action(detail=True, methods=["post"])
    def validate(self, request: Request, pk: str) -> Response:
        """What is wrong with the newest version, or with a graph instead of it."""
        workflow = self.get_object()
        given = _read(ValidateSavedInput(data=request.data))
        if "graph" in given:
            return found_in(given["graph"][0], self._user)
        return found_in(workflow.newest_version().document.graph(), self._user)

    @property
    def _user(self) -> User:
        return cast("User", self.request.user)

    def _versions(self, workflow: Workflow) -> Any:
        return workflow.versions.select_related("author", "document")

    def _detail(self, workflow_id: UUID, status: int = 200) -> Response:
        workflow = self.get_queryset().get(pk=workflow_id)
        return Response(
            WorkflowDetailSerializer(workflow).data,
            status=status,
            headers={"ETag": workflow.etag},
        )


class ValidateView(APIView):
    """What is wrong with a graph that need not be saved."""

    @extend_schema(request=ValidateInput, responses=ValidationSerializer)
    def post(self, request: Request) -> Response:
        given = _read(ValidateInput(data=request.data))
        return found_in(given["graph"][0], cast("User", request.user))


def _read(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    read: dict[str, Any] = serializer.validated_data
    return read
