"""Graphs in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wayflow.graph import Graph
from wayflow.serializer import graph_of


def node_document(
    id: str,
    type: str,
    data: Mapping[str, Any] | None = None,
    *,
    inputs: Iterable[str] = (),
    outputs: Iterable[str] = (),
) -> dict[str, Any]:
    """A node as a graph document has it, its ports given by their ids."""
    sides = (("input", inputs), ("output", outputs))
    return {
        "id": id,
        "type": type,
        "label": type,
        "position": {"x": 0, "y": 0},
        "size": {"width": 220, "height": 120},
        "data": dict(data or {}),
        "ports": [{"id": port, "side": side} for side, ids in sides for port in ids],
        "zIndex": 0,
    }


def graph_document(
    *nodes: Mapping[str, Any], wires: Iterable[str] = ()
) -> dict[str, Any]:
    """A graph document of ``nodes`` and of wires like ``"in.v -> end.r"``.

    The edges are called w1, w2 and so on. Raises ValueError for a malformed wire.
    """
    edges = [_edge_document(f"w{n}", wire) for n, wire in enumerate(wires, 1)]
    return {
        "nodes": {node["id"]: dict(node) for node in nodes},
        "edges": {edge["id"]: edge for edge in edges},
    }


def make_graph(*nodes: Mapping[str, Any], wires: Iterable[str] = ()) -> Graph:
    """The graph of such a document."""
    return graph_of(graph_document(*nodes, wires=wires))


def _edge_document(id: str, wire: str) -> dict[str, str]:
    (source, source_port), (target, target_port) = (
        end.strip().split(".") for end in wire.split("->")
    )
    return {
        "id": id,
        "sourceNodeId": source,
        "sourcePortId": source_port,
        "targetNodeId": target,
        "targetPortId": target_port,
    }
