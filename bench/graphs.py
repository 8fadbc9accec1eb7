"""The graphs that are measured."""

from __future__ import annotations

import random
from typing import Any

from wayflow import Graph
from wayflow.testing import make_graph, node_document


def chain(length: int, node_type: str, config: dict[str, Any] | None = None) -> Graph:
    """``length`` nodes in a row."""
    nodes = [
        node_document(f"n{i}", node_type, config or {}, inputs=["x"], outputs=["x"])
        for i in range(length)
    ]
    wires = [f"n{i}.x -> n{i + 1}.x" for i in range(length - 1)]
    return make_graph(*nodes, wires=wires)


def independent(count: int, node_type: str) -> Graph:
    """``count`` nodes without a connection."""
    return make_graph(*(node_document(f"n{i}", node_type) for i in range(count)))


def mesh(nodes: int, edges: int, node_type: str) -> Graph:
    """``nodes`` nodes, each after the first fed by random earlier ones."""
    chance = random.Random(1)
    ports = [f"p{i}" for i in range(edges // nodes + 2)]
    documents = [
        node_document(f"n{i}", node_type, inputs=ports, outputs=["x"])
        for i in range(nodes)
    ]
    wires = []
    for k in range(edges):
        target, port = 1 + k % (nodes - 1), ports[k // (nodes - 1)]
        wires.append(f"n{chance.randrange(target)}.x -> n{target}.{port}")
    return make_graph(*documents, wires=wires)
