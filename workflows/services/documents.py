"""Graphs as they come in, and as they are kept: once by content."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction

from access.errors import ApiError
from wayflow.errors import GraphFormatError
from wayflow.graph import Graph
from wayflow.jsontext import json_bytes
from wayflow.serializer import deserialize
from workflows.models import GraphDocument


class GraphTooLarge(ApiError):
    def __init__(self, what: str, count: int, limit: int) -> None:
        super().__init__(
            413,
            "WF_GRAPH_TOO_LARGE",
            f"The graph has {count} {what}; {limit} are allowed.",
            hint="Split the workflow, or ask for a higher limit.",
            attr="graph",
        )


class InvalidViewport(ApiError):
    def __init__(self) -> None:
        super().__init__(
            400, "WF_VIEWPORT_INVALID", "The viewport must be an object.", attr="graph"
        )


def read_graph(value: Any) -> Graph:
    """The graph in a serialized text, an editor snapshot or a plain graph object.

    Raises GraphFormatError and GraphTooLarge.
    """
    graph = deserialize(value)
    for what, count in (("nodes", len(graph.nodes)), ("edges", len(graph.edges))):
        limit = settings.WAYFLOW["MAX_NODES" if what == "nodes" else "MAX_EDGES"]
        if count > limit:
            raise GraphTooLarge(what, count, limit)
    for node_id in graph.nodes:
        # Reviews name their node in a column, and PostgreSQL stores no such text.
        if "\0" in node_id:
            raise GraphFormatError("the id of a node holds a NUL character")
    return graph


def read_snapshot(value: Any) -> tuple[Graph, dict[str, Any] | None]:
    """The graph as ``read_graph`` reads it, and the snapshot's viewport if it has one.

    Raises GraphFormatError, GraphTooLarge and InvalidViewport.
    """
    graph = read_graph(value)
    is_snapshot = isinstance(value, dict) and "nodes" not in value
    viewport = value.get("viewport") if is_snapshot else None
    if viewport is not None and not isinstance(viewport, dict):
        raise InvalidViewport
    return graph, viewport


def digest_of(graph: Graph) -> str:
    """What identifies the graph's content; the order of nodes and edges counts."""
    return sha256(json_bytes(graph.document)).hexdigest()


@transaction.atomic
def store_document(graph: Graph) -> GraphDocument:
    """The one document with this content, stored now unless it is already."""
    document, _ = GraphDocument.objects.get_or_create(
        digest=digest_of(graph),
        defaults={
            "content": graph.document,
            "node_count": len(graph.nodes),
            "is_tool": graph.metadata.get("exposedAsTool") is True,
        },
    )
    return document
