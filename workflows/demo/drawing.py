"""Draws a graph: nodes at their places, with the ports that their types' rules give."""

from __future__ import annotations

from typing import Any, NamedTuple

from wayflow.graph import Graph, Port
from wayflow.registry import Registry
from wayflow.serializer import deserialize

COLUMN, ROW = 320, 220
MARGIN = 80
WIDTH, HEAD, LINE = 240, 96, 28


class Place(NamedTuple):
    """Where a node stands, in columns and rows of the drawing."""

    column: float
    row: float


class Drawing:
    """Collects nodes and edges; ports follow from the node types' rules."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._nodes: dict[str, Any] = {}
        self._edges: dict[str, Any] = {}

    def node(self, id: str, type: str, name: str, at: Place, **data: Any) -> None:
        """Add a node of this type; ``data`` is its config."""
        kind = self._registry.nodes[type]
        inputs = kind.inputs.ports("input", data)
        outputs = kind.outputs.ports("output", data)
        lines = max(len(inputs), len(outputs), 1)
        self._nodes[id] = {
            "id": id,
            "type": type,
            "label": kind.label,
            "icon": kind.icon,
            "name": name,
            "position": {
                "x": MARGIN + at.column * COLUMN,
                "y": MARGIN + at.row * ROW,
            },
            "size": {"width": WIDTH, "height": HEAD + LINE * lines},
            "data": data,
            "ports": [_wire(port) for port in (*inputs, *outputs)],
            "zIndex": len(self._nodes),
        }

    def edges(self, *routes: str) -> None:
        """Add edges, each written ``node.port -> node.port``."""
        for route in routes:
            source, target = (end.split(".") for end in route.split(" -> "))
            id = f"e{len(self._edges) + 1}"
            self._edges[id] = {
                "id": id,
                "sourceNodeId": source[0],
                "sourcePortId": source[1],
                "targetNodeId": target[0],
                "targetPortId": target[1],
            }

    def graph(self, name: str, description: str) -> Graph:
        """What was drawn, under this name."""
        metadata = {"name": name, "description": description}
        return deserialize(
            {"nodes": self._nodes, "edges": self._edges, "metadata": metadata}
        )


def _wire(port: Port) -> dict[str, Any]:
    return {
        "id": port.id,
        "side": port.side,
        "dataType": port.data_type,
        "label": port.label,
    }


def field(name: str, data_type: str = "string", **more: Any) -> dict[str, Any]:
    """One row of a field list."""
    return {"name": name, "dataType": data_type, **more}


def variable(name: str) -> dict[str, Any]:
    """One row of a prompt's variables."""
    return field(name, default="")
