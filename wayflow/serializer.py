"""Documents to graphs and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import GraphFormatError
from .graph import (
    DroppedEdge,
    Edge,
    EdgeId,
    Graph,
    Node,
    NodeId,
    Port,
    PortId,
    Side,
)
from .jsontext import json_text, parse
from .values import plain

FORMAT_VERSION = 1
DEFAULT_WIDTH = 220
DEFAULT_HEIGHT = 120


def deserialize(
    source: str | bytes | Mapping[str, Any], *, max_nesting: int | None = None
) -> Graph:
    """The graph in ``source``, with defaults filled and dangling edges dropped.

    ``source`` is the text of a workflow file, an editor snapshot
    ``{version, graph, viewport?}`` whose graph may itself be such a text, or a bare
    ``{nodes, edges}``. The version number is not checked. Raises GraphFormatError, also
    for a source that nests over ``max_nesting`` levels deep.
    """
    document = _unwrap(source, max_nesting)
    nodes = {key: _repaired(node) for key, node in _section(document, "nodes").items()}
    whole = graph_of({**document, "nodes": nodes})
    kept: dict[EdgeId, Edge] = {}
    dropped: list[DroppedEdge] = []
    for edge in whole.edges.values():
        reason = _dangling(whole.nodes, edge)
        if reason is None:
            kept[edge.id] = edge
        else:
            dropped.append(DroppedEdge(id=edge.id, reason=reason))
    if not dropped:
        return whole
    edges = {key: whole.document["edges"][key] for key in kept}
    return Graph(
        document={**whole.document, "edges": edges},
        nodes=whole.nodes,
        edges=kept,
        metadata=whole.metadata,
        dropped=tuple(dropped),
    )


def graph_of(document: Mapping[str, Any]) -> Graph:
    """The graph that ``document`` (``{nodes, edges, metadata?}``) describes, as it is.

    Nothing is filled in and nothing left out: an edge may dangle.
    Raises GraphFormatError.
    """
    metadata = document.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise GraphFormatError("graph.metadata must be an object")
    return Graph(
        document=document,
        nodes={
            NodeId(key): _node(key, node)
            for key, node in _section(document, "nodes").items()
        },
        edges={
            EdgeId(key): _edge(key, edge)
            for key, edge in _section(document, "edges").items()
        },
        metadata=metadata,
    )


def serialize(graph: Graph) -> str:
    """The text of a workflow file that holds ``graph``."""
    return json_text({"version": FORMAT_VERSION, "graph": graph.document})


def _unwrap(
    source: str | bytes | Mapping[str, Any], max_nesting: int | None
) -> dict[str, Any]:
    document = _plain(source, max_nesting)
    if isinstance(document, dict) and "nodes" not in document:
        document = document.get("graph")
        if isinstance(document, str):
            return _unwrap(document, max_nesting)
    if not isinstance(document, dict):
        raise GraphFormatError('expected an object with a "graph"')
    return document


def _plain(source: str | bytes | Mapping[str, Any], max_nesting: int | None) -> Any:
    if not isinstance(source, str | bytes | Mapping):
        raise GraphFormatError('expected an object with a "graph"')
    try:
        if isinstance(source, str | bytes):
            return parse(source, max_nesting=max_nesting)
        return plain(dict(source), max_nesting=max_nesting)
    except (ValueError, TypeError) as error:
        raise GraphFormatError(f"not a JSON document: {error}") from error


def _section(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = document.get(name)
    if not isinstance(section, dict):
        raise GraphFormatError(f"graph.{name} must be an object")
    for key, member in section.items():
        if not isinstance(member, dict):
            raise GraphFormatError(f"graph.{name}.{key} must be an object")
        if member.get("id", key) != key:
            raise GraphFormatError(f"graph.{name}.{key}.id must be {key!r}")
    return section


def _repaired(node: Mapping[str, Any]) -> dict[str, Any]:
    size = node.get("size")
    size = size if isinstance(size, dict) else {}
    return {
        **node,
        "type": _or(node.get("type"), "default"),
        "size": {
            **size,
            "width": _or(size.get("width"), DEFAULT_WIDTH),
            "height": _or(size.get("height"), DEFAULT_HEIGHT),
        },
        "data": _or(node.get("data"), {}),
        "zIndex": _or(node.get("zIndex"), 0),
    }


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _node(key: str, node: Mapping[str, Any]) -> Node:
    where = f"graph.nodes.{key}"
    data = _or(node.get("data"), {})
    ports = _or(node.get("ports"), [])
    if not isinstance(data, dict):
        raise GraphFormatError(f"{where}.data must be an object")
    if not isinstance(ports, list):
        raise GraphFormatError(f"{where}.ports must be a list")
    read = [_port(f"{where}.ports[{i}]", port) for i, port in enumerate(ports)]
    return Node(
        id=NodeId(key),
        type=_text(where, node, "type", "default"),
        label=_text(where, node, "label", ""),
        name=_text(where, node, "name", ""),
        data=data,
        inputs=tuple(p for p in read if p.side == "input"),
        outputs=tuple(p for p in read if p.side == "output"),
    )


def _port(where: str, port: Any) -> Port:
    if not isinstance(port, dict):
        raise GraphFormatError(f"{where} must be an object")
    sides: dict[Any, Side] = {"input": "input", "output": "output"}
    side = port.get("side")
    if not isinstance(side, str) or side not in sides:
        raise GraphFormatError(f'{where}.side must be "input" or "output"')
    return Port(
        id=PortId(_text(where, port, "id")),
        side=sides[side],
        data_type=_text(where, port, "dataType", "any"),
        label=_text(where, port, "label", ""),
    )


def _edge(key: str, edge: Mapping[str, Any]) -> Edge:
    where = f"graph.edges.{key}"
    return Edge(
        id=EdgeId(key),
        source=NodeId(_text(where, edge, "sourceNodeId")),
        source_port=PortId(_text(where, edge, "sourcePortId")),
        target=NodeId(_text(where, edge, "targetNodeId")),
        target_port=PortId(_text(where, edge, "targetPortId")),
    )


def _text(
    where: str, member: Mapping[str, Any], key: str, default: str | None = None
) -> str:
    value = member.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise GraphFormatError(f"{where}.{key} must be a text")
    return value


def _dangling(nodes: Mapping[NodeId, Node], edge: Edge) -> str | None:
    source, target = nodes.get(edge.source), nodes.get(edge.target)
    if source is None:
        return f"its source node {edge.source!r} does not exist"
    if target is None:
        return f"its target node {edge.target!r} does not exist"
    if all(port.id != edge.source_port for port in source.outputs):
        return f"node {source.id!r} has no output port {edge.source_port!r}"
    if all(port.id != edge.target_port for port in target.inputs):
        return f"node {target.id!r} has no input port {edge.target_port!r}"
    return None
