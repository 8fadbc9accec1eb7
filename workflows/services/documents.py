"""Graphs as they come in, and as they are kept: once by content."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils import timezone

from access.errors import ApiError
from access.secrets import scrubber
from access.writing import write_atomic
from wayflow.errors import GraphFormatError
from wayflow.graph import Graph, Node
from wayflow.jsontext import json_bytes, json_text
from wayflow.serializer import deserialize
from workflows.models import CLAIM, GraphDocument


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


class SecretInGraph(ApiError):
    """``node`` None: it is in the graph's metadata, or in an edge."""

    def __init__(self, node: Node | None) -> None:
        where = "The graph" if node is None else f"Node {node.id}"
        super().__init__(
            400,
            "WF_SECRET_IN_GRAPH",
            f"{where} holds a key, password or token of this server.",
            hint="Take it out; what nodes need of it belongs into the settings.",
            attr="graph",
        )


def read_graph(value: Any) -> Graph:
    """The graph in a serialized text, an editor snapshot or a plain graph object.

    Raises GraphFormatError and GraphTooLarge.
    """
    graph = deserialize(value, max_nesting=settings.WAYFLOW["MAX_NESTING"])
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


@write_atomic()
def store_document(graph: Graph) -> GraphDocument:
    """The one document with this content, stored now unless it is already.

    It is claimed: nobody deletes it before the caller refers to it. Raises
    SecretInGraph.
    """
    _refuse_secrets(graph)
    digest, now = digest_of(graph), timezone.now()
    documents = GraphDocument.objects.defer("content")
    known = documents.filter(digest=digest)
    document = known.first()
    # Not at every use, for then all who use one graph would wait for each other.
    if document is not None and (
        document.claimed_at > now - CLAIM / 2 or known.update(claimed_at=now)
    ):
        return document
    document, _ = documents.get_or_create(
        digest=digest,
        defaults={
            "content": graph.document,
            "node_count": len(graph.nodes),
            "is_tool": graph.metadata.get("exposedAsTool") is True,
        },
    )
    return document


def _refuse_secrets(graph: Graph) -> None:
    finds = scrubber().finds
    if finds(json_text(graph.document)):
        documents = graph.document["nodes"]
        for node_id, node in graph.nodes.items():
            if finds(json_text({node_id: documents[node_id]})):
                raise SecretInGraph(node)
        raise SecretInGraph(None)
