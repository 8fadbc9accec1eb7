"""Workflows, versions and issues as the API shows and takes them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from access.errors import ApiError
from access.serializers import StrictSerializer
from wayflow.errors import GraphFormatError
from wayflow.graph import Graph
from workflows.models import Level, Workflow, WorkflowVersion
from workflows.services import read_snapshot

_FIELD = {"name": "name", "dataType": "text"}
GRAPH = {
    "description": "A serialized graph, an editor snapshot or a plain graph object.",
    "oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": True}],
    "examples": [
        {
            "nodes": {
                "in": {
                    "id": "in",
                    "type": "input",
                    "label": "Input",
                    "position": {"x": 40, "y": 80},
                    "data": {"fields": [_FIELD]},
                    "ports": [{"id": "name", "side": "output"}],
                },
                "out": {
                    "id": "out",
                    "type": "output",
                    "label": "Output",
                    "position": {"x": 340, "y": 80},
                    "data": {"fields": [_FIELD]},
                    "ports": [{"id": "name", "side": "input"}],
                },
            },
            "edges": {
                "e1": {
                    "id": "e1",
                    "sourceNodeId": "in",
                    "sourcePortId": "name",
                    "targetNodeId": "out",
                    "targetPortId": "name",
                }
            },
        }
    ],
}
PLAIN_GRAPH = {
    "description": "The graph as a plain object.",
    "type": "object",
    "required": ["nodes", "edges"],
    "properties": {
        "nodes": {"type": "object", "additionalProperties": True},
        "edges": {"type": "object", "additionalProperties": True},
        "metadata": {"type": "object", "additionalProperties": True},
    },
}


@extend_schema_field(GRAPH)
class GraphField(serializers.Field[Any, Any, Any, Any]):
    """Reads a graph with its viewport. Raises what ``read_snapshot`` raises."""

    def to_internal_value(self, data: Any) -> tuple[Graph, dict[str, Any] | None]:
        try:
            return read_snapshot(data)
        except GraphFormatError as error:
            raise ApiError(
                400, error.code, error.message, hint=error.hint, attr=self.field_name
            ) from error

    def to_representation(self, value: Any) -> Any:
        raise NotImplementedError("Graphs are shown as they are stored.")


@extend_schema_field(PLAIN_GRAPH)
class StoredGraphField(serializers.ReadOnlyField):
    """A document's content, as it is."""


class WorkflowSerializer(serializers.ModelSerializer[Workflow]):
    """A workflow in a list."""

    owner = serializers.CharField(source="owner.username", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)
    latestVersion = serializers.IntegerField(source="latest_number", read_only=True)
    publishedVersion = serializers.IntegerField(
        source="published_version.number",
        default=None,
        allow_null=True,
        read_only=True,
    )

    class Meta:
        model = Workflow
        fields: tuple[str, ...] = (
            "id",
            "name",
            "description",
            "owner",
            "revision",
            "latestVersion",
            "publishedVersion",
            "createdAt",
            "updatedAt",
        )
        read_only_fields = fields


class WorkflowDetailSerializer(WorkflowSerializer):
    """A workflow with its newest graph."""

    graph = StoredGraphField(source="newest_content")
    viewport = serializers.DictField(allow_null=True, read_only=True)

    class Meta(WorkflowSerializer.Meta):
        fields = (*WorkflowSerializer.Meta.fields, "graph", "viewport")
        read_only_fields = fields


class WorkflowInput(StrictSerializer):
    """What a new workflow is made of; without a name the graph's own is taken."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    description = serializers.CharField(
        max_length=10_000, required=False, allow_blank=True
    )
    graph = GraphField()


class WorkflowChange(StrictSerializer):
    """What is to change in a workflow; the rest stays."""

    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(
        max_length=10_000, required=False, allow_blank=True
    )
    graph = GraphField(required=False)


class VersionSerializer(serializers.ModelSerializer[WorkflowVersion]):
    """A version in a list."""

    author = serializers.CharField(
        source="author.username", default=None, allow_null=True, read_only=True
    )
    digest = serializers.CharField(source="document.digest", read_only=True)
    nodeCount = serializers.IntegerField(source="document.node_count", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta:
        model = WorkflowVersion
        fields: tuple[str, ...] = (
            "number",
            "label",
            "author",
            "digest",
            "nodeCount",
            "createdAt",
        )
        read_only_fields = fields


class VersionDetailSerializer(VersionSerializer):
    """A version with its graph."""

    graph = StoredGraphField(source="document.content")

    class Meta(VersionSerializer.Meta):
        fields = (*VersionSerializer.Meta.fields, "graph")
        read_only_fields = fields


class VersionChange(StrictSerializer):
    """What may change in a version: nothing but what it is called."""

    label = serializers.CharField(  # type: ignore[assignment]
        max_length=200, allow_blank=True
    )


class PublishInput(StrictSerializer):
    """Which version to publish; left out, the newest."""

    version = serializers.IntegerField(min_value=1, required=False)


class DuplicateInput(StrictSerializer):
    """What the copy is called, and which version it begins with; else the newest."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    version = serializers.IntegerField(min_value=1, required=False)


class ShareSerializer(StrictSerializer):
    """A group, and what it may do."""

    group = serializers.CharField(max_length=150)
    level = serializers.ChoiceField(choices=Level.choices)


class SharesSerializer(StrictSerializer):
    """All groups to which a workflow is open."""

    shares = serializers.ListField(child=ShareSerializer(), max_length=100)

    def validate_shares(self, shares: list[dict[str, str]]) -> list[dict[str, str]]:
        if len({share["group"] for share in shares}) < len(shares):
            raise serializers.ValidationError("A group is named twice.", "unique")
        return shares


class ValidateInput(StrictSerializer):
    """A graph to look at."""

    graph = GraphField()


class ValidateSavedInput(StrictSerializer):
    """A graph to look at instead of the saved one."""

    graph = GraphField(required=False)


class IssueSerializer(serializers.Serializer[Any]):
    """Something that is wrong with a graph, or may be."""

    code = serializers.CharField()
    message = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])
    nodeIds = serializers.ListField(child=serializers.CharField(), required=False)
    hint = serializers.CharField(required=False)


class DroppedEdgeSerializer(serializers.Serializer[Any]):
    """An edge that leads nowhere and was therefore left out."""

    id = serializers.CharField()
    reason = serializers.CharField()


class ValidationSerializer(serializers.Serializer[Any]):
    """What was found in a graph."""

    issues = IssueSerializer(many=True)
    droppedEdges = DroppedEdgeSerializer(many=True)
