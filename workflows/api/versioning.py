"""The versions of a workflow over REST: list, read, name, compare, restore, publish."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.openapi import FAILS
from access.queries import KnownParameters
from workflows import services
from workflows.diff import diff_graphs

from .comparing import DIFF, DiffQuery
from .resource import (
    ETAG,
    IF_MATCH,
    NUMBER,
    STALE,
    WorkflowResource,
    if_match,
    number_of,
    read,
)
from .serializers import (
    PublishInput,
    VersionChange,
    VersionDetailSerializer,
    VersionSerializer,
    WorkflowDetailSerializer,
    WorkflowSerializer,
)


class VersionActions(WorkflowResource):
    """What is done with versions."""

    @extend_schema(responses=VersionSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=(KnownParameters,), filterset_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        """The versions of a workflow, newest first."""
        versions = self.get_object().versions.without_content()
        shown = self.filter_queryset(cast(Any, versions.select_related("author")))
        page = self.paginate_queryset(shown)
        return self.get_paginated_response(VersionSerializer(page, many=True).data)

    @extend_schema(responses=VersionDetailSerializer, parameters=[NUMBER])
    @action(detail=True, url_path=r"versions/(?P<number>[^/]+)")
    def version(self, request: Request, pk: str, number: str) -> Response:
        """One version of a workflow, with its graph."""
        return Response(VersionDetailSerializer(self.version_in_path(number)).data)

    @extend_schema(
        request=VersionChange, responses=VersionSerializer, parameters=[NUMBER]
    )
    @version.mapping.patch
    def name_version(self, request: Request, pk: str, number: str) -> Response:
        """Label a version. One with a label is kept for ever; an empty text is none."""
        workflow_id = self.get_object().pk
        version = services.name_version(
            workflow_id=workflow_id,
            number=number_of(number),
            by=self.user,
            **read(VersionChange(data=request.data)),
        )
        return Response(VersionSerializer(version).data)

    @extend_schema(parameters=[NUMBER, DiffQuery], responses={200: DIFF})
    @action(detail=True, url_path=r"versions/(?P<number>[^/]+)/diff")
    def diff(self, request: Request, pk: str, number: str) -> Response:
        """What has changed from a version to another, or to the newest.

        Nodes and edges are matched by id, and their values by key.
        """
        before = self.version_in_path(number)
        other = read(DiffQuery(data=request.query_params.dict())).get("to")
        after = services.find_version(before.workflow, other)
        diff = diff_graphs(before.document.graph(), after.document.graph())
        return Response({"from": before.number, "to": after.number} | diff.data())

    @extend_schema(
        request=None,
        responses={200: WorkflowDetailSerializer, 412: STALE},
        parameters=[NUMBER, IF_MATCH, ETAG],
    )
    @action(
        detail=True, methods=["post"], url_path=r"versions/(?P<number>[^/]+)/restore"
    )
    def restore(self, request: Request, pk: str, number: str) -> Response:
        """Make the graph of a version the newest again, as a new version.

        If it is the newest already, nothing happens.
        """
        workflow_id = self.get_object().pk
        services.restore_version(
            workflow_id=workflow_id,
            number=number_of(number),
            by=self.user,
            if_match=if_match(request),
        )
        return self.detail_of(workflow_id)

    @extend_schema(
        request=PublishInput,
        responses={200: WorkflowSerializer, 412: STALE},
        parameters=[IF_MATCH, ETAG],
        extensions={FAILS: [409]},
    )
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Let a version run from now on; one that cannot run is refused."""
        workflow_id = self.get_object().pk
        given = read(PublishInput(data=request.data))
        services.publish(
            workflow_id=workflow_id,
            number=given.get("version"),
            by=self.user,
            if_match=if_match(request),
        )
        workflow = self.get_object()
        shown = WorkflowSerializer(workflow).data
        return Response(shown, headers={"ETag": workflow.etag})

    @extend_schema(
        request=None, responses={204: None, 412: STALE}, parameters=[IF_MATCH]
    )
    @publish.mapping.delete
    def unpublish(self, request: Request, pk: str) -> Response:
        """Let the newest version run from now on, whichever that is."""
        services.unpublish(
            workflow_id=self.get_object().pk, by=self.user, if_match=if_match(request)
        )
        return Response(status=204)
