"""Workflows copied within the server, and as files out of it and into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from access.errors import ApiError
from access.openapi import COUNTED, ID, TEXT, Schema, shape
from access.serializers import StrictSerializer
from wayflow.jsontext import json_bytes
from workflows import services
from workflows.models import Workflow, WorkflowVersion

from .resource import ETAG, WorkflowResource, read
from .serializers import (
    GRAPH,
    PLAIN_GRAPH,
    DuplicateInput,
    GraphField,
    WorkflowDetailSerializer,
)

FORMAT: Final = "wayflow-workflow"
FILE_VERSION: Final = 1
LONGEST_FILE_NAME: Final = 80


class FileNotKnown(ApiError):
    """It says what it is, and that is nothing that this server reads."""

    def __init__(self, attr: str, given: object) -> None:
        super().__init__(
            400,
            "WF_FILE_NOT_KNOWN",
            f"A file whose {attr} is {str(given)[:40]!r} cannot be imported.",
            hint=f'Files are of the format "{FORMAT}" in version {FILE_VERSION}.',
            attr=attr,
        )


FILE: Schema = {
    "description": "A workflow as a file.",
    **shape(
        *("format", "version", "name", "graph"),
        format={"const": FORMAT},
        version={"const": FILE_VERSION},
        name=TEXT,
        description=TEXT,
        graph=PLAIN_GRAPH,
        exportedFrom={
            "description": "Where the file comes from; it is not read again.",
            **shape(
                *("workflowId", "version", "exportedAt"),
                workflowId=ID,
                version=COUNTED,
                exportedAt={**TEXT, "format": "date-time"},
            ),
        },
    ),
}


class FileInput(StrictSerializer):
    """A file as ``export`` gives it."""

    format = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    description = serializers.CharField(
        max_length=services.DESCRIPTION_LENGTH,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
    )
    graph = GraphField()
    exportedFrom = serializers.DictField(required=False)


class ExportQuery(StrictSerializer):
    """Which version is wanted."""

    version = serializers.IntegerField(
        min_value=1, required=False, help_text="Its number; else the newest."
    )


class CopyActions(WorkflowResource):
    """What makes one workflow into two."""

    @extend_schema(
        request=DuplicateInput,
        responses={201: WorkflowDetailSerializer},
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        """Copy a workflow, or one version of it, into a new one of the caller's own.

        The copy is neither shared nor published.
        """
        workflow_id = self.get_object().pk
        given = read(DuplicateInput(data=request.data))
        copy = services.duplicate_workflow(
            workflow_id=workflow_id,
            by=self.user,
            name=given.get("name", ""),
            number=given.get("version"),
        )
        return self.created(copy)

    @extend_schema(
        parameters=[
            ExportQuery,
            OpenApiParameter(
                "Content-Disposition",
                str,
                OpenApiParameter.HEADER,
                description="The name of the file.",
                response=[200],
            ),
        ],
        responses={200: OpenApiResponse(FILE, "The file.")},
    )
    @action(detail=True)
    def export(self, request: Request, pk: str) -> HttpResponse:
        """A workflow as one file, which any server can import."""
        workflow = self.get_object()
        number = read(ExportQuery(data=request.query_params.dict())).get("version")
        version = services.find_version(workflow, number)
        name = re.sub(r"[^\w.-]+", "-", workflow.name).strip("-.")[:LONGEST_FILE_NAME]
        file_name = f"{name or 'workflow'}.v{version.number}.json"
        disposition = content_disposition_header(True, file_name)
        return HttpResponse(
            json_bytes(_file_of(workflow, version)),
            content_type="application/json",
            headers={"Content-Disposition": disposition},
        )

    @extend_schema(
        request={"application/json": {"anyOf": [FILE, *GRAPH["oneOf"]]}},
        responses={201: WorkflowDetailSerializer},
        parameters=[ETAG],
    )
    @action(detail=False, methods=["post"], url_path="import", url_name="import")
    def import_file(self, request: Request) -> Response:
        """Make a new workflow of the caller's own from a file.

        That is one which `export` gave; or an editor's snapshot, or a graph as an
        object or as a text.
        """
        body: Any = request.data
        given = _read_file(body) if _is_file(body) else read(_Bare({"graph": body}))
        graph, viewport = given.pop("graph")
        workflow = services.create_workflow(
            graph=graph, viewport=viewport, owner=self.user, **given
        )
        return self.created(workflow)

    def created(self, workflow: Workflow) -> Response:
        """The new workflow, and where it is."""
        response = self.detail_of(workflow.pk, status=201)
        response["Location"] = reverse("workflow-detail", args=[workflow.pk])
        return response


class _Bare(StrictSerializer):
    """A graph alone."""

    graph = GraphField()

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data=data)


def _is_file(body: Any) -> bool:
    return isinstance(body, Mapping) and "format" in body and "nodes" not in body


def _read_file(body: Mapping[str, Any]) -> dict[str, Any]:
    """Raises FileNotKnown, ValidationError and whatever is wrong with the graph."""
    for attr, known in (("format", FORMAT), ("version", FILE_VERSION)):
        if body.get(attr) != known or isinstance(body[attr], bool):
            raise FileNotKnown(attr, body.get(attr))
    given = read(FileInput(data=body))
    for read_already in ("format", "version", "exportedFrom"):
        given.pop(read_already, None)
    return given


def _file_of(workflow: Workflow, version: WorkflowVersion) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": FILE_VERSION,
        "name": workflow.name,
        "description": workflow.description,
        "graph": version.document.content,
        "exportedFrom": {
            "workflowId": str(workflow.pk),
            "version": version.number,
            "exportedAt": timezone.now().isoformat(),
        },
    }
